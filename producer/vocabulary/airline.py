"""Sends of the airline templates, which Meta removed on 6 Dec 2021."""

from collections.abc import Mapping
from typing import Unpack

from producer.commands.send import Recipient, SendMessage
from producer.messages import builders
from producer.messages.airline import (
    AirlineBoardingPassTemplate,
    AirlineCheckinTemplate,
    AirlineItineraryTemplate,
    AirlineUpdateTemplate,
)
from producer.vocabulary import composing
from producer.vocabulary.checking import checked
from producer.vocabulary.options import SendOptions


def send_airline_boarding_pass_template(
    recipient: Recipient,
    attributes: AirlineBoardingPassTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends boarding passes; Meta removed it on 6 Dec 2021, use a generic template.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        attributes: an object with Meta's members, or its struct.
        options: see `SendOptions`.
    """
    message = builders.airline_boarding_pass_template(attributes)
    return checked(composing.send_message(recipient, message, options))


def send_airline_checkin_template(
    recipient: Recipient,
    attributes: AirlineCheckinTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends a check-in reminder; Meta removed it on 6 Dec 2021, use a generic template.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        attributes: an object with Meta's members, or its struct.
        options: see `SendOptions`.
    """
    message = builders.airline_checkin_template(attributes)
    return checked(composing.send_message(recipient, message, options))


def send_airline_itinerary_template(
    recipient: Recipient,
    attributes: AirlineItineraryTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends an itinerary; Meta removed it on 6 Dec 2021, use a receipt template.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        attributes: an object with Meta's members, or its struct.
        options: see `SendOptions`.
    """
    message = builders.airline_itinerary_template(attributes)
    return checked(composing.send_message(recipient, message, options))


def send_airline_update_template(
    recipient: Recipient,
    attributes: AirlineUpdateTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends a flight's change; Meta removed it on 6 Dec 2021, use a generic template.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        attributes: an object with Meta's members, or its struct.
        options: see `SendOptions`.
    """
    message = builders.airline_update_template(attributes)
    return checked(composing.send_message(recipient, message, options))
