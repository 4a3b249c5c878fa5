"""Custom labels: made, put on people, listed."""

from collections.abc import Sequence
from typing import Unpack

from producer.commands.labels import (
    AssociateLabel,
    CreateLabel,
    DeleteLabel,
    DissociateLabel,
    GetAssociatedLabels,
    GetLabelDetails,
    GetLabelList,
)
from producer.commands.results import Created, Label, LabelPage, Success
from producer.vocabulary.listing import optional_list
from producer.vocabulary.options import CallOptions
from producer.vocabulary.submitting import Submitting


class LabelMethods(Submitting):
    """Methods of labels; ids are 1 to 512 characters. A label's name is `name`, later `page_label_name`."""

    __slots__ = ()

    def create_label(self, name: str, **options: Unpack[CallOptions]) -> Created:
        """Creates a label; gives its `id`.

        Args:
            name: text of 1 to 512 characters.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(CreateLabel(name=name, **options))

    def associate_label(self, user_id: str, label_id: str | int, **options: Unpack[CallOptions]) -> Success:
        """Puts a label on a person.

        Args:
            user_id: PSID as text of 1 to 512 characters.
            label_id: text of 1 to 512 characters, or a whole number.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(AssociateLabel(user_id=user_id, label_id=label_id, **options))

    def dissociate_label(self, user_id: str, label_id: str | int, **options: Unpack[CallOptions]) -> Success:
        """Takes a label off a person.

        Args:
            user_id: PSID as text of 1 to 512 characters.
            label_id: text of 1 to 512 characters, or a whole number.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(DissociateLabel(user_id=user_id, label_id=label_id, **options))

    def get_associated_labels(
        self, user_id: str, *, fields: Sequence[str] | None = None, **options: Unpack[CallOptions]
    ) -> LabelPage:
        """Reads the labels of a person, with their names by default; in a batch Graph's own choice by default.

        Args:
            user_id: PSID as text of 1 to 512 characters.
            fields: a list of at most 200 names.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        command = GetAssociatedLabels(user_id=user_id, fields=optional_list(fields, "fields"), **options)
        return self._run(command)

    def get_label_details(
        self, label_id: str | int, *, fields: Sequence[str] | None = None, **options: Unpack[CallOptions]
    ) -> Label:
        """Reads one label, with its name by default.

        Args:
            label_id: text of 1 to 512 characters, or a whole number.
            fields: a list of at most 200 names.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        command = GetLabelDetails(label_id=label_id, fields=optional_list(fields, "fields"), **options)
        return self._run(command)

    def get_label_list(
        self, *, fields: Sequence[str] | None = None, **options: Unpack[CallOptions]
    ) -> LabelPage:
        """Reads the first page of all labels, with their names by default.

        Args:
            fields: a list of at most 200 names.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(GetLabelList(fields=optional_list(fields, "fields"), **options))

    def delete_label(self, label_id: str | int, **options: Unpack[CallOptions]) -> Success:
        """Deletes a label.

        Args:
            label_id: text of 1 to 512 characters, or a whole number.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(DeleteLabel(label_id=label_id, **options))
