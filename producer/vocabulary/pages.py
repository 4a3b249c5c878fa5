"""The Page itself: its name, its token, its webhook subscriptions, its features."""

from collections.abc import Sequence
from typing import Unpack

from producer.commands.pages import (
    CreateSubscription,
    DebugToken,
    GetMessageTags,
    GetMessagingFeatureReview,
    GetPageInfo,
    GetPageSubscription,
    GetSubscriptions,
)
from producer.commands.secrets import Secret
from producer.vocabulary.checking import checked
from producer.vocabulary.listing import optional_list
from producer.vocabulary.options import CallOptions


def get_page_info(fields: Sequence[str] | None = None, **options: Unpack[CallOptions]) -> GetPageInfo:
    """Reads the Page's name and id, or the given fields.

    Args:
        fields: a list of at most 200 names.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetPageInfo(fields=optional_list(fields, "fields"), **options))


def debug_token(**options: Unpack[CallOptions]) -> DebugToken:
    """Reads what Graph knows of the Page's token, or of `access_token`; needs the app's id and secret.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(DebugToken(**options))


def create_subscription(
    *,
    callback_url: str | None = None,
    verify_token: str | Secret | None = None,
    fields: Sequence[str] | None = None,
    object: str = "page",  # noqa: A002 - Meta's name
    include_values: bool | None = None,
    app_id: str | int | None = None,
    **options: Unpack[CallOptions],
) -> CreateSubscription:
    """Subscribes the app to webhooks of `object` at `callback_url`.

    Without `fields`: messages, messaging_postbacks, messaging_optins, messaging_referrals, messaging_handovers and
    messaging_policy_enforcement. `verify_token` through the queue only as `producer.secret("name")`; the worker's
    own is used when it is absent. `app_id` replaces the configured one.

    Args:
        callback_url: text.
        verify_token: text, or `producer.secret("name")`.
        fields: a list of at most 200 names.
        object: text: `page` by default.
        include_values: true or false; absent by default.
        app_id: text or whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    command = CreateSubscription(
        callback_url=callback_url,
        verify_token=verify_token,
        fields=optional_list(fields, "fields"),
        object=object,
        include_values=include_values,
        app_id=app_id,
        **options,
    )
    return checked(command)


def get_subscriptions(*, app_id: str | int | None = None, **options: Unpack[CallOptions]) -> GetSubscriptions:
    """Reads the app's webhook subscriptions; `app_id` replaces the configured one.

    Args:
        app_id: text or whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetSubscriptions(app_id=app_id, **options))


def get_page_subscription(
    *, app_id: str | int | None = None, **options: Unpack[CallOptions]
) -> GetPageSubscription:
    """Reads the app's webhook subscription for Pages; None when there is none.

    Args:
        app_id: text or whole number.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetPageSubscription(app_id=app_id, **options))


def get_messaging_feature_review(**options: Unpack[CallOptions]) -> GetMessagingFeatureReview:
    """Reads which features Meta reviewed for the Page, and how.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetMessagingFeatureReview(**options))


def get_message_tags(**options: Unpack[CallOptions]) -> GetMessageTags:
    """Reads the message tags that Meta knows, with their descriptions.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetMessageTags(**options))
