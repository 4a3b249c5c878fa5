"""What a ticket asks Redis, and what the answers mean; in steps, for tickets of threads and of event loops alike."""

import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Final, cast

import redis

from producer.errors import OutcomeTimeoutError, QueueUnavailableError
from producer.store.keys import Keys
from producer.store.policy import of_the_workers
from producer.store.scripting import Script
from producer.store.steps import Call, Run, Signal, Steps, Together
from producer.tickets.outcome import Outcome, outcome_of

POLL_S: Final = 1.0
SLACK_S: Final = 30
TOLD_MS: Final = 60_000
CANCELLED_MAX: Final = 250  # in one step, so that Redis answers others meanwhile


@cache
def _cancel() -> Script:
    return Script("cancel")


def lost(error: redis.RedisError, what_to_do: str) -> QueueUnavailableError:
    """Returns what a failure of Redis is called for one who asks about a command, with what to do."""
    if isinstance(error, redis.exceptions.OutOfMemoryError):
        return QueueUnavailableError(
            "Redis is at its maxmemory: let the workers drain the queue, or give the server more memory, "
            f"then {what_to_do}"
        )
    return QueueUnavailableError(f"Redis was not reached ({type(error).__name__}): {what_to_do}")


def _unless_full(step: Call | Together) -> Steps[None]:
    with suppress(redis.exceptions.OutOfMemoryError):
        yield step


def cancel_all(ids: Sequence[str], keys: Keys) -> Steps[int]:
    """Ends the commands that no worker has yet, in this order, 250 in a step; comes to how many surely are not sent."""
    cancelled = 0
    for start in range(0, len(ids), CANCELLED_MAX):
        first, *others = ids[start : start + CANCELLED_MAX]
        try:
            answer = yield Run(_cancel(), keys.prefix, (first, of_the_workers(), "", *others))
        except redis.RedisError as error:
            raise lost(error, "try again") from error
        answers = cast("list[int]", answer if others else [answer])
        cancelled += sum(each == 1 for each in answers)
    return cancelled


class Inquiry:
    """Asks after one command, by its id.

    `queued_as` is the id of what is on the queue for it, and `asked` are the ids whose outcomes tell of it.
    """

    def __init__(self, command_id: str, keys: Keys) -> None:
        self.id = command_id
        self.keys = keys
        self.queued_as = command_id
        self.asked: tuple[str, ...] = (command_id,)

    def told(self, kept: Sequence[bytes | None]) -> Outcome | None:
        """Returns how the command ended, by what is kept under each of `asked`, or None while it is on its way."""
        return outcome_of(kept[0]) if kept[0] is not None else None

    def outcome(self) -> Steps[Outcome | None]:
        """Comes to how the command ended, or to None while it is on its way."""
        try:
            values = yield Call(("MGET", *(self.keys.outcome(each) for each in self.asked)))
        except redis.RedisError as error:
            raise lost(error, "ask its ticket again") from error
        return self.told(cast("list[bytes | None]", values))

    def cancel(self) -> Steps[bool]:
        """Ends the command if no worker has it yet; comes to True only if it will surely not be sent."""
        return (yield from cancel_all((self.queued_as,), self.keys)) == 1

    def wait(self, timeout_s: float) -> Steps[Outcome]:
        """Comes to how the command ended, after at most `timeout_s` seconds; raises `OutcomeTimeoutError`."""
        deadline = time.monotonic() + timeout_s
        found = yield from self.outcome()
        if found is not None:
            return found
        done = self.keys.done(self.queued_as)
        try:
            until_ms = int((time.time() + timeout_s + SLACK_S) * 1000)
            # at its maxmemory Redis notes no waiter: the outcome is then seen when it is asked for again
            yield from _unless_full(Call(("ZADD", self.keys.of("waiters"), until_ms, self.queued_as)))
            while (found := (yield from self.outcome())) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise OutcomeTimeoutError(
                        f"{self.id} has not ended within {timeout_s:g} s; it is still on its way: ask its ticket again"
                    )
                if (yield Signal(done, min(left, POLL_S))) is not None:
                    # others may wait for the same command
                    yield from _unless_full(
                        Together((Call(("RPUSH", done, "1")), Call(("PEXPIRE", done, TOLD_MS))))
                    )
        except redis.RedisError as error:
            raise lost(error, "ask its ticket again") from error
        return found

    def result(self, timeout_s: float) -> Steps[object]:
        """Comes to what the method gives back when it is called directly, or raises what it would raise."""
        outcome = yield from self.wait(timeout_s)
        error = outcome.error()
        if error is not None:
            raise error
        return outcome.reply
