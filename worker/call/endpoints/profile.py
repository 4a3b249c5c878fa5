"""Calls of a person's profile, the Messenger profile, and the menu of one person."""

from typing import Any, Final

from producer.commands.profile import (
    DeleteMessengerProfile,
    DeleteUserMenu,
    GetMessengerProfile,
    GetProfileProperty,
    GetUserMenu,
    GetUserProfile,
    SetMessengerProfile,
    SetUserMenu,
)
from worker.call.endpoints.building import delete, fields_query, get, platform_query, post, segment
from worker.call.endpoints.call import Call, CallContext
from worker.call.endpoints.instagram import INSTAGRAM_PROFILE_FIELDS, check_profile_fields

_PROFILE: Final = "me/messenger_profile"
_SETTINGS: Final = "me/custom_user_settings"
_USER_FIELDS: Final = ("id", "name", "first_name", "last_name", "profile_pic")


def _get_user_profile(command: GetUserProfile, context: CallContext) -> Call:
    if context.is_instagram:
        check_profile_fields(command.fields)
    default = INSTAGRAM_PROFILE_FIELDS if context.is_instagram else _USER_FIELDS
    return get(command, segment(command.user_id), *fields_query(command.fields, default))


def _get_messenger_profile(command: GetMessengerProfile, context: CallContext) -> Call:
    return get(command, _PROFILE, *fields_query(command.fields, ()), *platform_query(command, context))


def _get_profile_property(command: GetProfileProperty[Any], context: CallContext) -> Call:
    return get(command, _PROFILE, ("fields", command.property), *platform_query(command, context))


def _set_messenger_profile(command: SetMessengerProfile, context: CallContext) -> Call:
    return post(command, _PROFILE, {**command.profile, **dict(platform_query(command, context))})


def _delete_messenger_profile(command: DeleteMessengerProfile, context: CallContext) -> Call:
    return delete(command, _PROFILE, {"fields": command.fields}, platform_query(command, context))


def _get_user_menu(command: GetUserMenu, _: CallContext) -> Call:
    return get(command, _SETTINGS, ("psid", command.user_id))


def _set_user_menu(command: SetUserMenu, _: CallContext) -> Call:
    return post(command, _SETTINGS, {"psid": command.user_id, "persistent_menu": command.persistent_menu})


def _delete_user_menu(command: DeleteUserMenu, _: CallContext) -> Call:
    query = (("psid", command.user_id), ("params", '["persistent_menu"]'))
    return delete(command, _SETTINGS, query=query)


CALLS: Final = {
    GetUserProfile: _get_user_profile,
    GetMessengerProfile: _get_messenger_profile,
    GetProfileProperty: _get_profile_property,
    SetMessengerProfile: _set_messenger_profile,
    DeleteMessengerProfile: _delete_messenger_profile,
    GetUserMenu: _get_user_menu,
    SetUserMenu: _set_user_menu,
    DeleteUserMenu: _delete_user_menu,
}
