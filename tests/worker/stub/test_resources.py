"""Every path of the vocabulary answers as Graph does, and Pages keep what they were told."""

import json
from typing import Any

import httpx
import pytest

from tests.worker.stub.asking import TOKEN, error_of, post_batch
from worker.stub import GraphStub

APP_TOKEN = "APP|SECRET"
DONE = {"success": True}
FILE = {"filedata": ("a.png", b"\x89PNG", "image/png")}
UPLOAD = {"attachment": {"type": "image", "payload": {"is_reusable": True}}}


def ask(http: httpx.Client, method: str, path: str, **payload: object) -> dict[str, Any]:
    """Returns the JSON that a call under the usual token is answered with; `payload` is its JSON body."""
    content = json.dumps(payload).encode() if payload else None
    url = f"/v4.0{path}{'&' if '?' in path else '?'}access_token={TOKEN}"
    answer = http.request(method, url, content=content, headers={"content-type": "application/json"})
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("method", "path", "payload", "members"),
    [
        ("GET", "/me", {}, ["id", "name"]),
        ("GET", "/100", {}, ["id", "name"]),
        ("GET", f"/debug_token?input_token={TOKEN}", {}, ["data"]),
        ("GET", "/APP/subscriptions", {}, ["data"]),
        ("GET", "/me/messaging_feature_review", {}, ["data"]),
        (
            "GET",
            "/USER_ID?fields=id,name,first_name,last_name,profile_pic",
            {},
            ["first_name", "id", "last_name", "name", "profile_pic"],
        ),
        ("GET", "/page_message_tags", {}, ["data"]),
        ("POST", "/me/message_creatives", {"messages": [{"text": "x"}]}, ["message_creative_id"]),
        ("POST", "/me/broadcast_messages", {"message_creative_id": 9}, ["broadcast_id"]),
        ("POST", "/115517705935329", {"operation": "cancel"}, ["success"]),
        ("GET", "/115517705935329?fields=scheduled_time,status", {}, ["id", "scheduled_time", "status"]),
        (
            "POST",
            "/act_1/sponsored_message_ads",
            {"message_creative_id": 9},
            ["ad_group_id", "broadcast_id", "success"],
        ),
        ("POST", "/me/broadcast_reach_estimations", {"custom_label_id": 9}, ["reach_estimation_id"]),
        ("POST", "/827/insights/messages_sent", {}, ["data"]),
        ("GET", "/me/insights/?metric=page_messages_blocked_conversations_unique", {}, ["data"]),
        ("POST", "/me/messenger_codes", {"type": "standard", "image_size": 1000}, ["uri"]),
        ("POST", "/me/pass_thread_control", {"recipient": {"id": "7"}, "target_app_id": 1}, ["success"]),
        ("POST", "/me/pass_thread_control", {"recipient": {"id": "7"}}, ["success"]),
        ("POST", "/me/release_thread_control", {"recipient": {"id": "7"}}, ["success"]),
        ("POST", "/me/extend_thread_control", {"recipient": {"id": "7"}, "duration": 60}, ["success"]),
        ("POST", "/me/extend_thread_control", {"recipient": {"id": "7"}, "duration": 604801}, ["error"]),
        ("POST", "/me/extend_thread_control", {"recipient": {"id": "7"}}, ["error"]),
        ("POST", "/me/take_thread_control", {"recipient": {"id": "7"}}, ["success"]),
        ("POST", "/me/request_thread_control", {"recipient": {"id": "7"}, "metadata": "m"}, ["success"]),
        ("GET", "/me/secondary_receivers?fields=id,name", {}, ["data"]),
        ("GET", "/me/thread_owner?recipient=7", {}, ["data"]),
        ("POST", "/me/nlp_configs?nlp_enabled=true", {}, ["success"]),
        ("POST", "/APP/activities", {"event": "CUSTOM_APP_EVENTS", "custom_events": "[{}]"}, ["success"]),
        ("GET", "/USER_ID/ids_for_apps", {}, ["data", "paging"]),
        ("GET", "/USER_ID/ids_for_pages", {}, ["data", "paging"]),
        ("POST", "/LABEL_ID/label", {"user": "7"}, ["success"]),
        ("DELETE", "/LABEL_ID/label", {"user": "7"}, ["success"]),
        ("DELETE", "/PERSONA_ID", {}, ["success"]),
        (
            "POST",
            "/me/moderate_conversations",
            {"user_ids": [{"id": "7"}], "actions": ["block"]},
            ["success"],
        ),
        ("GET", "/me/message_templates", {}, ["data"]),
        ("POST", "/me/message_templates", {"name": "t", "language": "en"}, ["category", "id", "status"]),
        ("GET", "/me/sticker_packs", {}, ["data"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_path_answers(
    http: httpx.Client, method: str, path: str, payload: dict[str, Any], members: list[str]
) -> None:
    """Each path of the vocabulary answers with the members that Graph gives."""
    assert sorted(ask(http, method, path, **payload)) == members


def test_a_profile_is_kept_by_page(http: httpx.Client) -> None:
    """What is set can be read, field by field, until it is deleted; another Page has its own."""
    greeting = [{"locale": "default", "text": "Hello!"}]
    assert ask(http, "GET", "/me/messenger_profile?fields=greeting") == {"data": []}
    assert ask(http, "POST", "/me/messenger_profile", greeting=greeting, get_started={"payload": "GO"}) == {
        "result": "success"
    }
    ask(http, "POST", "/me/messenger_profile", payment_settings={"privacy_url": "https://x"})
    ask(http, "POST", "/me/messenger_profile", payment_settings={"public_key": "K"})
    read = ask(http, "GET", "/me/messenger_profile?fields=greeting,get_started,payment_settings,home_url")
    assert read == {
        "data": [
            {
                "greeting": greeting,
                "get_started": {"payload": "GO"},
                "payment_settings": {"privacy_url": "https://x", "public_key": "K"},
            }
        ]
    }
    ask(http, "DELETE", "/me/messenger_profile", fields=["greeting", "payment_settings"])
    assert ask(http, "GET", "/me/messenger_profile?fields=greeting,get_started") == {
        "data": [{"get_started": {"payload": "GO"}}]
    }
    other = http.get("/me/messenger_profile?fields=get_started&access_token=TOKEN-200")
    assert other.json() == {"data": []}
    assert ask(http, "POST", "/me/messenger_profile", nonsense=1)["error"]["code"] == 100


def test_labels_are_worn_and_taken_off(http: httpx.Client) -> None:
    """A label is made once, worn by people, listed for each, and gone when deleted."""
    label = ask(http, "POST", "/me/custom_labels", name="awesome")["id"]
    newer = ask(http, "POST", "/me/custom_labels", page_label_name="newer")["id"]
    assert ask(http, "POST", "/me/custom_labels", name="awesome")["error"]["code"] == 100
    assert ask(http, "POST", f"/{label}/label", user="7") == DONE
    worn = ask(http, "GET", "/7/custom_labels?fields=name")
    assert worn["data"] == [{"name": "awesome", "id": label}]
    assert [one["id"] for one in ask(http, "GET", "/me/custom_labels?fields=name")["data"]] == [label, newer]
    assert ask(http, "GET", f"/{newer}?fields=page_label_name") == {"page_label_name": "newer", "id": newer}
    assert ask(http, "DELETE", f"/{label}/label", user="7") == DONE
    assert ask(http, "GET", "/7/custom_labels") == {"data": []}
    assert ask(http, "DELETE", f"/{label}") == DONE
    assert [one["id"] for one in ask(http, "GET", "/me/custom_labels")["data"]] == [newer]


def test_personas_come_in_pages(http: httpx.Client) -> None:
    """A list has cursors and a next link with the token; behind the last page there is nothing."""
    names = [f"N{number}" for number in range(5)]
    for name in names:
        ask(http, "POST", "/me/personas", name=name, profile_picture_url="https://example.com/p.png")
    first = ask(http, "GET", "/me/personas?limit=3")
    second = ask(http, "GET", f"/me/personas?limit=3&after={first['paging']['cursors']['after']}")
    third = ask(http, "GET", f"/me/personas?limit=3&after={second['paging']['cursors']['after']}")
    assert [one["name"] for one in first["data"] + second["data"]] == names
    assert (TOKEN in first["paging"]["next"], "next" in second["paging"], third) == (
        True,
        False,
        {"data": []},
    )
    followed = http.get(first["paging"]["next"].removeprefix("https://graph.facebook.com")).json()
    assert followed["data"] == second["data"]
    assert ask(http, "GET", "/me/personas?after=!")["error"]["code"] == 100
    persona = first["data"][0]["id"]
    assert ask(http, "GET", f"/{persona}")["name"] == "N0"
    assert http.get(f"/{persona}", params={"access_token": "TOKEN-200"}).json()["first_name"] == "Person"


def test_a_thread_has_an_owner(stub: GraphStub, http: httpx.Client) -> None:
    """Passing a thread changes its owner, taking it back too, and the ledger has both."""

    def owner() -> object:
        return ask(http, "GET", "/me/thread_owner?recipient=7")["data"][0]["thread_owner"]["app_id"]

    own = stub.options.app_id
    owners = [owner()]
    ask(http, "POST", "/me/pass_thread_control", recipient={"id": "7"}, target_app_id=263902037430900)
    owners.append(owner())
    ask(http, "POST", "/me/take_thread_control", recipient={"id": "7"}, metadata="m")
    owners.append(owner())
    assert owners == [own, "263902037430900", own]
    assert [(one.kind, one.body, one.recipient, one.metadata) for one in stub.ledger] == [
        ("thread_control", "pass_thread_control", "7", None),
        ("thread_control", "take_thread_control", "7", "m"),
    ]


def test_menus_of_single_users_are_kept(http: httpx.Client) -> None:
    """A person's own menu is set, read beside the Page's, and deleted."""
    menu = [{"locale": "default", "call_to_actions": []}]
    assert ask(http, "GET", "/me/custom_user_settings?psid=7") == {"data": []}
    ask(http, "POST", "/me/custom_user_settings", psid="7", persistent_menu=menu)
    assert ask(http, "GET", "/me/custom_user_settings?psid=7") == {
        "data": [{"user_level_persistent_menu": menu}]
    }
    assert ask(http, "DELETE", "/me/custom_user_settings?psid=7") == {"result": "success"}
    assert ask(http, "GET", "/me/custom_user_settings?psid=7") == {"data": []}


def test_subscriptions_are_kept_by_app(http: httpx.Client) -> None:
    """A subscription is listed as Graph lists it, under the app's own token."""
    payload = {"object": "page", "callback_url": "https://x", "fields": "messages,feed", "verify_token": "V"}
    made = http.post("/v4.0/APP/subscriptions", params={"access_token": APP_TOKEN}, json=payload)
    read = http.get("/v4.0/APP/subscriptions", params={"access_token": APP_TOKEN})
    fields = [{"name": "messages", "version": "v4.0"}, {"name": "feed", "version": "v4.0"}]
    assert made.json() == DONE
    assert read.json() == {
        "data": [{"object": "page", "callback_url": "https://x", "active": True, "fields": fields}]
    }


def test_an_attachment_is_uploaded_by_url_and_by_file(stub: GraphStub, http: httpx.Client) -> None:
    """Uploads answer an id each, count as media, and need a file or a URL."""
    by_url = {"attachment": {"type": "image", "payload": {"url": "https://x/y", "is_reusable": True}}}
    first = ask(http, "POST", "/me/message_attachments", message=by_url)["attachment_id"]
    path = f"/me/message_attachments?access_token={TOKEN}"
    second = http.post(path, data={"message": json.dumps(UPLOAD)}, files=FILE).json()["attachment_id"]
    none = http.post(path, data={"message": json.dumps(UPLOAD)})
    assert (first.isdecimal(), second.isdecimal(), first == second) == (True, True, False)
    assert error_of(none)["error_subcode"] == 2018047
    assert [one.calls for one in stub.requests] == [{"100/media": 1}] * 3


def test_a_broadcast_can_be_cancelled(http: httpx.Client) -> None:
    """A scheduled broadcast shows its time and its status, also after it was cancelled."""
    at = "2018-04-05T20:39:13+00:00"
    made = ask(http, "POST", "/me/broadcast_messages", message_creative_id=9, schedule_time=at)
    path = f"/{made['broadcast_id']}?fields=scheduled_time,status"
    statuses = [ask(http, "GET", path)["status"]]
    ask(http, "POST", f"/{made['broadcast_id']}", operation="cancel")
    statuses.append(ask(http, "GET", path)["status"])
    assert statuses == ["SCHEDULED", "CANCELED"]


def test_reads_and_sends_share_a_batch(http: httpx.Client) -> None:
    """GET and DELETE parts take their arguments from the URL; the token may be the part's own."""
    parts = [
        {"method": "GET", "relative_url": "me/messenger_profile?fields=greeting"},
        {"method": "DELETE", "relative_url": "LABEL/label?user=7"},
        {"method": "GET", "relative_url": "me?fields=id&access_token=TOKEN-200"},
        {"method": "GET", "relative_url": "me/nonsense"},
    ]
    answer = post_batch(http, parts).json()
    assert [json.loads(part["body"]) for part in answer[:3]] == [{"data": []}, DONE, {"id": "200"}]
    assert json.loads(answer[3]["body"])["error"]["code"] == 2500


def test_a_strict_stub_knows_its_objects_only() -> None:
    """With `strict` a label that nobody made is 100/33."""
    with GraphStub(strict=True) as stub, httpx.Client(base_url=stub.origin) as http:
        answers = [
            ask(http, "POST", "/LABEL_ID/label", user="7"),
            ask(http, "DELETE", "/PERSONA_ID"),
        ]
        assert [(one["error"]["code"], one["error"]["error_subcode"]) for one in answers] == [(100, 33)] * 2


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/me/nonsense", 2500),
        ("PUT", "/me/personas", 100),
        ("GET", "/me/messages", 100),
        ("POST", "/me/personas", 100),
        ("POST", "/me/pass_thread_control", 100),
        ("GET", "/", 100),
    ],
)
def test_what_does_not_exist_is_refused(http: httpx.Client, method: str, path: str, code: int) -> None:
    """An unknown edge, a wrong method or a missing parameter is answered as Graph does."""
    assert ask(http, method, path)["error"]["code"] == code


def test_a_send_may_pass_or_release_its_thread(http: httpx.Client) -> None:
    """`thread_control` changes the owner once the message is sent, and an unknown one refuses the message."""

    def owner_after(**control: object) -> object:
        answer = ask(
            http, "POST", "/me/messages", recipient={"id": "7"}, message={"text": "x"}, thread_control=control
        )
        owners = ask(http, "GET", "/me/thread_owner?recipient=7")["data"]
        return "error" in answer, owners[0]["thread_owner"]["app_id"]

    mine = owner_after(control_type="release")
    assert owner_after(control_type="pass", app_id="5") == (False, "5")
    assert owner_after(control_type="keep") == (True, "5")
    assert owner_after(control_type="release") == mine
