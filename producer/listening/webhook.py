"""What stands in the body of Meta's webhook: echoes of what was sent, and people who wrote; any body can be read."""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from producer.errors import InvalidCommandError, SignatureError
from producer.tickets.echoes import echoes_in

ID: Final = re.compile(r"[0-9A-Za-z_-]{1,100}", re.ASCII)
TIME_MS_MAX: Final = 10**15
BY_A_PERSON: Final = ("message", "postback", "optin")
# https://developers.facebook.com/docs/messenger-platform/webhooks#validate-payloads
ALGORITHM: Final = "sha256="


class Wrote(msgspec.Struct, frozen=True):
    """A person wrote to a Page, pressed a button or opted in; `at_ms` is Meta's time of it, 0 when it told none."""

    page: str
    person: str
    at_ms: int


class Heard(msgspec.Struct, frozen=True):
    """What a body says: command ids with replies that are echoes, who wrote, and how many other events there were."""

    echoes: tuple[tuple[str, dict[str, object]], ...]
    wrote: tuple[Wrote, ...]
    ignored: int


def hear(body: object, signature: str | None, app_secret: str | None) -> Heard:
    """Reads a webhook's body; what is no event of Meta's counts as ignored.

    Args:
        body: as it came, in bytes or text, or decoded already.
        signature: the header `X-Hub-Signature-256`.
        app_secret: of the app that the webhook belongs to; without it no signature is asked for.

    Raises:
        SignatureError: the signature is missing, or not that of this body and secret.
        InvalidCommandError: a signature that cannot be checked: there is no secret, or the body was decoded already.
    """
    _check(body, signature, app_secret)
    echoes: list[tuple[str, dict[str, object]]] = []
    wrote: list[Wrote] = []
    ignored = 0
    for event in _events(_decoded(body)):
        found = list(echoes_in(event)) if isinstance(event, Mapping) and "entry" not in event else []
        person = _wrote(event)
        echoes += [(command_id, _plain(reply)) for command_id, reply in found]
        wrote += [person] if person else []
        ignored += not found and person is None
    return Heard(tuple(echoes), tuple(wrote), ignored)


def _check(body: object, signature: str | None, app_secret: str | None) -> None:
    if app_secret is None:
        if signature is not None:
            raise InvalidCommandError("app_secret", "is needed to check the signature")
        return
    if not isinstance(app_secret, str) or not app_secret:
        raise InvalidCommandError("app_secret", "must be the secret of the app, as text")
    if not isinstance(body, bytes | bytearray | str):
        raise InvalidCommandError(
            "body", "must be the bytes as they came: Meta signs those, not what they mean"
        )
    content = body.encode(errors="replace") if isinstance(body, str) else bytes(body)
    wanted = ALGORITHM + hmac.new(app_secret.encode(errors="replace"), content, hashlib.sha256).hexdigest()
    given = signature if isinstance(signature, str) else ""
    if not hmac.compare_digest(wanted.encode(), given.strip().encode(errors="replace")):
        raise SignatureError(
            "X-Hub-Signature-256 is missing: answer 403, this is not from Meta"
            if not given
            else "X-Hub-Signature-256 is not of this body and app_secret: answer 403; if it is from Meta, "
            "give the body's bytes as they came, and the secret of the app whose webhook this is"
        )


def _decoded(body: object) -> object:
    if not isinstance(body, bytes | bytearray | str):
        return body
    try:
        return msgspec.json.decode(body)
    except (
        ValueError,
        RecursionError,
    ):  # of msgspec, too; Meta sends JSON: whatever this is, it tells nothing
        return None


def _events(body: object) -> Iterator[object]:
    """Yields the messaging events of a body, of an entry, or the one that it is."""
    entries = body.get("entry") if isinstance(body, Mapping) else None
    for entry in entries if isinstance(entries, list) else [body]:
        events = entry.get("messaging") if isinstance(entry, Mapping) else None
        yield from events if isinstance(events, list) else [entry]


def _wrote(event: object) -> Wrote | None:
    if not isinstance(event, Mapping) or not any(
        isinstance(event.get(each), Mapping) for each in BY_A_PERSON
    ):
        return None
    message = event.get("message")
    if isinstance(message, Mapping) and message.get("is_echo"):
        return None
    person, page = _id(event.get("sender")), _id(event.get("recipient"))
    if person is None or page is None:
        return None
    at_ms = event.get("timestamp")
    known = isinstance(at_ms, int) and 0 < at_ms < TIME_MS_MAX
    return Wrote(page, person, at_ms if known else 0)  # type: ignore[arg-type]  # an int, as `known` says


def _id(who: object) -> str | None:
    found = who.get("id") if isinstance(who, Mapping) else None
    return found if isinstance(found, str) and ID.fullmatch(found) else None


def _plain(reply: dict[str, object]) -> dict[str, object]:
    return {
        name: value if isinstance(value, str) and value.isprintable() else None
        for name, value in reply.items()
    }
