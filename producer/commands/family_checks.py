"""Checks of the commands that are no sends: their fields first, then what a field's type cannot say."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, cast, get_args

import msgspec

from producer import limits
from producer.by_value import by_value
from producer.commands.broadcasts import CreateMessageCreative
from producer.commands.checks import check_message
from producer.commands.command import CommandOf
from producer.commands.fields import Platform
from producer.commands.files import check_file
from producer.commands.forms import check_address
from producer.commands.handover import (
    ExtendThreadControl,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    TakeThreadControl,
)
from producer.commands.ice_breakers import check_ice_breakers
from producer.commands.marketing import CreateMessageCampaign, SendMarketingMessage
from producer.commands.parts import Command
from producer.commands.profile import (
    DeleteMessengerProfile,
    GetMessengerProfile,
    SetMessengerProfile,
    SetUserMenu,
)
from producer.commands.recipients import check_recipient
from producer.commands.secrets import Secret
from producer.commands.shapes import check_shape, join, near_miss, refuse_near_miss
from producer.commands.upkeep import DeleteMessageTemplate, ModerateConversations
from producer.commands.uploads import UploadAttachment
from producer.errors import InvalidCommandError
from producer.messages.profile import MessengerProfile, PersistentMenu

_ATTACHMENT_TYPES: Final = ("audio", "image", "video", "file")
_PROPERTIES: Final = MessengerProfile.__struct_fields__
_CAMPAIGN: Final = (
    "name",
    "page_id",
    "daily_budget",
    "lifetime_budget",
    "pixel_id",
    "start_time",
    "end_time",
)
_PLATFORMS: Final = get_args(Platform)
_CONTRARY: Final = (("block_user", "unblock_user"), ("ban_user", "unban_user"))


ThreadControl: TypeAlias = (
    PassThreadControl | ReleaseThreadControl | ExtendThreadControl | TakeThreadControl | RequestThreadControl
)


def check_fields(command: CommandOf[object], path: str) -> None:
    """Raises unless every field is of its declared type and within its declared bound."""
    try:
        plain = msgspec.to_builtins(command, builtin_types=(bytes,), enc_hook=by_value)
    except (TypeError, ValueError, RecursionError):
        raise InvalidCommandError(path, "holds something that is no JSON") from None
    check_shape(type(command), plain, path)
    for name in type(command).__struct_fields__:
        value = getattr(command, name)
        if name == "platform" and value not in (None, *_PLATFORMS):
            raise InvalidCommandError(join(path, name), f"must be {' or '.join(_PLATFORMS)}")
        if isinstance(value, Secret) and not 0 < len(value.secret) <= limits.SECRET_NAME_CHARACTERS_MAX:
            bound = f"the name of a secret has 1 to {limits.SECRET_NAME_CHARACTERS_MAX} characters"
            raise InvalidCommandError(join(path, name), bound)


def _check_set_messenger_profile(command: SetMessengerProfile, path: str) -> None:
    check_fields(command, path)
    if not command.profile:
        raise InvalidCommandError(join(path, "profile"), "must not be empty")
    check_shape(MessengerProfile, command.profile, join(path, "profile"))
    check_ice_breakers(command.profile.get("ice_breakers"), join(path, "profile.ice_breakers"))


def _check_profile_fields(command: GetMessengerProfile | DeleteMessengerProfile, path: str) -> None:
    check_fields(command, path)
    if not command.fields:
        raise InvalidCommandError(join(path, "fields"), "must not be empty")
    for index, name in enumerate(command.fields):
        if name not in _PROPERTIES:
            _refuse_misspelt(name, _PROPERTIES, f"{join(path, 'fields')}[{index}]")


def _check_set_user_menu(command: SetUserMenu, path: str) -> None:
    check_fields(command, path)
    for index, menu in enumerate(command.persistent_menu):
        check_shape(PersistentMenu, menu, f"{join(path, 'persistent_menu')}[{index}]")


def _check_thread_control(command: ThreadControl, path: str) -> None:
    check_recipient(command.recipient, join(path, "recipient"))
    check_fields(command, path)


def _check_message_creative(command: CreateMessageCreative, path: str) -> None:
    check_fields(command, path)
    for index, message in enumerate(command.messages):
        check_message(message, f"{join(path, 'messages')}[{index}]")


def _check_campaign(command: CreateMessageCampaign, path: str) -> None:
    check_fields(command, path)
    for member in ("name", "page_id"):
        if command.campaign.get(member) in (None, ""):
            raise InvalidCommandError(join(path, f"campaign.{member}"), "is missing")
    refuse_near_miss(command.campaign, _CAMPAIGN, join(path, "campaign"))


def _check_marketing_message(command: SendMarketingMessage, path: str) -> None:
    check_fields(command, path)
    check_message(command.message, join(path, "message"))
    text = command.message.get("text")
    if isinstance(text, str) and len(text) > limits.MARKETING_TEXT_CHARACTERS_MAX:
        bound = f"at most {limits.MARKETING_TEXT_CHARACTERS_MAX} characters in a marketing message"
        raise InvalidCommandError(join(path, "message.text"), bound)
    refuse_near_miss(command.extra, ("min_conversation_gap_seconds", "access_token"), path)


def _check_upload(command: UploadAttachment, path: str) -> None:
    if command.filedata is not None:
        check_file(command.filedata, join(path, "filedata"))
    elif not command.url:
        raise InvalidCommandError(join(path, "url"), "must be a URL, or give bytes, a path or an open file")
    else:
        check_address(command.url, join(path, "url"))
    check_fields(msgspec.structs.replace(command, filedata=None), path)
    if command.attachment_type not in _ATTACHMENT_TYPES:
        _refuse_misspelt(command.attachment_type, _ATTACHMENT_TYPES, join(path, "attachment_type"))


def _check_moderation(command: ModerateConversations, path: str) -> None:
    check_fields(command, path)
    for one, other in _CONTRARY:
        if one in command.actions and other in command.actions:
            raise InvalidCommandError(join(path, "actions"), f"{one} and {other} do not go together")


def _check_delete_template(command: DeleteMessageTemplate, path: str) -> None:
    check_fields(command, path)
    if command.name is None and command.template_id is None:
        raise InvalidCommandError(
            join(path, "name"), "is missing: name the template, or give its template_id"
        )


def _refuse_misspelt(word: str, known: tuple[str, ...], path: str) -> None:
    meant = near_miss(word, known)
    if meant is not None:
        raise InvalidCommandError(path, f"is no known value; did you mean {meant}?")


OTHER_CHECKS: Final = cast(
    "Mapping[type, Callable[[Command, str], None]]",
    {
        SetMessengerProfile: _check_set_messenger_profile,
        GetMessengerProfile: _check_profile_fields,
        DeleteMessengerProfile: _check_profile_fields,
        SetUserMenu: _check_set_user_menu,
        PassThreadControl: _check_thread_control,
        ReleaseThreadControl: _check_thread_control,
        ExtendThreadControl: _check_thread_control,
        TakeThreadControl: _check_thread_control,
        RequestThreadControl: _check_thread_control,
        CreateMessageCreative: _check_message_creative,
        CreateMessageCampaign: _check_campaign,
        SendMarketingMessage: _check_marketing_message,
        UploadAttachment: _check_upload,
        ModerateConversations: _check_moderation,
        DeleteMessageTemplate: _check_delete_template,
    },
)
