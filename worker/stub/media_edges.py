"""Attachment upload, Messenger codes and stickers."""

import msgspec

from worker.stub.calls import Call
from worker.stub.refusals import invalid
from worker.stub.sends import Message
from worker.stub.world import World

UPLOAD_BYTES_MAX = 25 * 1024 * 1024
_TYPES = frozenset({"image", "audio", "video", "file", "template"})


def _upload(world: World, call: Call) -> object:
    try:
        message = msgspec.json.decode(call.form.get("message", ""), type=Message)
    except msgspec.DecodeError:
        return invalid("The parameter message is required")
    attachment = message.attachment
    if attachment is None or attachment.type not in _TYPES:
        return invalid("Param message[attachment][type] must be one of {IMAGE, AUDIO, VIDEO, FILE}")
    url = (attachment.payload or {}).get("url")
    if url is None and not call.files:
        return invalid("Upload attachment failure: neither url nor filedata was given", 2018047)
    if sum(len(file.content) for file in call.files.values()) > UPLOAD_BYTES_MAX:
        return invalid("The attachment size exceeds the allowable limit", 2018109)
    refusal = world.media.refuse_url(str(url)) if url is not None else None
    if refusal is not None:
        return refusal
    attachment_id = world.objects.new_id()
    world.media.save(call.page, attachment_id, world.now())
    return {"attachment_id": attachment_id}


def _code(world: World, call: Call) -> object:
    return {"uri": f"https://scontent.example.com/messenger_code/{call.page}/{world.objects.new_id()}"}


def _stickers(_world: World, _call: Call) -> object:
    return {"data": [{"id": "369239263222822", "name": "Like"}]}


ROUTES = {
    ("POST", "message_attachments"): _upload,
    ("POST", "messenger_codes"): _code,
    ("GET", "sticker_packs"): _stickers,
    ("GET", "sticker_search"): _stickers,
}
