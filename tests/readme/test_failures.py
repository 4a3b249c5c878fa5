"""What the README says of failures is what happens."""

from datetime import timedelta

import msgspec
import pytest
import redis

from producer import Producer, Ticket
from producer.store.intake import PAGE_QUEUE_MAX
from producer.store.keys import Keys
from tests.readme.fenced import all_text
from tests.running import Valkey, ticket_of, wait_until
from worker.operations import dead_letters, holds
from worker.operations.scopes import page_scope
from worker.testing.draining import Worker
from worker.testing.graph import Graph

PAGE = "111111111111111"
PSID = "2345678901234567"
KEYS = Keys("outbound")


class Kit(msgspec.Struct, frozen=True):
    """A producer, a worker, and the stub between which something fails."""

    producer: Producer
    graph: Graph
    worker: Worker
    client: "redis.Redis"

    def dead(self) -> list[str]:
        """Returns the ids of the dead letters."""
        return list(dead_letters.ids_of(self.client, KEYS))


@pytest.fixture
def kit(
    outbound_producer: Producer, graph: Graph, outbound_worker: Worker, outbound_redis: "redis.Redis"
) -> Kit:
    """The fixtures that come with the package."""
    return Kit(outbound_producer, graph, outbound_worker, outbound_redis)


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        ({"appendonly": "yes", "appendfsync": "always"}, 20),
        ({"appendonly": "yes", "appendfsync": "everysec"}, 20),
        ({"appendonly": "no", "save": '""'}, 0),
    ],
    ids=["always", "everysec", "nothing on disk"],
)
def test_what_a_killed_redis_keeps(config: dict[str, str], kept: int) -> None:
    """The middle column of the table: a server that is killed has all that it wrote to its file, and nothing else."""
    with Valkey(**config) as valkey:
        with valkey.client() as client:
            producer = Producer.on(client, page=PAGE)
            for number in range(20):
                producer.send_text(str(number), "Hello!")
        _kill(valkey)
        with valkey.client() as client:
            assert client.hlen("outbound:commands") == kept


def test_a_redis_that_comes_back_older_sends_twice_and_no_mark_tells(graph: Graph) -> None:
    """What was sent after the last snapshot is sent again, `at_most_once` or not; what came after it is gone."""
    with Valkey(appendonly="no", save='""') as valkey:
        with valkey.client() as client:
            producer = Producer.on(client, page=PAGE)
            before = producer.with_options(at_most_once=True).send_text(PSID, "before")
            client.save()
            after = producer.send_text(PSID, "after")
            with Worker(client, graph.origin, [PAGE]) as worker:
                worker.drain()
        assert graph.texts(PSID) == ["before", "after"]
        _kill(valkey)
        with valkey.client() as client:
            producer = Producer.on(client, page=PAGE)
            with Worker(client, graph.origin, [PAGE]) as worker:
                worker.drain()
            assert graph.texts(PSID) == ["before", "after", "before"]
            outcome = producer.ticket(ticket_of(before).id).outcome()
            assert outcome is not None
            assert (outcome.name, outcome.possibly_repeated) == ("sent", False)
            assert producer.ticket(ticket_of(after).id).outcome() is None


def _kill(valkey: Valkey) -> None:
    """Ends the server at once, without the snapshot that it would write when it is asked to stop."""
    valkey.crash()
    valkey.restart()


def test_a_lost_answer_by_default(kit: Kit) -> None:
    """It is sent again, and says that it may have come twice."""
    kit.graph.faults.add("drop_after", times=1)
    ticket = kit.producer.send_text(PSID, "Hello!")
    kit.worker.drain()
    outcome = ticket.wait(5)
    assert (outcome.name, outcome.possibly_repeated, outcome.attempts) == ("sent", True, 2)
    assert (kit.graph.texts(PSID), kit.dead()) == (["Hello!", "Hello!"], [])


def test_a_lost_answer_at_most_once(kit: Kit) -> None:
    """It ends unknown, is a dead letter, and is not sent again unless somebody says `--doubtful`."""
    kit.graph.faults.add("drop_after", times=1)
    ticket = kit.producer.with_options(at_most_once=True).send_text(PSID, "Hello!")
    kit.worker.drain()
    assert (ticket.wait(5).name, kit.graph.texts(PSID), kit.dead()) == ("unknown", ["Hello!"], [ticket.id])
    left = dead_letters.replay(kit.client, KEYS, [ticket.id], doubtful=False)
    assert (left.done, left.left) == (0, {"doubtful": 1})


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "error", "code": 1, "subcode": 1357046},
        {"action": "error", "code": 2},
        {"action": "null"},
        {"action": "empty"},
    ],
    ids=["code 1 subcode 1357046", "code 2", "an empty part", "an empty answer"],
)
def test_what_is_a_lost_answer(kit: Kit, fault: dict[str, object]) -> None:
    """Whatever leaves it open whether the message arrived ends unknown, when it may not come twice."""
    kit.graph.faults.add(times=1, **fault)  # type: ignore[arg-type]  # the action is among the members
    ticket = kit.producer.with_options(at_most_once=True).send_text(PSID, "Hello!")
    kit.worker.drain()
    assert ticket.wait(5).name == "unknown"


def test_what_did_not_leave_is_no_attempt(kit: Kit) -> None:
    """A throttle costs no attempt, and what is sent after it says nothing of a repetition."""
    kit.graph.faults.add("error", code=613, times=2)
    ticket = kit.producer.with_options(at_most_once=True).send_text(PSID, "Hello!")
    kit.worker.drain()
    outcome = ticket.wait(5)
    assert (outcome.name, outcome.attempts, outcome.possibly_repeated) == ("sent", 1, False)


class TestSilence:
    """With a short `OUTBOUND_CALL_TIMEOUT`."""

    @pytest.fixture
    def outbound_settings(self) -> dict[str, str]:
        """The setting under test."""
        return {"OUTBOUND_CALL_TIMEOUT": "200ms"}

    def test_no_answer_in_time_is_a_lost_answer(self, kit: Kit) -> None:
        """Graph may have sent it, and said so too late."""
        kit.graph.faults.add("hang", times=1, latency_ms=2_000)
        ticket = kit.producer.with_options(at_most_once=True).send_text(PSID, "Hello!")
        kit.worker.drain()
        assert ticket.wait(5).name == "unknown"


class TestEchoes:
    """With `OUTBOUND_CONFIRM_ECHOES=1`."""

    @pytest.fixture
    def outbound_settings(self) -> dict[str, str]:
        """The setting under test, and time enough for the echo."""
        return {"OUTBOUND_CONFIRM_ECHOES": "1", "OUTBOUND_ECHO_TIMEOUT": "1h"}

    def test_an_echo_settles_it(self, kit: Kit) -> None:
        """What was in doubt is known to have been sent, and is not sent again."""
        kit.graph.faults.add("drop_after", times=1)
        ticket = kit.producer.send_text(PSID, "Hello!")
        wait_until(lambda: len(kit.graph.ledger) == 1, within_s=10, why="it arrives")
        [delivered] = kit.graph.ledger
        event = {
            "recipient": {"id": PSID},
            "message": {"is_echo": True, "mid": delivered.message_id, "metadata": delivered.metadata},
        }
        wait_until(lambda: kit.producer.confirm_echo(event) == 1, within_s=10, why="it is in doubt")
        kit.worker.drain()
        assert (ticket.wait(5).name, kit.graph.texts(PSID)) == ("sent", ["Hello!"])


def test_one_that_is_tried_again_keeps_its_place(kit: Kit) -> None:
    """Those behind it wait for its end; one that is not ordered passes them; a read stands in nobody's line."""
    kit.graph.faults.add("error", code=2, contains="one", times=1)
    kit.producer.send_text(PSID, "one")
    kit.producer.send_text(PSID, "two")
    kit.worker.drain()
    assert kit.graph.texts(PSID) == ["one", "two"]


def test_what_expires_stops_those_behind_it_no_longer(kit: Kit) -> None:
    """`expires_in` bounds the time for which one that fails holds up the next."""
    kit.graph.faults.add("error", code=2, contains="one")
    first = kit.producer.with_options(expires_in=3).send_text(PSID, "one")
    second = kit.producer.send_text(PSID, "two")
    kit.worker.drain()
    assert (first.wait(5).name, second.wait(5).name) == ("expired", "sent")


def test_what_passes_those_that_wait(kit: Kit) -> None:
    """Without order, of another priority, or a read: none of them waits behind one that is tried again."""
    kit.graph.faults.add("error", code=2, contains="one", times=1)
    kit.producer.send_text(PSID, "one")
    passing: list[Ticket[object]] = [
        ticket_of(kit.producer.with_options(ordered=False).send_text(PSID, "unordered")),
        ticket_of(kit.producer.with_options(priority="bulk", ordered=True).send_text(PSID, "bulk")),
        ticket_of(kit.producer.get_user_profile(PSID)),
    ]
    assert [each.wait(10).name for each in passing] == ["sent"] * 3
    assert sorted(kit.graph.texts(PSID)) == ["bulk", "unordered"]
    kit.worker.drain()
    assert kit.graph.texts(PSID)[-1] == "one"


def test_a_held_page_accepts_and_goes_on_in_order(kit: Kit) -> None:
    """Nothing leaves, nothing is an attempt, what expires ends so, and the rest leaves in its order."""
    holds.hold(kit.client, KEYS, page_scope(PAGE), for_s=None, reason="by hand")
    first = kit.producer.send_text(PSID, "first")
    late = kit.producer.with_options(expires_in=timedelta(minutes=1)).send_text(PSID, "late")
    last = kit.producer.send_text(PSID, "last")
    kit.worker.advance(timedelta(minutes=2))
    assert late.wait(10).name == "expired"
    assert (kit.graph.texts(PSID), first.outcome()) == ([], None)
    holds.release(kit.client, KEYS, page_scope(PAGE))
    kit.worker.drain()
    assert [(each.wait(5).name, each.wait(5).attempts) for each in (first, last)] == [("sent", 1)] * 2
    assert kit.graph.texts(PSID) == ["first", "last"]


def test_the_readme_names_the_bound_of_a_page() -> None:
    """The number in the text is the code's."""
    assert f"up to {PAGE_QUEUE_MAX:,} a Page" in all_text()


@pytest.mark.parametrize(
    ("code", "times", "outcome", "is_letter"),
    [
        (1, 100, "exhausted", True),
        (100, 1, "refused", True),
        (551, 1, "refused", False),
    ],
    ids=["attempts used up", "somebody can mend it", "because of the person"],
)
def test_what_ends_as_a_dead_letter(
    kit: Kit, code: int, times: int, outcome: str, *, is_letter: bool
) -> None:
    """Its outcome and whether it is kept are the table's."""
    kit.graph.faults.add("error", code=code, times=times)
    ticket = kit.producer.send_text(PSID, "Hello!")
    kit.worker.drain()
    assert (ticket.wait(5).name, kit.dead()) == (outcome, [ticket.id] if is_letter else [])


def test_what_was_cancelled_is_no_dead_letter(kit: Kit) -> None:
    """Who cancels wants it gone."""
    ticket = kit.producer.with_options(send_at=4_000_000_000).send_text(PSID, "Hello!")
    assert ticket.cancel()
    kit.worker.drain()
    assert (ticket.wait(5).name, kit.dead()) == ("cancelled", [])
