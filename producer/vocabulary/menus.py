"""The persistent menu: the Page's, and that of one person."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Unpack

from producer.commands.profile import DeleteUserMenu, GetUserMenu, SetUserMenu
from producer.commands.results import ProfileChange
from producer.messages.builders import plain_list
from producer.messages.profile import MenuItem, PersistentMenu
from producer.vocabulary.options import CallOptions
from producer.vocabulary.profile import ProfileMethods

MenuEntry: TypeAlias = PersistentMenu | MenuItem | Mapping[str, object]


class MenuMethods(ProfileMethods):
    """Methods of menus: at most 20 items; Meta shows them to people who have tapped the get started button."""

    __slots__ = ()

    def get_persistent_menu(self, **options: Unpack[CallOptions]) -> list[dict[str, object]] | None:
        """Reads the persistent menu, one object for each locale.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._objects("persistent_menu", options)

    def set_persistent_menu(
        self,
        menu: Sequence[MenuEntry],
        *,
        composer_input_disabled: bool = False,
        **options: Unpack[CallOptions],
    ) -> ProfileChange:
        """Sets the persistent menu: menus by locale, or the items (at most 20) of the one default menu.

        `composer_input_disabled` goes with the second form.

        Args:
            menu: a list of objects or structs; titles of at most 30, payloads of at most 1000 characters.
            composer_input_disabled: true or false (default).
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._set("persistent_menu", _menu(menu, disabled=composer_input_disabled), options)

    def delete_persistent_menu(self, **options: Unpack[CallOptions]) -> ProfileChange:
        """Deletes the persistent menu.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._delete("persistent_menu", options)

    def get_user_persistent_menu(
        self, user_id: str, **options: Unpack[CallOptions]
    ) -> list[dict[str, object]] | None:
        """Reads the persistent menu of one person by PSID; 10 calls for a person in 10 minutes.

        Args:
            user_id: PSID as text of 1 to 512 characters.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(GetUserMenu(user_id=user_id, **options))

    def set_user_persistent_menu(
        self,
        user_id: str,
        menu: Sequence[MenuEntry],
        *,
        composer_input_disabled: bool = False,
        **options: Unpack[CallOptions],
    ) -> ProfileChange:
        """Sets the persistent menu of one person, in either form of `set_persistent_menu`.

        Args:
            user_id: PSID as text of 1 to 512 characters.
            menu: a list of objects or structs; titles of at most 30, payloads of at most 1000 characters.
            composer_input_disabled: true or false (default).
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        menus = _menu(menu, disabled=composer_input_disabled)
        return self._run(SetUserMenu(user_id=user_id, persistent_menu=menus, **options))

    def delete_user_persistent_menu(self, user_id: str, **options: Unpack[CallOptions]) -> ProfileChange:
        """Deletes the persistent menu of one person.

        Args:
            user_id: PSID as text of 1 to 512 characters.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(DeleteUserMenu(user_id=user_id, **options))


def _menu(menu: Sequence[MenuEntry], *, disabled: bool) -> list[dict[str, object]]:
    entries = plain_list(menu, "persistent_menu")
    if any(isinstance(entry, dict) and entry.get("locale") == "default" for entry in entries):
        return entries
    return [{"locale": "default", "composer_input_disabled": disabled, "call_to_actions": entries}]
