"""Broadcasts: one message to any number of people, stored once, taken person by person, paused and cancelled as one."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final, cast

import msgspec
import redis

from producer.commands import SendMessage, encode, tag_of
from producer.envelope import Delivery, expires_ms, fixed_line, person_key
from producer.errors import BroadcastError, InvalidCommandError, QueueFullError, QueueUnavailableError
from producer.ids import new_id
from producer.policy import Policy
from producer.queue import Queue, unavailable
from producer.routing import route
from producer.scripting import Script

ROUND: Final = 1_000
PLACEHOLDER: Final = "0"
FIELDS: Final = ("head", "state", "added", "taken", "created_ms", "position")
OUTCOMES: Final = ("sent", "refused", "exhausted", "expired", "cancelled", "unknown")


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a broadcast is.

    `state` is `open` (people are still added), `complete` or `cancelled`; `paused` tells whether it is held. `added`
    people; `waiting` are not done yet; `ended` counts outcomes by name. `rate_per_s` is its mean since its beginning,
    `eta_s` what is left at that rate; None before the first has ended.
    """

    id: str
    page: str
    state: str
    paused: bool
    added: int
    waiting: int
    ended: dict[str, int]
    created_at: datetime
    rate_per_s: float | None
    eta_s: float | None


class Broadcast:
    """One broadcast, by its `id`, from any process."""

    def __init__(self, broadcast_id: str, queue: Queue) -> None:
        self.id = broadcast_id
        self._queue = queue
        self._script = Script("broadcast")

    def __repr__(self) -> str:
        return f"<Broadcast {self.id}>"

    def progress(self) -> Progress:
        """Returns how far the broadcast is.

        Raises:
            BroadcastError: there is none of this id.
            QueueUnavailableError: Redis was not reached.
        """
        keys, client = self._queue.keys, self._queue.client
        try:
            pipe = client.pipeline(transaction=True)
            pipe.hmget(keys.of(f"broadcast:{self.id}"), list(FIELDS))
            pipe.hgetall(keys.of(f"counts:broadcast:{self.id}"))
            pipe.time()
            facts, counts, now = pipe.execute()
            head, state, added, _, created_ms, _ = cast("list[bytes | None]", facts)
            if head is None:
                raise BroadcastError(
                    f"there is no broadcast {self.id}: check its id, or begin it with broadcast_to"
                )
            held = cast("bytes | None", client.hget(keys.of("hold"), f"lane:{_lane(head, self.id)}"))
        except redis.RedisError as error:
            raise unavailable(error) from error
        ended = {name.decode(): int(number) for name, number in cast("dict[bytes, bytes]", counts).items()}
        done = sum(ended.get(name, 0) for name in OUTCOMES)
        total = int(added or 0)
        age_s = max(0.001, now[0] - int(created_ms or 0) / 1000)
        rate = done / age_s if done else None
        return Progress(
            id=self.id,
            page=head.split(b"|", 1)[0].decode(),
            state=(state or b"").decode(),
            paused=held is not None and held.startswith(b"0|"),
            added=total,
            waiting=max(0, total - done),
            ended=ended,
            created_at=datetime.fromtimestamp(int(created_ms or 0) / 1000, UTC),
            rate_per_s=rate,
            eta_s=(total - done) / rate if rate else None,
        )

    def pause(self, reason: str = "paused by hand") -> None:
        """Holds the broadcast: what is on its way settles, nobody else is taken until `resume`."""
        self._hold("hold", reason)

    def resume(self) -> None:
        """Lets a paused broadcast go on, gently."""
        self._hold("release", "")

    def cancel(self) -> int:
        """Ends all of the broadcast that no worker has yet; returns how many people it was that are not sent to.

        What is on its way settles; what waits to be tried again ends when it is due.
        """
        total = 0
        while True:
            cancelled, more = cast("list[int]", self._run("cancel"))
            total += cancelled
            if not more:
                return total

    def _hold(self, what: str, reason: str) -> None:
        head = self._queue.client.hget(self._queue.keys.of(f"broadcast:{self.id}"), "head")
        if head is None:
            raise BroadcastError(
                f"there is no broadcast {self.id}: check its id, or begin it with broadcast_to"
            )
        text = msgspec.json.encode({"reason": reason})
        scope = f"lane:{_lane(cast('bytes', head), self.id)}"
        try:
            Script("hold").run(self._queue.client, self._queue.keys.prefix, (what, scope, "", text, ""))
        except redis.RedisError as error:
            raise unavailable(error) from error

    def _run(self, what: str, *arguments: str | bytes | int) -> object:
        values = (what, self.id, Policy().encoded(), "", *arguments)
        try:
            answer = self._script.run(self._queue.client, self._queue.keys.prefix, values)
        except redis.exceptions.OutOfMemoryError as error:
            raise QueueFullError("Redis is at its maxmemory: add the rest of the broadcast later") from error
        except redis.RedisError as error:
            raise unavailable(error) from error
        if isinstance(answer, list) and answer and answer[0] == -3:  # noqa: PLR2004 (the script's answer for: none)
            raise BroadcastError(
                f"there is no broadcast {self.id}: check its id, or begin it with broadcast_to"
            )
        return answer

    def open(self, command: SendMessage, delivery: Delivery) -> None:
        """Stores the message; a broadcast that is there already stays as it is."""
        line = fixed_line(route(command), tag_of(command), delivery).split("|")
        page, rate_class, _, _, _, *tail = line
        options = tail.pop().replace("u", "") + ("" if delivery.is_ordered() else "u")
        self._run(
            "open",
            f"{page}|{rate_class}|b|{self.id}|",
            "|" + "|".join((*tail, options)) + "|",
            expires_ms(delivery),
            encode(command),
        )

    def add(self, recipients: Iterable[str], on_progress: Callable[[int], object] | None = None) -> int:
        """Adds people, going on where an earlier run over the same list stopped; returns how many were new.

        Raises:
            BroadcastError: the list differs from the one of the earlier run, or the broadcast is closed.
            InvalidCommandError: a recipient is no PSID; those before it were added.
        """
        state, position_text, digest_text = cast("list[bytes]", self._run("where"))
        if state != b"open":
            raise BroadcastError(
                f"broadcast {self.id} is {state.decode()}: nobody can be added any more, begin another"
            )
        done, digest = int(position_text), digest_text.decode()
        source = iter(recipients)
        hashed = _passed(source, done, digest, self.id)
        added, position = 0, done
        while people := list(islice(source, ROUND)):
            for offset, psid in enumerate(people):
                _check_psid(psid, position + offset)
            for psid in people:
                hashed.update(psid.encode() + b"\n")
            answer = self._run(
                "add",
                self._queue.page_queue_max,
                position,
                position + len(people),
                hashed.hexdigest(),
                *people,
            )
            added += _added(cast("list[int]", answer), self.id)
            position += len(people)
            if on_progress is not None:
                on_progress(position)
        self._run("complete")
        return added


def _lane(head: bytes, broadcast_id: str) -> str:
    page, rate_class = head.decode().split("|", 2)[:2]
    return f"{page}/{rate_class}/b/{broadcast_id}"


def _passed(source: Iterator[str], done: int, digest: str, broadcast_id: str) -> "hashlib._Hash":
    hashed = hashlib.sha256()
    for psid in islice(source, done):
        hashed.update(psid.encode() + b"\n")
    if done and hashed.hexdigest() != digest:
        raise BroadcastError(
            f"the first {done:,} people differ from those that broadcast {broadcast_id} was begun with: "
            "run it with the same list in the same order, or begin another"
        )
    return hashed


def _check_psid(psid: object, place: int) -> None:
    if not isinstance(psid, str) or not psid or person_key(psid) != psid or not psid.isalnum():
        raise InvalidCommandError(f"recipients[{place}]", "must be a PSID: letters and digits, at most 100")


def _added(answer: list[int], broadcast_id: str) -> int:
    if answer[0] == -1:
        raise QueueFullError(
            f"{answer[1]:,} commands wait for the Page: run the broadcast again when it has room"
        )
    if answer[0] == -2:  # noqa: PLR2004 (the script's answer for: it stands elsewhere)
        raise BroadcastError(
            f"another run adds to broadcast {broadcast_id} at the same time: let one of them finish"
        )
    return answer[0]


def begin(
    queue: Queue,
    command: SendMessage,
    delivery: Delivery,
    recipients: Iterable[str],
    *,
    broadcast_id: str | None = None,
    on_progress: Callable[[int], object] | None = None,
) -> Broadcast:
    """Sends one message to many people, and returns the broadcast once all of them are added."""
    if isinstance(recipients, str | bytes):
        raise InvalidCommandError("recipients", "must be an iterable of PSIDs, not one text")
    broadcast = Broadcast(broadcast_id or new_id(), queue)
    if not broadcast.id.replace("-", "").replace("_", "").isalnum():
        raise InvalidCommandError("broadcast_id", "must be letters, digits, '-' and '_'")
    try:
        broadcast.open(command, delivery)
        broadcast.add(recipients, on_progress)
    except QueueUnavailableError as error:
        raise QueueUnavailableError(
            f"{error}; run broadcast {broadcast.id} again with the same list"
        ) from error
    return broadcast
