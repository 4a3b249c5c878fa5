"""Broadcasts as they were until 2020, and the paid messages that came after them."""

from worker.stub.calls import Call
from worker.stub.listing import json_of, missing
from worker.stub.refusals import Refusal, invalid
from worker.stub.world import World

_SECOND_END = "2018-04-05T20:39:13+00:00"


def _create_creative(world: World, call: Call) -> object:
    refusal = missing(call, "messages")
    if refusal is not None:
        return refusal
    fields = {"messages": json_of(call, "messages")}
    return {"message_creative_id": int(world.objects.add("creative", call.page, fields).id)}


def _send(world: World, call: Call) -> object:
    refusal = missing(call, "message_creative_id")
    if refusal is not None:
        return refusal
    at = call.form.get("schedule_time")
    fields = {"scheduled_time": at or _SECOND_END, "status": "SCHEDULED" if at else "FINISHED"}
    return {"broadcast_id": int(world.objects.add("broadcast", call.page, fields).id)}


def _estimate(world: World, call: Call) -> object:
    return {"reach_estimation_id": world.objects.add("estimate", call.page, {"reach_estimate": "1000"}).id}


def _messages_sent(world: World, call: Call) -> object:
    sent = sum(1 for one in world.ledger.deliveries if one.page == call.page and one.kind == "message")
    return {"data": [{"name": "messages_sent", "period": "lifetime", "values": [{"value": sent}]}]}


def _sponsor(world: World, call: Call) -> object:
    refusal = missing(call, "message_creative_id")
    if refusal is not None:
        return refusal
    new_id = world.objects.new_id
    return {"ad_group_id": new_id(), "broadcast_id": new_id(), "success": True}


def _campaign(world: World, call: Call) -> object:
    refusal = missing(call, "name", "page_id")
    if refusal is not None:
        return refusal
    fields = {"name": call.form["name"], "page_id": call.form["page_id"]}
    return {"id": world.objects.add("campaign", call.page, fields).id}


def _market(world: World, call: Call) -> object:
    """Takes a paid marketing message, into the ledger as one to `subscription_token:…`.

    A strict stub allows one in 12 hours for each token, and knows the campaigns that were created here only.
    """
    data = json_of(call, "messenger_delivery_data")
    token = data.get("subscription_token") if isinstance(data, dict) else None
    refusal = missing(call, "message_id", "message")
    if refusal is not None:
        return refusal
    if not token:
        return invalid("The parameter messenger_delivery_data[subscription_token] is required")
    recipient = f"subscription_token:{token}"
    refusal = world.recipients.refuse(call.page, recipient) if world.recipients.active else None
    if refusal is None and world.options.strict:
        refusal = _refuse_campaign(world, call) or world.windows.refuse_marketing(str(token), world.now())
    if refusal is not None:
        return refusal
    sent = (call.page, recipient, "marketing_message", call.form["message"], None, "")
    world.ledger.add(call.request, call.part, call.at, sent)
    return {"success": True, "marketing_message_tracking_id": world.objects.new_id()}


def _refuse_campaign(world: World, call: Call) -> Refusal | None:
    if world.objects.find(call.page, call.form["message_id"]) is not None:
        return None
    return Refusal(code=2300001, message="(#2300001) The message ID you supplied is invalid.")


ROUTES = {
    ("POST", "message_creatives"): _create_creative,
    ("POST", "broadcast_messages"): _send,
    ("POST", "broadcast_reach_estimations"): _estimate,
    ("POST", "insights/messages_sent"): _messages_sent,
    ("GET", "insights/messages_sent"): _messages_sent,
    ("POST", "sponsored_message_ads"): _sponsor,
    ("POST", "message_campaign"): _campaign,
    ("POST", "messages"): _market,
}
