"""What a broadcast asks of Redis, in steps: it is opened, people are added, it is paused, cancelled, asked after."""

import hashlib
import re
from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, cast

import msgspec
import redis

from producer.commands import SendMessage, encode, tag_of
from producer.errors import (
    BroadcastError,
    InvalidCommandError,
    QueueFullError,
    QueueUnavailableError,
    RecipientError,
    given,
)
from producer.limits import BROADCAST_ID_CHARACTERS_MAX
from producer.queue.envelope import Delivery, due_ms, expires_ms, fixed_line, person_key
from producer.queue.routing import route
from producer.store.ids import new_id
from producer.store.keys import Keys
from producer.store.policy import of_the_workers
from producer.store.record import UNORDERED
from producer.store.refusals import unavailable
from producer.store.scripting import Script
from producer.store.steps import Call, Next, Run, Steps, Together, Value
from producer.tracing.traces import enqueuing

ROUND: Final = 1_000
NO_PSID: Final = "must be a PSID: letters and digits, at most 100"
FIELDS: Final = ("head", "state", "added", "taken", "created_ms", "position", "paused_ms")
OUTCOMES: Final = ("sent", "refused", "exhausted", "expired", "cancelled", "unknown")
_UNTIL_RELEASED: Final = re.compile(rb"^0\|[^|\n]*\|(\d+)\|", re.MULTILINE)  # a hold's line (`holding.lua`)
# What the script answers when there is no broadcast of that id.
NONE: Final = -3


@cache
def _script(name: str) -> Script:
    return Script(name)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a broadcast is.

    `state` is `open` (people are still added), `complete` or `cancelled`; `paused` tells whether it is held. `added`
    people; `waiting` are not done yet; `ended` counts outcomes by name. `rate_per_s` is its mean while it was not
    paused, `eta_s` what is left at that rate; None before the first has ended, and `eta_s` while it is paused.
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


class Campaign:
    """The steps of one broadcast, by its `id`."""

    def __init__(self, broadcast_id: str, keys: Keys, page_queue_max: int) -> None:
        self.id = broadcast_id
        self._keys = keys
        self._page_queue_max = page_queue_max

    def progress(self) -> Steps[Progress]:
        """Comes to how far the broadcast is."""
        keys = self._keys
        try:
            facts, counts, now = yield Together(
                (
                    Call(("HMGET", keys.of(f"broadcast:{self.id}"), *FIELDS)),
                    Call(("HGETALL", keys.of(f"counts:broadcast:{self.id}"))),
                    Call(("TIME",)),
                )
            )
            head = cast("list[bytes | None]", facts)[0]
            if head is None:
                raise self._none()
            held: bytes | None = yield Call(("HGET", keys.of("hold"), f"lane:{lane_of(head, self.id)}"))
        except redis.RedisError as error:
            raise unavailable(error) from error
        return progress_of(self.id, facts, counts, held, now[0] + now[1] / 1_000_000)

    def pause(self, reason: str) -> Steps[bool]:
        """Holds the broadcast; comes to False when nobody is left to be sent to, which changes nothing."""
        answer = cast("list[int]", (yield from self._run("pause", msgspec.json.encode({"reason": reason}))))
        return answer[0] == 1

    def resume(self) -> Steps[None]:
        """Releases the broadcast; before its `send_at` it goes on waiting for that."""
        yield from self._run("resume")

    def cancel(self) -> Steps[int]:
        """Ends all of the broadcast that no worker has yet; comes to how many people it was.

        One that is done stays so, and it comes to 0.
        """
        total = 0
        while True:
            cancelled, more = cast("list[int]", (yield from self._run("cancel")))
            total += cancelled
            if not more:
                return total

    def open(self, command: SendMessage, delivery: Delivery) -> Steps[None]:
        """Stores the message; a broadcast that is there already stays as it is."""
        line = fixed_line(route(command), tag_of(command), delivery).split("|")
        page, rate_class, _, _, _, *tail = line
        options = tail.pop().replace(UNORDERED, "") + ("" if delivery.is_ordered() else UNORDERED)
        span, body = enqueuing(), encode(command)
        with span or nullcontext():
            yield from self._run(
                "open",
                f"{page}|{rate_class}|b|{self.id}|",
                "|" + "|".join((*tail, options)) + "|",
                expires_ms(delivery),
                body if span is None else span.marked_body(body),
                due_ms(delivery),
            )

    def add(self, on_progress: Callable[[int], object] | None = None) -> Steps[int]:
        """Adds the people who come next, going on where an earlier run stopped; comes to how many were new.

        Raises:
            BroadcastError: the list differs from the one of the earlier run, or the broadcast is closed.
            RecipientError: a recipient is no PSID; all those before it were added.
            Exception: whatever the list raises; all that it gave before were added.
        """
        state, position_text, digest_text = cast("list[bytes]", (yield from self._run("where")))
        if state != b"open":
            raise BroadcastError(
                f"broadcast {self.id} is {state.decode()}: nobody can be added any more, begin another"
            )
        position = int(position_text)
        hashed = yield from self._passed(position, digest_text.decode())
        added = 0
        problem: RecipientError | None = None
        while problem is None:
            people, problem = good_ones((yield Next(ROUND)), position)
            if not people:
                break
            for psid in people:
                hashed.update(psid.encode() + b"\n")
            reached = position + len(people)
            answer = yield from self._run(
                "add", self._page_queue_max, position, reached, hashed.hexdigest(), *people
            )
            added += _added(cast("list[int]", answer), self.id)
            position = reached
            if on_progress is not None:
                on_progress(position)
        if problem is not None:
            raise problem
        yield from self._run("complete")
        return added

    def _passed(self, done: int, digest: str) -> "Steps[hashlib._Hash]":
        hashed = hashlib.sha256()
        left = done
        problem: RecipientError | None = None
        while left and problem is None:
            people, problem = good_ones((yield Next(min(left, ROUND))), done - left)
            if not people:
                break
            left -= len(people)
            for psid in people:
                hashed.update(psid.encode() + b"\n")
        if done and hashed.hexdigest() != digest:
            raise BroadcastError(
                f"the first {done:,} people differ from those that broadcast {self.id} was begun with: "
                "run it with the same list in the same order, or begin another"
            )
        return hashed

    def begin(
        self,
        command: SendMessage,
        delivery: Delivery,
        on_progress: Callable[[int], object] | None = None,
    ) -> Steps[None]:
        """Opens the broadcast, and adds all people."""
        try:
            yield from self.open(command, delivery)
            yield from self.add(on_progress)
        except QueueUnavailableError as error:
            raise QueueUnavailableError(
                f"{error}; run broadcast {self.id} again with the same list"
            ) from error

    def _run(self, what: str, *arguments: Value) -> Steps[Any]:
        values = (what, self.id, of_the_workers(), "", *arguments)
        try:
            answer = yield Run(_script("broadcast"), self._keys.prefix, values)
        except redis.exceptions.OutOfMemoryError as error:
            raise QueueFullError("Redis is at its maxmemory: add the rest of the broadcast later") from error
        except redis.RedisError as error:
            raise unavailable(error) from error
        if isinstance(answer, list) and answer and answer[0] == NONE:
            raise self._none()
        return answer

    def _none(self) -> BroadcastError:
        return BroadcastError(f"there is no broadcast {self.id}: check its id, or begin it with broadcast_to")


def progress_of(
    broadcast_id: str,
    facts: Sequence[bytes | None],
    counts: Mapping[bytes, bytes],
    held: bytes | None,
    now_s: float,
) -> Progress:
    """Returns how far a broadcast is, from what Redis holds of it: its `FIELDS`, its counts, and its lane's hold."""
    head, state, added, _, created_ms, _, paused_ms = facts
    ended = {name.decode(): int(number) for name, number in counts.items()}
    done = sum(ended.get(name, 0) for name in OUTCOMES)
    total = int(added or 0)
    since_ms = _paused_since_ms(held)
    until_ms = now_s * 1000 if since_ms is None else since_ms
    moved_s = max(0.001, (until_ms - int(created_ms or 0) - int(paused_ms or 0)) / 1000)
    rate = done / moved_s if done else None
    return Progress(
        id=broadcast_id,
        page=(head or b"").split(b"|", 1)[0].decode(),
        state=(state or b"").decode(),
        paused=since_ms is not None,
        added=total,
        waiting=max(0, total - done),
        ended=ended,
        created_at=datetime.fromtimestamp(int(created_ms or 0) / 1000, UTC),
        rate_per_s=rate,
        eta_s=(total - done) / rate if rate and since_ms is None else None,
    )


def _paused_since_ms(held: bytes | None) -> int | None:
    """Returns since when a broadcast's lane is held until somebody releases it; None when it is not."""
    since = _UNTIL_RELEASED.findall(held or b"")
    return min(map(int, since), default=None)


def lane_of(head: bytes, broadcast_id: str) -> str:
    """Returns the name of a broadcast's own lane, from its `head`."""
    page, rate_class = head.decode().split("|", 2)[:2]
    return f"{page}/{rate_class}/b/{broadcast_id}"


def good_ones(given_ones: Sequence[object], position: int) -> tuple[list[str], RecipientError | None]:
    """Returns the PSIDs before the first that is none, and what to raise for that one once they are added.

    Args:
        given_ones: as the caller's list gave them.
        position: of the first of them in that list.
    """
    people: list[str] = []
    for psid in given_ones:
        if not (isinstance(psid, str) and psid.isalnum() and person_key(psid) == psid):
            what = NO_PSID if isinstance(psid, str) else NO_PSID + given(psid)
            return people, RecipientError(position + len(people), what)
        people.append(psid)
    return people, None


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


def id_for(broadcast_id: str | None, recipients: object) -> str:
    """Returns the id of a broadcast to `recipients`: the one given, or a fresh one.

    Raises:
        InvalidCommandError: the id has other characters than it may, or one text was given for the list.
    """
    if isinstance(recipients, str | bytes):
        raise InvalidCommandError("recipients", "must be an iterable of PSIDs, not one text")
    if not isinstance(recipients, Iterable | AsyncIterable):
        raise InvalidCommandError("recipients", f"must be an iterable of PSIDs{given(recipients)}")
    chosen = broadcast_id or new_id()
    if not chosen.replace("-", "").replace("_", "").isalnum():
        raise InvalidCommandError("broadcast_id", "must be letters, digits, '-' and '_'")
    if len(chosen) > BROADCAST_ID_CHARACTERS_MAX:
        raise InvalidCommandError("broadcast_id", f"at most {BROADCAST_ID_CHARACTERS_MAX} characters")
    return chosen
