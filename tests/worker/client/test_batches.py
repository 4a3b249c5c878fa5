"""An explicit batch: as few requests as Graph allows, and an answer for each part."""

from typing import Any

import httpx
import pytest

from producer import InvalidCommandError, batch
from tests.conformance.far_end import FarEnd, part_reply
from worker import GraphError, MessengerClient, NoAnswer

B: Any = batch
REFUSED = {"error": {"message": "(#100) x", "code": 100}}


def sizes(far: FarEnd) -> list[int]:
    """Returns how many parts each request had."""
    return [len(request["json"]["batch"]) for request in far.requests]


def client_of(far: FarEnd) -> MessengerClient:
    """Returns a client in front of `far`."""
    return MessengerClient("PAGE_TOKEN", transport=far.transport)


def test_commands_and_raw_parts_stand_side_by_side() -> None:
    """Each part has its answer: parsed, unwrapped by its method, an error where it failed, null where it is null."""
    owner = {"data": [{"thread_owner": {"app_id": "1"}}]}
    far = FarEnd([part_reply({"message_id": "m"}), part_reply(owner), part_reply(REFUSED, 400), None])
    found = client_of(far).send_batch(
        [
            B.send_text("1", "ü"),
            B.get_thread_owner("2"),
            {"method": "POST", "relative_url": "me/messages", "body": "message=ü"},
            {"method": "GET", "relative_url": "me", "responseAccessPath": "name"},
        ]
    )
    headers = [{"name": "X", "value": "y"}]
    assert found == [
        {"code": 200, "headers": headers, "body": {"message_id": "m"}},
        {"code": 200, "headers": headers, "body": {"app_id": "1"}},
        {"code": 400, "headers": headers, "body": REFUSED},
        None,
    ]
    assert far.requests[0]["json"]["batch"][2:] == [
        {"method": "POST", "relative_url": "me/messages", "body": "message=ü"},
        {"method": "GET", "relative_url": "me"},
    ]


def test_more_than_fifty_parts_are_several_requests_in_order() -> None:
    """Fifty is Meta's bound for one request; the list of answers is one."""
    far = FarEnd([part_reply({"n": 1})] * 50, [part_reply({"n": 2})] * 50, [part_reply({"n": 3})] * 3)
    found: list[Any] = client_of(far).send_batch([B.mark_seen(str(n)) for n in range(103)])
    assert sizes(far) == [50, 50, 3]
    assert [each["body"]["n"] for each in found] == [1] * 50 + [2] * 50 + [3] * 3


def test_linked_parts_are_never_torn_apart() -> None:
    """A request ends before a part whose dependants would be in the next; results of earlier parts count as links."""
    parts = [B.mark_seen(str(n)) for n in range(48)]
    parts += [B.part(B.send_text("48", "a"), name="a"), B.send_text("49", "b")]
    parts += [B.send_text("50", "{result=a:$.message_id}"), B.part(B.send_text("51", "c"), depends_on="a")]
    far = FarEnd([part_reply({})] * 48, [part_reply({})] * 4)
    client_of(far).send_batch(parts)
    assert sizes(far) == [48, 4]


def test_more_linked_parts_than_a_request_holds_are_refused() -> None:
    """Nothing is sent of a batch that could not work."""
    far = FarEnd()
    parts = [
        B.part(B.send_text("0", "a"), name="a"),
        *(B.part(B.send_text(str(n), "b"), depends_on="a") for n in range(60)),
    ]
    with pytest.raises(InvalidCommandError, match="50"):
        client_of(far).send_batch(parts)
    assert far.requests == []


@pytest.mark.parametrize("include", [True, False])
def test_headers_can_be_left_out(include: bool) -> None:
    """`include_headers` goes to Graph, and an answer without headers has none."""
    far = FarEnd([{"code": 200, "body": "{}"}])
    found = client_of(far).send_batch([B.mark_seen("1")], include_headers=include)
    assert far.requests[0]["json"]["include_headers"] is include
    assert found == [{"code": 200, "body": {}}]


def test_a_batch_that_is_refused_whole_raises() -> None:
    """A bad token of the whole is no answer to any part."""
    far = FarEnd(httpx.Response(400, json={"error": {"code": 190, "message": "m"}}))
    with pytest.raises(GraphError) as caught:
        client_of(far).send_batch([B.mark_seen("1")])
    assert (caught.value.code, caught.value.replies) == (190, None)
    with pytest.raises(GraphError):
        client_of(FarEnd({"error": {"code": 1}})).send_batch([B.mark_seen("1")])


def test_what_was_answered_before_a_failure_is_not_lost() -> None:
    """When a later request of a long batch fails, the error brings the answers to the parts before it."""
    far = FarEnd([part_reply({"n": 1})] * 50, httpx.ReadTimeout("x"))
    with pytest.raises(NoAnswer) as caught:
        client_of(far).send_batch([B.mark_seen(str(n)) for n in range(51)])
    assert caught.value.replies is not None
    assert len(caught.value.replies) == 50


def test_a_short_answer_leaves_parts_unknown() -> None:
    """A part that Graph left out of its list is None, as a null is."""
    found = client_of(FarEnd([part_reply({})])).send_batch([B.mark_seen("1"), B.mark_seen("2")])
    assert found[1] is None
    assert len(found) == 2


def test_bytes_do_not_go_in_a_batch() -> None:
    """The error says what to do instead."""
    with pytest.raises(InvalidCommandError, match="URL"):
        client_of(FarEnd()).send_batch([B.send_image("1", b"x")])
