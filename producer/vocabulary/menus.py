"""The persistent menu: the Page's, and that of one person."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Unpack

from producer.commands.profile import (
    DeleteMessengerProfile,
    DeleteUserMenu,
    GetProfileProperty,
    GetUserMenu,
    SetMessengerProfile,
    SetUserMenu,
)
from producer.messages.builders import plain_list
from producer.messages.profile import MenuItem, PersistentMenu
from producer.vocabulary.checking import checked
from producer.vocabulary.options import CallOptions, PlatformOptions
from producer.vocabulary.profile import delete_property, read_property, set_property

MenuEntry: TypeAlias = PersistentMenu | MenuItem | Mapping[str, object]


def get_persistent_menu(
    **options: Unpack[PlatformOptions],
) -> GetProfileProperty[list[dict[str, object]] | None]:
    """Reads the persistent menu, one object for each locale.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return read_property("persistent_menu", options)


def set_persistent_menu(
    menu: Sequence[MenuEntry],
    *,
    composer_input_disabled: bool = False,
    **options: Unpack[PlatformOptions],
) -> SetMessengerProfile:
    """Sets the persistent menu: menus by locale, or the items (at most 20) of the one default menu.

    `composer_input_disabled` goes with the second form.

    Args:
        menu: a list of objects or structs; titles of at most 30, payloads of at most 1000 characters.
        composer_input_disabled: true or false (default).
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return set_property("persistent_menu", _menu(menu, disabled=composer_input_disabled), options)


def delete_persistent_menu(**options: Unpack[PlatformOptions]) -> DeleteMessengerProfile:
    """Deletes the persistent menu.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return delete_property("persistent_menu", options)


def get_user_persistent_menu(user_id: str, **options: Unpack[CallOptions]) -> GetUserMenu:
    """Reads the persistent menu of one person by PSID; 10 calls for a person in 10 minutes.

    Args:
        user_id: PSID as text of 1 to 512 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetUserMenu(user_id=user_id, **options))


def set_user_persistent_menu(
    user_id: str,
    menu: Sequence[MenuEntry],
    *,
    composer_input_disabled: bool = False,
    **options: Unpack[CallOptions],
) -> SetUserMenu:
    """Sets the persistent menu of one person, in either form of `set_persistent_menu`.

    Args:
        user_id: PSID as text of 1 to 512 characters.
        menu: a list of objects or structs; titles of at most 30, payloads of at most 1000 characters.
        composer_input_disabled: true or false (default).
        options: `access_token` as text or `producer.secret("name")`.
    """
    menus = _menu(menu, disabled=composer_input_disabled)
    return checked(SetUserMenu(user_id=user_id, persistent_menu=menus, **options))


def delete_user_persistent_menu(user_id: str, **options: Unpack[CallOptions]) -> DeleteUserMenu:
    """Deletes the persistent menu of one person.

    Args:
        user_id: PSID as text of 1 to 512 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(DeleteUserMenu(user_id=user_id, **options))


def _menu(menu: Sequence[MenuEntry], *, disabled: bool) -> list[dict[str, object]]:
    entries = plain_list(menu, "persistent_menu")
    if any(isinstance(entry, dict) and entry.get("locale") == "default" for entry in entries):
        return entries
    return [{"locale": "default", "composer_input_disabled": disabled, "call_to_actions": entries}]
