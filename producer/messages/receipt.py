"""The receipt template, with Meta's field names.

Source: docs/messenger-platform/reference/templates/receipt.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from producer import limits
from producer.messages.fields import Amount, Id


class ReceiptElement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing bought."""

    title: str
    price: Amount
    subtitle: str | None = None
    quantity: Amount | None = None
    currency: str | None = None
    image_url: str | None = None


class ReceiptAddress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where it is sent."""

    street_1: str
    city: str
    postal_code: Id
    state: str
    country: str
    street_2: str | None = None


class ReceiptSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it costs together."""

    total_cost: Amount
    subtotal: Amount | None = None
    shipping_cost: Amount | None = None
    total_tax: Amount | None = None


class ReceiptAdjustment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A discount."""

    name: str
    amount: Amount


class ReceiptTemplate(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="template_type", tag="receipt"
):
    """An order confirmation of at most 100 elements; `order_number` is unique, `timestamp` in seconds."""

    recipient_name: str
    order_number: Id
    currency: str
    payment_method: str
    summary: ReceiptSummary
    merchant_name: str | None = None
    order_url: str | None = None
    timestamp: Id | None = None
    elements: Annotated[Sequence[ReceiptElement], Meta(max_length=limits.RECEIPT_ELEMENTS_MAX)] | None = None
    address: ReceiptAddress | None = None
    adjustments: Sequence[ReceiptAdjustment] | None = None
    sharable: bool | None = None
