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
from worker.call.endpoints.building import delete, fields_query, get, post, segment
from worker.call.endpoints.call import Call, CallContext

_PROFILE: Final = "me/messenger_profile"
_SETTINGS: Final = "me/custom_user_settings"
_USER_FIELDS: Final = ("id", "name", "first_name", "last_name", "profile_pic")


def _get_user_profile(command: GetUserProfile, _: CallContext) -> Call:
    return get(command, segment(command.user_id), *fields_query(command.fields, _USER_FIELDS))


def _get_messenger_profile(command: GetMessengerProfile, _: CallContext) -> Call:
    return get(command, _PROFILE, *fields_query(command.fields, ()))


def _get_profile_property(command: GetProfileProperty[Any], _: CallContext) -> Call:
    return get(command, _PROFILE, ("fields", command.property))


def _set_messenger_profile(command: SetMessengerProfile, _: CallContext) -> Call:
    return post(command, _PROFILE, command.profile)


def _delete_messenger_profile(command: DeleteMessengerProfile, _: CallContext) -> Call:
    return delete(command, _PROFILE, {"fields": command.fields})


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
