"""Who controls a thread: handover between apps."""

from worker.stub.calls import Call
from worker.stub.listing import missing, person_of
from worker.stub.refusals import invalid
from worker.stub.world import World

_DONE = {"success": True}


def _hand_over(world: World, call: Call) -> object:
    """Changes or asks for a thread's owner, and writes so in the ledger."""
    edge = call.target.edge
    refusal = missing(call, "recipient")
    if refusal is None and edge == "pass_thread_control":
        refusal = missing(call, "target_app_id")
    person = person_of(call)
    if refusal is not None or person is None:
        return refusal or invalid("The parameter recipient is required")
    if edge == "pass_thread_control":
        world.objects.thread_owners[call.page, person] = call.form["target_app_id"]
    elif edge in {"take_thread_control", "release_thread_control"}:
        world.objects.thread_owners.pop((call.page, person), None)
    sent = (call.page, person, "thread_control", edge, call.form.get("metadata"), "")
    world.ledger.add(call.request, call.part, call.at, sent)
    return _DONE


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
