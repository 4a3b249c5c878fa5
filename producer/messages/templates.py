"""Templates, each a struct with Meta's field names; `template_type` follows from the class.

Source: docs/messenger-platform/reference/templates and its pages. The receipt and the airline records have modules
of their own.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from producer import limits
from producer.messages.buttons import Button, UrlButton
from producer.messages.fields import ElementSubtitle, ElementTitle, Id, Url

Buttons = Annotated[Sequence[Button], Meta(max_length=limits.BUTTONS_MAX)]


class ButtonTemplate(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="template_type", tag="button"
):
    """A text of at most 640 characters over 1 to 3 buttons."""

    text: Annotated[str, Meta(min_length=1, max_length=limits.BUTTON_TEMPLATE_TEXT_CHARACTERS_MAX)]
    buttons: Annotated[Sequence[Button], Meta(min_length=1, max_length=limits.BUTTONS_MAX)]
    sharable: bool | None = None


class GenericElement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One bubble: title and subtitle of at most 80 characters, at most 3 buttons."""

    title: ElementTitle
    image_url: str | None = None
    subtitle: ElementSubtitle | None = None
    default_action: UrlButton | None = None
    buttons: Buttons | None = None
    item_url: str | None = None


class GenericTemplate(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="template_type", tag="generic"
):
    """A row of 1 to 10 bubbles; the image is `horizontal` or `square`."""

    elements: Annotated[Sequence[GenericElement], Meta(min_length=1, max_length=limits.ELEMENTS_MAX)]
    image_aspect_ratio: str | None = None
    sharable: bool | None = None


class ListTemplate(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="template_type", tag="list"
):
    """A list of at most 4 items with at most one button below; removed by Meta after v4.0."""

    elements: Annotated[Sequence[GenericElement], Meta(min_length=1, max_length=limits.LIST_ELEMENTS_MAX)]
    buttons: Annotated[Sequence[Button], Meta(max_length=limits.LIST_BUTTONS_MAX)] | None = None
    top_element_style: str | None = None
    sharable: bool | None = None


class OpenGraphElement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The address whose Open Graph record is shown, with at most 3 buttons."""

    url: str
    buttons: Buttons | None = None


class OpenGraphTemplate(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="template_type", tag="open_graph"
):
    """One song, album or playlist by its address; removed by Meta after v4.0."""

    elements: Annotated[
        Sequence[OpenGraphElement], Meta(min_length=limits.SINGLE_ELEMENT, max_length=limits.SINGLE_ELEMENT)
    ]
    sharable: bool | None = None


class MediaElement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An `image` or `video` of Facebook, by `attachment_id` or by its Facebook `url`, with at most 3 buttons."""

    media_type: str
    attachment_id: Id | None = None
    url: str | None = None
    buttons: Buttons | None = None


class MediaTemplate(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="template_type", tag="media"
):
    """One picture or video with buttons."""

    elements: Annotated[
        Sequence[MediaElement], Meta(min_length=limits.SINGLE_ELEMENT, max_length=limits.SINGLE_ELEMENT)
    ]
    sharable: bool | None = None


class ProductElement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One product of the Page's catalogue by its id."""

    id: Id


class ProductTemplate(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="template_type", tag="product"
):
    """A row of 1 to 10 products of the catalogue."""

    elements: Annotated[Sequence[ProductElement], Meta(min_length=1, max_length=limits.PRODUCTS_MAX)]


class GridImage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One picture of a grid; at most one is the hero, and a tap may open a URL or send a postback."""

    url: Url
    is_hero_image: bool | None = None
    action: dict[str, object] | None = None


class GridElement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A grid of 2 to 6 pictures, with a title of at most 45, a subtitle of at most 80 characters, and 3 buttons."""

    images: Annotated[
        Sequence[GridImage], Meta(min_length=limits.GRID_IMAGES_MIN, max_length=limits.GRID_IMAGES_MAX)
    ]
    title: Annotated[str, Meta(max_length=limits.GRID_TITLE_CHARACTERS_MAX)] | None = None
    subtitle: Annotated[str, Meta(max_length=limits.GRID_SUBTITLE_CHARACTERS_MAX)] | None = None
    buttons: Buttons | None = None


class ImageGridTemplate(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="template_type", tag="image_grid"
):
    """One grid of pictures (Meta: since 30 Jun 2026)."""

    elements: Annotated[
        Sequence[GridElement], Meta(min_length=limits.SINGLE_ELEMENT, max_length=limits.SINGLE_ELEMENT)
    ]


class CouponTemplate(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="template_type", tag="coupon"
):
    """A coupon: a code, or an address where the person gets one."""

    title: ElementTitle
    subtitle: ElementSubtitle | None = None
    coupon_code: str | None = None
    coupon_url: str | None = None
    coupon_url_button_title: str | None = None
    coupon_pre_message: str | None = None
    image_url: str | None = None
    payload: str | None = None


class OneTimeNotificationTemplate(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="template_type",
    tag="one_time_notif_req",
):
    """Asks to be allowed one later message; the title has at most 65 characters."""

    title: Annotated[str, Meta(min_length=1, max_length=limits.ONE_TIME_NOTIFICATION_TITLE_CHARACTERS_MAX)]
    payload: str


class NotificationMessagesTemplate(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="template_type",
    tag="notification_messages",
):
    """Asks to subscribe to marketing messages; the title has at most 65 characters, `payload` comes with the token.

    `notification_messages_cta_text` is `ALLOW`, `GET`, `GET_UPDATES` (Meta's default), `OPT_IN` or `SIGN_UP`. On
    Instagram the same members stand in `elements`.
    """

    title: Annotated[str, Meta(min_length=1, max_length=limits.OPT_IN_TITLE_CHARACTERS_MAX)] | None = None
    payload: str | None = None
    image_url: Url | None = None
    notification_messages_cta_text: str | None = None
    notification_messages_timezone: str | None = None
    elements: Annotated[Sequence[dict[str, object]], Meta(min_length=1, max_length=1)] | None = None


class FeedbackFollowUp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The free text that a question asks for after its score: `type` is `free_form`."""

    type: str
    placeholder: str | None = None


class FeedbackQuestion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question: `type` is `csat`, `nps` or `ces`."""

    id: str
    type: str
    title: str | None = None
    score_label: str | None = None
    score_option: str | None = None
    follow_up: FeedbackFollowUp | None = None


class FeedbackScreen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One page of the questionnaire."""

    questions: Annotated[Sequence[FeedbackQuestion], Meta(min_length=1)]


class FeedbackPrivacy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The address of the business's privacy policy."""

    url: str


class CustomerFeedbackTemplate(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="template_type",
    tag="customer_feedback",
):
    """Asks for a score: title of at most 65, subtitle of at most 80, button title of at most 20 characters."""

    title: Annotated[str, Meta(min_length=1, max_length=limits.FEEDBACK_TITLE_CHARACTERS_MAX)]
    feedback_screens: Annotated[Sequence[FeedbackScreen], Meta(min_length=1)]
    subtitle: Annotated[str, Meta(max_length=limits.FEEDBACK_SUBTITLE_CHARACTERS_MAX)] | None = None
    button_title: Annotated[str, Meta(max_length=limits.FEEDBACK_BUTTON_TITLE_CHARACTERS_MAX)] | None = None
    business_privacy: FeedbackPrivacy | None = None
    expires_in_days: int | None = None


class TemplateLanguage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The language of a message template, `en_US`."""

    code: str


class UtilityTemplate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An approved message template by name, filled in by its components; goes with messaging type `UTILITY`."""

    name: Annotated[str, Meta(min_length=1)]
    language: TemplateLanguage
    components: Sequence[dict[str, object]] | None = None
