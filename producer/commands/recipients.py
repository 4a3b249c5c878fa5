"""A recipient is a PSID or an object that names a person in exactly one way."""

import re
import unicodedata
from typing import Final

from producer import limits
from producer.commands.shapes import join, near_miss
from producer.errors import InvalidCommandError

WAYS: Final = (
    "id",
    "user_ref",
    "phone_number",
    "comment_id",
    "post_id",
    "one_time_notif_token",
    "notification_messages_token",
)
# Quotes and brackets, by Unicode's categories of characters, and what ASCII has of them elsewhere.
_NOT_OF_A_PSID: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Ps", "Pe", "Pi", "Pf"})
_QUOTES: Final = frozenset("\"'`<>")
# 2.34568E+15, or 2345678901234570.0, as spreadsheets write long numbers.
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+|\d+[.,]\d+")
_PRIVATE_REPLIES: Final = frozenset({"comment_id", "post_id"})


def bare(recipient: object) -> object:
    """Returns the recipient as a command stores it: `{"id": psid}` becomes the bare PSID, the rest a copy."""
    if isinstance(recipient, str):
        return recipient
    if not isinstance(recipient, dict):
        return recipient
    if len(recipient) == 1 and isinstance(recipient.get("id"), str):
        return recipient["id"]
    return dict(recipient)


def full(recipient: str | dict[str, object]) -> dict[str, object]:
    """Returns the recipient as Graph takes it."""
    return {"id": recipient} if isinstance(recipient, str) else recipient


def way_of(recipient: dict[str, object]) -> tuple[str, str]:
    """Returns how the object names its recipient and the value, or two empty strings when it does not."""
    for way in WAYS:
        value = recipient.get(way)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return way, str(value)
    return "", ""


def is_private_reply(recipient: str | dict[str, object]) -> bool:
    """Says whether the recipient is the author of a comment or post, whom Meta lets a Page answer once."""
    return not isinstance(recipient, str) and not _PRIVATE_REPLIES.isdisjoint(recipient)


def check_recipient(recipient: object, path: str = "recipient") -> None:
    """Raises `InvalidCommandError` unless `recipient` is a PSID of 1 to 512 characters or a recipient object."""
    if isinstance(recipient, str):
        check_psid(recipient, path)
        return
    if not isinstance(recipient, dict):
        raise InvalidCommandError(path, "must be a PSID as text, or a recipient object")
    ways = [way for way in WAYS if way in recipient]
    for member in recipient:
        if member not in WAYS and not (member == "name" and ways == ["phone_number"]):
            raise InvalidCommandError(join(path, str(member)), _unknown(str(member)))
    if len(ways) != 1:
        raise InvalidCommandError(path, f"must hold exactly one of {', '.join(WAYS)}")
    (check_psid if ways[0] == "id" else check_id)(recipient[ways[0]], join(path, ways[0]))
    if "name" in recipient and not isinstance(recipient["name"], dict):
        raise InvalidCommandError(join(path, "name"), "must be an object")


def check_psid(value: object, path: str) -> None:
    """Raises `InvalidCommandError` unless `value` may be a PSID: an id without what copying brings along.

    That are white space, control characters, marks of no width, quotes and brackets, and a spreadsheet's number.
    """
    check_id(value, path)
    text = str(value)
    if text.isascii() and text.isdigit():
        return
    if _NUMBER.fullmatch(text):
        raise InvalidCommandError(
            path, "is a spreadsheet's number, whose last digits are lost: export the column as text"
        )
    for each in text:
        if each in _QUOTES or unicodedata.category(each) in _NOT_OF_A_PSID:
            raise InvalidCommandError(path, f"holds U+{ord(each):04X}, which is part of no PSID")


def check_id(value: object, path: str) -> None:
    """Raises `InvalidCommandError` unless `value` is an id as text of 1 to 512 characters."""
    if not isinstance(value, str):
        raise InvalidCommandError(path, "must be text")
    if not value or value.isspace():
        raise InvalidCommandError(path, "must not be empty")
    if len(value) > limits.ID_CHARACTERS_MAX:
        raise InvalidCommandError(path, f"at most {limits.ID_CHARACTERS_MAX} characters")


def _unknown(member: str) -> str:
    meant = near_miss(member, WAYS)
    known = f"a recipient has one of {', '.join(WAYS)}"
    return f"is no known member; did you mean {meant}?" if meant else f"is no known member; {known}"
