"""Reads what is in an answer's body, whatever is in it: nothing here raises."""

import re
from typing import Any, Final

import msgspec

from producer.errors.graph import trace_of

_NUMBER: Final = re.compile(r"-?[0-9]{1,15}")
_NUMBER_MAX: Final = 10**15
# Meta's two sentences for a wrong and for a missing proof, whole; seen with and without the code before them:
# https://developers.facebook.com/docs/graph-api/guides/secure-requests
_OF_PROOF: Final = re.compile(
    r"(?:\(#100\) )?"
    r"(?:Invalid appsecret_proof provided in the API argument"
    r"|API calls from the server require an appsecret_proof argument)\.?"
)
# A body can be nested deeper than the decoder goes.
_UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)


class GraphError(msgspec.Struct, frozen=True, kw_only=True):
    """What of an error of Graph's decides; its texts are left behind."""

    code: int | None = None
    subcode: int | None = None
    type: str = ""
    is_transient: bool | None = None
    names_proof: bool = False
    fbtrace_id: str | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a body is: JSON or not, with an error of Graph's or none, with the ids of a carried out send or none."""

    is_json: bool = False
    error: GraphError | None = None
    has_foreign_error: bool = False
    has_id: bool = False


class _Success(msgspec.Struct, frozen=True, gc=False):
    error: Any = None
    message_id: str | None = None
    recipient_id: str | None = None


_decode_success: Final = msgspec.json.Decoder(_Success).decode
_decode: Final = msgspec.json.Decoder().decode


def is_plain_success(body: bytes, *, is_message: bool) -> bool:
    """Tells, fast, that a body is a success's; False says only that a slower look is needed."""
    try:
        found = _decode_success(body)
    except _UNREADABLE:
        return False
    return found.error is None and (not is_message or bool(found.message_id or found.recipient_id))


def read(body: bytes) -> Reading:
    """Returns what a body is. An `error` that is no object is somebody else's, not Graph's."""
    try:
        document: object = _decode(body)
    except _UNREADABLE:
        return Reading()
    if not isinstance(document, dict):
        return Reading(is_json=True)
    error = document.get("error")
    return Reading(
        is_json=True,
        error=_error_of(error) if isinstance(error, dict) else None,
        has_foreign_error=error is not None and not isinstance(error, dict),
        has_id=any(_is_id(document.get(name)) for name in ("message_id", "recipient_id")),
    )


def _error_of(error: dict[str, object]) -> GraphError:
    kind, message = error.get("type"), error.get("message")
    return GraphError(
        code=_number_of(error.get("code")),
        subcode=_number_of(error.get("error_subcode")),
        type=kind if isinstance(kind, str) else "",
        is_transient=_switch_of(error.get("is_transient")),
        names_proof=isinstance(message, str) and _OF_PROOF.fullmatch(message) is not None,
        fbtrace_id=trace_of(error.get("fbtrace_id")),
    )


def _is_id(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and bool(value)


def _number_of(value: object) -> int | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _NUMBER_MAX:
        return value
    return None


def _switch_of(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int | float):
        return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
    return None
