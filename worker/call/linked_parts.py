"""The parts of a linked batch, each as a command by itself: whose it is, what it is charged to, and how it is kept."""

from typing import Final

import msgspec

from producer.commands import BatchItem, Command, Part, RawPart, SendBatch, encode, tag_of
from producer.queue.envelope import Delivery, Priority, fixed_line, shortened
from producer.queue.routing import route
from producer.store.keys import PRIORITIES
from producer.store.record import PEOPLE_AT, UNORDERED
from worker.call.slices import links_of, refers
from worker.engine.chunk import Taken, taken_of

_LINKS: Final = frozenset({"name", "depends_on", "omit_response_on_success"})


class LinkedPart(msgspec.Struct, frozen=True):
    """One part of a batch whose parts go in one request; `parents` are the places of those that it depends on.

    `line` and `body` are those of a record of it, with which it can be kept: as the command alone, or, where it takes
    something from another's answer and so cannot be called without it, as a batch of one.
    """

    taken: Taken
    command: Command
    item: BatchItem
    parents: tuple[int, ...]

    @property
    def goes_alone(self) -> bool:
        """Tells whether it can be called without the parts that it was linked to."""
        return not refers(self.item)

    def record(self, *, alone: bool) -> tuple[str, bytes]:
        """Returns the fixed line and the body with which it is kept: as a command, or as a batch of one."""
        command = self.command if alone else SendBatch(parts=[self.item])
        line = _line_of(command, self.taken)
        return line, shortened(encode(command), line.split("|", PEOPLE_AT + 1)[PEOPLE_AT])


def linked_parts(whole: SendBatch, taken: Taken) -> tuple[LinkedPart, ...]:
    """Returns the parts of a batch that was taken, in their order; their ids are the batch's, a dot, and the place."""
    parents = links_of(whole.parts)
    return tuple(_part(place, item, whole, taken, parents[place]) for place, item in enumerate(whole.parts))


def _part(
    place: int, item: BatchItem, whole: SendBatch, taken: Taken, parents: tuple[int, ...]
) -> LinkedPart:
    command = _alone(item, whole)
    record = f"L\n{_line_of(command, taken)}|{taken.enqueued_ms}|{taken.expires_ms or ''}\n"
    own = taken_of(f"{taken.id}.{place}".encode(), record.encode())
    own = msgspec.structs.replace(own, attempts=taken.attempts, flags=taken.flags)
    return LinkedPart(own, command, item, parents)


def _alone(item: BatchItem, whole: SendBatch) -> Command:
    """Returns the command of a part without its links, with the token of the batch where it has none."""
    single = item.command if isinstance(item, Part) else item
    if isinstance(single, RawPart):
        own = {name: value for name, value in single.part.items() if name not in _LINKS}
        single = msgspec.structs.replace(single, part=own)
    if whole.access_token is None or single.access_token is not None:
        return single
    return msgspec.structs.replace(single, access_token=whole.access_token)


def _line_of(command: Command, taken: Taken) -> str:
    priority: Priority = "interactive" if taken.priority == PRIORITIES["interactive"] else "bulk"
    delivery = Delivery(
        page=taken.page,
        priority=priority,
        ordered=UNORDERED not in taken.options,
        at_most_once=taken.at_most_once,
    )
    return fixed_line(route(command), tag_of(command), delivery)
