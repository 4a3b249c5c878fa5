"""Calls of marketing messages, which belong to an ad account and not to the Page."""

from typing import Final

from producer.commands.marketing import (
    CreateMessageCampaign,
    GetNotificationMessageTokens,
    SendMarketingMessage,
)
from worker.call.endpoints.building import account_segment, get, pairs_of, post
from worker.call.endpoints.call import Body, Call, CallContext


def _create_message_campaign(command: CreateMessageCampaign, _: CallContext) -> Call:
    return post(command, f"{account_segment(command.ad_account_id)}/message_campaign", command.campaign)


def _send_marketing_message(command: SendMarketingMessage, _: CallContext) -> Call:
    body: Body = {
        "message_id": command.campaign_id,
        "messenger_delivery_data": {"subscription_token": command.subscription_token},
        "message": command.message,
    }
    if command.min_conversation_gap_seconds is not None:
        body["min_conversation_gap_seconds"] = command.min_conversation_gap_seconds
    return post(command, f"{account_segment(command.ad_account_id)}/messages", body | command.extra)


def _get_notification_message_tokens(command: GetNotificationMessageTokens, _: CallContext) -> Call:
    return get(command, "me/notification_message_tokens", *pairs_of(command.params))


CALLS: Final = {
    CreateMessageCampaign: _create_message_campaign,
    SendMarketingMessage: _send_marketing_message,
    GetNotificationMessageTokens: _get_notification_message_tokens,
}
