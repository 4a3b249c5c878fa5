"""A sequence on the queue: steps to one person that leave one after the other, with nothing between them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from producer.commands import Command, SendMessage, UploadAttachment, check, detached
from producer.commands.codec import json_of
from producer.errors import InvalidCommandError, given
from producer.queue.accepting import Given, Terms, admit, stored
from producer.queue.envelope import Delivery, person_key
from producer.queue.routing import route
from producer.store.ids import new_id
from producer.store.intake import Arguments, Once, Prepared
from producer.store.record import STEP, STOPS
from producer.tickets.sequence_inquiry import STEPS_MAX

OnFailure = Literal["stop", "continue"]

STEPS: Final = f"must be 1 to {STEPS_MAX} commands of producer.batch"


def prepare_sequence(
    psid: str, steps: Iterable[Command], *, delivery: Delivery, terms: Terms, on_failure: OnFailure
) -> Prepared:
    """Returns the steps as Redis is to accept them, all or none.

    Raises:
        InvalidCommandError: names the step or the option, and its bound.
    """
    _check_options(delivery, on_failure)
    steps = listed_steps(steps)
    _check_steps(psid, steps, terms)
    delivery = msgspec.structs.replace(delivery, ordered=True)
    base = new_id()
    ticket = f"{base}y{len(steps)}"
    arguments: list[Arguments] = []
    content: list[tuple[str, bytes]] = []
    for place, step in enumerate(steps):
        envelope, beside = stored(f"{base}.{place}", step, delivery)
        options = STEP + (STOPS if place and on_failure == "stop" else "")
        arguments.append([envelope[0], f"{envelope[1]!s}{options}", *envelope[2:]])
        content += beside
    what = Given([(ticket, step) for step in steps], delivery)
    if delivery.idempotency_key is None:
        return Prepared(ticket, arguments, content, what)
    once = Once(f"{delivery.page}:{delivery.idempotency_key}", _digest(steps, on_failure))
    return Prepared(ticket, arguments, content, what, once)


def _check_options(delivery: Delivery, on_failure: str) -> None:
    if on_failure not in {"stop", "continue"}:
        raise InvalidCommandError("on_failure", "must be 'stop' or 'continue'")
    if delivery.ordered is False:
        raise InvalidCommandError("ordered", "a sequence keeps its order: ordered=False is not for it")


def listed_steps(steps: Iterable[Command]) -> list[Command]:
    """Returns the steps as a list; raises `InvalidCommandError` for what is none."""
    if isinstance(steps, str | bytes | Mapping) or not isinstance(steps, Iterable):
        raise InvalidCommandError("steps", f"{STEPS}{given(steps)}")
    return list(steps)


def _check_steps(psid: str, steps: Sequence[Command], terms: Terms) -> None:
    if not 0 < len(steps) <= STEPS_MAX:
        raise InvalidCommandError("steps", STEPS)
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


def _digest(steps: Sequence[Command], on_failure: str) -> str:
    """Returns what tells one sequence from another, its bytes included."""
    hashed = hashlib.sha256(on_failure.encode())
    for step in steps:
        bare, content = step, b""
        if isinstance(step, SendMessage | UploadAttachment):
            bare, content = detached(step)
        hashed.update(b"\n" + json_of(bare) + b"\n")
        hashed.update(hashlib.sha256(content).digest())
    return hashed.hexdigest()
