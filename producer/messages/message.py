"""The Send API's `message` object: a text, an attachment, several images, a sticker, or a message template.

Source: docs/messenger-platform/reference/send-api and send-messages.
"""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from producer import limits
from producer.messages.airline import (
    AirlineBoardingPassTemplate,
    AirlineCheckinTemplate,
    AirlineItineraryTemplate,
    AirlineUpdateTemplate,
)
from producer.messages.fields import Id, Metadata, Text, Url
from producer.messages.quick_replies import QuickReply
from producer.messages.receipt import ReceiptTemplate
from producer.messages.templates import (
    ButtonTemplate,
    CouponTemplate,
    CustomerFeedbackTemplate,
    GenericTemplate,
    ImageGridTemplate,
    ListTemplate,
    MediaTemplate,
    NotificationMessagesTemplate,
    OneTimeNotificationTemplate,
    OpenGraphTemplate,
    ProductTemplate,
    UtilityTemplate,
)

Template: TypeAlias = (
    ButtonTemplate
    | GenericTemplate
    | ListTemplate
    | OpenGraphTemplate
    | MediaTemplate
    | ReceiptTemplate
    | AirlineBoardingPassTemplate
    | AirlineCheckinTemplate
    | AirlineItineraryTemplate
    | AirlineUpdateTemplate
    | ProductTemplate
    | CouponTemplate
    | OneTimeNotificationTemplate
    | NotificationMessagesTemplate
    | CustomerFeedbackTemplate
    | ImageGridTemplate
)


class AttachmentPayload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Media by `url`, or by the `attachment_id` of an upload; `is_reusable` keeps a fetched one."""

    url: Url | None = None
    attachment_id: Id | None = None
    is_reusable: bool | None = None


class AudioAttachment(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="audio"
):
    """A sound."""

    payload: AttachmentPayload


class ImageAttachment(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="image"
):
    """A picture: jpg, png or gif."""

    payload: AttachmentPayload


class VideoAttachment(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="video"
):
    """A video; Meta fetches a URL for at most 75 seconds."""

    payload: AttachmentPayload


class FileAttachment(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="file"
):
    """A file."""

    payload: AttachmentPayload


class TemplateAttachment(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="template"
):
    """A structured message."""

    payload: Template


class LikeHeartAttachment(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="like_heart"
):
    """The heart, on Instagram only."""


class MediaShare(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A post of the business on Instagram, by its id."""

    id: Id


class MediaShareAttachment(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="MEDIA_SHARE"
):
    """A post of the business, on Instagram only."""

    payload: MediaShare


Attachment: TypeAlias = (
    AudioAttachment
    | ImageAttachment
    | VideoAttachment
    | FileAttachment
    | TemplateAttachment
    | LikeHeartAttachment
    | MediaShareAttachment
)


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The message object: text of 1 to 2000 characters, at most 13 quick replies, at most 30 images."""

    text: Text | None = None
    attachment: Attachment | None = None
    attachments: Annotated[Sequence[Attachment], Meta(min_length=1, max_length=limits.IMAGES_MAX)] | None = (
        None
    )
    sticker_id: Id | None = None
    template: UtilityTemplate | None = None
    quick_replies: Annotated[Sequence[QuickReply], Meta(max_length=limits.QUICK_REPLIES_MAX)] | None = None
    metadata: Metadata | None = None
