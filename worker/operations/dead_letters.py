"""Dead letters: found by their marks, shown, put back on the queue, dropped; a bounded share of them at a time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final, cast

import msgspec
import redis

from producer.commands import decode
from producer.errors import InvalidCommandError
from producer.store.keys import Keys
from producer.store.scripting import Script
from worker.engine.broadcast_messages import Templates
from worker.engine.chunk import Taken
from worker.operations.attempts import Attempt, attempts_of
from worker.operations.letters import Letter, Which, letter_of, read_record

READ: Final = 100
ACT: Final = 200
LIMIT_MAX: Final = 10_000
LOOKED_MAX: Final = 5_000
ANY: Final = Which()

WHY_LEFT: Final = {
    "absent": "no dead letter of this id",
    "waiting": "on the queue already",
    "unreadable": "cannot be read: send it anew, and drop the letter",
    "doubtful": "may have arrived already",
    "expired": "past the time until which they were to be sent",
    "cancelled": "of a broadcast that was cancelled or is no longer kept",
    "linked": "linked to other parts of their batch: send all of these anew, and drop the letters",
}


class Place(msgspec.Struct, frozen=True):
    """Where a reading of the dead letters stopped."""

    at_ms: int
    id: str


class Found(msgspec.Struct, frozen=True):
    """Some dead letters, and the place from which the next are found; `next` is None when there are no more."""

    letters: list[Letter]
    next: Place | None


class Totals(msgspec.Struct, frozen=True):
    """How many dead letters are kept, and how many were dropped so far as too many or too old."""

    kept: int
    dropped: int


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter with its attempts; `recipient` and `content` (the command itself) only when they were asked for."""

    letter: Letter
    history: list[Attempt]
    recipient: str | None = None
    content: object = None


class Done(msgspec.Struct, frozen=True):
    """What was done: to how many, and how many were left alone for which reason (a key of `WHY_LEFT`)."""

    done: int
    left: dict[str, int]


def find(
    client: "redis.Redis",
    keys: Keys,
    which: Which = ANY,
    *,
    limit: int = 50,
    after: Place | None = None,
    oldest_first: bool = False,
    looked_max: int = LOOKED_MAX,
) -> Found:
    """Returns dead letters with these marks, the newest first.

    Args:
        client: of the server.
        keys: of the installation.
        which: the marks.
        limit: most letters in the answer, 1 to 10,000.
        after: where an earlier answer stopped.
        oldest_first: the other way round.
        looked_max: most letters that are looked at; when they are used up, `next` says where to go on.

    Raises:
        InvalidCommandError: `limit` or an age is out of its bounds.
        redis.RedisError: the server was not reached.
    """
    if not 0 < limit <= LIMIT_MAX:
        raise InvalidCommandError("limit", f"must be 1 to {LIMIT_MAX}")
    letters: list[Letter] = []
    source = _letters(client, keys, which, after=after, oldest_first=oldest_first)
    for looked, (place, letter) in enumerate(source, start=1):
        if which.fits(letter):
            letters.append(letter)
        if len(letters) >= limit or looked >= looked_max:
            return Found(letters, place)
    return Found(letters, None)


def ids_of(client: "redis.Redis", keys: Keys, which: Which = ANY) -> Iterator[str]:
    """Yields the ids of the dead letters with these marks, in the order in which they ended, until now."""
    for _, letter in _letters(client, keys, which, after=None, oldest_first=True):
        if which.fits(letter):
            yield letter.id


def in_order(client: "redis.Redis", keys: Keys, ids: Iterable[str]) -> list[str]:
    """Returns ids in the order in which they ended; those that are no dead letters come first."""
    wanted = list(dict.fromkeys(ids))
    with client.pipeline(transaction=False) as pipe:
        for each in wanted:
            pipe.zscore(keys.of("dead"), each)
        ended = dict(zip(wanted, pipe.execute(), strict=True))
    return sorted(wanted, key=lambda each: (ended[each] or 0, each))


def show(client: "redis.Redis", keys: Keys, command_id: str, *, with_content: bool = False) -> Shown | None:
    """Returns one dead letter with its attempts, or None when there is none of this id.

    Raises:
        redis.RedisError: the server was not reached.
    """
    with client.pipeline(transaction=True) as pipe:
        pipe.zscore(keys.of("dead"), command_id)
        pipe.hget(keys.of("dead:records"), command_id)
        pipe.get(keys.outcome(command_id))
        pipe.lrange(keys.of(f"history:{command_id}"), 0, -1)
        at_ms, record, outcome, history = pipe.execute()
    if at_ms is None:
        return None
    letter = letter_of(command_id, int(at_ms), record, outcome)
    taken = read_record(command_id, record)
    if not with_content or taken is None:
        return Shown(letter=letter, history=attempts_of(history))
    return Shown(
        letter=letter,
        history=attempts_of(history),
        recipient=taken.person or None,
        content=_content(client, keys, taken),
    )


def totals(client: "redis.Redis", keys: Keys) -> Totals:
    """Returns how many dead letters there are, and how many were dropped as too many or too old.

    Raises:
        redis.RedisError: the server was not reached.
    """
    dropped = cast("bytes | None", client.hget(keys.of("counts"), "dead_dropped"))
    return Totals(kept=client.zcard(keys.of("dead")), dropped=int(dropped or 0))


def replay(
    client: "redis.Redis",
    keys: Keys,
    ids: Iterable[str],
    *,
    doubtful: bool = False,
    on_progress: Callable[[int], object] | None = None,
) -> Done:
    """Puts dead letters back on the queue, with their ids and history, at the tail of their conversations.

    They wait for budgets and holds as everything does. What may have arrived already is left alone, unless `doubtful`.

    Args:
        client: of the server.
        keys: of the installation.
        ids: in the order in which they are to leave (`ids_of`).
        doubtful: also what may have arrived.
        on_progress: is called with the number looked at so far, every 200.

    Raises:
        redis.RedisError: the server was not reached; replaying the same again is safe.
    """
    return _act(client, keys, "replay-doubtful" if doubtful else "replay", ids, on_progress)


def drop(
    client: "redis.Redis",
    keys: Keys,
    ids: Iterable[str],
    *,
    on_progress: Callable[[int], object] | None = None,
) -> Done:
    """Drops dead letters for good; their outcomes are kept for as long as any.

    Raises:
        redis.RedisError: the server was not reached; dropping the same again is safe.
    """
    return _act(client, keys, "drop", ids, on_progress)


def told_of(done: Done, participle: str) -> str:
    """Returns what was done in a sentence: `2 dropped; 1 left alone: no dead letter of this id`."""
    parts = [f"{done.done:,} {participle}"] if done.done or len(done.left) != 1 else []
    parts += [f"{number:,} left alone: {WHY_LEFT[why]}" for why, number in sorted(done.left.items())]
    return "; ".join(parts)


def _act(
    client: "redis.Redis",
    keys: Keys,
    what: str,
    ids: Iterable[str],
    on_progress: Callable[[int], object] | None,
) -> Done:
    script = Script("replay", "worker.engine.scripts")
    source = iter(ids)
    done, looked, left = 0, 0, Counter[str]()
    while share := list(islice(source, ACT)):
        answer = cast("list[int | bytes]", script.run(client, keys.prefix, (what, "", *share)))
        done += cast("int", answer[0])
        left.update(cast("bytes", why).decode() for why in answer[2::2])
        looked += len(share)
        if on_progress is not None:
            on_progress(looked)
    return Done(done, dict(left))


def _letters(
    client: "redis.Redis", keys: Keys, which: Which, *, after: Place | None, oldest_first: bool
) -> Iterator[tuple[Place, Letter]]:
    seconds, microseconds = client.time()
    # the engine's clock never goes back, so a letter can be younger than the server's time for a moment
    first, last = which.between_ms(seconds * 1000 + microseconds // 1000)
    last = last if which.older_than_s else max(last, _latest_ms(client, keys))
    while share := _places(client, keys, first, last, after, oldest_first=oldest_first):
        ids = [place.id for place in share]
        with client.pipeline(transaction=True) as pipe:
            pipe.hmget(keys.of("dead:records"), ids)
            pipe.mget([keys.outcome(each) for each in ids])
            records, outcomes = pipe.execute()
        for place, record, outcome in zip(share, records, outcomes, strict=True):
            yield place, letter_of(place.id, place.at_ms, record, outcome)
        after = share[-1]


def _latest_ms(client: "redis.Redis", keys: Keys) -> int:
    found = client.zrange(keys.of("dead"), -1, -1, withscores=True)
    return int(found[0][1]) if found else 0


def _places(
    client: "redis.Redis", keys: Keys, first: int, last: int, after: Place | None, *, oldest_first: bool
) -> list[Place]:
    """Returns the next places, at most 100; many letters can have ended in one moment: those come by their ids."""
    offset = 0
    while True:
        if oldest_first:
            low = first if after is None else after.at_ms
            found = client.zrangebyscore(keys.of("dead"), low, last, offset, READ, withscores=True)
        else:
            high = last if after is None else after.at_ms
            found = client.zrevrangebyscore(keys.of("dead"), high, first, offset, READ, withscores=True)
        pairs = cast("list[tuple[bytes, float]]", found)
        places = [Place(int(at_ms), command_id.decode()) for command_id, at_ms in pairs]
        fresh = [
            place for place in places if after is None or _is_past(place, after, oldest_first=oldest_first)
        ]
        if fresh or len(places) < READ:
            return fresh
        offset += READ


def _is_past(place: Place, after: Place, *, oldest_first: bool) -> bool:
    if oldest_first:
        return (place.at_ms, place.id) > (after.at_ms, after.id)
    return (place.at_ms, place.id) < (after.at_ms, after.id)


def _content(client: "redis.Redis", keys: Keys, taken: Taken) -> object:
    body = taken.body
    if taken.broadcast and not body:
        body = Templates(client, keys.prefix).body_for(taken.broadcast, taken.enqueued_ms, taken.person)
    try:
        return msgspec.to_builtins(decode(taken.type, body))
    except InvalidCommandError as error:
        return {"unreadable": str(error)}
