"""What an account on Instagram takes otherwise than a Page on Messenger."""

from typing import Any

import msgspec

from worker.stub.calls import Call
from worker.stub.listing import chosen, json_of, names_in
from worker.stub.refusals import Refusal, invalid
from worker.stub.sends import Send
from worker.stub.world import World

TEXT_BYTES_MAX = 1_000
IMAGES_MAX = 10
_OWN_TYPES = frozenset({"like_heart", "MEDIA_SHARE"})
_FIELDS = frozenset(
    {
        "id",
        "name",
        "username",
        "profile_pic",
        "follower_count",
        "is_verified_user",
        "is_user_follow_business",
        "is_business_follow_user",
    }
)


# The same refusals by Instagram's own codes: code and subcode there, by code and subcode of Messenger.
_CODES: dict[tuple[int, int | None], tuple[int, int]] = {
    (10, 2018278): (10, 2534022),
    (100, 2018001): (100, 2534014),
    (2018300, None): (100, 2534037),
    (613, None): (613, 2534040),
}


def as_instagram(refusal: Refusal) -> Refusal:
    """Returns a refusal by the code that Instagram gives for it."""
    code, subcode = _CODES.get((refusal.code, refusal.subcode), (refusal.code, refusal.subcode))
    return msgspec.structs.replace(refusal, code=code, subcode=subcode)


def is_instagram(world: World, page: str) -> bool:
    """Tells whether a Page id is that of an account on Instagram."""
    return page in world.options.instagram


def refuse_send(world: World, call: Call, send: Send) -> Refusal | None:
    """Returns why a message is refused on one platform and not on the other, or None."""
    if send.kind != "message":
        return None
    own = [each for each in send.attachments if each.type in _OWN_TYPES]
    if not is_instagram(world, call.page):
        return invalid("Param message[attachment][type] is not one of Messenger's") if own else None
    message = json_of(call, "message")
    text = message.get("text") if isinstance(message, dict) else None
    if isinstance(text, str) and len(text.encode()) > TEXT_BYTES_MAX:
        return invalid(f"Length of param message[text] must be at most {TEXT_BYTES_MAX} bytes", 2534015)
    if len(send.attachments) > IMAGES_MAX:
        return invalid(f"Param message[attachments] must have at most {IMAGES_MAX} elements", 2534015)
    if any(each.type == "MEDIA_SHARE" and not (each.payload or {}).get("id") for each in own):
        return invalid("Param message[attachment][payload][id] is required", 2534015)
    return None


def read_person(call: Call) -> object:
    """Answers `GET /<igsid>`: everybody exists; a field that Instagram lacks refuses the whole read."""
    igsid = call.target.node
    fields = call.form.get("fields") or "name,profile_pic"
    unknown = [name for name in names_in(fields) if name not in _FIELDS]
    if unknown:
        return invalid(f"Tried accessing nonexisting field ({unknown[0]}) on node type (IGBusinessScopedID)")
    person: dict[str, Any] = {
        "id": igsid,
        "name": f"Person {igsid}",
        "username": f"person.{igsid}",
        "profile_pic": f"https://scontent.example.com/{igsid}.jpg",
        "follower_count": 100,
        "is_verified_user": False,
        "is_user_follow_business": True,
        "is_business_follow_user": False,
    }
    return chosen(person, fields)


def refuse_ice_breakers(value: object) -> Refusal | None:
    """Returns 100/2534058 for entries that have neither the one form nor the other."""
    for each in value if isinstance(value, list) else []:
        names = set(each) if isinstance(each, dict) else set()
        if not ({"call_to_actions", "locale"} <= names or {"question", "payload"} <= names):
            return invalid(
                "Ice breakers must have the form (question, payload) or (call_to_actions, locale)", 2534058
            )
    return None
