"""What is kept of an answer in an outcome: what the method gives back, or why not; without a secret of the call."""

from typing import Final

import msgspec

from producer.commands import SendBatch, SenderAction, SendMessage, SendRawBody
from worker.call.graph.answers import NO_HEADERS, Answer, Answered
from worker.call.graph.failing import failure_facts
from worker.call.graph.masking import masked_json
from worker.call.graph.watching import parsed_body
from worker.call.origin import Origin
from worker.call.readable import can_be_read
from worker.call.replies import is_reshaped, unwrap, unwrap_parts
from worker.judge import Verdict

HEADERS_BYTES_MAX: Final = 4_096
SEND_BYTES_MAX: Final = 16 * 1024
READ_BYTES_MAX: Final = 1024 * 1024
ID_CHARACTERS_MAX: Final = 400
_decode_headers: Final = msgspec.json.Decoder(list[dict[str, str]]).decode
# Their answers hold ids only, which are no secrets.
_SENDS: Final = (SendMessage, SenderAction, SendRawBody)
_OK: Final = 200


def detail_of(verdict: Verdict, answer: Answer, origin: Origin | None = None) -> bytes:
    """Returns what is kept of an answer, as JSON: the reply of a success, else the reason with Graph's codes."""
    if verdict.kind == "sent":
        return b'{"reply":' + reply_of(answer, origin) + _part_members(answer, origin) + b"}"
    facts = {
        "row": verdict.row,
        "code": verdict.code,
        "subcode": verdict.subcode,
        "status": verdict.status,
        "fbtrace_id": verdict.fbtrace_id,
    }
    known = {name: value for name, value in facts.items() if value is not None}
    if isinstance(answer, Answered):
        secrets = () if origin is None else origin.secrets
        known |= msgspec.to_builtins(failure_facts(answer, secrets))
    detail = msgspec.json.encode({"reason": verdict.reason, "answer": known})
    return detail[:-1] + _part_members(answer, origin) + b"}"


def reply_of(answer: Answer, origin: Origin | None) -> bytes:
    """Returns the JSON of what the method gives back, without tokens, in a form that can always be read again."""
    body = answer.body if isinstance(answer, Answered) else b"null"
    if origin is None or isinstance(origin.command, _SENDS):
        return masked_json(body) if len(body) <= SEND_BYTES_MAX and can_be_read(body) else _ids_of(body)
    if len(body) > READ_BYTES_MAX or not can_be_read(body):
        return b"null"
    command = origin.command
    body = masked_json(body, origin.secrets)  # before anything is picked from it
    if isinstance(command, SendBatch):
        found = parsed_body(body)
        answers = [_or_null(each) for each in found] if isinstance(found, list) else []
        answers += [None] * (len(command.parts) - len(answers))
        body = msgspec.json.encode(unwrap_parts(command.parts, answers[: len(command.parts)]))
    elif is_reshaped(command):
        body = msgspec.json.encode(unwrap(command, parsed_body(body)))
    return body


class _Ids(msgspec.Struct, omit_defaults=True):
    recipient_id: str | None = None
    message_id: str | None = None


def _ids_of(body: bytes) -> bytes:
    """Returns what a send is known by, of an answer that is too long or cannot be read whole."""
    try:
        found = msgspec.json.decode(body, type=_Ids)
        ids = {name: text[:ID_CHARACTERS_MAX] for name, text in msgspec.structs.asdict(found).items() if text}
        return masked_json(msgspec.json.encode(ids))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return b"null"


def _or_null(answer: object) -> object:
    """Returns a part's answer, or None where Graph answered null: it was left out, cut off, or not run."""
    if not isinstance(answer, dict) or answer.get("code") is None:
        return None
    return None if answer.get("code") == _OK and answer.get("body") is None else answer


def _part_members(answer: Answer, origin: Origin | None) -> bytes:
    if origin is None or not origin.is_part or not isinstance(answer, Answered) or answer.whole:
        return b""
    own = [{"name": name, "value": value} for name, value in answer.headers.items()]
    listed = msgspec.json.encode(own) if answer.listed == NO_HEADERS else answer.listed
    if listed == b"[]" or len(listed) > HEADERS_BYTES_MAX or not _are_headers(listed):
        return b',"code":%d' % answer.status
    return b',"code":%d,"headers":%b' % (answer.status, masked_json(listed, origin.secrets))


def _are_headers(listed: bytes) -> bool:
    try:
        _decode_headers(listed)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True
