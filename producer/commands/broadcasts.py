"""Commands of the Broadcast API and of sponsored messages, which Meta closed on 4 Mar 2020."""

import msgspec

from producer.commands.command import CommandOf
from producer.commands.fields import Id
from producer.commands.results import (
    Broadcast,
    Insight,
    MessageCreative,
    ReachEstimate,
    SponsoredMessage,
    Success,
)


class CreateMessageCreative(
    CommandOf[MessageCreative],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="create_message_creative",
    forbid_unknown_fields=True,
):
    """Stores messages for a broadcast."""

    messages: list[dict[str, object]]


class SendBroadcastMessage(
    CommandOf[Broadcast],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="send_broadcast_message",
    forbid_unknown_fields=True,
):
    """Sends a stored message to everyone, to a label, or to a targeting of labels."""

    message_creative_id: Id
    options: dict[str, object] = msgspec.field(default_factory=dict)


class CancelBroadcast(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="cancel_broadcast",
    forbid_unknown_fields=True,
):
    """Cancels a scheduled broadcast."""

    broadcast_id: Id


class GetBroadcast(
    CommandOf[Broadcast],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_broadcast",
    forbid_unknown_fields=True,
):
    """Reads the time and the status of a broadcast."""

    broadcast_id: Id


class SendSponsoredMessage(
    CommandOf[SponsoredMessage],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="send_sponsored_message",
    forbid_unknown_fields=True,
):
    """Sends a sponsored message from an ad account."""

    ad_account_id: Id
    message: dict[str, object]


class StartReachEstimation(
    CommandOf[ReachEstimate],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="start_reach_estimation",
    forbid_unknown_fields=True,
):
    """Starts to estimate how many people a label reaches."""

    custom_label_id: Id


class GetReachEstimate(
    CommandOf[ReachEstimate],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_reach_estimate",
    forbid_unknown_fields=True,
):
    """Reads an estimate."""

    reach_estimation_id: Id


class GetBroadcastMessagesSent(
    CommandOf[list[Insight]],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_broadcast_messages_sent",
    forbid_unknown_fields=True,
):
    """Reads how many messages a broadcast sent."""

    broadcast_id: Id
