"""Runs one call: token, limits, faults, then the act itself."""

from typing import NamedTuple

from worker.stub import resources
from worker.stub.calls import Call
from worker.stub.delivery import deliver
from worker.stub.faults import Fault, Subject
from worker.stub.instagram import as_instagram, is_instagram
from worker.stub.refusals import Refusal
from worker.stub.world import World

_ODD = {"error_severity": "WARNING", "retry_hint": {"after": [1, None, "soon"]}, "blame_field_specs": [["x"]]}
_ODD_SUBCODE = 9_999_999


class Result(NamedTuple):
    """What a call came to; without `text` a batch answers null and a plain request is cut off."""

    status: int
    text: str | None
    headers: tuple[tuple[str, str], ...] = ()


def execute(world: World, call: Call) -> Result:
    """Returns the result of a call, after it has had its effect."""
    refusal = call.refusal
    if refusal is None and world.quotas.active:
        recipient = call.send.recipient if call.send is not None else ""
        refusal = world.quotas.spend(call.page, call.rate_class, recipient, call.request.arrived_monotonic)
    if refusal is None and world.usage.active:
        refusal = world.usage.refuse(call.page)
    if refusal is not None:
        return _refused(world, call, refusal)
    if world.faults.on_calls:
        fault = world.faults.for_call(subject_of(call))
        if fault is not None:
            return _spoil(world, call, fault)
    return _perform(world, call)


def _perform(world: World, call: Call) -> Result:
    answer = resources.perform(world, call) if call.send is None else deliver(world, call, call.send)
    if isinstance(answer, Refusal):
        return _refused(world, call, answer)
    return Result(200, answer)


def _refused(world: World, call: Call, refusal: Refusal) -> Result:
    return refused(world, as_instagram(refusal) if is_instagram(world, call.page) else refusal)


def _spoil(world: World, call: Call, fault: Fault) -> Result:
    if fault.delivers:
        _perform(world, call)
    headers = tuple(fault.header_pairs(call.page))
    if fault.action == "null":
        return Result(500, None, headers)
    refusal = fault.refusal()
    return Result(refusal.status, refusal.text(world.trace()), headers)


def refused(world: World, refusal: Refusal) -> Result:
    """Returns the result of a call that Graph refuses; now and then an odd one, if options say so."""
    world.errors += 1
    every = world.options.odd_every
    if every and world.errors % every == 0:
        odd = Refusal(
            code=refusal.code,
            message=refusal.message,
            status=refusal.status,
            subcode=_ODD_SUBCODE,
            extra=_ODD,
        )
        return Result(odd.status, odd.text(world.trace()))
    return Result(refusal.status, refusal.text(world.trace()))


def subject_of(call: Call) -> Subject:
    """Returns what fault rules look at in a call."""
    send = call.send
    target = call.target
    if send is None:
        return Subject(call.page, "", call.method, target.path, target.edge, None, "")
    return Subject(call.page, send.recipient, call.method, target.path, target.edge, send.kind, send.body)
