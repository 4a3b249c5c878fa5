"""Commands of a person's profile, the Page's Messenger profile, and the menu of one person."""

from typing import Generic, TypeVar

from producer.commands.command import CommandOf
from producer.commands.fields import Fields, IdText
from producer.commands.results import ProfileChange, UserProfile

Value_co = TypeVar("Value_co", covariant=True)


class GetUserProfile(
    CommandOf[UserProfile],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_user_profile",
    forbid_unknown_fields=True,
):
    """Reads a person's profile; without `fields` the five that the reference client asks for, none when empty."""

    user_id: IdText
    fields: Fields | None = None


class GetMessengerProfile(
    CommandOf[list[dict[str, object]]],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_messenger_profile",
    forbid_unknown_fields=True,
):
    """Reads properties of the Messenger profile, one object for each that is set."""

    fields: Fields
    platform: IdText | None = None


class GetProfileProperty(
    CommandOf[Value_co],
    Generic[Value_co],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_profile_property",
    forbid_unknown_fields=True,
):
    """Reads one property of the Messenger profile; None when it is not set."""

    property: IdText
    platform: IdText | None = None


class SetMessengerProfile(
    CommandOf[ProfileChange],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="set_messenger_profile",
    forbid_unknown_fields=True,
):
    """Sets the given properties of the Messenger profile, and leave the others."""

    profile: dict[str, object]
    platform: IdText | None = None


class DeleteMessengerProfile(
    CommandOf[ProfileChange],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="delete_messenger_profile",
    forbid_unknown_fields=True,
):
    """Deletes properties of the Messenger profile."""

    fields: Fields
    platform: IdText | None = None


class GetUserMenu(
    CommandOf[list[dict[str, object]] | None],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_user_menu",
    forbid_unknown_fields=True,
):
    """Reads the persistent menu of one person; None when it has none of its own."""

    user_id: IdText


class SetUserMenu(
    CommandOf[ProfileChange],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="set_user_menu",
    forbid_unknown_fields=True,
):
    """Sets the persistent menu of one person."""

    user_id: IdText
    persistent_menu: list[dict[str, object]]


class DeleteUserMenu(
    CommandOf[ProfileChange],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="delete_user_menu",
    forbid_unknown_fields=True,
):
    """Deletes the persistent menu of one person."""

    user_id: IdText
