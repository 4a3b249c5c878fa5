"""More envelopes than one script may touch are accepted in rounds: all of them, or as few as can be."""

from collections.abc import Iterator, Sequence
from typing import Final

from producer.errors import OutboundError, QueueFullError, QueueUnavailableError
from producer.store.keys import Keys
from producer.store.queue import Arguments, Queue
from producer.store.steps import Steps, take
from producer.tickets.inquiry import cancel_all

# A script touches at most so many entries, so that Redis answers others meanwhile.
ROUND_MAX: Final = 1_000


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
            said = take(what_is_left(arguments, before, len(part), error, queue.keys), queue.client)
            raise type(error)(said) from error


def what_is_left(
    arguments: Sequence[Arguments], before: int, doubtful: int, error: OutboundError, keys: Keys
) -> Steps[str]:
    """Takes back what was accepted of envelopes that belong together, and comes to a sentence that says what is left.

    Args:
        arguments: all of them.
        before: how many of them were accepted.
        doubtful: how many after these were asked for when the error came.
        error: what stopped them.
        keys: of the installation.
    """
    is_doubtful = isinstance(error, QueueUnavailableError)
    known = arguments[: before + doubtful] if is_doubtful else arguments[:before]
    total = f"{len(arguments):,} parts"
    left = len(known)
    try:
        # the last first, since workers take from the front
        left -= yield from cancel_all([str(each[0]) for each in reversed(known)], keys)
    except QueueUnavailableError:
        return f"{error}; of the {total} the first {before:,} are on the queue, the next {doubtful:,} may be"
    if left == 0 or is_doubtful:
        # of a round that was lost nobody knows which were accepted: what could not be cancelled was perhaps never there
        doubt = f"; at most {left:,} of the {total} may be sent, the others were taken back" if left else ""
        return f"{error}{doubt}"
    return f"Redis took the first {before:,} of {total} and no more: {left:,} may be sent, the others were taken back"


def rest_under(arguments: Sequence[Arguments], ticket: str, first: str) -> list[Arguments]:
    """Returns what a batch under a key has beyond its first round, under the id of the key's first ticket."""
    base, theirs = ticket.partition("x")[0], first.partition("x")[0]
    return [[theirs + str(each[0])[len(base) :], *each[1:]] for each in arguments[ROUND_MAX:]]


def broken_off(error: OutboundError, total: int, still_out: int) -> str:
    """Returns what is said when a batch under a key was put in part."""
    return (
        f"{error}; the first {total - still_out:,} of {total:,} parts are on the queue: "
        "send it again under the same idempotency_key, and the rest follows"
    )
