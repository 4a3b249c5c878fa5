"""Every Graph path but sends: finds the route by method and edge, and answers."""

from collections.abc import Callable
from typing import Any

from worker.stub import (
    broadcast_edges,
    label_edges,
    media_edges,
    page_edges,
    persona_edges,
    profile_edges,
    thread_edges,
)
from worker.stub.calls import Call
from worker.stub.listing import chosen
from worker.stub.refusals import Refusal, unknown_edge, unknown_object
from worker.stub.wire import to_json
from worker.stub.world import World

_ROUTES: dict[tuple[str, str], Callable[[World, Call], Any]] = {
    **broadcast_edges.ROUTES,
    **label_edges.ROUTES,
    **media_edges.ROUTES,
    **page_edges.ROUTES,
    **persona_edges.ROUTES,
    **profile_edges.ROUTES,
    **thread_edges.ROUTES,
}
_EDGES = frozenset(edge for _, edge in _ROUTES)
_ROOT_NODES = frozenset({"debug_token", "page_message_tags", "message_template_library"})


def perform(world: World, call: Call) -> str | Refusal:
    """Returns the JSON text of the answer to a call that is no send, or why there is none."""
    target = call.target
    if target.node in _ROOT_NODES and not target.edge:
        route = _ROUTES.get((call.method, "/" + target.node))
    elif target.edge:
        route = _ROUTES.get((call.method, target.edge))
    else:
        route = _of_object
    if route is None:
        known = target.edge in _EDGES
        return unknown_object(call.method, target.node) if known else unknown_edge(target.edge or target.node)
    answer = route(world, call)
    return answer if isinstance(answer, Refusal) else to_json(answer)


def _of_object(world: World, call: Call) -> object:
    """Answers `/<id>`: the Page itself, one of its objects, or a person."""
    node = call.target.node
    if not node:
        return page_edges.read_many(world, call)
    if node in {"me", call.page}:
        return page_edges.read_page(world, call) if call.method == "GET" else {"success": True}
    thing = world.objects.find(call.page, node)
    if thing is None:
        return _of_stranger(world, call)
    if call.method == "GET":
        return chosen({**thing.fields, "id": thing.id}, call.form.get("fields"))
    if call.method == "DELETE":
        world.objects.remove(thing)
    elif call.form.get("operation") == "cancel":
        thing.fields["status"] = "CANCELED"
    else:
        return unknown_object(call.method, node)
    return {"success": True}


def _of_stranger(world: World, call: Call) -> object:
    """Answers for an id that nobody made here: a person; a strict stub knows no other strangers."""
    node = call.target.node
    if call.method == "GET":
        return page_edges.read_person(world, call)
    if world.options.strict or call.method not in {"POST", "DELETE"}:
        return unknown_object(call.method, node)
    return {"success": True}
