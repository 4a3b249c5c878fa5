"""The four airline templates, with Meta's field names; Meta removed them on 6 Dec 2021.

Source: docs/messenger-platform/reference/templates/airline-boarding-pass, -checkin, -itinerary, -flight-update.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from producer import limits
from producer.messages.fields import Amount, Id


class Airport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An airport by its IATA code."""

    airport_code: str
    city: str | None = None
    terminal: str | None = None
    gate: str | None = None


class FlightSchedule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Times in ISO 8601 without an offset (`2016-01-05T17:30`), local to the airport."""

    departure_time: str
    boarding_time: str | None = None
    arrival_time: str | None = None


class Flight(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A flight; an itinerary's also has `connection_id`, `segment_id` and `travel_class`."""

    flight_number: str
    departure_airport: Airport
    arrival_airport: Airport
    flight_schedule: FlightSchedule | None = None
    connection_id: str | None = None
    segment_id: str | None = None
    aircraft_type: str | None = None
    travel_class: str | None = None


class LabelledValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field of a boarding pass."""

    label: str
    value: str


class BoardingPass(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One passenger's pass; at most 5 auxiliary and 5 secondary fields, a QR code or an image of the bar code."""

    passenger_name: str
    pnr_number: str
    logo_image_url: str
    above_bar_code_image_url: str
    flight_info: Flight
    travel_class: str | None = None
    seat: str | None = None
    auxiliary_fields: (
        Annotated[Sequence[LabelledValue], Meta(max_length=limits.AIRLINE_FIELDS_MAX)] | None
    ) = None
    secondary_fields: (
        Annotated[Sequence[LabelledValue], Meta(max_length=limits.AIRLINE_FIELDS_MAX)] | None
    ) = None
    header_image_url: str | None = None
    header_text_field: LabelledValue | None = None
    qr_code: str | None = None
    barcode_image_url: str | None = None


class AirlineBoardingPassTemplate(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="template_type",
    tag="airline_boardingpass",
):
    """Boarding passes of one flight."""

    intro_message: str
    locale: str
    boarding_pass: Annotated[Sequence[BoardingPass], Meta(min_length=1)]
    theme_color: str | None = None


class AirlineCheckinTemplate(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="template_type",
    tag="airline_checkin",
):
    """A reminder to check in."""

    intro_message: str
    locale: str
    flight_info: Annotated[Sequence[Flight], Meta(min_length=1)]
    checkin_url: str
    pnr_number: str | None = None
    theme_color: str | None = None


class PassengerInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A passenger, by an id of the sender's choosing."""

    passenger_id: str
    name: str
    ticket_number: str | None = None


class ProductInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that a seat comes with."""

    title: str
    value: str


class PassengerSegment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A passenger's seat on one segment."""

    segment_id: str
    passenger_id: str
    seat: str
    seat_type: str
    product_info: Sequence[ProductInfo] | None = None


class PriceInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the price."""

    title: str
    amount: Amount
    currency: str | None = None


class AirlineItineraryTemplate(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="template_type",
    tag="airline_itinerary",
):
    """A confirmed itinerary."""

    intro_message: str
    locale: str
    pnr_number: str
    passenger_info: Annotated[Sequence[PassengerInfo], Meta(min_length=1)]
    flight_info: Annotated[Sequence[Flight], Meta(min_length=1)]
    passenger_segment_info: Annotated[Sequence[PassengerSegment], Meta(min_length=1)]
    total_price: Amount
    currency: str
    price_info: Sequence[PriceInfo] | None = None
    base_price: Amount | None = None
    tax: Amount | None = None
    theme_color: str | None = None


class AirlineUpdateTemplate(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="template_type",
    tag="airline_update",
):
    """A change of one flight: `update_type` is `delay`, `gate_change` or `cancellation`."""

    intro_message: str
    update_type: str
    locale: str
    update_flight_info: Flight
    pnr_number: Id | None = None
    theme_color: str | None = None
