"""One property of the Messenger profile at a time: get started, greeting, ice breakers, commands, domains, links."""

from collections.abc import Mapping, Sequence
from typing import Unpack, cast

from producer.commands.results import ProfileChange
from producer.messages.profile import BotCommands, Greeting, IceBreaker
from producer.vocabulary.listing import listed
from producer.vocabulary.options import CallOptions
from producer.vocabulary.profile import ProfileMethods


class PropertyMethods(ProfileMethods):
    """Methods of single properties; a getter gives None when the property is not set."""

    __slots__ = ()

    def get_get_started(self, **options: Unpack[CallOptions]) -> dict[str, object] | None:
        """Reads the get started button: an object with its `payload`.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._object("get_started", options)

    def set_get_started(self, payload: str, **options: Unpack[CallOptions]) -> ProfileChange:
        """Sets the get started button; `payload` has 1 to 1000 characters.

        Args:
            payload: text of 1 to 1000 characters.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._set("get_started", {"payload": payload}, options)

    def delete_get_started(self, **options: Unpack[CallOptions]) -> ProfileChange:
        """Deletes the get started button.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._delete("get_started", options)

    def get_greeting(self, **options: Unpack[CallOptions]) -> list[dict[str, object]] | None:
        """Reads the greeting text, one object for each locale.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._objects("greeting", options)

    def set_greeting(
        self, greeting: str | Sequence[Greeting | Mapping[str, object]], **options: Unpack[CallOptions]
    ) -> ProfileChange:
        """Sets the greeting text, at most 160 characters: one text for all, or a list by locale.

        Args:
            greeting: text, or a list of objects or structs; at most 160 characters each.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        value = [{"locale": "default", "text": greeting}] if isinstance(greeting, str) else greeting
        return self._set("greeting", value, options)

    def delete_greeting(self, **options: Unpack[CallOptions]) -> ProfileChange:
        """Deletes the greeting text.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._delete("greeting", options)

    def get_ice_breakers(self, **options: Unpack[CallOptions]) -> list[dict[str, object]] | None:
        """Reads the ice breakers.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._objects("ice_breakers", options)

    def set_ice_breakers(
        self, ice_breakers: Sequence[IceBreaker | Mapping[str, object]], **options: Unpack[CallOptions]
    ) -> ProfileChange:
        """Sets the ice breakers, at most 4 questions of at most 80 characters for each locale.

        Args:
            ice_breakers: a list of objects or structs.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._set("ice_breakers", ice_breakers, options)

    def delete_ice_breakers(self, **options: Unpack[CallOptions]) -> ProfileChange:
        """Deletes the ice breakers.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._delete("ice_breakers", options)

    def get_commands(self, **options: Unpack[CallOptions]) -> list[dict[str, object]] | None:
        """Reads the commands that people can tap, one object for each locale.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._objects("commands", options)

    def set_commands(
        self, commands: Sequence[BotCommands | Mapping[str, object]], **options: Unpack[CallOptions]
    ) -> ProfileChange:
        """Sets the commands by locale: names of at most 32, descriptions of at most 64 characters.

        Args:
            commands: a list of objects or structs.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._set("commands", commands, options)

    def delete_commands(self, **options: Unpack[CallOptions]) -> ProfileChange:
        """Deletes the commands.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._delete("commands", options)

    def get_whitelisted_domains(self, **options: Unpack[CallOptions]) -> list[str] | None:
        """Reads the whitelisted domains.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return cast("list[str] | None", self._property("whitelisted_domains", options))

    def set_whitelisted_domains(
        self, domains: Sequence[str], **options: Unpack[CallOptions]
    ) -> ProfileChange:
        """Sets the whitelisted domains, at most 50.

        Args:
            domains: a list of at most 50 texts.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._set("whitelisted_domains", listed(domains, "domains"), options)

    def delete_whitelisted_domains(self, **options: Unpack[CallOptions]) -> ProfileChange:
        """Deletes the whitelisted domains.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._delete("whitelisted_domains", options)

    def get_account_linking_url(self, **options: Unpack[CallOptions]) -> dict[str, object] | None:
        """Reads the account linking URL: an object with `account_linking_url`.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._object("account_linking_url", options)

    def set_account_linking_url(self, url: str, **options: Unpack[CallOptions]) -> ProfileChange:
        """Sets the account linking URL.

        Args:
            url: text.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._set("account_linking_url", url, options)

    def delete_account_linking_url(self, **options: Unpack[CallOptions]) -> ProfileChange:
        """Deletes the account linking URL.

        Args:
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._delete("account_linking_url", options)
