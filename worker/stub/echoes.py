"""Webhook echoes of what was delivered: late, each with a delay of its own, and so out of order."""

import zlib
from typing import Any

import msgspec

from worker.stub.ledger import Delivery
from worker.stub.options import StubOptions

_CHANCES = 2**32


class Echo(msgspec.Struct, frozen=True):
    """A `message_echoes` webhook event and the unix second from which it can be had."""

    at: float
    sequence: int
    event: dict[str, Any]


def echoes_of(deliveries: list[Delivery], options: StubOptions, *, after: float, until: float) -> list[Echo]:
    """Returns the echoes that came up after `after` and not after `until`, in the order of their coming.

    Args:
        deliveries: The ledger; only messages are echoed.
        options: Delay and seed.
        after: Unix seconds, not included.
        until: Unix seconds, included.
    """
    found: list[Echo] = []
    for delivery in deliveries:
        if delivery.kind != "message":
            continue
        chance = zlib.crc32(f"{options.seed}:{delivery.sequence}".encode()) / _CHANCES
        at = delivery.at + chance * options.echo_delay_ms / 1_000
        if after < at <= until:
            found.append(Echo(at, delivery.sequence, _event(delivery, options.app_id)))
    return sorted(found, key=lambda echo: (echo.at, echo.sequence))


def _event(delivery: Delivery, app_id: str) -> dict[str, Any]:
    message: dict[str, Any] = {"is_echo": True, "app_id": app_id, "mid": delivery.message_id}
    if delivery.metadata is not None:
        message["metadata"] = delivery.metadata
    if delivery.body.startswith("{"):
        sent = msgspec.json.decode(delivery.body)
        message.update({name: sent[name] for name in ("text", "attachments") if name in sent})
    stamp = int(delivery.at * 1_000)
    messaging = {
        "sender": {"id": delivery.page},
        "recipient": {"id": delivery.recipient},
        "timestamp": stamp,
        "message": message,
    }
    return {"object": "page", "entry": [{"id": delivery.page, "time": stamp, "messaging": [messaging]}]}
