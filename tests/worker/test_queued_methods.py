"""What only the queue has to get right: secrets, bytes, kept replies, typed errors, several pages, explicit batches."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import redis

from producer import (
    GraphError,
    InvalidCommandError,
    NoAnswer,
    NotSentError,
    OutcomeTimeoutError,
    Producer,
    batch,
    secret,
)
from tests.conformance.far_end import FarEnd, part_reply
from tests.conformance.in_process import running_worker
from worker.config.credentials import proof_of

B: Any = batch
ERROR = {
    "message": "(#10) Outside of the window PAGE_TOKEN",
    "type": "OAuthException",
    "code": 10,
    "error_subcode": 2018278,
    "error_user_title": "Too late",
    "error_user_msg": "Wait",
    "is_transient": False,
    "fbtrace_id": "Abc",
}


@pytest.fixture
def far() -> FarEnd:
    """The worker's far end."""
    return FarEnd({"message_id": "m"})


@pytest.fixture
def producer(valkey_url: str, tmp_path: Path, far: FarEnd) -> Iterator[Producer]:
    """A producer in front of a worker in this process."""
    producer = Producer.connect(valkey_url, page="plain", graph_version="4.0")
    with running_worker(valkey_url, tmp_path, far):
        yield producer
    producer.close()


def result_of(ticket: Any) -> Any:  # noqa: ANN401 - whatever the method gives
    """Returns what a ticket gives within ten seconds."""
    return ticket.result(timeout_s=10)


def test_a_named_secret_is_the_workers(producer: Producer, far: FarEnd) -> None:
    """The command names a token; the worker signs with it, and proves it."""
    result_of(producer.for_page("proving").send_text("1", "x", access_token=secret("other")))
    [request] = far.requests
    proof = proof_of("OTHER_TOKEN", "APP_SECRET")
    assert request["query"] == [["access_token", "OTHER_TOKEN"], ["appsecret_proof", proof]]
    assert request["json"]["access_token"] == "OTHER_TOKEN"


def test_an_account_is_asked_at_its_own_origin(producer: Producer, far: FarEnd) -> None:
    """With Instagram Login a token goes to Instagram, and those of Pages to Graph."""
    result_of(producer.for_page("account").send_text("7", "x"))
    [own] = far.raw
    far.answer({"message_id": "m"})
    result_of(producer.send_text("7", "x"))
    [other] = far.raw
    asked = [(request.url.host, request.url.params["access_token"]) for request in (own, other)]
    assert asked == [("graph.instagram.com", "IG_TOKEN"), ("graph.facebook.com", "PAGE_TOKEN")]


def test_a_subscription_is_filled_in_from_the_pages_file(producer: Producer, far: FarEnd) -> None:
    """App id, app token and verify token are the worker's when the command brings none."""
    far.answer({"success": True})
    ticket = producer.for_page("proving").create_subscription(callback_url="https://x", fields=["messages"])
    assert result_of(ticket) == {"success": True}
    [request] = far.requests
    assert (request["path"], request["json"]) == (
        "/v4.0/APP_ID/subscriptions",
        {
            "object": "page",
            "callback_url": "https://x",
            "fields": "messages",
            "verify_token": "CONFIGURED_VERIFY_TOKEN",
        },
    )
    assert dict(request["query"])["access_token"] == "APP_ID|APP_SECRET"


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        pytest.param(lambda p: p.send_text("1", "x", access_token=secret("nobody")), "nobody", id="a secret"),
        pytest.param(lambda p: p.debug_token(), "app_secret", id="an app"),
    ],
)
def test_what_the_worker_lacks_ends_the_command(producer: Producer, far: FarEnd, ask: Any, word: str) -> None:  # noqa: ANN401 - a function
    """The reason names what is missing, nothing is sent, and others go on."""
    with pytest.raises(NotSentError, match=word):
        result_of(ask(producer))
    assert far.requests == []
    result_of(producer.send_text("1", "y"))


def test_bytes_travel_beside_the_command(producer: Producer, far: FarEnd, valkey: "redis.Redis") -> None:
    """They reach Graph as they are, and are gone from Redis when the command has ended."""
    far.answer({"message_id": "m"}, {"attachment_id": "5"})
    content = bytes(range(256)) * 1_000
    assert result_of(producer.send_image("7", io.BytesIO(content), filename="a.png")) == {"message_id": "m"}
    assert result_of(producer.upload_file(content, filename="b.bin")) == {"attachment_id": "5"}
    files = [part for request in far.requests for part in request["multipart"] if "content" in part]
    assert [(part["filename"], part["content"] == content) for part in files] == [
        ("a.png", True),
        ("b.bin", True),
    ]
    assert valkey.keys("outbound:blob:*") == []


def test_bytes_of_a_dead_letter_stay(producer: Producer, far: FarEnd, valkey: "redis.Redis") -> None:
    """A refusal that somebody can mend can be sent again, with its bytes."""
    far.answer(httpx.Response(400, json={"error": {"code": 100, "message": "x"}}))
    ticket = producer.send_image("7", b"bytes", filename="a.png")
    with pytest.raises(GraphError):
        result_of(ticket)
    assert valkey.get(f"outbound:blob:{ticket.id}") == b"bytes"
    assert valkey.pttl(f"outbound:blob:{ticket.id}") == -1


def test_bytes_that_are_gone_are_a_reason(producer: Producer, far: FarEnd, valkey: "redis.Redis") -> None:
    """A server that lost them cannot send half of a command."""
    ticket = producer.with_options(send_at=_in_half_a_second(valkey)).send_image("7", b"bytes")
    valkey.delete(f"outbound:blob:{ticket.id}")
    with pytest.raises(NotSentError, match="no longer in Redis"):
        result_of(ticket)
    assert far.requests == []


def _in_half_a_second(client: "redis.Redis") -> float:
    seconds, microseconds = client.time()
    return float(seconds + microseconds / 1_000_000 + 0.5)


def test_a_kept_reply_holds_no_token(producer: Producer, far: FarEnd, valkey: "redis.Redis") -> None:
    """Graph's links carry the token that asked, and a Page's token may be asked for: neither is kept."""
    link = "https://graph.facebook.com/v4.0/me/custom_labels?access_token=PAGE_TOKEN&limit=25&after=A"
    far.answer({"data": [], "paging": {"next": link}, "access_token": "OTHER_TOKEN", "text": "is PAGE_TOKEN"})
    ticket = producer.get_label_list()
    assert result_of(ticket) == {
        "data": [],
        "paging": {"next": link.replace("PAGE_TOKEN", "REMOVED")},
        "access_token": "REMOVED",
        "text": "is REMOVED",
    }
    assert b"_TOKEN" not in (cast("bytes", valkey.get(f"outbound:outcome:{ticket.id}")))


def test_a_refusal_is_the_error_of_the_direct_client(producer: Producer, far: FarEnd) -> None:
    """Every member of Graph's error comes back through the ticket, without the token in its text."""
    far.answer(httpx.Response(400, json={"error": ERROR}))
    with pytest.raises(GraphError) as caught:
        result_of(producer.send_text("1", "x"))
    error = caught.value
    assert (error.status, error.facts.as_graph()) == (
        400,
        ERROR | {"message": "(#10) Outside of the window REMOVED"},
    )


def test_doubt_is_no_answer(producer: Producer, far: FarEnd) -> None:
    """A send whose answer was lost may have arrived, and says so."""
    far.answer(httpx.ReadTimeout("x"))
    with pytest.raises(NoAnswer) as caught:
        result_of(producer.with_options(at_most_once=True).send_text("1", "x"))
    assert caught.value.may_have_arrived
    with pytest.raises(NoAnswer):
        result_of(producer.get_page_info())


def test_what_was_cancelled_is_not_sent(valkey_url: str) -> None:
    """There is no answer of Graph's to raise."""
    producer = Producer.connect(valkey_url, page="plain", graph_version="4.0")
    ticket = producer.send_text("1", "x")
    with pytest.raises(OutcomeTimeoutError):
        ticket.result(timeout_s=0.01)
    assert ticket.cancel()
    with pytest.raises(NotSentError, match="cancelled"):
        ticket.result(timeout_s=0.01)
    producer.close()


def test_all_personas_come_through_the_queue(producer: Producer, far: FarEnd) -> None:
    """Page after page in one go, until a cursor comes again."""
    pages = [
        {"data": [{"name": name}], "paging": {"cursors": {"after": cursor}}}
        for name, cursor in (("a", "1"), ("b", "2"), ("c", "2"))
    ]
    far.answer(*pages)
    assert result_of(producer.get_all_personas()) == [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    assert [dict(request["query"]).get("after") for request in far.requests] == [None, "1", "2"]


def test_a_batch_gives_the_list_of_the_direct_client(producer: Producer, far: FarEnd) -> None:
    """Code, headers and parsed body of each part, whatever became of it; the headers can be left out."""
    refusal = httpx.Response(400, json={"error": {"code": 551, "message": "gone"}}, headers={"X-A": "b"})
    far.answer(httpx.Response(200, json={"message_id": "m"}, headers={"X-A": "b"}), refusal)
    parts = [B.send_text("1", "x"), B.send_text("1", "y")]
    sent, refused = result_of(producer.send_batch(parts))
    assert (sent["code"], sent["body"]) == (200, {"message_id": "m"})
    assert {"name": "x-a", "value": "b"} in sent["headers"]
    assert (refused["code"], refused["body"]) == (400, {"error": {"code": 551, "message": "gone"}})
    assert {"name": "x-a", "value": "b"} in refused["headers"]
    far.answer({"message_id": "m"})
    bare = result_of(producer.send_batch([B.send_text("2", "x")], include_headers=False))
    assert bare == [{"code": 200, "body": {"message_id": "m"}}]


def test_linked_parts_come_back_as_graph_gave_them(producer: Producer, far: FarEnd) -> None:
    """Unwrapped by their methods, with their own headers; what Graph left out is None."""
    owner = {"data": [{"thread_owner": {"app_id": "1"}}]}
    far.answer([None, part_reply({"message_id": "m"}), part_reply(owner)])
    parts = [
        B.part(B.send_text("1", "a"), name="a"),
        B.part(B.send_text("1", "b"), depends_on="a"),
        B.part(B.get_thread_owner("1"), depends_on="a"),
    ]
    headers = [{"name": "X", "value": "y"}]
    assert result_of(producer.send_batch(parts)) == [
        None,
        {"code": 200, "headers": headers, "body": {"message_id": "m"}},
        {"code": 200, "headers": headers, "body": {"app_id": "1"}},
    ]


def test_a_batchs_token_is_that_of_all_its_parts(producer: Producer, far: FarEnd) -> None:
    """Free parts carry it by themselves, linked ones as their request's."""
    far.answer({"message_id": "m"})
    result_of(producer.send_batch([B.send_text("1", "x")], access_token=secret("other")))
    assert far.requests[0]["query"] == [["access_token", "OTHER_TOKEN"]]
    far.answer([part_reply({"message_id": "m"})])
    result_of(producer.send_batch([B.part(B.send_text("1", "x"), name="a")], access_token=secret("other")))
    assert far.requests[0]["json"]["access_token"] == "OTHER_TOKEN"
    assert "access_token" not in json.dumps(far.requests[0]["json"]["batch"])


def test_proofs_can_be_timed_by_a_setting(valkey_url: str, tmp_path: Path, far: FarEnd) -> None:
    """`OUTBOUND_TIMED_PROOF` makes every proof hold for five minutes only."""
    producer = Producer.connect(valkey_url, page="proving")
    with running_worker(valkey_url, tmp_path, far, timed_proof=True):
        result_of(producer.send_text("1", "x"))
    producer.close()
    query = dict(far.requests[0]["query"])
    assert query["appsecret_proof"] == proof_of(f"PAGE_TOKEN|{query['appsecret_time']}", "APP_SECRET")


def test_a_token_as_text_never_reaches_the_queue(producer: Producer, far: FarEnd) -> None:
    """The error says how to name it."""
    with pytest.raises(InvalidCommandError, match=r"producer\.secret"):
        producer.send_batch([B.mark_seen("1")], access_token="OTHER_TOKEN")
    assert far.requests == []
