"""Messenger profile, menus of single users, and built-in language processing."""

from worker.stub.calls import Call
from worker.stub.instagram import refuse_ice_breakers
from worker.stub.listing import json_of, missing, names_in
from worker.stub.refusals import Refusal, invalid
from worker.stub.world import World

FIELDS = frozenset(
    {
        "get_started",
        "persistent_menu",
        "greeting",
        "whitelisted_domains",
        "account_linking_url",
        "payment_settings",
        "target_audience",
        "home_url",
        "ice_breakers",
        "commands",
        "description",
    }
)
_DONE = {"result": "success"}


def _owner(call: Call) -> str:
    """Returns whose profile it is: the Page's, or with `platform` that of its account on Instagram."""
    return f"{call.page}/instagram" if call.form.get("platform") == "instagram" else call.page


def _get(world: World, call: Call) -> object:
    refusal = _spend(world, call, "profile") or missing(call, "fields")
    if refusal is not None:
        return refusal
    profile = world.objects.profiles.get(_owner(call), {})
    if names_in(call.form["fields"]) == ["ice_breakers"]:
        return {"data": profile.get("ice_breakers", [])}
    found = {name: profile[name] for name in names_in(call.form["fields"]) if name in profile}
    return {"data": [found] if found else []}


def _set(world: World, call: Call) -> object:
    refusal = _spend(world, call, "profile")
    if refusal is not None:
        return refusal
    given = {name: json_of(call, name) for name in call.form if name in FIELDS}
    if not given:
        return invalid("Requires at least one of the params: " + ", ".join(sorted(FIELDS)))
    profile = world.objects.profiles.setdefault(_owner(call), {})
    refusal = refuse_ice_breakers(given.get("ice_breakers"))
    if refusal is not None:
        return refusal
    started = "get_started" in profile or "get_started" in given
    if world.options.strict and "persistent_menu" in given and not started:
        return invalid("You must set a Get Started button if you also wish to use persistent menu", 2018145)
    for name, value in given.items():
        if name == "payment_settings" and isinstance(value, dict):
            profile[name] = {**profile.get(name, {}), **value}
        else:
            profile[name] = value
    return _DONE


def _delete(world: World, call: Call) -> object:
    refusal = _spend(world, call, "profile") or missing(call, "fields")
    if refusal is not None:
        return refusal
    profile = world.objects.profiles.get(_owner(call), {})
    for name in names_in(call.form["fields"]):
        profile.pop(name, None)
    return _DONE


def _spend(world: World, call: Call, name: str) -> Refusal | None:
    if not world.options.strict:
        return None
    return world.windows.refuse_tenth(f"{name}/{call.page}/{call.form.get('psid', '')}", world.now())


def _get_menu(world: World, call: Call) -> object:
    refusal = _spend(world, call, "menu") or missing(call, "psid")
    if refusal is not None:
        return refusal
    menu = world.objects.user_settings.get((call.page, call.form["psid"]))
    page_menu = world.objects.profiles.get(call.page, {}).get("persistent_menu")
    if menu is None and page_menu is None:
        return {"data": []}
    levels = {"user_level_persistent_menu": menu, "page_level_persistent_menu": page_menu}
    return {"data": [{name: value for name, value in levels.items() if value is not None}]}


def _set_menu(world: World, call: Call) -> object:
    refusal = _spend(world, call, "menu") or missing(call, "psid", "persistent_menu")
    if refusal is not None:
        return refusal
    world.objects.user_settings[call.page, call.form["psid"]] = json_of(call, "persistent_menu")
    return _DONE


def _delete_menu(world: World, call: Call) -> object:
    refusal = _spend(world, call, "menu") or missing(call, "psid")
    if refusal is not None:
        return refusal
    world.objects.user_settings.pop((call.page, call.form["psid"]), None)
    return _DONE


def _set_nlp(world: World, call: Call) -> object:
    world.objects.nlp.setdefault(call.page, {}).update(call.form)
    return {"success": True}


ROUTES = {
    ("GET", "messenger_profile"): _get,
    ("POST", "messenger_profile"): _set,
    ("DELETE", "messenger_profile"): _delete,
    ("GET", "custom_user_settings"): _get_menu,
    ("POST", "custom_user_settings"): _set_menu,
    ("DELETE", "custom_user_settings"): _delete_menu,
    ("POST", "nlp_configs"): _set_nlp,
}
