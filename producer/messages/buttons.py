"""Buttons of templates, each a struct with Meta's field names; `type` follows from the class.

Source: docs/messenger-platform/reference/buttons and its pages.
"""

from typing import TypeAlias

import msgspec

from producer.messages.fields import Amount, ButtonPayload, ButtonTitle, Url


class PostbackButton(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="postback"
):
    """A tap sends `payload` (at most 1000 characters) to the webhook. Title: 1 to 20 characters."""

    title: ButtonTitle
    payload: ButtonPayload


class UrlButton(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="web_url"
):
    """A tap opens `url`, of height `compact`, `tall` or `full`. As a `default_action` it has no title."""

    url: Url
    title: ButtonTitle | None = None
    webview_height_ratio: str | None = None
    messenger_extensions: bool | None = None
    fallback_url: str | None = None
    webview_share_button: str | None = None


class CallButton(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="phone_number"
):
    """A tap dials `payload`, a number with its country code (`+15105559999`)."""

    title: ButtonTitle
    payload: ButtonPayload


class ShareButton(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="element_share"
):
    """A tap shares the message, or the generic template of `share_contents` (removed by Meta since)."""

    share_contents: dict[str, object] | None = None


class LogInButton(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="account_link"
):
    """A tap opens the log-in page `url` of account linking."""

    url: Url


class LogOutButton(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="account_unlink"
):
    """A tap unlinks the person's account."""


class GamePlayButton(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="game_play"
):
    """A tap opens the Page's Instant Game."""

    title: ButtonTitle
    payload: ButtonPayload | None = None
    game_metadata: dict[str, object] | None = None


class PriceListItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a payment summary."""

    label: str
    amount: Amount


class PaymentSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a buy button charges: `payment_type` is `FIXED_AMOUNT` or `FLEXIBLE_AMOUNT`."""

    currency: str
    payment_type: str
    merchant_name: str
    requested_user_info: list[str]
    price_list: list[PriceListItem]
    is_test_payment: bool | None = None


class BuyButton(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="payment"
):
    """A tap opens the check-out (removed by Meta since)."""

    title: ButtonTitle
    payload: ButtonPayload
    payment_summary: PaymentSummary


Button: TypeAlias = (
    PostbackButton
    | UrlButton
    | CallButton
    | ShareButton
    | LogInButton
    | LogOutButton
    | GamePlayButton
    | BuyButton
)
