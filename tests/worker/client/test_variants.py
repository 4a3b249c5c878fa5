"""Other uses of the methods than the recorded ones: recipients, options, versions, encodings, empty replies, pages."""

from collections.abc import Callable
from typing import Any

import pytest

from producer import messages
from tests.conformance.far_end import Case, FarEnd
from worker import MessengerClient

REPLIES = [{"content_type": "text", "title": "Rot", "payload": "R"}]


def asked(call: Callable[[MessengerClient], object], **options: Any) -> Case:  # noqa: ANN401 - options of any type
    """Returns the one request of a call."""
    far = FarEnd({"data": []})
    call(MessengerClient("T", transport=far.transport, **options))
    [request] = far.requests
    return request


@pytest.mark.parametrize(
    ("recipient", "sent"),
    [
        pytest.param("7", {"id": "7"}, id="a PSID"),
        pytest.param({"id": "7"}, {"id": "7"}, id="a PSID in an object"),
        pytest.param({"user_ref": "u"}, {"user_ref": "u"}, id="a checkbox"),
        pytest.param(
            {"phone_number": "+1", "name": {"first_name": "A", "last_name": "B"}},
            {"phone_number": "+1", "name": {"first_name": "A", "last_name": "B"}},
            id="a phone number",
        ),
        pytest.param({"comment_id": "1_2"}, {"comment_id": "1_2"}, id="a comment"),
        pytest.param({"post_id": "1_3"}, {"post_id": "1_3"}, id="a post"),
    ],
)
def test_a_recipient_goes_out_as_meta_wants_it(recipient: Any, sent: object) -> None:  # noqa: ANN401 - text or object
    """A text is wrapped, an object stays."""
    assert asked(lambda c: c.send_text(recipient, "x"))["json"]["recipient"] == sent
    assert asked(lambda c: c.typing_on(recipient))["json"] == {
        "recipient": sent,
        "sender_action": "typing_on",
    }


def test_every_option_of_a_send_has_its_place() -> None:
    """Once each, in the message or beside it."""
    request = asked(
        lambda c: c.send_text(
            "7",
            "Grüße 🎉",
            messaging_type="RESPONSE",
            quick_replies=REPLIES,
            metadata="m",
            persona_id="9",
            notification_type="SILENT_PUSH",
            reply_to="mid.1",
        )
    )
    assert request["json"] == {
        "messaging_type": "RESPONSE",
        "recipient": {"id": "7"},
        "message": {"text": "Grüße 🎉", "quick_replies": REPLIES, "metadata": "m"},
        "persona_id": "9",
        "notification_type": "SILENT_PUSH",
        "reply_to": {"mid": "mid.1"},
    }


def test_unknown_members_arrive() -> None:
    """What Meta added after this library was written goes out as it is."""
    message: Any = {"text": "x", "brand_new": {"deep": [1, {"none": None}]}}
    request = asked(lambda c: c.send_message("7", message, another_new=True))  # type: ignore[call-arg]  # unknown to us
    assert request["json"]["message"] == message
    assert request["json"]["another_new"] is True


def test_structs_and_dicts_make_the_same_request() -> None:
    """A builder's struct and a plain dict of the same form are one."""
    button = messages.PostbackButton(title="Los", payload="GO")
    plain = {"type": "postback", "title": "Los", "payload": "GO"}
    assert asked(lambda c: c.send_button_template("7", "?", [button])) == asked(
        lambda c: c.send_button_template("7", "?", [plain])
    )


def test_ids_and_cursors_are_percent_encoded() -> None:
    """An id cannot leave its place in the path, nor a cursor its parameter."""
    far = FarEnd({"data": []})
    client = MessengerClient("T&x=1", transport=far.transport)
    client.get_user_profile("1/2?ü")
    client.get_personas("a&b=c d")
    targets = [request.url.raw_path.decode() for request in far.raw]
    assert targets == [
        "/v27.0/1%2F2%3F%C3%BC?fields=id%2Cname%2Cfirst_name%2Clast_name%2Cprofile_pic&access_token=T%26x%3D1",
        "/v27.0/me/personas?after=a%26b%3Dc%20d&access_token=T%26x%3D1",
    ]


def test_text_is_utf_8_and_whole_numbers_have_no_fraction() -> None:
    """The body is compact JSON with its length in bytes, as the reference client writes it."""
    far = FarEnd()
    client = MessengerClient("T", transport=far.transport)
    client.send_raw_body({"recipient": {"id": "7"}, "message": {"text": "ü🎉"}, "price": 75.0, "none": None})
    [request] = far.raw
    expected = '{"recipient":{"id":"7"},"message":{"text":"ü🎉"},"price":75,"none":null}'.encode()
    assert request.content == expected
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-length"] == str(len(expected))


def test_values_of_a_query_stand_there_as_in_a_body() -> None:
    """Whole numbers have no fraction, objects are JSON, nothing is an empty value, and a list repeats its name."""
    params: dict[str, Any] = {
        "since": 1.0,
        "until": 2.5,
        "z": None,
        "y": True,
        "x": ["1", 2.0],
        "o": {"by": ["ä"]},
    }
    request = asked(lambda c: c.get_insights(["a", "b"], **params))
    assert request["query"] == [
        ["access_token", "T"],
        ["metric", "a,b"],
        ["o", '{"by":["ä"]}'],
        ["since", "1"],
        ["until", "2.5"],
        ["x", "1"],
        ["x", "2"],
        ["y", "true"],
        ["z", ""],
    ]


def test_no_message_creatives_are_an_empty_list() -> None:
    """As the reference client sends it."""
    assert asked(lambda c: c.create_message_creative())["json"] == {"messages": []}


@pytest.mark.parametrize("version", ["4.0", "v11.0", "27.0"])
def test_a_label_has_metas_name_at_every_version(version: str) -> None:
    """Meta renamed the member for all versions on 14 Dec 2021."""
    request = asked(lambda c: c.create_label("vip"), version=version)
    assert (request["path"], request["json"]) == (
        f"/v{version.removeprefix('v')}/me/custom_labels",
        {"page_label_name": "vip"},
    )


@pytest.mark.parametrize(
    "method",
    [
        "get_get_started",
        "get_persistent_menu",
        "get_greeting",
        "get_whitelisted_domains",
        "get_account_linking_url",
        "get_payment_settings",
        "get_target_audience",
        "get_home_url",
        "get_ice_breakers",
        "get_blocked_conversations",
        "get_page_subscription",
    ],
)
def test_what_is_not_set_is_none(method: str) -> None:
    """An empty list of Graph's is None, never an exception."""
    client = MessengerClient("T", app_id="1", app_secret="SECRET", transport=FarEnd({"data": []}).transport)
    assert getattr(client, method)() is None


def test_a_thread_without_an_owner_is_none() -> None:
    """As for the profile."""
    client = MessengerClient("T", transport=FarEnd({"data": []}).transport)
    assert client.get_thread_owner("7") is None


def test_metadata_that_is_absent_is_absent() -> None:
    """The reference client writes the word undefined in batches."""
    assert asked(lambda c: c.pass_thread_control("7", "1"))["json"] == {
        "recipient": {"id": "7"},
        "target_app_id": "1",
    }


def page(cursor: str | None, *names: str) -> dict[str, object]:
    """Returns a page of personas, with the cursor of the next."""
    paging = {} if cursor is None else {"paging": {"cursors": {"after": cursor}, "next": "https://x"}}
    return {"data": [{"name": name} for name in names], **paging}


@pytest.mark.parametrize(
    ("replies", "names", "cursors"),
    [
        pytest.param([page(None, "a")], "a", [None], id="one page"),
        pytest.param(
            [page("1", "a"), page("2", "b"), page(None, "c")], "abc", [None, "1", "2"], id="three pages"
        ),
        pytest.param([page("1", "a"), page("1", "b")], "ab", [None, "1"], id="a cursor that comes again"),
        pytest.param([page("1", "a"), page("")], "a", [None, "1"], id="an empty cursor"),
    ],
)
def test_all_personas_are_read(replies: list[object], names: str, cursors: list[str | None]) -> None:
    """Page after page, to the end, and not for ever."""
    far = FarEnd(*replies)
    found = MessengerClient("T", transport=far.transport).get_all_personas(access_token="OTHER")
    assert [each["name"] for each in found] == list(names)
    assert [dict(request["query"]).get("after") for request in far.requests] == cursors
    assert {dict(request["query"])["access_token"] for request in far.requests} == {"OTHER"}


def test_a_raw_part_that_is_text_goes_alone_as_a_form() -> None:
    """What a batch would carry as a query string is one by itself, too."""
    request = asked(lambda c: c.send_raw_body({"recipient": {"id": "1"}, "sender_action": "mark_seen"}))
    assert request["json"] == {"recipient": {"id": "1"}, "sender_action": "mark_seen"}
