"""One property of the Messenger profile at a time: get started, greeting, ice breakers, commands, domains, links."""

from collections.abc import Mapping, Sequence
from typing import Unpack

from producer.commands.profile import (
    DeleteMessengerProfile,
    GetProfileProperty,
    SetMessengerProfile,
)
from producer.messages.builders import plain
from producer.messages.profile import BotCommands, Greeting, IceBreaker, IceBreakerQuestion
from producer.vocabulary.listing import listed
from producer.vocabulary.options import PlatformOptions
from producer.vocabulary.profile import delete_property, read_property, set_property


def get_get_started(**options: Unpack[PlatformOptions]) -> GetProfileProperty[dict[str, object] | None]:
    """Reads the get started button: an object with its `payload`.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return read_property("get_started", options)


def set_get_started(payload: str, **options: Unpack[PlatformOptions]) -> SetMessengerProfile:
    """Sets the get started button; `payload` has 1 to 1000 characters.

    Args:
        payload: text of 1 to 1000 characters.
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return set_property("get_started", {"payload": payload}, options)


def delete_get_started(**options: Unpack[PlatformOptions]) -> DeleteMessengerProfile:
    """Deletes the get started button.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return delete_property("get_started", options)


def get_greeting(**options: Unpack[PlatformOptions]) -> GetProfileProperty[list[dict[str, object]] | None]:
    """Reads the greeting text, one object for each locale.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return read_property("greeting", options)


def set_greeting(
    greeting: str | Sequence[Greeting | Mapping[str, object]], **options: Unpack[PlatformOptions]
) -> SetMessengerProfile:
    """Sets the greeting text, at most 160 characters: one text for all, or a list by locale.

    Args:
        greeting: text, or a list of objects or structs; at most 160 characters each.
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    value = [{"locale": "default", "text": greeting}] if isinstance(greeting, str) else greeting
    return set_property("greeting", value, options)


def delete_greeting(**options: Unpack[PlatformOptions]) -> DeleteMessengerProfile:
    """Deletes the greeting text.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return delete_property("greeting", options)


def get_ice_breakers(
    **options: Unpack[PlatformOptions],
) -> GetProfileProperty[list[dict[str, object]] | None]:
    """Reads the ice breakers, one object with `call_to_actions` and `locale` for each locale.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return read_property("ice_breakers", options)


def set_ice_breakers(
    ice_breakers: Sequence[IceBreaker | IceBreakerQuestion | Mapping[str, object]],
    **options: Unpack[PlatformOptions],
) -> SetMessengerProfile:
    """Sets the ice breakers: by locale, one of them `default`, or the questions of the one default locale.

    Each locale has 1 to 4 questions of at most 80 characters.

    Args:
        ice_breakers: a list of objects or structs, with `call_to_actions` and `locale`, or `question` and `payload`.
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return set_property("ice_breakers", _by_locale(ice_breakers), options)


def _by_locale(ice_breakers: object) -> object:
    """Returns questions alone as those of the default locale, the form that Meta shows; all else as it is."""
    found = plain(ice_breakers)
    if not isinstance(found, list) or not found:
        return found
    alone = all(isinstance(each, dict) and "question" in each and "locale" not in each for each in found)
    return [{"call_to_actions": found, "locale": "default"}] if alone else found


def delete_ice_breakers(**options: Unpack[PlatformOptions]) -> DeleteMessengerProfile:
    """Deletes the ice breakers.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return delete_property("ice_breakers", options)


def get_commands(**options: Unpack[PlatformOptions]) -> GetProfileProperty[list[dict[str, object]] | None]:
    """Reads the commands that people can tap, one object for each locale.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return read_property("commands", options)


def set_commands(
    commands: Sequence[BotCommands | Mapping[str, object]], **options: Unpack[PlatformOptions]
) -> SetMessengerProfile:
    """Sets the commands by locale, 1 to 100 for each: names of at most 32, descriptions of at most 64 characters.

    Args:
        commands: a list of objects or structs.
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return set_property("commands", commands, options)


def delete_commands(**options: Unpack[PlatformOptions]) -> DeleteMessengerProfile:
    """Deletes the commands.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return delete_property("commands", options)


def get_whitelisted_domains(**options: Unpack[PlatformOptions]) -> GetProfileProperty[list[str] | None]:
    """Reads the whitelisted domains.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return read_property("whitelisted_domains", options)


def set_whitelisted_domains(
    domains: Sequence[str], **options: Unpack[PlatformOptions]
) -> SetMessengerProfile:
    """Sets the whitelisted domains, at most 50.

    Args:
        domains: a list of at most 50 texts.
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return set_property("whitelisted_domains", listed(domains, "domains"), options)


def delete_whitelisted_domains(**options: Unpack[PlatformOptions]) -> DeleteMessengerProfile:
    """Deletes the whitelisted domains.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return delete_property("whitelisted_domains", options)


def get_account_linking_url(
    **options: Unpack[PlatformOptions],
) -> GetProfileProperty[dict[str, object] | None]:
    """Reads the account linking URL: an object with `account_linking_url`.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return read_property("account_linking_url", options)


def set_account_linking_url(url: str, **options: Unpack[PlatformOptions]) -> SetMessengerProfile:
    """Sets the account linking URL.

    Args:
        url: text.
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return set_property("account_linking_url", url, options)


def delete_account_linking_url(**options: Unpack[PlatformOptions]) -> DeleteMessengerProfile:
    """Deletes the account linking URL.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return delete_property("account_linking_url", options)
