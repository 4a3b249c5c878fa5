"""Marketing messages, paid, to people who have subscribed: outside every window, one in 12 hours for each of them.

The way there: a person agrees to `send_notification_messages_template`, the webhook brings their subscription token,
and `send_marketing_message` sends to it in a campaign of the ad account. Meta lets tech providers do so whose app is
approved for `paid_marketing_messages`. Source: the pages of "Marketing Messages on Messenger", 30 Jun 2026.
"""

from collections.abc import Mapping
from typing import Any, Unpack

from producer.commands.marketing import (
    CreateMessageCampaign,
    GetNotificationMessageTokens,
    SendMarketingMessage,
)
from producer.commands.secrets import Secret
from producer.commands.send import Recipient, SendMessage
from producer.messages import builders
from producer.messages.builders import plain_object
from producer.messages.message import Message
from producer.messages.templates import NotificationMessagesTemplate
from producer.vocabulary import composing
from producer.vocabulary.checking import checked
from producer.vocabulary.options import CampaignOptions, MarketingOptions, SendOptions


def send_notification_messages_template(
    recipient: Recipient,
    request: NotificationMessagesTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Asks a person to subscribe to marketing messages; their token comes by the webhook `messaging_optins`.

    Only within the 24 hours after the person's last message, and once a week for each title.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        request: an object or `messages.NotificationMessagesTemplate`; title of at most 65 characters.
        options: see `SendOptions`.
    """
    message = builders.notification_messages_template(request)
    return checked(composing.send_message(recipient, message, options))


def create_message_campaign(
    ad_account_id: str | int, name: str, page_id: str | int, **options: Unpack[CampaignOptions]
) -> CreateMessageCampaign:
    """Creates a campaign of marketing messages; gives its `id`. It sends nothing, and costs nothing by itself.

    Args:
        ad_account_id: text or whole number, with or without `act_`.
        name: text of 1 to 512 characters.
        page_id: text or whole number, of the Page that sends.
        options: see `CampaignOptions`.
    """
    rest: dict[str, Any] = dict(options)
    access_token = rest.pop("access_token", None)
    campaign = plain_object({"name": name, "page_id": page_id, **rest}, "campaign")
    return checked(
        CreateMessageCampaign(ad_account_id=ad_account_id, campaign=campaign, access_token=access_token)
    )


def send_marketing_message(
    ad_account_id: str | int,
    campaign_id: str | int,
    subscription_token: str,
    message: Message | Mapping[str, object],
    **options: Unpack[MarketingOptions],
) -> SendMarketingMessage:
    """Sends a marketing message to the person who gave the token; gives a `marketing_message_tracking_id`.

    Meta takes one message for each token in 12 hours, and charges for it. Through the queue the next one waits until
    then; `expires_in` says how long it may. It goes under the Page's token, or a system user's by
    `access_token=producer.secret("name")`.

    Args:
        ad_account_id: text or whole number, with or without `act_`.
        campaign_id: text or whole number, the `id` that `create_message_campaign` gave.
        subscription_token: text of 1 to 512 characters, from the webhook `messaging_optins`.
        message: a message object or `messages.Message`; a text has at most 640 characters.
        options: see `MarketingOptions`.
    """
    rest: dict[str, Any] = dict(options)
    command = SendMarketingMessage(
        ad_account_id=ad_account_id,
        campaign_id=campaign_id,
        subscription_token=subscription_token,
        message=plain_object(message, "message"),
        min_conversation_gap_seconds=rest.pop("min_conversation_gap_seconds", None),
        access_token=rest.pop("access_token", None),
        extra=composing.extra_of(rest),
    )
    return checked(command)


def get_notification_message_tokens(
    *, access_token: str | Secret | None = None, **params: str | int
) -> GetNotificationMessageTokens:
    """Reads one page of those who have subscribed to the Page's marketing messages, with their tokens.

    Args:
        access_token: another token, as text or `producer.secret("name")`.
        params: parameters of the read, such as `limit` and `after`: text or whole numbers.
    """
    asked = plain_object(params, "params")
    return checked(GetNotificationMessageTokens(params=asked, access_token=access_token))
