"""Calls of the Broadcast API and of sponsored messages."""

from typing import Final

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
from worker.call.endpoints.building import account_segment, get, post, segment
from worker.call.endpoints.call import Call, CallContext


def _create_message_creative(command: CreateMessageCreative, _: CallContext) -> Call:
    return post(command, "me/message_creatives", {"messages": command.messages})


def _send_broadcast_message(command: SendBroadcastMessage, _: CallContext) -> Call:
    body = {"message_creative_id": command.message_creative_id, **command.options}
    return post(command, "me/broadcast_messages", body, "both")


def _cancel_broadcast(command: CancelBroadcast, _: CallContext) -> Call:
    return post(command, segment(command.broadcast_id), {"operation": "cancel"})


def _get_broadcast(command: GetBroadcast, _: CallContext) -> Call:
    return get(command, segment(command.broadcast_id), ("fields", "scheduled_time,status"))


def _send_sponsored_message(command: SendSponsoredMessage, _: CallContext) -> Call:
    return post(command, f"{account_segment(command.ad_account_id)}/sponsored_message_ads", command.message)


def _start_reach_estimation(command: StartReachEstimation, _: CallContext) -> Call:
    return post(command, "me/broadcast_reach_estimations", {"custom_label_id": command.custom_label_id})


def _get_reach_estimate(command: GetReachEstimate, _: CallContext) -> Call:
    return get(command, segment(command.reach_estimation_id))


def _get_broadcast_messages_sent(command: GetBroadcastMessagesSent, _: CallContext) -> Call:
    return post(command, f"{segment(command.broadcast_id)}/insights/messages_sent", None)


CALLS: Final = {
    CreateMessageCreative: _create_message_creative,
    SendBroadcastMessage: _send_broadcast_message,
    CancelBroadcast: _cancel_broadcast,
    GetBroadcast: _get_broadcast,
    SendSponsoredMessage: _send_sponsored_message,
    StartReachEstimation: _start_reach_estimation,
    GetReachEstimate: _get_reach_estimate,
    GetBroadcastMessagesSent: _get_broadcast_messages_sent,
}
