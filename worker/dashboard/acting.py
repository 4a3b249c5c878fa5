"""What the page's buttons do: each a body that is checked, and one operation."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
import redis

from producer.broadcasts.broadcast import Broadcast
from producer.store.keys import Keys
from producer.store.queue import Queue
from worker.operations import dead_letters, holds
from worker.operations.broadcasts import nothing_to
from worker.operations.dead_letters import WHY_LEFT, Done

ACT_MAX: Final = 10_000

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z._:-]{1,200}$")]


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for the release of a hold."""

    scope: Name


class Steer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for a broadcast to be paused, resumed or cancelled."""

    id: Id


class Letters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for dead letters to be replayed or dropped: 1 to 10,000 ids. `doubtful`: also what may have arrived."""

    ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=ACT_MAX)]
    doubtful: bool = False


class Told(msgspec.Struct, frozen=True):
    """What was done, in a sentence."""

    sentence: str


class Acting:
    """Carries out what was asked for; who may ask is decided elsewhere."""

    def __init__(self, client: "redis.Redis", keys: Keys) -> None:
        self._client = client
        self._keys = keys

    def release(self, asked: Release) -> Told:
        """Releases a hold."""
        stood = holds.release(self._client, self._keys, asked.scope)
        return Told("released; it comes back gently" if stood else "it was not held any more")

    def pause(self, asked: Steer) -> Told:
        """Pauses a broadcast."""
        paused = self._broadcast(asked).pause()
        return Told("paused; what is on its way settles" if paused else nothing_to("pause"))

    def resume(self, asked: Steer) -> Told:
        """Lets a broadcast go on."""
        self._broadcast(asked).resume()
        return Told("it goes on")

    def cancel(self, asked: Steer) -> Told:
        """Ends all of a broadcast that no worker has yet."""
        broadcast = self._broadcast(asked)
        number = broadcast.cancel()
        if not number and broadcast.progress().state != "cancelled":
            return Told(nothing_to("cancel"))
        return Told(f"cancelled: {_counted(number, 'person is', 'people are')} not sent to")

    def replay(self, asked: Letters) -> Told:
        """Puts dead letters back on the queue."""
        ids = dead_letters.in_order(self._client, self._keys, asked.ids)
        done = dead_letters.replay(self._client, self._keys, ids, doubtful=asked.doubtful)
        return _told(done, "put back on the queue", asked.ids)

    def drop(self, asked: Letters) -> Told:
        """Drops dead letters for good."""
        return _told(dead_letters.drop(self._client, self._keys, asked.ids), "dropped", asked.ids)

    def _broadcast(self, asked: Steer) -> Broadcast:
        return Broadcast(asked.id, Queue(self._client, prefix=self._keys.prefix))


def _told(done: Done, participle: str, ids: Sequence[str]) -> Told:
    parts = [f"{done.done:,} {participle}"] if done.done or len(ids) > 1 else []
    left = [f"{number:,} left alone: {WHY_LEFT[why]}" for why, number in sorted(done.left.items())]
    if not parts and len(left) == 1:
        return Told(f"left alone: {WHY_LEFT[next(iter(done.left))]}")
    return Told("; ".join(parts + left))


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
