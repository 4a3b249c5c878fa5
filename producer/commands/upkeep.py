"""Commands that the platform has gained since: moderation and message templates."""

import msgspec

from producer.commands.command import CommandOf
from producer.commands.fields import Actions, Id, IdText, UserIds
from producer.commands.results import Created, Success, TemplatePage


class ModerateConversations(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="moderate_conversations",
    forbid_unknown_fields=True,
):
    """Blocks, unblocks, bans or unbans people, or moves them to spam."""

    user_ids: UserIds
    actions: Actions


class GetMessageTemplates(
    CommandOf[TemplatePage],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_message_templates",
    forbid_unknown_fields=True,
):
    """Reads the Page's message templates; `params` such as `name` and `limit`."""

    params: dict[str, object] = msgspec.field(default_factory=dict)


class CreateMessageTemplate(
    CommandOf[Created],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="create_message_template",
    forbid_unknown_fields=True,
):
    """Hands in a message template for approval."""

    template: dict[str, object]


class DeleteMessageTemplate(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="delete_message_template",
    forbid_unknown_fields=True,
):
    """Deletes a message template by its name, or by its id."""

    name: IdText | None = None
    template_id: Id | None = None


class GetMessageTemplateLibrary(
    CommandOf[TemplatePage],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_message_template_library",
    forbid_unknown_fields=True,
):
    """Reads Meta's own message templates; `params` such as `name_or_content` and `language`."""

    params: dict[str, object] = msgspec.field(default_factory=dict)
