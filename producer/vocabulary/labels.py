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
from producer.vocabulary.checking import checked
from producer.vocabulary.listing import optional_list
from producer.vocabulary.options import CallOptions


def create_label(name: str, **options: Unpack[CallOptions]) -> CreateLabel:
    """Creates a label; gives its `id`.

    Args:
        name: text of 1 to 512 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(CreateLabel(name=name, **options))


def associate_label(user_id: str, label_id: str | int, **options: Unpack[CallOptions]) -> AssociateLabel:
    """Puts a label on a person.

    Args:
        user_id: PSID as text of 1 to 512 characters.
        label_id: text of 1 to 512 characters, or a whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(AssociateLabel(user_id=user_id, label_id=label_id, **options))


def dissociate_label(user_id: str, label_id: str | int, **options: Unpack[CallOptions]) -> DissociateLabel:
    """Takes a label off a person.

    Args:
        user_id: PSID as text of 1 to 512 characters.
        label_id: text of 1 to 512 characters, or a whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(DissociateLabel(user_id=user_id, label_id=label_id, **options))


def get_associated_labels(
    user_id: str, *, fields: Sequence[str] | None = None, **options: Unpack[CallOptions]
) -> GetAssociatedLabels:
    """Reads the labels of a person, with their names by default.

    Args:
        user_id: PSID as text of 1 to 512 characters.
        fields: a list of at most 200 names.
        options: `access_token` as text or `producer.secret("name")`.
    """
    command = GetAssociatedLabels(user_id=user_id, fields=optional_list(fields, "fields"), **options)
    return checked(command)


def get_label_details(
    label_id: str | int, *, fields: Sequence[str] | None = None, **options: Unpack[CallOptions]
) -> GetLabelDetails:
    """Reads one label, with its name by default.

    Args:
        label_id: text of 1 to 512 characters, or a whole number.
        fields: a list of at most 200 names.
        options: `access_token` as text or `producer.secret("name")`.
    """
    command = GetLabelDetails(label_id=label_id, fields=optional_list(fields, "fields"), **options)
    return checked(command)


def get_label_list(*, fields: Sequence[str] | None = None, **options: Unpack[CallOptions]) -> GetLabelList:
    """Reads the first page of all labels, with their names by default.

    Args:
        fields: a list of at most 200 names.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetLabelList(fields=optional_list(fields, "fields"), **options))


def delete_label(label_id: str | int, **options: Unpack[CallOptions]) -> DeleteLabel:
    """Deletes a label.

    Args:
        label_id: text of 1 to 512 characters, or a whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(DeleteLabel(label_id=label_id, **options))
