"""A sequence on the queue: steps to one person that leave one after the other, with nothing between them."""

import hashlib
import re
import time
from collections.abc import Sequence
from typing import Final, Literal, cast

import msgspec
import redis

from producer.accepting import Terms, admit
from producer.commands import Command, SendMessage, UploadAttachment, check, detached
from producer.envelope import Delivery, arguments_of, person_key
from producer.errors import InvalidCommandError
from producer.ids import new_id
from producer.keys import Keys
from producer.queue import Arguments, Queue
from producer.routing import route
from producer.ticket import RESULT_TIMEOUT_S, Outcome, Ticket

STEPS_MAX: Final = 50  # as in scripts/lanes.lua
SEQUENCE_ID: Final = re.compile(r"([0-9a-f]{26})q(\d+)")
# Letters among a step's options: scripts/lanes.lua says what they mean.
STEP: Final = "q"
STOPS: Final = "c"

OnFailure = Literal["stop", "continue"]


class SequenceTicket(Ticket[list[object]]):
    """The ticket of a sequence: `steps` holds a ticket for each step, in order."""

    def __init__(self, sequence_id: str, client: "redis.Redis", keys: Keys) -> None:
        super().__init__(sequence_id, client, keys)
        match = SEQUENCE_ID.fullmatch(sequence_id)
        if match is None or not 0 < int(match[2]) <= STEPS_MAX:
            raise InvalidCommandError("id", "is no ticket of a sequence")
        self.steps: tuple[Ticket[object], ...] = tuple(
            Ticket(f"{match[1]}.{step}", client, keys) for step in range(int(match[2]))
        )

    def outcomes(self) -> list[Outcome | None]:
        """Returns how each step ended, in order; None for one that is on its way.

        Raises:
            QueueUnavailableError: Redis was not reached.
        """
        return [step.outcome() for step in self.steps]

    def outcome(self) -> Outcome | None:
        """Returns how the sequence ended, or None while a step is on its way.

        Its `name` is `sent` when every step was, else that of the first step that was not. `reply` lists the reply of
        each step, None for one that was not sent.
        """
        outcomes: list[Outcome] = []
        for found in self.outcomes():
            if found is None:
                return None
            outcomes.append(found)
        first = next((each for each in outcomes if not each.sent), outcomes[0])
        return msgspec.structs.replace(
            first,
            at=max(each.at for each in outcomes),
            attempts=max(each.attempts for each in outcomes),
            type="send_sequence",
            possibly_repeated=any(each.possibly_repeated for each in outcomes),
            reply=[each.reply for each in outcomes],
        )

    def wait(self, timeout_s: float) -> Outcome:
        """Returns how the sequence ended, waiting up to `timeout_s` seconds for all of its steps.

        Raises:
            OutcomeTimeoutError: not all have ended.
            QueueUnavailableError: Redis was not reached.
        """
        deadline = time.monotonic() + timeout_s
        for step in self.steps:
            step.wait(max(0.0, deadline - time.monotonic()))
        return self.outcome() or super().wait(timeout_s)

    def result(self, timeout_s: float = RESULT_TIMEOUT_S) -> list[object]:
        """Returns the replies of all steps, in order, or raises what the first step that was not sent would raise.

        Raises:
            GraphError: Graph refused a step.
            NoAnswer: a step may have been sent, and no answer came.
            NotSentError: a step expired, was cancelled, or could not be made into a request.
            OutcomeTimeoutError: not all have ended within `timeout_s` seconds.
            QueueUnavailableError: Redis was not reached.
        """
        return super().result(timeout_s)

    def cancel(self) -> bool:
        """Ends every step that no worker has yet, the last first; True only if surely no step was or will be sent.

        Raises:
            QueueUnavailableError: Redis was not reached; cancelling again is safe.
        """
        cancelled = [step.cancel() for step in reversed(self.steps)]
        return all(cancelled)


def enqueue_sequence(
    queue: Queue,
    psid: str,
    steps: Sequence[Command],
    *,
    delivery: Delivery,
    terms: Terms,
    on_failure: OnFailure,
) -> str:
    """Puts the steps on the queue, all or none, and returns their ticket's id; the first one's, under a known key.

    Raises:
        InvalidCommandError: names the step or the option, and its bound.
    """
    _check_options(delivery, on_failure)
    _check_steps(psid, steps, terms)
    delivery = msgspec.structs.replace(delivery, ordered=True)
    base = new_id()
    ticket = f"{base}q{len(steps)}"
    arguments = [
        _stored(
            queue, f"{base}.{place}", step, delivery, STEP + (STOPS if place and on_failure == "stop" else "")
        )
        for place, step in enumerate(steps)
    ]
    if delivery.idempotency_key is None:
        queue.put(arguments)
        return ticket
    first: str | None = None
    try:
        first = queue.put_once(
            arguments,
            key=f"{delivery.page}:{delivery.idempotency_key}",
            digest=_digest(steps, on_failure),
            ticket=ticket,
            keep_ms=terms.keep_ms,
        )
    finally:
        if first != ticket:
            for place in range(len(steps)):
                queue.drop_bytes(f"{base}.{place}")
    return first


def _check_options(delivery: Delivery, on_failure: str) -> None:
    if on_failure not in {"stop", "continue"}:
        raise InvalidCommandError("on_failure", "must be 'stop' or 'continue'")
    if delivery.ordered is False:
        raise InvalidCommandError("ordered", "a sequence keeps its order: ordered=False is not for it")


def _check_steps(psid: str, steps: Sequence[Command], terms: Terms) -> None:
    if not 0 < len(steps) <= STEPS_MAX:
        raise InvalidCommandError("steps", f"must be 1 to {STEPS_MAX} commands of producer.batch")
    for place, step in enumerate(steps):
        path = f"steps[{place}]"
        if not isinstance(step, Command):
            raise InvalidCommandError(path, "must be a command of producer.batch")
        check(step)
        admit(step, terms)
        where = route(step)
        if not where.joins or person_key(where.recipient) != person_key(psid):
            raise InvalidCommandError(
                path, "must be a message, a sender action or a thread control to the sequence's person"
            )


def _stored(queue: Queue, command_id: str, step: Command, delivery: Delivery, options: str) -> Arguments:
    where = route(step)
    if isinstance(step, SendMessage | UploadAttachment) and step.filedata is not None:
        bare, content = detached(step)
        given = arguments_of(command_id, bare, where, delivery)
        queue.put_bytes(command_id, content)
    else:
        given = arguments_of(command_id, step, where, delivery)
    given[1] = cast("str", given[1]) + options
    return given


def _digest(steps: Sequence[Command], on_failure: str) -> str:
    """Returns what tells one sequence from another, its bytes included."""
    hashed = hashlib.sha256(on_failure.encode())
    for step in steps:
        bare, content = step, b""
        if isinstance(step, SendMessage | UploadAttachment):
            bare, content = detached(step)
        hashed.update(b"\n" + msgspec.json.encode(bare, order="deterministic") + b"\n")
        hashed.update(hashlib.sha256(content).digest())
    return hashed.hexdigest()
