"""More envelopes than one script may touch are accepted in rounds: all of them, or as few as can be."""

from collections.abc import Iterator, Sequence
from typing import Final

import redis

from producer.errors import OutboundError, QueueFullError, QueueUnavailableError
from producer.policy import Policy
from producer.queue import Arguments, Queue
from producer.scripting import Script

# A script touches at most so many entries, so that Redis answers others meanwhile.
ROUND_MAX: Final = 1_000
CANCELLED: Final = 1


def rounds_of(arguments: Sequence[Arguments]) -> Iterator[tuple[Sequence[Arguments], int]]:
    """Yields the envelopes in rounds of at most 1,000, each with how many come after it."""
    for start in range(0, len(arguments), ROUND_MAX):
        part = arguments[start : start + ROUND_MAX]
        yield part, len(arguments) - start - len(part)


def put_whole(queue: Queue, arguments: Sequence[Arguments]) -> None:
    """Accepts envelopes that belong together, all or none.

    Up to 1,000 are accepted in one step. Of more, the first round asks for room for all; when a later one is refused
    all the same, those before it are cancelled, and the error says how many may be sent because a worker had them.

    Raises:
        QueueFullError: Redis is at its `maxmemory`, or the Page's queue is full.
        QueueUnavailableError: Redis was not reached; the error says what is on the queue.
    """
    for part, after in rounds_of(arguments):
        try:
            queue.put(part, and_more=after)
        except (QueueFullError, QueueUnavailableError) as error:
            before = len(arguments) - after - len(part)
            if before == 0:
                raise
            raise type(error)(_what_is_left(queue, arguments, before, len(part), error)) from error


def _what_is_left(
    queue: Queue, arguments: Sequence[Arguments], before: int, doubtful: int, error: OutboundError
) -> str:
    is_doubtful = isinstance(error, QueueUnavailableError)
    known = arguments[: before + doubtful] if is_doubtful else arguments[:before]
    total = f"{len(arguments):,} parts"
    try:
        left = len(known) - _taken_back(queue, [str(each[0]) for each in known])
    except redis.RedisError:
        return f"{error}; of the {total} the first {before:,} are on the queue, the next {doubtful:,} may be"
    if left == 0 or is_doubtful:
        # of a round that was lost nobody knows which were accepted: what could not be cancelled was perhaps never there
        doubt = f"; at most {left:,} of the {total} may be sent, the others were taken back" if left else ""
        return f"{error}{doubt}"
    return f"Redis took the first {before:,} of {total} and no more: {left:,} may be sent, the others were taken back"


def _taken_back(queue: Queue, ids: Sequence[str]) -> int:
    """Cancels commands, the last first; returns how many will surely not be sent."""
    script, prefix = Script("cancel"), queue.keys.prefix
    policy = Policy().encoded()
    latest_first = list(reversed(ids))
    taken_back = int(script.run(queue.client, prefix, (latest_first[0], policy, "")) == CANCELLED)
    for start in range(1, len(latest_first), ROUND_MAX):
        pipe = queue.client.pipeline(transaction=False)
        for each in latest_first[start : start + ROUND_MAX]:
            pipe.evalsha(script.sha, 1, prefix, each, policy, "")
        taken_back += sum(answer == CANCELLED for answer in pipe.execute())
    return taken_back
