"""The Page itself, people, apps, insights and templates."""

import time
from typing import Any

from worker.stub import instagram
from worker.stub.calls import Call
from worker.stub.instagram import is_instagram
from worker.stub.listing import chosen, json_of, missing, names_in, paged
from worker.stub.refusals import invalid, unknown_object
from worker.stub.world import World

_DONE = {"success": True}
_DAY_S = 86_400
_TAGS = ("ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "HUMAN_AGENT", "POST_PURCHASE_UPDATE")


def read_page(_world: World, call: Call) -> object:
    """Answers `GET /me` and `GET /<page>`."""
    page = {"name": f"Page {call.page}", "id": call.page, "category": "Community"}
    return chosen(page, call.form.get("fields") or "name")


def read_person(world: World, call: Call) -> object:
    """Answers `GET /<psid>`: everybody exists, and has a name made of the id."""
    if is_instagram(world, call.page):
        return instagram.read_person(call)
    psid = call.target.node
    fields = call.form.get("fields") or "first_name,last_name,profile_pic"
    if "scheduled_time" in names_in(fields):
        return chosen(
            {"scheduled_time": "2018-04-05T20:39:13+00:00", "status": "SCHEDULED", "id": psid}, fields
        )
    person = {
        "id": psid,
        "name": f"Person {psid}",
        "first_name": "Person",
        "last_name": psid,
        "profile_pic": f"https://platform-lookaside.example.com/{psid}.jpg",
        "locale": "en_US",
        "timezone": 0,
        "gender": "unknown",
        "reach_estimate": "1000",
    }
    return chosen(person, fields)


def read_many(world: World, call: Call) -> object:
    """Answers `GET /?ids=…` with an object for each id."""
    if call.method != "GET" or not call.form.get("ids"):
        return unknown_object(call.method, "")
    found: dict[str, Any] = {}
    for node in names_in(call.form["ids"]):
        thing = world.objects.find(call.page, node)
        fields = {**thing.fields, "id": node} if thing else {"id": node, "name": f"Person {node}"}
        found[node] = chosen(fields, call.form.get("fields"))
    return found


def _debug_token(world: World, call: Call) -> object:
    return missing(call, "input_token") or {"data": world.tokens.describe(call.form["input_token"])}


def _subscribe(world: World, call: Call) -> object:
    refusal = missing(call, "object", "callback_url", "fields", "verify_token")
    if refusal is not None:
        return refusal
    version = call.target.version or "v4.0"
    subscription = {
        "object": call.form["object"],
        "callback_url": call.form["callback_url"],
        "active": True,
        "fields": [{"name": name, "version": version} for name in names_in(call.form["fields"])],
    }
    world.objects.subscriptions.setdefault(call.target.node, {})[call.form["object"]] = subscription
    return _DONE


def _subscriptions(world: World, call: Call) -> object:
    return {"data": list(world.objects.subscriptions.get(call.target.node, {}).values())}


def _unsubscribe(world: World, call: Call) -> object:
    kept = world.objects.subscriptions.get(call.target.node, {})
    if "object" in call.form:
        kept.pop(call.form["object"], None)
    else:
        kept.clear()
    return _DONE


def _insights(_world: World, call: Call) -> object:
    refusal = missing(call, "metric")
    if refusal is not None:
        return refusal
    days = [
        time.strftime("%Y-%m-%dT07:00:00+0000", time.gmtime(time.time() - back * _DAY_S)) for back in (1, 0)
    ]
    values = [{"value": 1_000 + index, "end_time": day} for index, day in enumerate(days)]
    period = call.form.get("period", "day")
    return {
        "data": [{"name": name, "period": period, "values": values} for name in names_in(call.form["metric"])]
    }


def _feature_review(_world: World, _call: Call) -> object:
    return {"data": [{"feature": "subscription_messaging", "status": "approved"}]}


def _tags(_world: World, _call: Call) -> object:
    return {"data": [{"tag": tag, "description": tag.replace("_", " ").capitalize()} for tag in _TAGS]}


def _log_events(_world: World, call: Call) -> object:
    refusal = missing(call, "event", "custom_events")
    if refusal is None and not isinstance(json_of(call, "custom_events"), list):
        refusal = invalid("Param custom_events must be a JSON array")
    return refusal or _DONE


def _ids_for_apps(world: World, call: Call) -> object:
    app = {
        "category": "Business",
        "link": "https://www.example.com/app",
        "name": "Stub",
        "id": world.objects.app_id,
    }
    return paged(call, [{"id": call.target.node, "app": app}])


def _ids_for_pages(_world: World, call: Call) -> object:
    page = {"name": f"Page {call.page}", "id": call.page}
    return paged(call, [{"id": call.target.node, "page": page}])


def _create_template(world: World, call: Call) -> object:
    refusal = missing(call, "name", "language")
    if refusal is not None:
        return refusal
    fields = {name: json_of(call, name) for name in call.form}
    thing = world.objects.add(
        "template", call.page, {**fields, "name": call.form["name"], "status": "APPROVED"}
    )
    return {"id": thing.id, "status": "APPROVED", "category": call.form.get("category", "UTILITY")}


def _templates(world: World, call: Call) -> object:
    wanted = call.form.get("fields")
    templates = world.objects.of("template", call.page)
    return paged(call, [chosen({**one.fields, "id": one.id}, wanted) for one in templates])


def _delete_template(world: World, call: Call) -> object:
    for thing in world.objects.of("template", call.page):
        if thing.fields["name"] == call.form.get("name") or thing.id == call.form.get("template_id"):
            world.objects.remove(thing)
    return _DONE


def _unlink(_world: World, call: Call) -> object:
    return missing(call, "psid") or {"result": "unlink account success"}


def _nothing(_world: World, _call: Call) -> object:
    return {"data": []}


def _success(_world: World, _call: Call) -> object:
    return _DONE


ROUTES = {
    ("GET", "/debug_token"): _debug_token,
    ("GET", "/page_message_tags"): _tags,
    ("GET", "/message_template_library"): _nothing,
    ("GET", "message_template_library"): _nothing,
    ("POST", "subscriptions"): _subscribe,
    ("GET", "subscriptions"): _subscriptions,
    ("DELETE", "subscriptions"): _unsubscribe,
    ("POST", "unlink_accounts"): _unlink,
    ("POST", "subscribed_apps"): _success,
    ("GET", "subscribed_apps"): _nothing,
    ("DELETE", "subscribed_apps"): _success,
    ("GET", "insights"): _insights,
    ("GET", "messaging_feature_review"): _feature_review,
    ("GET", "business_messaging_feature_status"): _nothing,
    ("GET", "welcome_message_flows"): _nothing,
    ("POST", "welcome_message_flows"): _success,
    ("DELETE", "welcome_message_flows"): _success,
    ("GET", "notification_message_tokens"): _nothing,
    ("POST", "activities"): _log_events,
    ("GET", "ids_for_apps"): _ids_for_apps,
    ("GET", "ids_for_pages"): _ids_for_pages,
    ("POST", "message_templates"): _create_template,
    ("GET", "message_templates"): _templates,
    ("DELETE", "message_templates"): _delete_template,
}
