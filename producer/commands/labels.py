"""Commands of custom labels."""

from producer.commands.command import CommandOf
from producer.commands.fields import Fields, Id, IdText
from producer.commands.results import Created, Label, LabelPage, Success


class CreateLabel(
    CommandOf[Created],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="create_label",
    forbid_unknown_fields=True,
):
    """Creates a label; `name` goes out as `page_label_name` where Graph wants that."""

    name: IdText


class AssociateLabel(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="associate_label",
    forbid_unknown_fields=True,
):
    """Puts a label on a person."""

    user_id: IdText
    label_id: Id


class DissociateLabel(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="dissociate_label",
    forbid_unknown_fields=True,
):
    """Takes a label off a person."""

    user_id: IdText
    label_id: Id


class GetAssociatedLabels(
    CommandOf[LabelPage],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_associated_labels",
    forbid_unknown_fields=True,
):
    """Reads the labels of a person; without `fields` their names, nothing but ids when empty."""

    user_id: IdText
    fields: Fields | None = None


class GetLabelDetails(
    CommandOf[Label],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_label_details",
    forbid_unknown_fields=True,
):
    """Reads one label; without `fields` its name."""

    label_id: Id
    fields: Fields | None = None


class GetLabelList(
    CommandOf[LabelPage],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_label_list",
    forbid_unknown_fields=True,
):
    """Reads all labels of the Page; without `fields` their names."""

    fields: Fields | None = None


class DeleteLabel(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="delete_label",
    forbid_unknown_fields=True,
):
    """Deletes a label."""

    label_id: Id
