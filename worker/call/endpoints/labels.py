"""Calls of custom labels, whose `name` is `page_label_name` on every version since 14 Dec 2021."""

from typing import Final

from producer.commands.labels import (
    AssociateLabel,
    CreateLabel,
    DeleteLabel,
    DissociateLabel,
    GetAssociatedLabels,
    GetLabelDetails,
    GetLabelList,
)
from worker.call.endpoints.building import delete, fields_query, get, post, segment
from worker.call.endpoints.call import Call, CallContext

_NAME: Final = "page_label_name"
_LABELS: Final = "me/custom_labels"


def _create_label(command: CreateLabel, _: CallContext) -> Call:
    return post(command, _LABELS, {_NAME: command.name})


def _associate_label(command: AssociateLabel, _: CallContext) -> Call:
    return post(command, f"{segment(command.label_id)}/label", {"user": command.user_id})


def _dissociate_label(command: DissociateLabel, _: CallContext) -> Call:
    return delete(command, f"{segment(command.label_id)}/label", {"user": command.user_id})


def _get_associated_labels(command: GetAssociatedLabels, _: CallContext) -> Call:
    path = f"{segment(command.user_id)}/custom_labels"
    return get(command, path, *fields_query(command.fields, (_NAME,)))


def _get_label_details(command: GetLabelDetails, _: CallContext) -> Call:
    return get(command, segment(command.label_id), *fields_query(command.fields, (_NAME,)))


def _get_label_list(command: GetLabelList, _: CallContext) -> Call:
    return get(command, _LABELS, *fields_query(command.fields, (_NAME,)))


def _delete_label(command: DeleteLabel, _: CallContext) -> Call:
    return delete(command, segment(command.label_id))


CALLS: Final = {
    CreateLabel: _create_label,
    AssociateLabel: _associate_label,
    DissociateLabel: _dissociate_label,
    GetAssociatedLabels: _get_associated_labels,
    GetLabelDetails: _get_label_details,
    GetLabelList: _get_label_list,
    DeleteLabel: _delete_label,
}
