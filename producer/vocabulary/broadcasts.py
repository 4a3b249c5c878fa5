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
from producer.messages.builders import plain_list, plain_object
from producer.messages.message import Message
from producer.vocabulary.checking import checked
from producer.vocabulary.options import BroadcastOptions, CallOptions


def create_message_creative(
    messages: Sequence[Message | Mapping[str, object]] = (), **options: Unpack[CallOptions]
) -> CreateMessageCreative:
    """Stores messages of `producer.messages` for a broadcast; gives their `message_creative_id`.

    Args:
        messages: a list of message objects.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(CreateMessageCreative(messages=plain_list(messages, "messages"), **options))


def send_broadcast_message(
    message_creative_id: str | int, **options: Unpack[BroadcastOptions]
) -> SendBroadcastMessage:
    """Sends a stored message to everyone, to a label, or to a targeting; gives its `broadcast_id`.

    `targeting` takes `{"labels": …}` with the predicates of `producer.broadcast`; `schedule_time` is ISO 8601 or
    Unix seconds.

    Args:
        message_creative_id: text of 1 to 512 characters, or a whole number.
        options: see `BroadcastOptions`.
    """
    rest: dict[str, Any] = dict(options)
    token = rest.pop("access_token", None)
    command = SendBroadcastMessage(
        message_creative_id=message_creative_id, options=plain_object(rest, "options"), access_token=token
    )
    return checked(command)


def cancel_broadcast(broadcast_id: str | int, **options: Unpack[CallOptions]) -> CancelBroadcast:
    """Cancels a scheduled broadcast.

    Args:
        broadcast_id: text of 1 to 512 characters, or a whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(CancelBroadcast(broadcast_id=broadcast_id, **options))


def get_broadcast(broadcast_id: str | int, **options: Unpack[CallOptions]) -> GetBroadcast:
    """Reads the scheduled time and the status of a broadcast.

    Args:
        broadcast_id: text of 1 to 512 characters, or a whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetBroadcast(broadcast_id=broadcast_id, **options))


def send_sponsored_message(
    ad_account_id: str | int, message: Mapping[str, object], **options: Unpack[CallOptions]
) -> SendSponsoredMessage:
    """Sends a sponsored message: `message_creative_id`, `daily_budget`, `bid_amount`, `targeting`.

    Args:
        ad_account_id: text or whole number, with or without `act_`.
        message: an object with Meta's members.
        options: `access_token` as text or `producer.secret("name")`.
    """
    body = plain_object(message, "message")
    return checked(SendSponsoredMessage(ad_account_id=ad_account_id, message=body, **options))


def start_reach_estimation(
    custom_label_id: str | int, **options: Unpack[CallOptions]
) -> StartReachEstimation:
    """Starts to estimate how many people a label reaches; gives a `reach_estimation_id`.

    Args:
        custom_label_id: text of 1 to 512 characters, or a whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(StartReachEstimation(custom_label_id=custom_label_id, **options))


def get_reach_estimate(reach_estimation_id: str | int, **options: Unpack[CallOptions]) -> GetReachEstimate:
    """Reads an estimate.

    Args:
        reach_estimation_id: text of 1 to 512 characters, or a whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetReachEstimate(reach_estimation_id=reach_estimation_id, **options))


def get_broadcast_messages_sent(
    broadcast_id: str | int, **options: Unpack[CallOptions]
) -> GetBroadcastMessagesSent:
    """Reads how many messages a broadcast sent.

    Args:
        broadcast_id: text of 1 to 512 characters, or a whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetBroadcastMessagesSent(broadcast_id=broadcast_id, **options))
