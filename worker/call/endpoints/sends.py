"""Calls of the Send API."""

from typing import Final, cast
from urllib.parse import parse_qsl

from producer.commands.parts import RawPart
from producer.commands.raw_parts import check_raw_part
from producer.commands.recipients import full
from producer.commands.secrets import Secret
from producer.commands.send import SenderAction, SendMessage, SendRawBody
from worker.call.endpoints.call import Body, Call, CallContext, Method, token_of
from worker.call.endpoints.instagram import check_message
from worker.call.endpoints.uploads import file_part

_MESSAGES: Final = "me/messages"


def _send_message(command: SendMessage, context: CallContext) -> Call:
    """Returns the call of a message, in the order of the reference client: type, recipient, message, options."""
    if context.is_instagram:
        check_message(command.message)
    body: Body = {
        "messaging_type": command.messaging_type or ("UPDATE" if command.tag is None else "MESSAGE_TAG"),
        "recipient": full(command.recipient),
        "message": command.message,
    }
    if command.tag is not None:
        body["tag"] = command.tag
    if command.persona_id is not None:
        body["persona_id"] = command.persona_id
    if command.notification_type is not None:
        body["notification_type"] = command.notification_type
    if command.reply_to is not None:
        body["reply_to"] = command.reply_to
    if command.extra:
        body |= command.extra
    if command.access_token is None and command.filedata is None:
        return Call(method="POST", path=_MESSAGES, body=body)
    if command.filedata is None:
        token = token_of(command.access_token)
        return Call(method="POST", path=_MESSAGES, body=body, token=token, place="both")
    part = file_part(command.filedata)
    first: Body = {"message": body.pop("message")}
    token = token_of(command.access_token)
    return Call(method="POST", path=_MESSAGES, body=first | body, files=(part,), token=token)


def _sender_action(command: SenderAction, _: CallContext) -> Call:
    """Returns the call of a sender action."""
    body: Body = {"recipient": full(command.recipient), "sender_action": command.sender_action}
    if command.persona_id is not None:
        body["persona_id"] = command.persona_id
    if command.payload is not None:
        body["payload"] = command.payload
    if command.extra:
        body |= command.extra
    if command.access_token is None:
        return Call(method="POST", path=_MESSAGES, body=body)
    token = token_of(command.access_token)
    return Call(method="POST", path=_MESSAGES, body=body, token=token, place="both")


def _send_raw_body(command: SendRawBody, _: CallContext) -> Call:
    """Returns the call of a raw body; a token inside it is the call's token, and stays inside."""
    inside = command.body.get("access_token")
    if isinstance(inside, dict) and isinstance(inside.get("secret"), str):
        inside = Secret(cast("str", inside["secret"]))
    token = inside if isinstance(inside, str | Secret) else command.access_token
    body = command.body
    if isinstance(inside, Secret):
        body = {name: value for name, value in body.items() if name != "access_token"}
    if token is None:
        return Call(method="POST", path=_MESSAGES, body=body)
    return Call(method="POST", path=_MESSAGES, body=body, token=token_of(token), place="both")


def _raw_part(command: RawPart, _: CallContext) -> Call:
    """Returns the call that a raw part describes, alone or in a batch; a token inside it is its token."""
    part = command.part
    check_raw_part(part, "")
    relative_url = str(part["relative_url"])
    path, _mark, text = relative_url.partition("?")
    query = tuple(parse_qsl(text, keep_blank_values=True))
    given = part.get("body")
    body: Body | None = dict(parse_qsl(given, keep_blank_values=True)) if isinstance(given, str) else None
    if isinstance(given, dict):
        body = given
    inside = (body or {}).get("access_token") or dict(query).get("access_token")
    token = inside if isinstance(inside, str) else command.access_token
    return Call(
        method=cast("Method", part["method"]),
        path=path.lstrip("/"),
        query=tuple(pair for pair in query if pair[0] != "access_token"),
        body=body,
        token=token_of(token),
        place="both" if body is not None and "access_token" in body else "query",
        relative_url=relative_url,
        form=given if isinstance(given, str) else None,
    )


CALLS: Final = {
    SendMessage: _send_message,
    SenderAction: _sender_action,
    SendRawBody: _send_raw_body,
    RawPart: _raw_part,
}
