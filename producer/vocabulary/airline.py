"""Sends of the airline templates, which Meta removed on 6 Dec 2021."""

from collections.abc import Mapping
from typing import Unpack

from producer.commands.results import SendReply
from producer.commands.send import Recipient
from producer.messages import builders
from producer.messages.airline import (
    AirlineBoardingPassTemplate,
    AirlineCheckinTemplate,
    AirlineItineraryTemplate,
    AirlineUpdateTemplate,
)
from producer.vocabulary import composing
from producer.vocabulary.options import SendOptions
from producer.vocabulary.submitting import Submitting


class AirlineMethods(Submitting):
    """Methods of flights; recipient and options as for every send."""

    __slots__ = ()

    def send_airline_boarding_pass_template(
        self,
        recipient: Recipient,
        attributes: AirlineBoardingPassTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> SendReply:
        """Sends boarding passes; Meta removed it on 6 Dec 2021, use a generic template.

        Args:
            recipient: PSID as text of 1 to 512 characters, or a recipient object.
            attributes: an object with Meta's members, or its struct.
            options: see `SendOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        message = builders.airline_boarding_pass_template(attributes)
        return self._run(composing.send_message(recipient, message, options))

    def send_airline_checkin_template(
        self,
        recipient: Recipient,
        attributes: AirlineCheckinTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> SendReply:
        """Sends a check-in reminder; Meta removed it on 6 Dec 2021, use a generic template.

        Args:
            recipient: PSID as text of 1 to 512 characters, or a recipient object.
            attributes: an object with Meta's members, or its struct.
            options: see `SendOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        message = builders.airline_checkin_template(attributes)
        return self._run(composing.send_message(recipient, message, options))

    def send_airline_itinerary_template(
        self,
        recipient: Recipient,
        attributes: AirlineItineraryTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> SendReply:
        """Sends an itinerary; Meta removed it on 6 Dec 2021, use a receipt template.

        Args:
            recipient: PSID as text of 1 to 512 characters, or a recipient object.
            attributes: an object with Meta's members, or its struct.
            options: see `SendOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        message = builders.airline_itinerary_template(attributes)
        return self._run(composing.send_message(recipient, message, options))

    def send_airline_update_template(
        self,
        recipient: Recipient,
        attributes: AirlineUpdateTemplate | Mapping[str, object],
        **options: Unpack[SendOptions],
    ) -> SendReply:
        """Sends a flight's change; Meta removed it on 6 Dec 2021, use a generic template.

        Args:
            recipient: PSID as text of 1 to 512 characters, or a recipient object.
            attributes: an object with Meta's members, or its struct.
            options: see `SendOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        message = builders.airline_update_template(attributes)
        return self._run(composing.send_message(recipient, message, options))
