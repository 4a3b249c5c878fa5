"""Points 8 and 9: in which order parts run, and how they hang together."""

import json

import httpx
import pytest

from tests.worker.stub.asking import body_of, error_of, post_batch, send_form, text_part
from worker.stub import GraphStub

TWENTY = [text_part(str(number), "x") for number in range(20)]


def order_with(seed: int | None) -> list[str]:
    """Returns the recipients of twenty independent parts in their order of delivery."""
    with GraphStub(shuffle_seed=seed) as stub, httpx.Client(base_url=stub.origin) as http:
        answer = post_batch(http, TWENTY).json()
        assert [json.loads(part["body"])["recipient_id"] for part in answer] == [str(n) for n in range(20)]
        assert [one.sequence for one in stub.ledger] == list(range(1, 21))
        assert all(one.recipient == str(one.part) for one in stub.ledger)
        return [one.recipient for one in stub.ledger]


def test_independent_parts_run_in_a_seeded_order() -> None:
    """Parts run as given, or by a seed in another order that repeats; answers keep the request's order."""
    given = [str(number) for number in range(20)]
    assert order_with(None) == given
    shuffled = order_with(7)
    assert (shuffled == order_with(7), shuffled == given, sorted(shuffled)) == (True, False, sorted(given))
    assert order_with(8) != shuffled


def test_a_chain_keeps_its_order_when_all_else_is_shuffled() -> None:
    """Each part of a chain runs after its parent, whatever the seed and wherever it stands."""
    names = ["c", "a", "d", "b"]
    parents = {"b": "a", "c": "b", "d": "c"}
    parts = [
        text_part("7", name, name=name, omit_response_on_success=False)
        | ({"depends_on": parents[name]} if name in parents else {})
        for name in names
    ]
    for seed in range(5):
        with GraphStub(shuffle_seed=seed) as stub, httpx.Client(base_url=stub.origin) as http:
            assert [part["code"] for part in post_batch(http, parts).json()] == [200] * 4
            assert [json.loads(one.body)["text"] for one in stub.ledger] == ["a", "b", "c", "d"]


def test_an_awaited_part_is_left_out_when_it_succeeds(stub: GraphStub, http: httpx.Client) -> None:
    """A named part that another waits for answers null on success, unless it asked to be shown."""
    parts = [
        text_part("7", "hidden", name="a"),
        text_part("7", "shown", name="b", omit_response_on_success=False, depends_on="a"),
        text_part("7", "last", name="c", depends_on=["a", "b"]),
    ]
    answer = post_batch(http, parts).json()
    assert [part and part["code"] for part in answer] == [None, 200, 200]
    assert [json.loads(one.body)["text"] for one in stub.ledger] == ["hidden", "shown", "last"]


def test_what_hangs_on_a_failure_does_not_run(stub: GraphStub, http: httpx.Client) -> None:
    """A failed parent shows its error; its children and theirs are null and not delivered."""
    parts = [
        text_part("7", "", name="a"),
        text_part("7", "child", name="b", depends_on="a"),
        text_part("7", "grandchild", depends_on="b"),
        text_part("7", "free"),
    ]
    answer = post_batch(http, parts).json()
    assert [part and part["code"] for part in answer] == [400, None, None, 200]
    assert [json.loads(one.body)["text"] for one in stub.ledger] == ["free"]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        pytest.param(
            [text_part("7", "x"), text_part("7", "y", depends_on="nobody")],
            "(#100) Unknown request name in batch: nobody",
            id="an unknown name",
        ),
        pytest.param(
            [text_part("7", "x"), text_part("{result=nobody:$.id}", "y")],
            "(#100) Unknown request name in batch: nobody",
            id="a reference to an unknown name",
        ),
        pytest.param(
            [text_part("7", "x", name="a"), text_part("7", "y", name="a")],
            "(#100) Duplicate request name: a",
            id="a name used twice",
        ),
        pytest.param(
            [text_part("7", "x", name="a", depends_on="b"), text_part("7", "y", name="b", depends_on="a")],
            "(#100) The requests of the batch depend on each other in a circle",
            id="a circle",
        ),
    ],
)
def test_links_that_cannot_be_are_refused_whole(
    stub: GraphStub, http: httpx.Client, parts: list[object], message: str
) -> None:
    """A batch whose links lead nowhere is refused whole with 400, and nothing is delivered."""
    error = error_of(post_batch(http, parts))
    assert (error["status"], error["message"], stub.ledger) == (400, message, [])


def test_a_part_takes_values_from_an_earlier_one(stub: GraphStub, http: httpx.Client) -> None:
    """`{result=NAME:$.path}` takes one value or many from a named part, in a body and in a URL."""
    for name in ("Ada", "Bob"):
        form = body_of({"name": name, "profile_picture_url": "https://example.com/p.png"})
        post_batch(http, [{"method": "POST", "relative_url": "me/personas", "body": form}])
    first = body_of(send_form("7", "to {result=list:$.data[0].name}"))
    parts = [
        {"method": "GET", "relative_url": "me/personas?fields=name", "name": "list"},
        text_part("7", "", body=first),
        {"method": "GET", "relative_url": "?ids={result=list:$.data.*.id}&fields=name"},
    ]
    answer = post_batch(http, parts).json()
    assert [part and part["code"] for part in answer] == [None, 200, 200]
    assert [json.loads(one.body) for one in stub.ledger] == [{"text": "to Ada"}]
    assert [one["name"] for one in json.loads(answer[2]["body"]).values()] == ["Ada", "Bob"]
