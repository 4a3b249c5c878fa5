"""A person's profile, and the Page's Messenger profile."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from producer.commands.profile import (
    DeleteMessengerProfile,
    GetMessengerProfile,
    GetProfileProperty,
    GetUserProfile,
    SetMessengerProfile,
)
from producer.messages.builders import plain, plain_object
from producer.messages.profile import MessengerProfile
from producer.vocabulary.checking import checked
from producer.vocabulary.listing import listed, optional_list
from producer.vocabulary.options import CallOptions, PlatformOptions


def get_user_profile(
    user_id: str, *, fields: Sequence[str] | None = None, **options: Unpack[CallOptions]
) -> GetUserProfile:
    """Reads a person's profile by PSID.

    `fields` are names such as `id`, `name`, `first_name`, `last_name`, `profile_pic` (these five by default),
    `locale`, `timezone`, `gender`.

    Args:
        user_id: PSID as text of 1 to 512 characters.
        fields: a list of at most 200 names.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetUserProfile(user_id=user_id, fields=optional_list(fields, "fields"), **options))


def get_messenger_profile(fields: Sequence[str], **options: Unpack[PlatformOptions]) -> GetMessengerProfile:
    """Reads properties of the Messenger profile by name: one object for each that is set.

    Args:
        fields: a list of at most 200 names.
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return checked(GetMessengerProfile(fields=listed(fields, "fields"), **options))


def set_messenger_profile(
    profile: MessengerProfile | Mapping[str, object], **options: Unpack[PlatformOptions]
) -> SetMessengerProfile:
    """Sets the properties that `profile` holds, and leave the others as they are.

    Args:
        profile: an object or `messages.MessengerProfile`, not empty.
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return checked(SetMessengerProfile(profile=plain_object(profile, "profile"), **options))


def delete_messenger_profile(
    fields: Sequence[str], **options: Unpack[PlatformOptions]
) -> DeleteMessengerProfile:
    """Deletes properties of the Messenger profile by name.

    Args:
        fields: a list of at most 200 names.
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return checked(DeleteMessengerProfile(fields=listed(fields, "fields"), **options))


def read_property(name: str, options: PlatformOptions) -> GetProfileProperty[Any]:
    """Returns the command that reads one property."""
    return checked(GetProfileProperty(property=name, **options))


def set_property(name: str, value: object, options: PlatformOptions) -> SetMessengerProfile:
    """Returns the command that sets one property."""
    return checked(SetMessengerProfile(profile={name: plain(value)}, **options))


def delete_property(name: str, options: PlatformOptions) -> DeleteMessengerProfile:
    """Returns the command that deletes one property."""
    return checked(DeleteMessengerProfile(fields=[name], **options))
