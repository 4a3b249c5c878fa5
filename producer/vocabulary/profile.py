"""A person's profile, and the Page's Messenger profile."""

from collections.abc import Mapping, Sequence
from typing import Unpack, cast

from producer.commands.profile import (
    DeleteMessengerProfile,
    GetMessengerProfile,
    GetProfileProperty,
    GetUserProfile,
    SetMessengerProfile,
)
from producer.commands.results import ProfileChange, UserProfile
from producer.messages.builders import plain, plain_object
from producer.messages.profile import MessengerProfile
from producer.vocabulary.listing import listed, optional_list
from producer.vocabulary.options import CallOptions
from producer.vocabulary.submitting import Submitting


class ProfileMethods(Submitting):
    """Methods of a person's profile, and of the Messenger profile as a whole.

    Meta allows 10 calls of the Messenger profile in 10 minutes for a Page, reads and writes together.
    """

    __slots__ = ()

    def get_user_profile(
        self, user_id: str, *, fields: Sequence[str] | None = None, **options: Unpack[CallOptions]
    ) -> UserProfile:
        """Reads a person's profile by PSID.

        `fields` are names such as `id`, `name`, `first_name`, `last_name`, `profile_pic` (these five by default),
        `locale`, `timezone`, `gender`; in a batch Graph's own choice by default.

        Args:
            user_id: PSID as text of 1 to 512 characters.
            fields: a list of at most 200 names.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(GetUserProfile(user_id=user_id, fields=optional_list(fields, "fields"), **options))

    def get_messenger_profile(
        self, fields: Sequence[str], **options: Unpack[CallOptions]
    ) -> list[dict[str, object]]:
        """Reads properties of the Messenger profile by name: one object for each that is set.

        Args:
            fields: a list of at most 200 names.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(GetMessengerProfile(fields=listed(fields, "fields"), **options))

    def set_messenger_profile(
        self, profile: MessengerProfile | Mapping[str, object], **options: Unpack[CallOptions]
    ) -> ProfileChange:
        """Sets the properties that `profile` holds, and leave the others as they are.

        Args:
            profile: an object or `messages.MessengerProfile`, not empty.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(SetMessengerProfile(profile=plain_object(profile, "profile"), **options))

    def delete_messenger_profile(
        self, fields: Sequence[str], **options: Unpack[CallOptions]
    ) -> ProfileChange:
        """Deletes properties of the Messenger profile by name.

        Args:
            fields: a list of at most 200 names.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(DeleteMessengerProfile(fields=listed(fields, "fields"), **options))

    def _property(self, name: str, options: CallOptions) -> object:
        return self._run(GetProfileProperty(property=name, **options))

    def _object(self, name: str, options: CallOptions) -> dict[str, object] | None:
        return cast("dict[str, object] | None", self._property(name, options))

    def _objects(self, name: str, options: CallOptions) -> list[dict[str, object]] | None:
        return cast("list[dict[str, object]] | None", self._property(name, options))

    def _set(self, name: str, value: object, options: CallOptions) -> ProfileChange:
        return self._run(SetMessengerProfile(profile={name: plain(value)}, **options))

    def _delete(self, name: str, options: CallOptions) -> ProfileChange:
        return self._run(DeleteMessengerProfile(fields=[name], **options))
