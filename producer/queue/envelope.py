"""Envelopes: a command with its id, Page, conversation and delivery options, in the form in which it lies in Redis."""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import quote

import msgspec

from producer.commands import Command, encode, tag_of
from producer.errors import InvalidCommandError
from producer.queue.routing import Route
from producer.store.keys import CLASSES, PRIORITIES
from producer.store.record import (
    ALONE,
    AT_MOST_ONCE,
    BLOB,
    PEOPLE_AT,
    SCHEDULED,
    SEEN,
    UNORDERED,
    asked_line,
)

BODY_BYTES_MAX: Final = 65_536
PERSON_CHARS_MAX: Final = 100
PAGE_CHARS_MAX: Final = 64
KEY_CHARS_MAX: Final = 200
SECONDS_MAX: Final = 366 * 24 * 3600
_PAGE: Final = re.compile(rf"[\w.-]{{1,{PAGE_CHARS_MAX}}}")
_encode: Final = msgspec.msgpack.Encoder().encode
_RECIPIENT: Final = _encode("recipient")
_SHORT: Final = b"\xc1"  # no value of msgpack begins so
_MAPS: Final = range(0x80, 0x8F)  # heads of maps that may have one member more
SHORT_TEXT: Final = _SHORT + b"\0"  # no map begins so
_TEXT: Final = b"\x81" + _encode("message") + b"\x81" + _encode("text")
SEND_AT_MAX: Final = 10_000_000_000  # in 2286; a time in milliseconds is beyond

Priority = Literal["interactive", "bulk"]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How a command is delivered, apart from what it says; made by `Producer.with_options`."""

    page: str = ""
    priority: Priority = "interactive"
    send_at: datetime | float | None = None
    expires_in: timedelta | float | None = None
    idempotency_key: str | None = None
    ordered: bool | None = None
    at_most_once: bool = False

    def is_ordered(self) -> bool:
        """Tells whether commands keep their order to each person: by default those of `interactive` do."""
        return self.priority == "interactive" if self.ordered is None else self.ordered


def checked(delivery: Delivery) -> Delivery:
    """Returns the options as given, once every one of them is in its bounds.

    Raises:
        InvalidCommandError: names the option and its bound.
    """
    if not delivery.page:
        raise InvalidCommandError(
            "page", "no Page is named: use Producer.connect(url, page=…), for_page(…) or OUTBOUND_PAGE"
        )
    if not isinstance(delivery.page, str) or not _PAGE.fullmatch(delivery.page):
        raise InvalidCommandError(
            "page", f"must be a Page id: at most {PAGE_CHARS_MAX} letters, digits, '_', '-' or '.'"
        )
    if not isinstance(delivery.priority, str) or delivery.priority not in PRIORITIES:
        raise InvalidCommandError("priority", "must be 'interactive' or 'bulk'")
    if not isinstance(delivery.expires_in, timedelta | float | int | None):
        raise InvalidCommandError("expires_in", "must be a timedelta or seconds")
    if delivery.expires_in is not None and not 0 < _seconds(delivery.expires_in) <= SECONDS_MAX:
        raise InvalidCommandError("expires_in", f"must be more than 0 and at most {SECONDS_MAX} seconds")
    key = delivery.idempotency_key
    if key is not None and not (isinstance(key, str) and 0 < len(key) <= KEY_CHARS_MAX):
        raise InvalidCommandError("idempotency_key", f"must be text of 1 to {KEY_CHARS_MAX} characters")
    if key is not None and any("\ud800" <= each <= "\udfff" for each in key):
        raise InvalidCommandError(
            "idempotency_key", "holds half a character: a surrogate without its other half"
        )
    if not isinstance(delivery.ordered, bool | None) or not isinstance(delivery.at_most_once, bool):
        raise InvalidCommandError("ordered, at_most_once", "must be True or False")
    _check_send_at(delivery.send_at)
    return delivery


def _check_send_at(send_at: object) -> None:
    if not isinstance(send_at, datetime | float | int | None):
        raise InvalidCommandError("send_at", "must be a datetime with its time zone, or seconds since 1970")
    if isinstance(send_at, datetime) and send_at.tzinfo is None:
        raise InvalidCommandError("send_at", "a datetime must carry its time zone, as datetime.now(UTC) does")
    at = send_at.timestamp() if isinstance(send_at, datetime) else send_at
    if at is not None and not 0 <= at <= SEND_AT_MAX:
        raise InvalidCommandError("send_at", f"must be at most {SEND_AT_MAX} seconds since 1970")


def _seconds(span: timedelta | float) -> float:
    return span.total_seconds() if isinstance(span, timedelta) else float(span)


def due_ms(delivery: Delivery) -> str:
    """Returns when a command is due, in milliseconds since 1970, or '' for at once."""
    if delivery.send_at is None:
        return ""
    at = delivery.send_at.timestamp() if isinstance(delivery.send_at, datetime) else float(delivery.send_at)
    return str(int(at * 1000))


def expires_ms(delivery: Delivery) -> str:
    """Returns in how many milliseconds a command expires, or '' for never."""
    return "" if delivery.expires_in is None else str(max(1, int(_seconds(delivery.expires_in) * 1000)))


def times_of(delivery: Delivery) -> tuple[str, str]:
    """Returns when a command is due and when it expires, as the scripts read it; '' is at once, and never.

    Its span counts from when it is due: `send_at` at eight with an hour is pointless after nine.
    """
    due, expires = due_ms(delivery), expires_ms(delivery)
    if due and expires:
        return due, str(int(due) + int(expires))
    return due, f"+{expires}" if expires else ""


def is_plain_person(recipient: str) -> bool:
    """Tells whether a recipient names its conversation as it stands."""
    return recipient.isalnum() and len(recipient) <= PERSON_CHARS_MAX


def person_key(recipient: str) -> str:
    """Returns a recipient in the form in which it names a conversation: short, and free of the engine's separators."""
    if is_plain_person(recipient):
        return recipient
    plain = quote(recipient, safe=":+@.-_")
    if len(plain) <= PERSON_CHARS_MAX:
        return plain
    return "sha1:" + hashlib.sha1(recipient.encode(), usedforsecurity=False).hexdigest()


def shortened(body: bytes, person: str) -> bytes:
    """Returns an encoded command as it lies in Redis.

    Without its recipient, where the fixed line names the same; of a plain text then only the text.
    """
    member = _RECIPIENT + _encode(person)
    if not body.startswith(member, 1):
        return body
    rest = bytes((body[0] - 1,)) + body[1 + len(member) :]
    return SHORT_TEXT + rest[len(_TEXT) :] if rest.startswith(_TEXT) else _SHORT + rest


def lengthened(body: bytes, person: str) -> bytes:
    """Returns an encoded command in whole, from the form in which it lies in Redis and the person of its fixed line.

    Damaged bytes come back as they are.
    """
    if not body.startswith(_SHORT):
        return body
    rest = _TEXT + body[2:] if body.startswith(SHORT_TEXT) else body[1:]
    if not rest or rest[0] not in _MAPS:
        return body
    return bytes((rest[0] + 1,)) + _RECIPIENT + _encode(person) + rest[1:]


def _only_reads(kind: str) -> bool:
    """Tells whether doing a command again changes nothing at all; a raw part says so of itself."""
    return kind.startswith("get_") or kind in {"debug_token", "raw_part"}


def fixed_line(route: Route, kind: str, delivery: Delivery, *, has_bytes: bool = False) -> str:
    """Returns the part of the envelope that scripts read: Page, lane, conversation, type and options."""
    people = people_of(route)
    options = (
        (ALONE if route.alone else "")
        + (AT_MOST_ONCE if delivery.at_most_once else "")
        + (SEEN if route.is_send or (delivery.at_most_once and not _only_reads(kind)) else "")
        + (UNORDERED if people and not delivery.is_ordered() else "")
        + (BLOB if has_bytes else "")
        + (SCHEDULED if delivery.send_at is not None else "")
    )
    return asked_line(
        page=delivery.page,
        rate_class=route.rate_class,
        priority=delivery.priority,
        people=people,
        kind=kind,
        bucket=_bucket_of(route),
        cost=_cost_of(route),
        options=options,
    )


def people_of(route: Route) -> str:
    """Returns whose conversations a command joins, as the fixed line names them."""
    if not route.joins:
        return ""
    if not route.recipients:
        return person_key(route.recipient)
    return ",".join(dict.fromkeys(person_key(each) for each in route.recipients if each))


def _bucket_of(route: Route) -> str:
    """Returns the limits beside its class's that a command is charged to, in the form of `loading.lua`."""
    named = (name if calls == 1 else f"{name}*{calls}" for name, calls in route.buckets)
    return ",".join(named) if route.buckets else route.bucket


def _cost_of(route: Route) -> str:
    """Returns what a command costs its lane's class, and other classes, in the form of `sendable.lua`."""
    if not route.charges:
        return "" if route.cost == 1 else str(route.cost)
    charges = dict(route.charges)
    own = charges.pop(route.rate_class, 0)
    others = "".join(f",{CLASSES[name]}{calls}" for name, calls in charges.items())
    return "" if own == 1 and not others else f"{own}{others}"


def arguments_of(command_id: str, command: Command, route: Route, delivery: Delivery) -> list[str | bytes]:
    """Returns the five arguments with which `enqueue.lua` accepts one command.

    Raises:
        InvalidCommandError: the command is larger than `BODY_BYTES_MAX` bytes.
    """
    body = encode(command)
    if len(body) > BODY_BYTES_MAX:
        raise InvalidCommandError(
            "", f"the encoded command has {len(body)} bytes, at most {BODY_BYTES_MAX} are taken"
        )
    has_bytes = getattr(command, "filedata", None) is not None
    line = fixed_line(route, tag_of(command), delivery, has_bytes=has_bytes)
    return [command_id, line, *times_of(delivery), shortened(body, line.split("|", PEOPLE_AT + 1)[PEOPLE_AT])]
