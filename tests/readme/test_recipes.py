"""The recipes of the README do what they say."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from producer import NotSentError, Producer, RetiredCommandError, messages
from producer.commands import SendMarketingMessage
from producer.errors import BroadcastError
from producer.testing import Outbox
from tests.conformance.test_method_names import NAMES, snake
from tests.readme.fenced import all_text, blocks_of, commands_of
from tests.readme.house import House, house
from worker.cli import main
from worker.stub import GraphStub
from worker.testing.draining import Worker
from worker.testing.graph import Graph

PAGE = "111111111111111"
PSID = "2345678901234567"


@pytest.fixture(scope="module")
def recipes() -> Iterator[House]:
    """A house in which every block up to the last recipe ran."""
    with house() as made:
        made.run_through(blocks_of("From the reference client", "python")[-1])
        yield made


@pytest.fixture
def recipe(recipes: House) -> dict[str, Any]:
    """What the recipes define."""
    return recipes.names


EVENT = {"sender": {"id": PSID}, "message": {"mid": "m_" + "x" * 120, "text": "Hi"}}


def test_a_bot_answers_an_event_once(
    recipe: dict[str, Any], outbound_producer: Producer, graph: Graph, outbound_worker: Worker
) -> None:
    """Seen, typing and the reply arrive in this order, and not again when Meta brings the event again."""
    recipe["reply"](outbound_producer, EVENT)
    recipe["reply"](outbound_producer, EVENT)
    outbound_worker.drain()
    recipe["reply"](outbound_producer, EVENT)
    outbound_worker.drain()
    arrived = [(each.kind, each.body) for each in graph.ledger]
    assert [kind for kind, _ in arrived] == ["sender_action", "sender_action", "message"]
    assert [
        word for _, body in arrived for word in ("mark_seen", "typing_on", "You said: Hi") if word in body
    ] == [
        "mark_seen",
        "typing_on",
        "You said: Hi",
    ]


def test_a_bots_replies_are_given_up_in_time(recipe: dict[str, Any], outbox: Outbox) -> None:
    """Each has its options: two minutes, at most once, an answer to the person."""
    recipe["reply"](outbox, EVENT)
    assert [(each.expires_in, each.at_most_once, each.ordered) for each in outbox.commands] == [
        (120, True, True)
    ] * 3
    outbox.assert_sent(text="You said: Hi", messaging_type="RESPONSE", times=1)


def test_an_order_is_told_once(
    recipe: dict[str, Any], outbound_producer: Producer, graph: Graph, outbound_worker: Worker
) -> None:
    """Called again it sends nothing, and gives the id of the first; it is a utility message."""
    first = recipe["order_shipped"](outbound_producer, PSID, "12")
    assert recipe["order_shipped"](outbound_producer, PSID, "12") == first
    outbound_worker.drain()
    assert recipe["order_shipped"](outbound_producer, PSID, "12") == first
    outbound_worker.drain()
    outcome = outbound_producer.ticket(first).outcome()
    assert outcome is not None
    assert (outcome.name, len(graph.messages(PSID))) == ("sent", 1)
    assert graph.messages(PSID)[0]["template"]["name"] == "order_shipped"  # type: ignore[index]  # a JSON object


def test_an_order_update_is_a_utility_message(recipe: dict[str, Any], outbox: Outbox) -> None:
    """Its messaging type, its key and its twelve hours are on the command."""
    recipe["order_shipped"](outbox, PSID, "12")
    outbox.only(
        messaging_type="UTILITY",
        idempotency_key="shipped 12",
        expires_in=timedelta(hours=12),
        at_most_once=False,
    )


def test_a_tag_that_meta_refuses_is_told_before(outbox: Outbox) -> None:
    """With the present version three tags are refused before anything is queued, and the fourth is taken."""
    producer = Producer.connect("redis://127.0.0.1:1/0", page=PAGE)
    for tag in ("CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE"):
        with pytest.raises(RetiredCommandError):
            producer.send_text(PSID, "Hello!", tag=tag)
    outbox.send_text(PSID, "Hello!", tag="HUMAN_AGENT")
    outbox.only(tag="HUMAN_AGENT")


def people_file(folder: Path, number: int) -> Path:
    """Writes a file of people, with their ids in the second column."""
    path = folder / "people.csv"
    lines = ["name,psid", *(f"Ada,{2_000_000 + each}" for each in range(number))]
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_a_campaign_reaches_everybody_in_the_file(
    recipe: dict[str, Any],
    outbound_producer: Producer,
    graph: Graph,
    outbound_worker: Worker,
    tmp_path: Path,
) -> None:
    """Each person gets the message once; a run that was complete is refused, so that nobody gets it twice."""
    file = people_file(tmp_path, 120)
    recipe["begin_sale"](outbound_producer, file)
    outbound_worker.drain()
    with pytest.raises(BroadcastError, match="is complete"):
        recipe["begin_sale"](outbound_producer, file)
    outbound_worker.drain()
    assert sorted(each.recipient for each in graph.ledger) == [str(2_000_000 + each) for each in range(120)]
    assert recipe["stop_sale"](outbound_producer) == 0


def test_a_campaign_is_stopped(
    recipe: dict[str, Any], outbound_producer: Producer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It tells how many people were added, and all whom no worker has are not sent to."""
    recipe["begin_sale"](outbound_producer, people_file(tmp_path, 5))
    assert capsys.readouterr().out == "5 people\n"
    assert recipe["stop_sale"](outbound_producer) == 5


def test_a_campaign_by_hand(
    valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands of the recipe run in the order in which they stand."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTBOUND_REDIS_URL", valkey_url)
    people_file(tmp_path, 3)
    Path("message.json").write_text(json.dumps({"text": "The sale ends tonight."}), "utf-8")
    said = []
    [block] = blocks_of("A campaign", "console")
    for line in commands_of(block):
        assert main(line.split()[1:]) == 0, line
        said.append(capsys.readouterr().out.splitlines()[0])
    expected = [
        "all is well: 3 lines with a PSID; nothing was queued",
        "broadcast sale-2026: 3 people; see `outbound broadcast sale-2026`",
        "broadcast sale-2026 of Page 111111111111111: on its way",
        "broadcast sale-2026 of Page 111111111111111: paused",
        "broadcast sale-2026 of Page 111111111111111: on its way",
        "3 people are not sent to",
    ]
    assert [line[: len(start)] for line, start in zip(said, expected, strict=True)] == expected


def _moved() -> list[tuple[str, str]]:
    """Returns the table's pairs, in the order of its columns."""
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", all_text(), re.MULTILINE)
    return [row[:2] for row in rows] + [row[2:] for row in rows]


def test_an_account_on_instagram_is_served_as_one(recipe: dict[str, Any], outbound_redis: Any) -> None:  # noqa: ANN401 - a redis.Redis
    """By the Page's platform the worker asks for its people's fields and profile, and holds it to its bounds."""
    account = {PAGE: {"access_token": f"TOKEN-{PAGE}", "platform": "instagram"}}
    settings = {"OUTBOUND_PAGES": json.dumps(account)}
    producer = Producer.on(outbound_redis, page=PAGE)
    with (
        GraphStub(instagram=(PAGE,)) as graph,
        Worker(outbound_redis, graph.origin, [PAGE], settings) as worker,
    ):
        recipe["answer_comment"](producer, "c_1")
        recipe["thank_follower"](producer, PSID)
        recipe["set_up_instagram"](producer)
        too_long = producer.send_text(PSID, "ü" * 501)
        worker.drain()
        arrived = [(each.recipient, each.body) for each in graph.ledger]
        reached = producer.get_ice_breakers(platform="instagram").result(timeout_s=10)
    assert [recipient for recipient, _ in arrived] == ["comment_id:c_1", PSID, PSID]
    assert [word for _, body in arrived for word in ("like_heart", "MEDIA_SHARE") if word in body] == [
        "like_heart",
        "MEDIA_SHARE",
    ]
    assert reached == [
        {"call_to_actions": [{"question": "Where are you?", "payload": "WHERE"}], "locale": "default"}
    ]
    with pytest.raises(NotSentError, match="at most 1000 bytes of UTF-8 on Instagram"):
        too_long.result(timeout_s=1)


def test_marketing_messages_are_sent_to_who_subscribed(
    recipe: dict[str, Any], outbound_producer: Producer, graph: Graph, outbound_worker: Worker, outbox: Outbox
) -> None:
    """The opt-in is a message, and each token gets its marketing message."""
    recipe["ask_to_subscribe"](outbound_producer, PSID)
    outbound_worker.drain()
    for token in ("t1", "t2"):
        outbound_producer.send_marketing_message("act_1", "2", token, messages.text("The sale ends tonight."))
    outbound_worker.drain()
    assert [(each.recipient, each.kind) for each in graph.ledger] == [
        (PSID, "message"),
        ("subscription_token:t1", "marketing_message"),
        ("subscription_token:t2", "marketing_message"),
    ]
    recipe["tell_of_sale"](outbox, "act_1", "2", ["t1", "t2"])
    told = [each.command for each in outbox.commands]
    assert [each.subscription_token for each in told if isinstance(each, SendMarketingMessage)] == [
        "t1",
        "t2",
    ]


def test_an_edge_without_a_method_is_queued(
    recipe: dict[str, Any], outbound_producer: Producer, outbound_worker: Worker
) -> None:
    """The call is made with the Page's token, and its answer comes back."""
    assert outbound_worker is not None
    assert recipe["unlink_account"](outbound_producer, PSID) == {"result": "unlink account success"}
    assert recipe["stickers"](outbound_producer) == [{"id": "369239263222822", "name": "Like"}]


def test_the_table_of_names_is_the_documents() -> None:
    """It has every method that the reference client's document names, in its order, with its name here."""
    assert _moved() == [(name, snake(name)) for name in NAMES]


@pytest.mark.parametrize(("theirs", "ours"), _moved(), ids=[theirs for theirs, _ in _moved()])
def test_a_name_of_the_table_is_a_method(theirs: str, ours: str) -> None:
    """Whoever looks up a name finds a method that is there."""
    method: Callable[..., object] | None = getattr(Producer, ours, None)
    assert callable(method), theirs
