"""Who controls a thread: conversation routing between apps."""

from worker.stub.calls import Call
from worker.stub.listing import json_of, missing, person_of
from worker.stub.refusals import Refusal, invalid
from worker.stub.world import World

_DONE = {"success": True}
_KEPT_S_MAX = 7 * 24 * 3_600


def refuse_control(call: Call) -> Refusal | None:
    """Returns why Graph would not take the `thread_control` of a send, or None."""
    if "thread_control" not in call.form:
        return None
    control = json_of(call, "thread_control")
    if isinstance(control, dict) and control.get("control_type") in {"pass", "release"}:
        return None
    return invalid("Param thread_control[control_type] must be one of {pass, release}")


def hand_over_with_send(world: World, call: Call, person: str) -> None:
    """Changes a thread's owner as the `thread_control` of a send says, once it is sent, and writes so in the ledger."""
    if "thread_control" not in call.form:
        return
    control = json_of(call, "thread_control")
    if not isinstance(control, dict):
        return
    if control["control_type"] == "pass":
        world.objects.thread_owners[call.page, person] = str(control.get("app_id", world.objects.app_id))
    else:
        world.objects.thread_owners.pop((call.page, person), None)
    edge = f"{control['control_type']}_thread_control"
    world.ledger.add(call.request, call.part, call.at, (call.page, person, "thread_control", edge, None, ""))


def _hand_over(world: World, call: Call) -> object:
    """Changes or asks for a thread's owner, and writes so in the ledger."""
    edge = call.target.edge
    refusal = missing(call, "recipient")
    if refusal is None and edge == "extend_thread_control":
        refusal = missing(call, "duration") or _refuse_duration(call.form["duration"])
    person = person_of(call)
    if refusal is not None or person is None:
        return refusal or invalid("The parameter recipient is required")
    if edge == "pass_thread_control":
        target = call.form.get("target_app_id", world.objects.app_id)
        world.objects.thread_owners[call.page, person] = target
    elif edge in {"take_thread_control", "release_thread_control"}:
        world.objects.thread_owners.pop((call.page, person), None)
    sent = (call.page, person, "thread_control", edge, call.form.get("metadata"), "")
    world.ledger.add(call.request, call.part, call.at, sent)
    return _DONE


def _refuse_duration(text: str) -> Refusal | None:
    if text.isdecimal() and 0 < int(text) <= _KEPT_S_MAX:
        return None
    return invalid(f"Param duration must be a number of seconds from 1 to {_KEPT_S_MAX}")


def _owner(world: World, call: Call) -> object:
    person = person_of(call)
    if person is None:
        return invalid("The parameter recipient is required")
    owner = world.objects.thread_owners.get((call.page, person), world.objects.app_id)
    return {"data": [{"thread_owner": {"app_id": owner}}]}


def _receivers(_world: World, _call: Call) -> object:
    return {
        "data": [
            {"id": "12345678910", "name": "David's Composer"},
            {"id": "263902037430900", "name": "Page Inbox"},
        ]
    }


def _moderate(_world: World, call: Call) -> object:
    return missing(call, "user_ids", "actions") or _DONE


ROUTES = {
    ("POST", "pass_thread_control"): _hand_over,
    ("POST", "take_thread_control"): _hand_over,
    ("POST", "request_thread_control"): _hand_over,
    ("POST", "release_thread_control"): _hand_over,
    ("POST", "extend_thread_control"): _hand_over,
    ("GET", "thread_owner"): _owner,
    ("GET", "secondary_receivers"): _receivers,
    ("POST", "moderate_conversations"): _moderate,
}
