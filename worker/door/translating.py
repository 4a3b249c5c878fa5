"""From a request to the command that makes it: a typed one where it makes exactly that call, else the call as it is."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from producer.commands import Command, check, check_queueable, encode
from producer.commands.handover import PassThreadControl, RequestThreadControl, TakeThreadControl
from producer.commands.pages import CreateSubscription, DebugToken, GetSubscriptions
from producer.commands.parts import RawPart
from producer.commands.profile import DeleteUserMenu, SetUserMenu
from producer.commands.recipients import bare
from producer.commands.send import SenderAction, SendMessage, SendRawBody
from producer.commands.uploads import UploadAttachment
from worker.call.endpoints import Call, CallContext, call_for, query_string
from worker.door.asking import Asked, Members
from worker.door.keys import Caller
from worker.door.refusing import RefusedError, invalid

SENDS: Final = "me/messages"
UPLOADS: Final = "me/message_attachments"
SEND_MEMBERS: Final = frozenset(
    {"recipient", "message", "messaging_type", "tag", "persona_id", "notification_type", "reply_to"}
)
ACTION_MEMBERS: Final = frozenset({"recipient", "sender_action", "persona_id", "payload"})


def command_of(asked: Asked, caller: Caller, context: CallContext) -> Command:
    """Returns the command of a request, checked as the producer checks it.

    Raises:
        InvalidCommandError: it is not of the form that Meta takes, or carries a secret that may not travel.
        RefusedError: its files have no place, or the caller's token stands where it would travel on.
    """
    asked = _as_me(asked, caller)
    command = _typed(asked, caller, context) or _raw(asked)
    check(command)
    check_queueable(command)
    if caller.is_shown_by(encode(command)):
        raise RefusedError(invalid("the access token stands in a place of its own only"))
    return command


def _as_me(asked: Asked, caller: Caller) -> Asked:
    """Returns the request with `me` for the Page's own id, so that both are one."""
    first, mark, rest = asked.path.partition("/")
    return msgspec.structs.replace(asked, path=f"me{mark}{rest}") if mark and first == caller.page else asked


def _typed(asked: Asked, caller: Caller, context: CallContext) -> Command | None:
    for method, pattern, make in _MADE:
        found = pattern.fullmatch(asked.path) if method == asked.method else None
        if found is None:
            continue
        try:
            command = make(asked, caller, found)
        except (KeyError, TypeError, ValueError, msgspec.MsgspecError):
            continue
        if command is not None and (asked.files or _makes(command, asked, context)):
            return command
    if asked.files:
        raise RefusedError(invalid("takes no file: one goes with me/messages or me/message_attachments"))
    return None


def _makes(command: Command, asked: Asked, context: CallContext) -> bool:
    """Tells whether the command's call is the request as it was given, but for what a worker fills in."""
    call = call_for(command, context)
    filled = {fill.name for fill in call.fill}
    return (
        (call.method, unquote(call.path)) == (asked.method, unquote(asked.path))
        and sorted(call.query) == sorted(pair for pair in asked.query if pair[0] not in filled)
        and _plain(call) == {name: value for name, value in (asked.body or {}).items() if name not in filled}
    )


def _plain(call: Call) -> Members:
    found: Members = msgspec.to_builtins(call.body or {})
    return found


def _raw(asked: Asked) -> RawPart:
    path = asked.path
    part: Members = {
        "method": asked.method,
        "relative_url": f"{path}?{query_string(asked.query)}" if asked.query else path,
    }
    if asked.body is not None:
        part["body"] = asked.body
    return RawPart(part=part)


def _send(asked: Asked, _caller: Caller, _found: "re.Match[str]") -> Command:
    body = _whole_body(asked)
    if "message" not in body and "sender_action" in body:
        return msgspec.convert(_stored("sender_action", body, ACTION_MEMBERS), SenderAction)
    command = msgspec.convert(_stored("send_message", body, SEND_MEMBERS), SendMessage)
    return msgspec.structs.replace(command, filedata=asked.files[0]) if asked.files else command


def _stored(tag: str, body: Members, known: frozenset[str]) -> Members:
    """Returns the members of a send as its command stores them."""
    others = {name: value for name, value in body.items() if name not in known}
    own = {name: value for name, value in body.items() if name in known}
    return {"type": tag, **own, "recipient": bare(body["recipient"]), "extra": others}


def _raw_send(asked: Asked, _caller: Caller, _found: "re.Match[str]") -> Command | None:
    return None if asked.query or asked.files else SendRawBody(body=_whole_body(asked))


def _whole_body(asked: Asked) -> Members:
    """Returns the members of a send to somebody.

    Raises:
        TypeError: it names nobody.
    """
    body = dict(asked.body or {})
    if not isinstance(body.get("recipient"), dict):
        raise TypeError("no recipient object")
    return body


def _upload(asked: Asked, _caller: Caller, _found: "re.Match[str]") -> Command | None:
    message: Any = (asked.body or {})["message"]
    attachment = message["attachment"]
    payload = attachment.get("payload") or {}
    if set(payload) - {"url", "is_reusable"}:
        return None
    reusable = payload.get("is_reusable", False)
    return UploadAttachment(
        attachment_type=attachment["type"],
        url=payload.get("url"),
        filedata=asked.files[0] if asked.files else None,
        is_reusable=reusable if isinstance(reusable, bool) else str(reusable).lower() == "true",
    )


def _thread_control(kind: type[Any]) -> Callable[[Asked, Caller, "re.Match[str]"], Command]:
    def make(asked: Asked, _caller: Caller, _found: "re.Match[str]") -> Command:
        body = dict(asked.body or {})
        body["recipient"] = bare(body["recipient"])
        command: Command = msgspec.convert({"type": kind.__struct_config__.tag, **body}, kind)
        return command

    return make


def _set_menu(asked: Asked, _caller: Caller, _found: "re.Match[str]") -> Command:
    body: Any = asked.body or {}
    return SetUserMenu(user_id=body["psid"], persistent_menu=body["persistent_menu"])


def _delete_menu(asked: Asked, _caller: Caller, _found: "re.Match[str]") -> Command:
    return DeleteUserMenu(user_id=dict(asked.query)["psid"])


def _debug(asked: Asked, caller: Caller, _found: "re.Match[str]") -> Command | None:
    inspected = dict(asked.query)["input_token"]
    return DebugToken() if caller.is_own(inspected) else None


def _subscribe(asked: Asked, caller: Caller, found: "re.Match[str]") -> Command | None:
    body: Any = dict(asked.body or {})
    given = body.pop("verify_token", None)
    if not caller.is_app or (given is not None and not caller.is_verify_token(str(given))):
        return None
    fields = body.pop("fields", None)
    return CreateSubscription(
        app_id=found[1], fields=fields.split(",") if isinstance(fields, str) else fields, **body
    )


def _subscriptions(_asked: Asked, caller: Caller, found: "re.Match[str]") -> Command | None:
    return GetSubscriptions(app_id=found[1]) if caller.is_app else None


Maker = Callable[[Asked, Caller, "re.Match[str]"], Command | None]
# Where a typed command does better than the call as it is: a conversation, a bucket, a file, or a secret to fill in.
_MADE: Final[Sequence[tuple[str, "re.Pattern[str]", Maker]]] = (
    ("POST", re.compile(SENDS), _send),
    ("POST", re.compile(SENDS), _raw_send),
    ("POST", re.compile(UPLOADS), _upload),
    ("POST", re.compile("me/pass_thread_control"), _thread_control(PassThreadControl)),
    ("POST", re.compile("me/take_thread_control"), _thread_control(TakeThreadControl)),
    ("POST", re.compile("me/request_thread_control"), _thread_control(RequestThreadControl)),
    ("POST", re.compile("me/custom_user_settings"), _set_menu),
    ("DELETE", re.compile("me/custom_user_settings"), _delete_menu),
    ("GET", re.compile("debug_token"), _debug),
    ("POST", re.compile(r"([^/]+)/subscriptions"), _subscribe),
    ("GET", re.compile(r"([^/]+)/subscriptions"), _subscriptions),
)


def as_graph_answered(command: Command, reply: object) -> object:
    """Returns Graph's own answer, of which the methods of a few commands give back only what is inside."""
    return {"data": reply} if isinstance(command, DebugToken | GetSubscriptions) else reply
