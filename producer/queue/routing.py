"""Where a command waits, in whose order, and what it costs: all that the engine needs to know about it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, cast
from urllib.parse import parse_qsl, quote

import msgspec

from producer.commands.apps import LogCustomEvents
from producer.commands.broadcasts import CreateMessageCreative, SendBroadcastMessage, SendSponsoredMessage
from producer.commands.handover import (
    ExtendThreadControl,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    TakeThreadControl,
)
from producer.commands.marketing import CreateMessageCampaign, SendMarketingMessage
from producer.commands.parts import Command, Part, RawPart, SendBatch
from producer.commands.personas import CreatePersona
from producer.commands.profile import (
    DeleteMessengerProfile,
    DeleteUserMenu,
    GetMessengerProfile,
    GetProfileProperty,
    GetUserMenu,
    SetMessengerProfile,
    SetUserMenu,
)
from producer.commands.recipients import is_private_reply, way_of
from producer.commands.send import SenderAction, SendMessage, SendRawBody
from producer.commands.upkeep import CreateMessageTemplate
from producer.commands.uploads import UploadAttachment

_MEDIA_TYPES: Final = frozenset({"audio", "image", "video", "file"})
# Doing these again changes nothing that a person sees.
_REPEATABLE_ACTIONS: Final = frozenset({"mark_seen", "typing_off", "react", "unreact"})
PRIVATE_REPLY: Final = "private_reply"
REFERENCE: Final = "{result="


class Route(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The lane and the conversation of a command.

    `rate_class` is `text`, `media`, `profile` or `other`. `recipient` is a PSID, or `user_ref:…`, `phone_number:…`
    and so on, or empty; with `joins` it waits its turn in that conversation. `bucket` names a limit of its own.
    `cost` counts calls. `alone`: no other call may share the request. `is_send`: doing it twice would be seen by a
    person, or leave a second thing behind.
    """

    rate_class: str
    recipient: str = ""
    joins: bool = False
    bucket: str = ""
    cost: int = 1
    alone: bool = False
    is_send: bool = False
    # Of a batch of linked parts: every conversation that it joins, and its calls by rate class and by bucket.
    recipients: tuple[str, ...] = ()
    charges: tuple[tuple[str, int], ...] = ()
    buckets: tuple[tuple[str, int], ...] = ()


def route(command: Command) -> Route:
    """Returns where `command` goes; looks at nothing but the command."""
    make = _ROUTES.get(type(command))
    return _OTHER if make is None else make(command)


def conversation_key(recipient: object) -> str:
    """Returns the key of a recipient's conversation, empty when it names nobody."""
    if isinstance(recipient, str):
        return recipient
    if not isinstance(recipient, dict):
        return ""
    way, value = way_of(recipient)
    return value if way == "id" or not way else f"{way}:{value}"


def _route_send(command: SendMessage) -> Route:
    recipient = command.recipient
    message = command.message
    if type(recipient) is str and "text" in message:
        return Route(
            rate_class="text", recipient=recipient, joins=True, is_send=True, alone=looks_linked(message)
        )
    media = command.filedata is not None or has_media(message)
    return Route(
        rate_class="media" if media else "text",
        recipient=conversation_key(recipient),
        joins=True,
        bucket=PRIVATE_REPLY if is_private_reply(recipient) else "",
        alone=media or looks_linked(message),
        is_send=True,
    )


def looks_linked(value: object) -> bool:
    """Says whether a text in it looks as if it took something from another part's answer.

    Graph would take it for that in a batch with others, so it goes in a request of its own, as it stands.
    """
    if isinstance(value, str):
        return REFERENCE in value
    if isinstance(value, dict):
        return any(map(looks_linked, value.values()))
    return isinstance(value, list | tuple) and any(map(looks_linked, value))


def has_media(message: object) -> bool:
    """Says whether Meta must fetch or read a file for this message; an `attachment_id` costs no more than a text."""
    if not isinstance(message, dict):
        return False
    attachments = message.get("attachments")
    items = attachments if isinstance(attachments, list) else [message.get("attachment")]
    return any(_is_media(item) for item in items)


def _is_media(attachment: object) -> bool:
    if not isinstance(attachment, dict) or attachment.get("type") not in _MEDIA_TYPES:
        return False
    payload = attachment.get("payload")
    return isinstance(payload, dict) and "attachment_id" not in payload


def _route_action(command: SenderAction) -> Route:
    return Route(
        rate_class="text",
        recipient=conversation_key(command.recipient),
        joins=True,
        is_send=command.sender_action not in _REPEATABLE_ACTIONS,
    )


def _route_thread_control(
    command: PassThreadControl
    | ReleaseThreadControl
    | ExtendThreadControl
    | TakeThreadControl
    | RequestThreadControl,
) -> Route:
    return Route(rate_class="other", recipient=conversation_key(command.recipient), joins=True)


def _route_user_menu(command: GetUserMenu | SetUserMenu | DeleteUserMenu) -> Route:
    return _route_user_menu_of(command.user_id)


def _route_user_menu_of(user_id: object) -> Route:
    bucket = f"user_menu:{quote(user_id, safe='')}" if isinstance(user_id, str) else ""
    return Route(rate_class="other", bucket=bucket)


def _route_marketing_message(command: SendMarketingMessage) -> Route:
    return _route_marketing(command.subscription_token)


def _route_marketing(token: object) -> Route:
    # The token names a person, and its length would make long keys: a digest tells one from another as well.
    digest = hashlib.sha256(str(token or "").encode("utf-8", "replace")).hexdigest()[:16]
    return Route(rate_class="other", bucket=f"marketing:{digest}", is_send=True)


def _route_raw_body(body: dict[str, object]) -> Route:
    recipient = body.get("recipient")
    key = conversation_key(recipient)
    media = has_media(body.get("message"))
    action = body.get("sender_action")
    return Route(
        rate_class="media" if media else "text",
        recipient=key,
        joins=bool(key),
        bucket=PRIVATE_REPLY if isinstance(recipient, dict) and is_private_reply(recipient) else "",
        alone=media,
        is_send=action not in _REPEATABLE_ACTIONS,
    )


def _route_raw_part(part: dict[str, object]) -> Route:
    """Returns the place of a call that no method makes: its edge says its class, and whom it names its conversation."""
    path, _, query = str(part.get("relative_url", "")).partition("?")
    node, _, edge = path.strip("/").rpartition("/")
    if edge == "messenger_profile":
        return _PROFILE
    members = {**_opened(query), **_opened(part.get("body"))}
    if edge == "custom_user_settings":
        return _route_user_menu_of(members.get("psid"))
    return _OTHER if part.get("method") == "GET" else _route_raw_write(node, edge, members)


def _route_raw_write(node: str, edge: str, members: dict[str, object]) -> Route:
    if edge == "messages" and node.rpartition("/")[2].startswith("act_"):
        delivery = members.get("messenger_delivery_data")
        return _route_marketing(delivery.get("subscription_token") if isinstance(delivery, dict) else None)
    if edge == "messages":
        return _route_raw_body(members)
    if edge == "message_attachments":
        return _UPLOAD
    key = conversation_key(members.get("recipient", members.get("psid")))
    return Route(rate_class="other", recipient=key, joins=bool(key), is_send=True)


def _opened(body: object) -> dict[str, object]:
    """Returns the members of a raw part's body, which may be a query string of JSON texts."""
    members = dict(parse_qsl(body)) if isinstance(body, str) else body
    if not isinstance(members, dict):
        return {}
    return {name: _json_or_text(value) for name, value in members.items()}


def _json_or_text(value: object) -> object:
    if not isinstance(value, str) or value[:1] != "{":
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return value


def _route_batch(command: SendBatch) -> Route:
    routes = [route(item.command if isinstance(item, Part) else item) for item in command.parts]
    classes = [each.rate_class for each in routes]
    recipients = tuple(dict.fromkeys(each.recipient for each in routes if each.joins))
    slowest = min(classes, key=("profile", "media", "other", "text").index, default="other")
    return Route(
        rate_class=slowest,
        recipient=recipients[0] if len(recipients) == 1 else "",
        joins=bool(recipients),
        cost=len(routes),
        alone=True,
        is_send=any(each.is_send for each in routes),
        recipients=recipients,
        charges=tuple(Counter(classes).items()),
        buckets=tuple(Counter(each.bucket for each in routes if each.bucket).items()),
    )


_OTHER: Final = Route(rate_class="other")
_PROFILE: Final = Route(rate_class="profile")
# Doing it again leaves a second thing behind, or reaches people a second time.
_MAKES: Final = Route(rate_class="other", is_send=True)
_UPLOAD: Final = Route(rate_class="media", alone=True)

_ROUTES: Final = cast(
    "Mapping[type, Callable[[Command], Route]]",
    {
        SendMessage: _route_send,
        SenderAction: _route_action,
        SendRawBody: lambda command: _route_raw_body(command.body),
        RawPart: lambda command: _route_raw_part(command.part),
        SendBatch: _route_batch,
        PassThreadControl: _route_thread_control,
        ReleaseThreadControl: _route_thread_control,
        ExtendThreadControl: _route_thread_control,
        TakeThreadControl: _route_thread_control,
        RequestThreadControl: _route_thread_control,
        GetUserMenu: _route_user_menu,
        SetUserMenu: _route_user_menu,
        DeleteUserMenu: _route_user_menu,
        SendMarketingMessage: _route_marketing_message,
        UploadAttachment: lambda _: _UPLOAD,
        **dict.fromkeys(
            (GetMessengerProfile, GetProfileProperty, SetMessengerProfile, DeleteMessengerProfile),
            lambda _: _PROFILE,
        ),
        **dict.fromkeys(
            (
                SendBroadcastMessage,
                SendSponsoredMessage,
                CreateMessageCreative,
                CreatePersona,
                CreateMessageTemplate,
                CreateMessageCampaign,
                LogCustomEvents,
            ),
            lambda _: _MAKES,
        ),
    },
)
