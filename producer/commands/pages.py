"""Commands about the Page, its token, its webhook subscriptions and its features."""

from producer.commands.command import CommandOf
from producer.commands.fields import Fields, Id, IdText
from producer.commands.results import FeatureReview, MessageTag, PageInfo, Subscription, Success, TokenInfo
from producer.commands.secrets import Secret


class GetPageInfo(
    CommandOf[PageInfo],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_page_info",
    forbid_unknown_fields=True,
):
    """Reads the Page's name and id, or the given fields."""

    fields: Fields | None = None


class DebugToken(
    CommandOf[TokenInfo],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="debug_token",
    forbid_unknown_fields=True,
):
    """Reads what Graph knows of the Page's token, or of `access_token`."""


class CreateSubscription(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="create_subscription",
    forbid_unknown_fields=True,
):
    """Subscribes the app to webhooks; needs the app's id and token."""

    callback_url: str | None = None
    verify_token: str | Secret | None = None
    fields: Fields | None = None
    object: IdText = "page"
    include_values: bool | None = None
    app_id: Id | None = None


class GetSubscriptions(
    CommandOf[list[Subscription]],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_subscriptions",
    forbid_unknown_fields=True,
):
    """Reads the app's webhook subscriptions."""

    app_id: Id | None = None


class GetPageSubscription(
    CommandOf[Subscription | None],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_page_subscription",
    forbid_unknown_fields=True,
):
    """Reads the app's webhook subscription for Pages; None when there is none."""

    app_id: Id | None = None


class GetMessagingFeatureReview(
    CommandOf[list[FeatureReview]],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_messaging_feature_review",
    forbid_unknown_fields=True,
):
    """Reads which features were reviewed for the Page."""


class GetMessageTags(
    CommandOf[list[MessageTag]],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_message_tags",
    forbid_unknown_fields=True,
):
    """Reads the message tags that Meta knows."""
