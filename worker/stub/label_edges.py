"""Custom labels and who wears them."""

from worker.stub.calls import Call
from worker.stub.listing import chosen, json_of, missing, paged
from worker.stub.objects import Thing
from worker.stub.refusals import Refusal, invalid, unknown_object
from worker.stub.world import World

_DONE = {"success": True}


def _create(world: World, call: Call) -> object:
    name = call.form.get("page_label_name") or call.form.get("name")
    if not name:
        return invalid("The parameter page_label_name is required")
    if any(_name_of(label) == name for label in world.objects.of("label", call.page)):
        return invalid(f"Label {name} already exists")
    field = "page_label_name" if "page_label_name" in call.form else "name"
    return {"id": world.objects.add("label", call.page, {field: name, "name": name}).id}


def _name_of(label: Thing) -> str:
    return str(label.fields["name"])


def _list(world: World, call: Call) -> object:
    labels = world.objects.of("label", call.page)
    if call.target.node not in {"me", call.page}:
        person = call.target.node
        labels = [label for label in labels if person in world.objects.labelled.get(label.id, set())]
    wanted = call.form.get("fields")
    return paged(call, [chosen({**label.fields, "id": label.id}, wanted) for label in labels])


def _associate(world: World, call: Call) -> object:
    people = _people(world, call)
    if isinstance(people, Refusal):
        return people
    people.add(str(json_of(call, "user")))
    return _DONE


def _dissociate(world: World, call: Call) -> object:
    people = _people(world, call)
    if isinstance(people, Refusal):
        return people
    people.discard(str(json_of(call, "user")))
    return _DONE


def _people(world: World, call: Call) -> set[str] | Refusal:
    """Returns the people who wear the label; a stub that is not strict knows every label."""
    refusal = missing(call, "user")
    if refusal is not None:
        return refusal
    node = call.target.node
    if world.options.strict and world.objects.find(call.page, node) is None:
        return unknown_object(call.method, node)
    return world.objects.labelled.setdefault(node, set())


ROUTES = {
    ("POST", "custom_labels"): _create,
    ("GET", "custom_labels"): _list,
    ("POST", "label"): _associate,
    ("DELETE", "label"): _dissociate,
}
