"""Personas of a Page."""

from worker.stub.calls import Call
from worker.stub.listing import chosen, missing, paged
from worker.stub.refusals import invalid
from worker.stub.world import World

NAME_MAX = 50


def _create(world: World, call: Call) -> object:
    refusal = missing(call, "name", "profile_picture_url")
    if refusal is not None:
        return refusal
    if len(call.form["name"]) > NAME_MAX:
        return invalid(f"Length of param name must be less than or equal to {NAME_MAX}")
    fields = {name: call.form[name] for name in ("name", "profile_picture_url")}
    return {"id": world.objects.add("persona", call.page, fields).id}


def _list(world: World, call: Call) -> object:
    wanted = call.form.get("fields")
    personas = world.objects.of("persona", call.page)
    return paged(call, [chosen({**one.fields, "id": one.id}, wanted) for one in personas])


ROUTES = {("POST", "personas"): _create, ("GET", "personas"): _list}
