"""Quick replies: the buttons above the composer, at most 13 with a message.

Source: docs/messenger-platform/send-messages/quick-replies.
"""

from typing import TypeAlias

import msgspec

from producer.messages.fields import QuickReplyPayload, QuickReplyTitle


class TextReply(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="content_type", tag="text"
):
    """A tap sends `title` (1 to 20 characters) as text, and `payload` (at most 1000) to the webhook."""

    title: QuickReplyTitle
    payload: QuickReplyPayload
    image_url: str | None = None


class PhoneNumberReply(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="content_type",
    tag="user_phone_number",
):
    """A tap sends the person's phone number."""

    image_url: str | None = None


class EmailReply(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="content_type", tag="user_email"
):
    """A tap sends the person's e-mail address."""

    image_url: str | None = None


class LocationReply(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="content_type", tag="location"
):
    """A tap sends the person's place (removed by Meta since)."""

    image_url: str | None = None


QuickReply: TypeAlias = TextReply | PhoneNumberReply | EmailReply | LocationReply
