"""What the platform has gained since: moderation, and message templates to be approved."""

from collections.abc import Mapping, Sequence
from typing import Unpack

from producer.commands.secrets import Secret
from producer.commands.upkeep import (
    CreateMessageTemplate,
    DeleteMessageTemplate,
    GetMessageTemplateLibrary,
    GetMessageTemplates,
    ModerateConversations,
)
from producer.messages.builders import plain_object
from producer.vocabulary.checking import checked
from producer.vocabulary.listing import listed
from producer.vocabulary.options import CallOptions


def moderate_conversations(
    user_ids: Sequence[str], actions: Sequence[str], **options: Unpack[CallOptions]
) -> ModerateConversations:
    """Moderates 1 to 10 people by 1 or 2 actions.

    They are `block_user`, `unblock_user`, `ban_user`, `unban_user`, `move_to_spam`. A block and its undoing do not
    go together.

    Args:
        user_ids: a list of 1 to 10 PSIDs.
        actions: a list of 1 or 2 names.
        options: `access_token` as text or `producer.secret("name")`.
    """
    command = ModerateConversations(
        user_ids=listed(user_ids, "user_ids"), actions=listed(actions, "actions"), **options
    )
    return checked(command)


def get_message_templates(
    *, name: str | None = None, access_token: str | Secret | None = None, **params: str | int
) -> GetMessageTemplates:
    """Reads the Page's message templates; parameters such as `status`, `limit`, `after`.

    Args:
        name: text, to read those of this name.
        access_token: another token, as text or `producer.secret("name")`.
        params: parameters of the read, text or whole numbers.
    """
    named = {} if name is None else {"name": name}
    return checked(GetMessageTemplates(params={**named, **params}, access_token=access_token))


def create_message_template(
    template: Mapping[str, object], **options: Unpack[CallOptions]
) -> CreateMessageTemplate:
    """Hands in a template for approval: `name`, `category`, `language`, `components`; gives its `id`.

    Args:
        template: an object with Meta's members, or its struct.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(CreateMessageTemplate(template=plain_object(template, "template"), **options))


def delete_message_template(
    name: str | None = None, *, template_id: str | int | None = None, **options: Unpack[CallOptions]
) -> DeleteMessageTemplate:
    """Deletes a message template by its name, in all languages, or by its id, the one in one language.

    Args:
        name: text of 1 to 512 characters.
        template_id: text of 1 to 512 characters, or a whole number; at least one of the two is needed.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(DeleteMessageTemplate(name=name, template_id=template_id, **options))


def get_message_template_library(
    *, name_or_content: str | None = None, access_token: str | Secret | None = None, **params: str | int
) -> GetMessageTemplateLibrary:
    """Reads Meta's own message templates; parameters such as `language`, `topic`, `limit`.

    Args:
        name_or_content: text, to read those with it in their name or their words.
        access_token: another token, as text or `producer.secret("name")`.
        params: parameters of the read, text or whole numbers.
    """
    filtered = {} if name_or_content is None else {"name_or_content": name_or_content}
    asked = plain_object({**filtered, **params}, "params")
    return checked(GetMessageTemplateLibrary(params=asked, access_token=access_token))
