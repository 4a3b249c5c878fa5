"""The Broadcast API and sponsored messages, closed by Meta on 4 Mar 2020; `broadcast_to` is what works today."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from producer.commands.broadcasts import (
    CancelBroadcast,
    CreateMessageCreative,
    GetBroadcast,
    GetBroadcastMessagesSent,
    GetReachEstimate,
    SendBroadcastMessage,
    SendSponsoredMessage,
    StartReachEstimation,
)
from producer.commands.results import (
    Broadcast,
    Insight,
    MessageCreative,
    ReachEstimate,
    SponsoredMessage,
    Success,
)
from producer.messages.builders import plain_list, plain_object
from producer.messages.message import Message
from producer.vocabulary.options import BroadcastOptions, CallOptions
from producer.vocabulary.submitting import Submitting


class BroadcastMethods(Submitting):
    """Methods of Meta's own broadcasts, for versions that still have them."""

    __slots__ = ()

    def create_message_creative(
        self, messages: Sequence[Message | Mapping[str, object]] = (), **options: Unpack[CallOptions]
    ) -> MessageCreative:
        """Stores messages of `producer.messages` for a broadcast; gives their `message_creative_id`.

        Args:
            messages: a list of message objects.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(CreateMessageCreative(messages=plain_list(messages, "messages"), **options))

    def send_broadcast_message(
        self, message_creative_id: str | int, **options: Unpack[BroadcastOptions]
    ) -> Broadcast:
        """Sends a stored message to everyone, to a label, or to a targeting; gives its `broadcast_id`.

        `targeting` takes `{"labels": …}` with the predicates of `producer.broadcast`; `schedule_time` is ISO 8601 or
        Unix seconds.

        Args:
            message_creative_id: text of 1 to 512 characters, or a whole number.
            options: see `BroadcastOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        rest: dict[str, Any] = dict(options)
        token = rest.pop("access_token", None)
        command = SendBroadcastMessage(
            message_creative_id=message_creative_id, options=plain_object(rest, "options"), access_token=token
        )
        return self._run(command)

    def cancel_broadcast(self, broadcast_id: str | int, **options: Unpack[CallOptions]) -> Success:
        """Cancels a scheduled broadcast.

        Args:
            broadcast_id: text of 1 to 512 characters, or a whole number.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(CancelBroadcast(broadcast_id=broadcast_id, **options))

    def get_broadcast(self, broadcast_id: str | int, **options: Unpack[CallOptions]) -> Broadcast:
        """Reads the scheduled time and the status of a broadcast.

        Args:
            broadcast_id: text of 1 to 512 characters, or a whole number.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(GetBroadcast(broadcast_id=broadcast_id, **options))

    def send_sponsored_message(
        self, ad_account_id: str | int, message: Mapping[str, object], **options: Unpack[CallOptions]
    ) -> SponsoredMessage:
        """Sends a sponsored message: `message_creative_id`, `daily_budget`, `bid_amount`, `targeting`.

        Args:
            ad_account_id: text or whole number, with or without `act_`.
            message: an object with Meta's members.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        body = plain_object(message, "message")
        return self._run(SendSponsoredMessage(ad_account_id=ad_account_id, message=body, **options))

    def start_reach_estimation(
        self, custom_label_id: str | int, **options: Unpack[CallOptions]
    ) -> ReachEstimate:
        """Starts to estimate how many people a label reaches; gives a `reach_estimation_id`.

        Args:
            custom_label_id: text of 1 to 512 characters, or a whole number.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(StartReachEstimation(custom_label_id=custom_label_id, **options))

    def get_reach_estimate(
        self, reach_estimation_id: str | int, **options: Unpack[CallOptions]
    ) -> ReachEstimate:
        """Reads an estimate.

        Args:
            reach_estimation_id: text of 1 to 512 characters, or a whole number.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(GetReachEstimate(reach_estimation_id=reach_estimation_id, **options))

    def get_broadcast_messages_sent(
        self, broadcast_id: str | int, **options: Unpack[CallOptions]
    ) -> list[Insight]:
        """Reads how many messages a broadcast sent.

        Args:
            broadcast_id: text of 1 to 512 characters, or a whole number.
            options: `access_token` as text or `producer.secret("name")`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(GetBroadcastMessagesSent(broadcast_id=broadcast_id, **options))
