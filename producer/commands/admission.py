"""What may be asked for, and what of it may lie in Redis."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, cast
from urllib.parse import unquote

from producer import limits
from producer.commands.apps import GenerateMessengerCode, GetUserField, SetNlpConfigs
from producer.commands.broadcasts import SendBroadcastMessage
from producer.commands.checks import check_send_message, check_send_raw_body, check_sender_action
from producer.commands.codec import json_of
from producer.commands.family_checks import OTHER_CHECKS, check_fields
from producer.commands.insights import GetInsight, GetInsights
from producer.commands.marketing import (
    CreateMessageCampaign,
    GetNotificationMessageTokens,
    SendMarketingMessage,
)
from producer.commands.pages import CreateSubscription
from producer.commands.parts import BatchItem, Command, Part, RawPart, SendBatch
from producer.commands.personas import CreatePersona
from producer.commands.raw_parts import check_raw_part
from producer.commands.secrets import SECRET_MEMBERS
from producer.commands.send import SenderAction, SendMessage, SendRawBody
from producer.commands.shapes import join
from producer.commands.upkeep import GetMessageTemplateLibrary, GetMessageTemplates
from producer.commands.uploads import UploadAttachment
from producer.errors import InvalidCommandError

_INSTEAD: Final = (
    "does not travel through the queue; leave it to the worker's configuration, or name it: "
    'producer.secret("name")'
)
_TOKEN_IN_QUERY: Final = re.compile(r"(?:^|[?&])(?:access_token|app_secret|verify_token|custom_token)=")
# What of another part's answer goes into this one: `{result=name:$.data[0].id}`.
_REFERENCE: Final = re.compile(r"\{result=[^:{}]*:([^{}]*)")
_ENDS_IN_ALL: Final = re.compile(r"(?:^\s*\$|\*|\[\s*\*\s*\])[\s.]*$")
_JSON_ESCAPE: Final = re.compile(r"\\+u([0-9a-fA-F]{4})")
UNQUOTED_MAX: Final = 4


def check(command: Command) -> None:
    """Raises `InvalidCommandError` unless `command` is of the form that Meta documents, within its bounds.

    The methods call this once; struct constructors check nothing.
    """
    _check_at(command, "")


def check_queueable(command: Command) -> None:
    """Raises `InvalidCommandError` when `command` carries a token or an app secret as text.

    `producer.secret("name")` is allowed in such a place.
    """
    _check_queueable_at(command, "")


def _check_at(command: Command, path: str) -> None:
    specific = _CHECKS.get(type(command))
    if specific is None:
        check_fields(command, path)
    else:
        specific(command, path)


def _check_send_batch(command: SendBatch, path: str) -> None:
    count = len(command.parts)
    if not 0 < count <= limits.BATCH_PARTS_MAX:
        raise InvalidCommandError(join(path, "parts"), f"1 to {limits.BATCH_PARTS_MAX} parts")
    for index, item in enumerate(command.parts):
        where = f"{join(path, 'parts')}[{index}]"
        single = item.command if isinstance(item, Part) else item
        _check_at(single, where)
        if isinstance(single, SendMessage | UploadAttachment) and single.filedata is not None:
            raise InvalidCommandError(where, "a batch takes no bytes: send a URL or an attachment_id")
    _check_links(command.parts, path)


def _check_links(parts: list[BatchItem], path: str) -> None:
    """Raises for a link to nothing: Graph would refuse the whole batch. Links of raw parts are the caller's own."""
    names = Counter(_name_of(item) for item in parts)
    for index, item in enumerate(parts):
        where = f"{join(path, 'parts')}[{index}]"
        if not isinstance(item, Part):
            continue
        if item.name is not None and names[item.name] > 1:
            raise InvalidCommandError(join(where, "name"), "is the name of another part too")
        if item.depends_on is not None and item.depends_on not in names:
            raise InvalidCommandError(join(where, "depends_on"), "names no part of this batch")


def _name_of(item: BatchItem) -> object:
    if isinstance(item, Part):
        return item.name
    return item.part.get("name") if isinstance(item, RawPart) else None


_SENDS: Final = cast(
    "Mapping[type, Callable[[Command, str], None]]",
    {
        SendMessage: check_send_message,
        SenderAction: check_sender_action,
        SendRawBody: check_send_raw_body,
        RawPart: lambda command, path: check_raw_part(command.part, path),
        SendBatch: _check_send_batch,
    },
)
_CHECKS: Final[Mapping[type, Callable[[Command, str], None]]] = {**OTHER_CHECKS, **_SENDS}


def _check_queueable_at(command: Command, path: str) -> None:
    if isinstance(command.access_token, str):
        raise InvalidCommandError(join(path, "access_token"), _INSTEAD)
    if isinstance(command, SendBatch):
        for index, item in enumerate(command.parts):
            where = f"{join(path, 'parts')}[{index}]"
            single = item.command if isinstance(item, Part) else item
            _check_queueable_at(single, where)
            _refuse_taken_tokens(single, where)
    if isinstance(command, SendRawBody):
        _refuse_secrets(command.body, join(path, "body"))
    for name in _OPEN_FIELDS.get(type(command), ()):
        _refuse_secrets(getattr(command, name), path)
    for name in _SECRET_FIELDS.get(type(command), ()):
        if isinstance(getattr(command, name), str):
            raise InvalidCommandError(join(path, name), _INSTEAD)


def _refuse_taken_tokens(command: Command, path: str) -> None:
    """Raises when a part takes a token out of another part's answer: Graph would put it into a text or an address."""
    text = json_of(command).decode()
    for _ in range(UNQUOTED_MAX):
        if any(_takes_token(each) for each in _REFERENCE.findall(text)):
            raise InvalidCommandError(path, f"takes a token out of another part's answer, which {_INSTEAD}")
        text = unquote(_JSON_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text).replace("\\\\", "\\"))


def _takes_token(steps: str) -> bool:
    """Tells whether a JSONPath names a token, or ends in all that there is."""
    named = any(name in steps.lower() for name in SECRET_MEMBERS)
    return named or _ENDS_IN_ALL.search(steps) is not None


# Fields whose members are the caller's own, and stand at the top of the call.
_OPEN_FIELDS: Final[Mapping[type, tuple[str, ...]]] = {
    SendMessage: ("extra",),
    SenderAction: ("extra",),
    RawPart: ("part",),
    SetNlpConfigs: ("extra",),
    CreatePersona: ("extra",),
    GenerateMessengerCode: ("extra",),
    SendBroadcastMessage: ("options",),
    GetInsights: ("params",),
    GetInsight: ("params",),
    GetMessageTemplates: ("params",),
    GetMessageTemplateLibrary: ("params",),
    CreateMessageCampaign: ("campaign",),
    SendMarketingMessage: ("extra",),
    GetNotificationMessageTokens: ("params",),
}
_SECRET_FIELDS: Final[Mapping[type, tuple[str, ...]]] = {
    CreateSubscription: ("verify_token",),
    SetNlpConfigs: ("custom_token",),
    GetUserField: ("app_secret",),
}


def _refuse_secrets(value: object, path: str) -> None:
    if isinstance(value, Mapping):
        for name, member in value.items():
            where = join(path, str(name))
            if name in SECRET_MEMBERS and isinstance(member, str):
                raise InvalidCommandError(where, _INSTEAD)
            if (
                name in ("relative_url", "body")
                and isinstance(member, str)
                and _TOKEN_IN_QUERY.search(unquote(member))
            ):
                raise InvalidCommandError(where, f"holds a token, which {_INSTEAD}")
            _refuse_secrets(member, where)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_secrets(item, f"{path}[{index}]")
