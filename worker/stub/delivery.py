"""Carries out a send: into the ledger, and the answer that Graph gives."""

from worker.stub.calls import Call
from worker.stub.instagram import refuse_send
from worker.stub.refusals import Refusal
from worker.stub.sends import Send
from worker.stub.thread_edges import hand_over_with_send, refuse_control
from worker.stub.windows import Approach
from worker.stub.wire import to_json
from worker.stub.world import World


def deliver(world: World, call: Call, send: Send) -> str | Refusal:
    """Delivers what is sent and returns the answer's JSON text; a refusal delivers nothing.

    Nothing is ever taken for a repetition: the same body twice is delivered twice.
    """
    refusal = send.refusal or refuse_send(world, call, send) or _refuse(world, call, send)
    if refusal is not None:
        return refusal
    if send.kind == "sender_action":
        _write(world, call, send, "")
        return f'{{"recipient_id":{to_json(send.recipient_id)}}}' if send.recipient_id else "{}"
    refusal = refuse_control(call)
    if refusal is not None:
        return refusal
    message_id = world.message_id()
    _write(world, call, send, message_id)
    hand_over_with_send(world, call, send.recipient)
    answer = f'"message_id":"{message_id}"'
    if send.recipient_id:
        named = send.recipient_id
        plain = named.isalnum() and named.isascii()
        answer = f'"recipient_id":{chr(34) + named + chr(34) if plain else to_json(named)},{answer}'
    if send.reusable:
        attachment_id = world.objects.new_id()
        world.media.save(call.page, attachment_id, world.now())
        answer = f'{answer},"attachment_id":"{attachment_id}"'
    return f"{{{answer}}}"


def _write(world: World, call: Call, send: Send, message_id: str) -> None:
    sent = (call.page, send.recipient, send.kind, send.body, send.metadata, message_id)
    world.ledger.add(call.request, call.part, call.at, sent)


def _refuse(world: World, call: Call, send: Send) -> Refusal | None:
    refusal = world.recipients.refuse(call.page, send.recipient) if world.recipients.active else None
    if refusal is None and send.attachments:
        refusal = _refuse_media(world, call.page, send)
    if refusal is None and world.windows.strict and send.kind == "message":
        form = call.form
        approach = Approach(
            call.page, send.recipient, form.get("messaging_type", "RESPONSE"), form.get("tag", "")
        )
        refusal = world.windows.refuse(approach, world.now())
    return refusal


def _refuse_media(world: World, page: str, send: Send) -> Refusal | None:
    for attachment in send.attachments:
        payload = attachment.payload or {}
        url, saved = payload.get("url"), payload.get("attachment_id")
        refusal = None
        if attachment.type != "template" and url is not None:
            refusal = world.media.refuse_url(str(url))
        elif saved is not None:
            strict = world.windows.strict
            refusal = world.media.refuse_id(page, str(saved), world.now(), strict=strict)
        if refusal is not None:
            return refusal
    return None
