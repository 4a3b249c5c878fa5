"""Points 16 to 23: quotas, usage, windows, tokens, recipients, media, odd errors and echoes."""

import json
import time
from typing import Any, get_args

import httpx
import pytest

from tests.worker.stub.asking import TOKEN, body_of, codes_of, error_of, post_batch, post_text, text_part
from worker.stub import GraphStub, Refusal, StubClient
from worker.stub.media import MediaState
from worker.stub.recipients import RecipientState
from worker.stub.tokens import TokenState

DAY_S = 86_400

CODES_BY_TOKEN_STATE = {
    "valid": (0, None),
    "expired": (190, 463),
    "password_changed": (190, 460),
    "app_removed": (190, 458),
    "role_lost": (190, 492),
    "checkpointed": (190, 459),
    "unconfirmed": (190, 464),
    "invalid": (190, 467),
    "missing_permission": (10, None),
    "app_not_live": (200, 2018028),
    "page_restricted": (10, 1893063),
}
CODES_BY_RECIPIENT_STATE = {
    "reachable": (0, None),
    "unknown": (100, 2018001),
    "blocked": (551, 1545041),
    "blocked_200": (200, 1545041),
    "unavailable": (10, 2018108),
    "other_app": (2018300, None),
    "window_closed": (10, 2018278),
    "automated_flow": (2018321, None),
    "unsubscribed": (2300034, None),
    "capped": (2300042, None),
}


@pytest.mark.parametrize("state", get_args(TokenState))
def test_a_dead_token_fails_its_parts_only(stub: GraphStub, http: httpx.Client, state: TokenState) -> None:
    """Inside a batch a token's state is the answer of its own parts; at the top of the whole call."""
    stub.set_token("200", state=state)
    parts = [text_part("7", "x"), text_part("7", "x", relative_url="me/messages?access_token=TOKEN-200")]
    expected = CODES_BY_TOKEN_STATE[state]
    assert codes_of(post_batch(http, parts)) == [(0, None), expected]
    whole = post_batch(http, parts, access_token="TOKEN-200")
    if state == "valid":
        assert whole.status_code == 200
    else:
        error = whole.json()["error"]
        assert (error["code"], error.get("error_subcode")) == expected
        assert [one.page for one in stub.ledger] == ["100"]


def test_a_new_token_revives_its_page(stub: GraphStub, http: httpx.Client) -> None:
    """After set_token with a new text the old one is dead for good, and the new one works."""
    stub.set_token("100", state="expired")
    stub.set_token("100", token="FRESH")
    assert error_of(post_text(http, "7", "x"))["error_subcode"] == 460
    assert post_text(http, "7", "x", token="FRESH").status_code == 200
    StubClient(stub.origin).set_token("100", token="FRESHER", state=Refusal(code=190, message="(#190) gone"))
    assert error_of(post_text(http, "7", "x", token="FRESHER"))["message"] == "(#190) gone"


@pytest.mark.parametrize("state", get_args(RecipientState))
def test_a_recipient_in_a_state_gets_nothing(
    stub: GraphStub, http: httpx.Client, state: RecipientState
) -> None:
    """A send to a recipient in a state gets Graph's code for it, from that Page alone."""
    stub.set_recipient("7", state, page="100")
    other = text_part("7", "x", relative_url="me/messages?access_token=TOKEN-200")
    answer = post_batch(http, [text_part("7", "x"), text_part("8", "x"), other])
    assert codes_of(answer) == [CODES_BY_RECIPIENT_STATE[state], (0, None), (0, None)]
    assert len(stub.ledger) == (3 if state == "reachable" else 2)


def test_a_recipient_can_come_back(stub: GraphStub, http: httpx.Client) -> None:
    """A state without a Page holds for all Pages, until it is taken back; it may be any error."""
    stub.set_recipient("7", Refusal(code=1200, subcode=2018024, message="later"))
    assert error_of(post_text(http, "7", "x", token="TOKEN-300"))["code"] == 1200
    stub.set_recipient("7")
    assert post_text(http, "7", "x", token="TOKEN-300").status_code == 200


def test_usage_headers_grow_and_pass_a_hundred() -> None:
    """Headers are absent at first, grow with each call, exceed 100, and name a time only when throttled."""
    with GraphStub(usage_calls=100) as stub, httpx.Client(base_url=stub.origin) as http:
        seen: list[tuple[int, int] | None] = []
        for count in (4, 46, 50, 50):
            answer = post_batch(http, [text_part("7", "x")] * count)
            header = answer.headers.get("x-business-use-case-usage")
            usage = json.loads(header)["100"][0] if header else None
            seen.append(usage and (usage["call_count"], usage["estimated_time_to_regain_access"]))
        inside = {one["name"]: one["value"] for one in answer.json()[0]["headers"]}
        assert seen == [None, (50, 0), (100, 0), (150, 30)]
        assert json.loads(inside["X-App-Usage"])["call_count"] == 150
        stub.advance(3_601)
        assert "x-app-usage" not in post_text(http, "7", "x").headers


def test_usage_above_a_hundred_is_refused_in_three_ways() -> None:
    """A Page above its pool gets 80006, 4 and 613 in turn, under 400 and 403, and every call prolongs it."""
    options: dict[str, Any] = {"usage_calls": 5, "usage_window_s": DAY_S, "usage_refuses": True}
    with GraphStub(**options) as stub, httpx.Client(base_url=stub.origin) as http:
        assert [post_text(http, "7", "x").status_code for _ in range(5)] == [200] * 5
        errors = [error_of(post_text(http, "7", "x")) for _ in range(3)]
        assert [(one["code"], one["status"]) for one in errors] == [(80006, 400), (4, 403), (613, 400)]
        stub.advance(DAY_S + 1)
        assert post_text(http, "7", "x").status_code == 200


def test_one_thread_has_a_limit_of_its_own() -> None:
    """Too many calls to one recipient get 613 while others go on."""
    with GraphStub(thread_limit=(4, 1)) as stub, httpx.Client(base_url=stub.origin) as http:
        answer = post_batch(http, [text_part("7", "x")] * 3 + [text_part("8", "x")])
        assert codes_of(answer) == [(0, None), (0, None), (613, None), (0, None)]
        assert stub.stats().violations == {"100/7": 1}


def send_with(http: httpx.Client, recipient: dict[str, str], **fields: str) -> tuple[int, int | None]:
    """Returns code and subcode of a text with further fields; a success is (0, None)."""
    payload = {"recipient": recipient, "message": {"text": "x"}, **fields}
    error = http.post(f"/me/messages?access_token={TOKEN}", json=payload).json().get("error", {"code": 0})
    return error["code"], error.get("error_subcode")


def test_windows_close_on_the_stub_s_clock() -> None:
    """A strict stub holds 24 hours, 7 days with HUMAN_AGENT, and refuses the tags that are gone."""
    with GraphStub(strict=True) as stub, httpx.Client(base_url=stub.origin) as http:
        person = {"id": "7"}
        human = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        gone = {"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}
        assert [send_with(http, person), send_with(http, person, **gone)] == [(0, None), (100, None)]
        stub.advance(DAY_S + 1)
        assert [send_with(http, person), send_with(http, person, **human)] == [(10, 2018278), (0, None)]
        stub.advance(6 * DAY_S)
        assert send_with(http, person, **human) == (10, 2018278)
        assert send_with(http, person, messaging_type="UTILITY") == (0, None)
        stub.set_recipient("7", page="100", wrote_at=time.time() + 7 * DAY_S)
        assert send_with(http, person) == (0, None)


def test_a_private_reply_is_sent_once_and_in_time() -> None:
    """A comment is answered once, and within seven days."""
    with GraphStub(strict=True) as stub, httpx.Client(base_url=stub.origin) as http:
        late = {"comment_id": "late"}
        stub.set_recipient("comment_id:late", page="100", wrote_at=time.time() - 8 * DAY_S)
        replies = [send_with(http, {"comment_id": "c"}), send_with(http, {"comment_id": "c"})]
        assert (replies, send_with(http, late)) == ([(0, None), (100, 2534025)], (100, 2534025))


def test_profile_and_menu_calls_are_ten_in_ten_minutes() -> None:
    """A strict stub refuses the eleventh profile call of a Page, and the eleventh menu call of a person."""
    with GraphStub(strict=True) as stub, httpx.Client(base_url=stub.origin) as http:

        def codes(path: str, times: int) -> list[int]:
            query = {"access_token": TOKEN, "fields": "greeting"}
            return [http.get(path, params=query | {"psid": psid}).status_code for psid in ("",) * times]

        assert codes("/me/messenger_profile", 11) == [200] * 10 + [400]
        menus = [
            http.get("/me/custom_user_settings", params={"access_token": TOKEN, "psid": "7"})
            for _ in range(11)
        ]
        assert [one.status_code for one in menus] == [200] * 10 + [400]
        stub.advance(601)
        assert codes("/me/messenger_profile", 1) == [200]


def test_a_marketing_token_rests_twelve_hours() -> None:
    """A second paid message for one subscription token gets 2300035 before 12 hours have passed."""
    with GraphStub(strict=True) as stub, httpx.Client(base_url=stub.origin) as http:
        campaign = {"name": "Sale", "page_id": "1"}
        made = http.post(f"/act_1/message_campaign?access_token={TOKEN}", json=campaign).json()

        def code(subscription: str = "S", campaign_id: str = made["id"]) -> int:
            payload = {
                "message_id": campaign_id,
                "messenger_delivery_data": {"subscription_token": subscription},
                "message": {"text": "x"},
            }
            answer = http.post(f"/act_1/messages?access_token={TOKEN}", json=payload).json()
            return int(answer.get("error", {"code": 0})["code"])

        stub.set_recipient("subscription_token:gone", "unsubscribed")
        stub.set_recipient("subscription_token:tired", "capped")
        first = [code(), code(), code("gone"), code("tired"), code("T", "no campaign")]
        stub.advance(12 * 3_600 + 1)
        assert (first, code()) == ([0, 2300035, 2300034, 2300042, 2300001], 0)
        assert [(each.recipient, each.kind) for each in stub.ledger] == [
            ("subscription_token:S", "marketing_message")
        ] * 2


@pytest.mark.parametrize(
    ("state", "subcode"),
    [("unreachable", 2018008), ("mismatched", 2018047), ("slow", 2018294), ("too_large", 2018109)],
)
def test_media_that_cannot_be_fetched_is_refused(
    stub: GraphStub, http: httpx.Client, state: MediaState, subcode: int
) -> None:
    """A URL's state is the answer of a send and of an upload, until the file can be fetched."""
    url = "https://example.com/a.mp4"
    stub.set_media(url, state)
    message = {"attachment": {"type": "video", "payload": {"url": url}}}
    send = {"recipient": {"id": "7"}, "message": message}

    def post(edge: str, payload: dict[str, Any]) -> httpx.Response:
        return http.post(f"/me/{edge}?access_token={TOKEN}", json=payload)

    refused = [post("messages", send), post("message_attachments", {"message": message})]
    assert [one.json()["error"]["error_subcode"] for one in refused] == [subcode, subcode]
    stub.set_media(url, "fetched")
    assert post("messages", send).status_code == 200


def test_a_saved_attachment_expires() -> None:
    """An attachment id lasts 90 days on the stub's clock; a strict stub knows no foreign ids."""
    with GraphStub(strict=True) as stub, httpx.Client(base_url=stub.origin) as http:
        message = {"attachment": {"type": "image", "payload": {"url": "https://x/y", "is_reusable": True}}}
        path = f"/me/message_attachments?access_token={TOKEN}"
        saved = http.post(path, json={"message": message}).json()["attachment_id"]

        def code(attachment_id: str) -> int | None:
            payload = {"attachment": {"type": "image", "payload": {"attachment_id": attachment_id}}}
            send = {"recipient": {"user_ref": "r"}, "message": payload}
            answer = http.post(f"/me/messages?access_token={TOKEN}", json=send).json()
            subcode: int | None = answer.get("error", {}).get("error_subcode")
            return subcode

        assert [code(saved), code("1854626884821032")] == [None, 2018074]
        stub.advance(90 * DAY_S + 1)
        assert code(saved) == 2018074


def test_fetching_media_takes_its_time() -> None:
    """Media by URL makes its request wait; a text does not."""
    with GraphStub(media_fetch_ms=1_000) as stub, httpx.Client(base_url=stub.origin) as http:
        message = json.dumps({"attachment": {"type": "image", "payload": {"url": "https://x/y"}}})
        image = text_part("7", "", body=body_of({"recipient": '{"id":"7"}', "message": message}))
        post_batch(http, [text_part("7", "x")])
        post_batch(http, [text_part("7", "x"), image])
        text, media = [(one.finished_monotonic or 0) - one.arrived_monotonic for one in stub.requests]
        assert (text < 1 <= media, media < 5) == (True, True), (text, media)


def test_errors_are_odd_now_and_then() -> None:
    """Every n-th error has a subcode and members that no document names; its code stays."""
    with GraphStub(odd_every=2) as stub, httpx.Client(base_url=stub.origin) as http:
        stub.set_recipient("7", "unknown")
        codes = codes_of(post_batch(http, [text_part("7", "x")] * 4))
        assert codes == [(100, 2018001), (100, 9_999_999)] * 2


def test_echoes_come_late_and_out_of_order() -> None:
    """Each message is echoed once with mid and metadata, in an order of its own that repeats."""
    with GraphStub(echo_delay_ms=60_000, seed=3) as stub, httpx.Client(base_url=stub.origin) as http:
        form = body_of({"recipient": '{"id":"7"}', "message": '{"text":"x","metadata":"cmd-0"}'})
        parts = [text_part("7", "", body=form.replace("cmd-0", f"cmd-{number}")) for number in range(9)]
        post_batch(http, parts)
        http.post(
            f"/me/messages?access_token={TOKEN}",
            json={"recipient": {"id": "7"}, "sender_action": "typing_on"},
        )
        sent = {one.metadata: one.message_id for one in stub.ledger if one.kind == "message"}
        later = time.time() + 61
        echoes = stub.echoes(until=later)
        messages = [one.event["entry"][0]["messaging"][0]["message"] for one in echoes]
        assert {one["metadata"]: one["mid"] for one in messages} == sent
        order = [one.sequence for one in echoes]
        assert (sorted(order), order == sorted(order)) == (list(range(1, 10)), False)
        assert messages[0]["is_echo"] is True
        half = echoes[4].at
        assert stub.echoes(until=half) + stub.echoes(after=half, until=later) == echoes
        assert len(stub.echoes()) < 9
