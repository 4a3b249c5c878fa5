"""Graph's batch: its parts become commands by themselves, and one list of answers; linked ones go as one batch."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from producer import limits
from producer.commands.files import FileData
from worker.door.asking import Asked, Members, asked, form_members, path_of
from worker.door.refusing import RefusedError, invalid

LINKS: Final = frozenset({"name", "depends_on", "omit_response_on_success"})
REFERENCE: Final = "{result="


class Batch(msgspec.Struct, frozen=True):
    """The parts of a batch: each as a request of its own, and as raw parts when some are linked to others."""

    parts: Sequence[Asked]
    linked: Sequence[Members] | None
    include_headers: bool


def batch_of(whole: Asked) -> Batch | None:
    """Returns the batch that a request asks for, or None when it is none.

    Raises:
        RefusedError: it is no batch that Graph would take.
    """
    given = {**dict(whole.query), **(whole.body or {})}
    if whole.path or whole.method != "POST" or "batch" not in given:
        return None
    items = _items(given["batch"])
    files = {file.filename: file for file in whole.files}
    named = {str(name): file for name, file in zip(_file_names(given), whole.files, strict=False)}
    parts = [_part(item, index, whole, {**files, **named}) for index, item in enumerate(items)]
    include_headers = str(given.get("include_headers", True)).lower() != "false"
    return Batch(parts, _linked(items), include_headers)


def _file_names(given: Members) -> Sequence[str]:
    names = given.get("attached_files_names")
    return names if isinstance(names, list) else ()


def _items(value: object) -> Sequence[Members]:
    found = value
    if isinstance(value, str):
        try:
            found = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            raise RefusedError(invalid("batch is no JSON")) from None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise RefusedError(invalid("batch must be a list of objects"))
    if not 0 < len(found) <= limits.BATCH_REQUEST_PARTS_MAX:
        raise RefusedError(invalid(f"batch must have 1 to {limits.BATCH_REQUEST_PARTS_MAX} parts"))
    return found


def _part(item: Members, index: int, whole: Asked, files: Mapping[str, FileData]) -> Asked:
    method, url = item.get("method", "GET"), item.get("relative_url")
    if not isinstance(method, str) or not isinstance(url, str):
        raise RefusedError(invalid(f"batch[{index}] must have a method and a relative_url"))
    path, _mark, query = url.partition("?")
    attached = str(item.get("attached_files") or "")
    names = [each.strip() for each in attached.split(",") if each.strip()]
    missing = [each for each in names if each not in files]
    if missing:
        raise RefusedError(invalid(f"batch[{index}].attached_files names a file that is not there"))
    part = asked(
        method.upper(),
        path,
        parse_qsl(query, keep_blank_values=True),
        _body(item.get("body"), index),
        files=[files[each] for each in names],
    )
    return part if part.token else msgspec.structs.replace(part, token=whole.token)


def _body(body: object, index: int) -> Members | None:
    if body is None:
        return None
    if isinstance(body, dict):
        return body
    if not isinstance(body, str):
        raise RefusedError(invalid(f"batch[{index}].body must be a query string"))
    return form_members(body.encode("utf-8", "replace"))


def _linked(items: Sequence[Members]) -> Sequence[Members] | None:
    """Returns the parts as they are when some depend on others, without their tokens; else None."""
    if not any(LINKS & item.keys() or REFERENCE in str(item) for item in items):
        return None
    return [_raw(item) for item in items]


def _raw(item: Members) -> Members:
    part = {name: item[name] for name in ("method", "relative_url", *LINKS) if name in item}
    path, mark, query = str(item.get("relative_url", "")).partition("?")
    kept = "&".join(pair for pair in query.split("&") if not pair.startswith(("access_token=", "appsecret_")))
    part["relative_url"] = f"{path_of(path)}{mark if kept else ''}{kept}"
    part.setdefault("method", "GET")
    body = item.get("body")
    if isinstance(body, str):
        body = "&".join(
            pair for pair in body.split("&") if not pair.startswith(("access_token=", "appsecret_"))
        )
    elif isinstance(body, dict):
        body = {name: value for name, value in body.items() if name != "access_token"}
    return part if body is None else part | {"body": body}
