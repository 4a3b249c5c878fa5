"""Commands of Meta's Marketing Messages: a campaign of an ad account, its messages, and who has subscribed."""

from typing import TypedDict

import msgspec

from producer.commands.command import CommandOf
from producer.commands.fields import GapSeconds, Id, IdText
from producer.commands.results import Created, Paging


class MarketingSent(TypedDict, total=False):
    """Meta has taken a marketing message; whether it arrives, a webhook with this tracking id tells."""

    success: bool
    marketing_message_tracking_id: str


class SubscriptionPage(TypedDict, total=False):
    """One page of subscriptions, each with its `notification_messages_token`, `recipient_id`, `next_eligible_time`."""

    data: list[dict[str, object]]
    paging: Paging


class CreateMessageCampaign(
    CommandOf[Created],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="create_message_campaign",
    forbid_unknown_fields=True,
):
    """Creates a campaign of marketing messages in an ad account; `campaign` has Meta's members."""

    ad_account_id: Id
    campaign: dict[str, object]


class SendMarketingMessage(
    CommandOf[MarketingSent],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="send_marketing_message",
    forbid_unknown_fields=True,
):
    """Sends `message` to the person who gave the subscription token, in a campaign of an ad account.

    `extra` holds members that this library does not know.
    """

    ad_account_id: Id
    campaign_id: Id
    subscription_token: IdText
    message: dict[str, object]
    min_conversation_gap_seconds: GapSeconds | None = None
    extra: dict[str, object] = msgspec.field(default_factory=dict)


class GetNotificationMessageTokens(
    CommandOf[SubscriptionPage],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_notification_message_tokens",
    forbid_unknown_fields=True,
):
    """Reads who has subscribed to the Page's marketing messages; `params` such as `limit` and `after`."""

    params: dict[str, object] = msgspec.field(default_factory=dict)
