"""What Meta refuses for its form though each member of a message keeps its bound; a refusal names the path only.

Sources: Meta's Send API reference and message templates (https://developers.facebook.com/docs/messenger-platform/),
and refusals with code 100 that were reported of them.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from producer.commands.shapes import join
from producer.errors import InvalidCommandError

# Members whose value is an address wherever they stand in a message.
_ADDRESSES: Final = frozenset({"url", "image_url", "item_url", "fallback_url", "product_url"})
_MEDIA: Final = frozenset({"audio", "image", "video", "file"})
_SCHEME: Final = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_PATH: Final = re.compile(r"(?:[A-Za-z]:)?[\\/.]|[^/:]+\.\w{2,5}$")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Cs", "Cn"})
_HALF: Final = re.compile("[\ud800-\udfff]")
# What a card needs beside its title.
_BESIDE_TITLE: Final = ("subtitle", "image_url", "buttons", "default_action", "item_url")


def check_forms(message: Mapping[str, object], path: str) -> None:
    """Raises `InvalidCommandError` for a message of a form that Meta refuses."""
    text = message.get("text")
    if isinstance(text, str) and is_blank(text):
        raise InvalidCommandError(join(path, "text"), "holds no character that can be seen")
    beside = next((name for name in ("attachment", "attachments") if message.get(name) is not None), None)
    if text is not None and beside is not None:
        raise InvalidCommandError(
            join(path, "text"), f"stands beside {beside}: a message has one of them, send two"
        )
    attachments = message.get("attachments")
    if isinstance(attachments, list | tuple):
        for index, each in enumerate(attachments):
            if isinstance(each, Mapping) and each.get("type") in _MEDIA - {"image"}:
                where = f"{join(path, 'attachments')}[{index}].type"
                raise InvalidCommandError(
                    where, "must be image: several of another kind go in messages of their own"
                )
    check_values(message, path)
    attachment = message.get("attachment")
    payload = attachment.get("payload") if isinstance(attachment, Mapping) else None
    if isinstance(payload, Mapping):
        _check_payload(payload, join(path, "attachment.payload"))


def is_blank(text: str) -> bool:
    """Tells whether a text has nothing that can be seen: spaces, line ends, and marks of no width."""
    return text.isspace() or (
        not text.isascii() and all(each.isspace() or unicodedata.category(each) in _UNSEEN for each in text)
    )


def check_values(value: object, path: str, name: str = "") -> None:
    """Raises for numbers that JSON cannot carry, halves of characters, null in a list, and odd addresses."""
    match value:
        case str():
            _check_text(value, path, name)
        case Mapping():
            for member, each in value.items():
                check_values(each, join(path, str(member)), str(member))
        case list() | tuple():
            for index, each in enumerate(value):
                if each is None:
                    raise InvalidCommandError(f"{path}[{index}]", "is null: leave it out")
                check_values(each, f"{path}[{index}]")
        case msgspec.Struct():
            for field in value.__struct_fields__:
                check_values(getattr(value, field), join(path, field), field)
        case float() if not math.isfinite(value):
            raise InvalidCommandError(path, "must be a finite number")


def _check_text(text: str, path: str, name: str) -> None:
    if not text.isascii() and _HALF.search(text):
        problem = "holds half of a character (a lone surrogate): the text was cut inside it"
        raise InvalidCommandError(path, problem)
    if name in _ADDRESSES:
        check_address(text, path)


def check_address(url: str, path: str) -> None:
    """Raises unless an address is one that Meta fetches or opens: http or https, with no white space in it."""
    if "{{" in url or _SCHEME.match(url):
        if any(each.isspace() or unicodedata.category(each) == "Cc" for each in url):
            raise InvalidCommandError(path, "holds white space: encode it as %20")
        return
    if url[:5].lower() in {"file:", "data:"}:
        problem = "must begin with https://: Meta fetches it from the internet; send a file's bytes, or pathlib.Path(…)"
    elif _PATH.match(url):
        problem = "is a path, and no address: pathlib.Path(…) sends the file"
    else:
        problem = "must begin with https:// or http://"
    raise InvalidCommandError(path, problem)


def _check_payload(payload: Mapping[str, object], path: str) -> None:
    if "url" in payload and payload["url"] is None and payload.get("attachment_id") is None:
        raise InvalidCommandError(join(path, "url"), "is null: give a url or an attachment_id")
    _check_buttons(payload, path)
    for where, element in _elements(payload, path):
        _check_buttons(element, where)
        if element.get("item_url") is not None and element.get("default_action") is not None:
            raise InvalidCommandError(
                join(where, "item_url"), "stands beside default_action: give one of them"
            )


def check_cards(message: object, path: str) -> None:
    """Raises for a card of a generic template that has a title alone, which Meta took when v4.0 was current."""
    attachment = message.get("attachment") if isinstance(message, Mapping) else None
    payload = attachment.get("payload") if isinstance(attachment, Mapping) else None
    if not isinstance(payload, Mapping) or payload.get("template_type") != "generic":
        return
    for where, element in _elements(payload, join(path, "attachment.payload")):
        if not any(element.get(name) is not None for name in _BESIDE_TITLE):
            raise InvalidCommandError(where, f"has a title alone: add one of {', '.join(_BESIDE_TITLE[:-1])}")


def _elements(payload: Mapping[str, object], path: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    elements = payload.get("elements")
    for index, element in enumerate(elements if isinstance(elements, list | tuple) else ()):
        if isinstance(element, Mapping):
            yield f"{join(path, 'elements')}[{index}]", element


def _check_buttons(holder: Mapping[str, object], path: str) -> None:
    buttons = holder.get("buttons")
    if isinstance(buttons, list | tuple) and not buttons:
        raise InvalidCommandError(join(path, "buttons"), "is empty: leave it out, or give 1 to 3")
