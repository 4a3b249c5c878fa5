"""Counts what arrived, against what was asked for: from the stub's ledger and request log alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from producer.commands import Command, Part, SendBatch, SenderAction, SendMessage, SendRawBody
from producer.queue.routing import conversation_key
from worker.stub import Delivery, Request

Conversation = tuple[str, str]

_encode: Final = msgspec.json.Encoder(order="sorted").encode


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to.

    `sent` is what the stub delivered; `refused` are calls that it answered with an error. `batches` are requests of
    more than one part, and `mean_batch_size` their mean number of parts. `messages_a_second` runs from the first
    delivery to the last. `out_of_order` counts conversations, `lost` and `duplicates` count messages.
    """

    enqueued: int
    sent: int
    refused: int
    requests: int
    batches: int
    mean_batch_size: float
    seconds: float
    messages_a_second: int
    conversations: int
    out_of_order: int
    lost: int
    duplicates: int

    @property
    def order_kept(self) -> bool:
        """Tells whether every person got their messages in the order in which they were queued."""
        return self.out_of_order == 0

    @property
    def passed(self) -> bool:
        """Tells whether nothing was lost, doubled, refused or out of order."""
        return not (self.lost or self.duplicates or self.out_of_order or self.refused)


class Expected:
    """What each person is to get, in order."""

    def __init__(self) -> None:
        self.by_conversation: defaultdict[Conversation, list[bytes]] = defaultdict(list)
        self.total = 0

    def add(self, page: str, command: Command) -> None:
        """Notes a command that was queued for `page`; parts of an explicit batch count one by one.

        Raises:
            ValueError: the command sends nothing to a person.
        """
        if isinstance(command, SendBatch):
            for item in command.parts:
                self.add(page, item.command if isinstance(item, Part) else item)
            return
        recipient: object
        match command:
            case SendMessage():
                recipient, thing = command.recipient, _encode(command.message)
            case SenderAction():
                recipient, thing = command.recipient, command.sender_action.encode()
            case SendRawBody():
                recipient, thing = command.body.get("recipient", ""), _encode(command.body.get("message"))
            case _:
                raise ValueError(f"{type(command).__name__} sends nothing to a person")
        self.by_conversation[page, conversation_key(recipient)].append(thing)
        self.total += 1


def count(
    expected: Expected, ledger: Sequence[Delivery], requests: Iterable[Request], *, refused: int
) -> Report:
    """Returns the report of a run.

    Args:
        expected: everything that was queued.
        ledger: what the stub delivered, in its order.
        requests: what the stub was asked.
        refused: calls that the stub answered with an error.
    """
    arrived: defaultdict[Conversation, list[bytes]] = defaultdict(list)
    for delivery in ledger:
        arrived[delivery.page, delivery.recipient].append(_thing_of(delivery))
    compared = [
        _compare(expected.by_conversation.get(conversation, []), arrived.get(conversation, []))
        for conversation in expected.by_conversation.keys() | arrived.keys()
    ]
    sizes = [request.parts for request in requests]
    batches = [size for size in sizes if size > 1]
    seconds = ledger[-1].at_monotonic - ledger[0].at_monotonic if ledger else 0.0
    return Report(
        enqueued=expected.total,
        sent=len(ledger),
        refused=refused,
        requests=len(sizes),
        batches=len(batches),
        mean_batch_size=round(sum(batches) / len(batches), 1) if batches else 0.0,
        seconds=round(seconds, 3),
        messages_a_second=round(len(ledger) / seconds) if seconds else 0,
        conversations=len(expected.by_conversation),
        out_of_order=sum(not one.in_order for one in compared),
        lost=sum(one.lost for one in compared),
        duplicates=sum(one.duplicates for one in compared),
    )


class _Compared(msgspec.Struct, frozen=True):
    lost: int
    duplicates: int
    in_order: bool


def _thing_of(delivery: Delivery) -> bytes:
    if delivery.kind != "message":
        return delivery.body.encode()
    return _encode(msgspec.json.decode(delivery.body))


def _compare(asked: Sequence[bytes], got: Sequence[bytes]) -> _Compared:
    """Compares one conversation: the k-th arrival of a thing stands for the k-th time that it was asked for."""
    if asked == got:
        return _Compared(0, 0, in_order=True)
    places: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, thing in enumerate(asked):
        places[thing].append(place)
    seen: Counter[bytes] = Counter()
    order = []
    duplicates = 0
    for thing in got:
        if seen[thing] < len(places[thing]):
            order.append(places[thing][seen[thing]])
        else:
            duplicates += 1
        seen[thing] += 1
    return _Compared(len(asked) - len(order), duplicates, in_order=order == sorted(order))
