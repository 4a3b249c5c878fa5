"""Commands as lines of JSON: a command as it is stored, or a call of a method of the vocabulary.

    {"type": "send_message", "recipient": "1254459154682919", "message": {"text": "Hello!"}}
    {"method": "send_text", "args": ["1254459154682919", "Hello!"], "kwargs": {"tag": "ACCOUNT_UPDATE"}}

Both take options of delivery beside them: `page`, `priority` (`interactive` or `bulk`), `send_at` (a time with its
zone, or seconds since 1970), `expires_in` (seconds), `idempotency_key`, `ordered` and `at_most_once`. Parts of
`send_batch` are objects of the same two forms, or raw parts with a `relative_url`.
"""

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import msgspec

from producer import batch
from producer.commands import TYPES, BatchItem, Command, check, check_queueable, from_json
from producer.commands.shapes import near_miss
from producer.errors import InvalidCommandError, OutboundError
from producer.queue.envelope import Delivery, Priority, checked

METHODS: Final = frozenset(dir(batch)) - {"part"}
REASON_CHARS_MAX: Final = 200
LINKS: Final = frozenset({"name", "depends_on", "omit_response_on_success"})
KINDS: Final = tuple(TYPES.values())
# What a line may say of its delivery: the type of each option, and how a person is told.
OPTIONS: Final[Mapping[str, tuple[object, str]]] = {
    "page": (str, "must be a Page id as text"),
    "priority": (Priority, "must be 'interactive' or 'bulk'"),
    "send_at": (
        datetime | float,
        "must be a time with its zone, as 2030-01-31T08:00:00Z, or seconds since 1970",
    ),
    "expires_in": (float, "must be seconds"),
    "idempotency_key": (str, "must be text"),
    "ordered": (bool, "must be true or false"),
    "at_most_once": (bool, "must be true or false"),
}


class QueuedLine(msgspec.Struct, frozen=True):
    """One line, checked: a command and how it is delivered."""

    command: Command
    delivery: Delivery


class _Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    method: str
    args: list[object] = []
    kwargs: dict[str, object] = {}


def parse_line(line: bytes | str, defaults: Delivery) -> QueuedLine:
    """Returns the command of one line, within every bound that the queue keeps.

    Raises:
        InvalidCommandError: names the path and the bound.
    """
    with as_bad_line():
        document = _object_of(line)
        rest = {name: value for name, value in document.items() if name not in OPTIONS}
        delivery = checked(msgspec.structs.replace(defaults, **_options_of(document)))
        command = _called(rest) if "method" in rest else _stored(rest)
        check(command)
        check_queueable(command)
        return QueuedLine(command, delivery)


@contextmanager
def as_bad_line() -> Iterator[None]:
    """Makes whatever the reading of a line raises an `InvalidCommandError`: one odd line is a line, and no defect."""
    try:
        yield
    except OutboundError:
        raise
    except Exception as error:  # noqa: BLE001 (a line is anybody's)
        first = (str(error).splitlines() or [""])[0]
        raise InvalidCommandError(
            "", f"is no command: {type(error).__name__}: {first[:REASON_CHARS_MAX]}"
        ) from None


def _object_of(line: bytes | str) -> dict[str, object]:
    try:
        document: object = msgspec.json.decode(line.decode() if isinstance(line, bytes) else line)
    except UnicodeError:
        raise InvalidCommandError("", "is no UTF-8") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidCommandError("", f"is no JSON: {error}") from None
    if not isinstance(document, dict):
        raise InvalidCommandError("", 'is no object: a command is {"type": …} or {"method": …}')
    return document


def _options_of(document: Mapping[str, object]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, (kind, problem) in OPTIONS.items():
        value = document.get(name)
        if value is None or (name, value) == ("page", ""):
            continue
        try:
            given[name] = msgspec.convert(value, kind)
        except msgspec.ValidationError:
            raise InvalidCommandError(name, problem) from None
    return given


def _stored(document: Mapping[str, object]) -> Command:
    kind = document.get("type")
    if kind is None:
        raise InvalidCommandError(
            "type", 'is missing: a message is {"type": "send_message", …}, a call {"method": "send_text", …}'
        )
    if kind not in TYPES:
        meant = near_miss(kind, TYPES) if isinstance(kind, str) else None
        raise InvalidCommandError("type", "is no known type of command" + _meant(meant))
    return from_json(msgspec.json.encode(document))


def _called(document: Mapping[str, object]) -> Command:
    made = _made(document)
    if not isinstance(made, KINDS):
        raise InvalidCommandError("kwargs", "name and depends_on link the parts of a send_batch only")
    return made


def _made(document: Mapping[str, object]) -> object:
    call = _call_of(document)
    if call.method not in METHODS:
        meant = near_miss(call.method, METHODS)
        raise InvalidCommandError("method", "is no method of the vocabulary" + _meant(meant))
    function = getattr(batch, call.method)
    signature = inspect.signature(function)
    links = LINKS - set(signature.parameters)
    given: dict[str, Any] = {name: call.kwargs[name] for name in links & set(call.kwargs)}
    try:
        options = {name: value for name, value in call.kwargs.items() if name not in given}
        bound = signature.bind(*call.args, **options)
    except TypeError as error:
        raise InvalidCommandError(call.method, str(error)) from None
    if call.method == "send_batch":
        bound.arguments["parts"] = _parts(bound.arguments["parts"])
    try:
        made: Any = function(*bound.args, **bound.kwargs)
    except TypeError as error:  # an option that it does not have
        raise InvalidCommandError(call.method, str(error)) from None
    return batch.part(made, **given) if given else made


def _call_of(document: Mapping[str, object]) -> _Call:
    try:
        return msgspec.convert(document, _Call)
    except msgspec.ValidationError:
        raise InvalidCommandError(
            "method", 'a call is {"method": "send_text", "args": [ … ], "kwargs": { … }}'
        ) from None


def _parts(parts: object) -> list[object]:
    if not isinstance(parts, list):
        raise InvalidCommandError("parts", "must be a list")
    return [_part(part, f"parts[{index}]") for index, part in enumerate(parts)]


def _part(part: object, path: str) -> object:
    if not isinstance(part, dict) or "relative_url" in part:
        return part
    try:
        if "method" in part:
            return _made(part)
        item: BatchItem = msgspec.convert(part, BatchItem)
    except InvalidCommandError as error:
        raise InvalidCommandError(f"{path}.{error.path}", error.problem) from None
    except msgspec.ValidationError as error:
        raise InvalidCommandError(path, str(error)) from None
    return item


def _meant(word: str | None) -> str:
    return f"; did you mean {word}?" if word else ""
