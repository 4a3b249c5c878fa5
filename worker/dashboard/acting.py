"""What the page's buttons do: each a body that is checked, and one operation."""

from typing import Annotated, Final

import msgspec
import redis

from producer.broadcasts.broadcast import Broadcast
from producer.errors import InvalidCommandError
from producer.store.keys import Keys
from producer.store.queue import Queue
from worker.config.durations import duration_ms
from worker.operations import dead_letters, holds
from worker.operations.acts import listed
from worker.operations.broadcasts import nothing_to
from worker.operations.dead_letters import told_of
from worker.operations.holds import REASON_CHARS_MAX
from worker.operations.scopes import described, lane_scope, page_scope

ACT_MAX: Final = 10_000

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z._:-]{1,200}$")]


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for the release of a hold."""

    scope: Name

    @property
    def named(self) -> str:
        """What is acted on, for the log of acts."""
        return described(self.scope)


class Hold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for a hold: of a Page (`1895`), of a lane (`1895/text/bulk`) or of a class of lanes (`1895/text`).

    `time` is how long, such as `30m`; empty until it is released.
    """

    on: Name
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_CHARS_MAX)]
    time: Annotated[str, msgspec.Meta(max_length=20)] = ""

    @property
    def scope(self) -> str:
        """The scope that is named; raises `InvalidCommandError` for what is none."""
        return lane_scope(self.on) if "/" in self.on else page_scope(self.on)

    @property
    def named(self) -> str:
        """What is acted on, for the log of acts."""
        return described(self.scope)


class Steer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for a broadcast to be paused, resumed or cancelled."""

    id: Id

    @property
    def named(self) -> str:
        """What is acted on, for the log of acts."""
        return f"broadcast {self.id}"


class Letters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for dead letters to be replayed or dropped: 1 to 10,000 ids. `doubtful`: also what may have arrived."""

    ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=ACT_MAX)]
    doubtful: bool = False

    @property
    def named(self) -> str:
        """What is acted on, for the log of acts."""
        return f"dead letters {listed(self.ids)}"


class Told(msgspec.Struct, frozen=True):
    """What was done, in a sentence."""

    sentence: str


class Acting:
    """Carries out what was asked for; who may ask is decided elsewhere."""

    def __init__(self, client: "redis.Redis", keys: Keys) -> None:
        self._client = client
        self._keys = keys

    def hold(self, asked: Hold) -> Told:
        """Holds a Page or lanes; a longer hold by hand stays as it is."""
        seen = holds.hold(
            self._client, self._keys, asked.scope, for_s=_seconds(asked.time), reason=asked.reason.strip()
        )
        ends = "until it is released" if seen.until is None else f"until {seen.until:%Y-%m-%d %H:%M:%S} UTC"
        return Told(f"held {ends}: {seen.reason}")

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
        return Told(told_of(done, "put back on the queue"))

    def drop(self, asked: Letters) -> Told:
        """Drops dead letters for good."""
        return Told(told_of(dead_letters.drop(self._client, self._keys, asked.ids), "dropped"))

    def _broadcast(self, asked: Steer) -> Broadcast:
        return Broadcast(asked.id, Queue(self._client, prefix=self._keys.prefix))


def _seconds(time: str) -> float | None:
    if not time.strip():
        return None
    try:
        return duration_ms(time) / 1000
    except ValueError as error:
        raise InvalidCommandError("time", str(error)) from None


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
