"""Calls of moderation and of message templates."""

from typing import Final

from producer.commands.upkeep import (
    CreateMessageTemplate,
    DeleteMessageTemplate,
    GetMessageTemplateLibrary,
    GetMessageTemplates,
    ModerateConversations,
)
from worker.call.endpoints.building import delete, get, pairs_of, post
from worker.call.endpoints.call import Body, Call, CallContext

_TEMPLATES: Final = "me/message_templates"


def _moderate_conversations(command: ModerateConversations, _: CallContext) -> Call:
    body: Body = {"user_ids": [{"id": user_id} for user_id in command.user_ids], "actions": command.actions}
    return post(command, "me/moderate_conversations", body)


def _get_message_templates(command: GetMessageTemplates, _: CallContext) -> Call:
    return get(command, _TEMPLATES, *pairs_of(command.params))


def _create_message_template(command: CreateMessageTemplate, _: CallContext) -> Call:
    return post(command, _TEMPLATES, command.template)


def _delete_message_template(command: DeleteMessageTemplate, _: CallContext) -> Call:
    named = {"name": command.name, "template_id": command.template_id}
    given: Body = {name: value for name, value in named.items() if value is not None}
    return delete(command, _TEMPLATES, query=pairs_of(given))


def _get_message_template_library(command: GetMessageTemplateLibrary, _: CallContext) -> Call:
    return get(command, "message_template_library", *pairs_of(command.params))


CALLS: Final = {
    ModerateConversations: _moderate_conversations,
    GetMessageTemplates: _get_message_templates,
    CreateMessageTemplate: _create_message_template,
    DeleteMessageTemplate: _delete_message_template,
    GetMessageTemplateLibrary: _get_message_template_library,
}
