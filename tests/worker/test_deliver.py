"""The life of a chunk, from lanes to a far end in this process and back."""

import json
from collections.abc import Callable, Sequence

import msgspec
import pytest
import redis

from producer.commands import TYPES
from producer.store.scripting import Script
from tests.worker.house import PAGES, SETTINGS, SUCCESS, FakeGraph, House
from worker.call.graph.answers import Answer, Answered, Lost, NotSent
from worker.call.graph.signing import Signed
from worker.config.pages import Pages
from worker.engine.chunk import Chunk
from worker.engine.knowledge import Rate
from worker.engine.lanes import Lanes
from worker.settle.settlements import Schedule
from worker.take.circuit import Circuit


def test_a_chunk_is_called_judged_and_settled(server: "redis.Redis") -> None:
    """What Graph answers comes back as the outcome of each command."""
    house = House(server)
    tickets = [house.producer.send_text(str(n), f"text {n}") for n in range(3)]
    house.deliver(house.take())
    outcomes = [house.producer.ticket(ticket.id).outcome() for ticket in tickets]
    assert [(o.name, o.reply, o.attempts) for o in outcomes if o is not None] == [
        ("sent", {"recipient_id": "1", "message_id": "m"}, 1)
    ] * 3
    assert server.hlen("outbound:commands") == 0


def test_bytes_that_do_not_decode_go_to_quarantine_and_the_rest_goes_on(server: "redis.Redis") -> None:
    """Law 11: one poisoned command takes no others with it, and its conversation goes on."""
    house = House(server)
    fixed = "P1|t|i||1|send_message|||s"
    Script("enqueue").run(server, "outbound", ["", 10, "poison", fixed, "", "", b"\xff\xff"])
    good = house.producer.send_text("2", "good")
    behind = house.producer.send_text("1", "behind the poison")
    house.deliver(house.take())
    house.deliver(house.take())
    outcome = house.producer.ticket("poison").outcome()
    assert outcome is not None
    assert outcome.name == "refused"
    assert "decode" in (outcome.reason or "")
    assert server.zscore("outbound:dead", "poison") is not None
    sent = [house.producer.ticket(ticket.id).outcome() for ticket in (good, behind)]
    assert [each.name for each in sent if each is not None] == ["sent", "sent"]


def test_a_worker_that_may_have_been_given_up_begins_nothing(server: "redis.Redis") -> None:
    """Law 7: without a fresh heartbeat the chunk goes back, and no call is made."""
    house = House(server)
    house.producer.send_text("1", "x")
    house.alive = False
    house.deliver(house.take())
    assert house.graph.asked == []
    house.alive = True
    assert house.take().commands[0].attempts == 0


def test_a_worker_that_stops_begins_nothing(server: "redis.Redis") -> None:
    """Law 9: what has not begun when the signal comes returns at once."""
    house = House(server)
    house.producer.send_text("1", "x")
    house.stopping.set()
    house.deliver(house.take())
    assert house.graph.asked == []
    assert house.take().commands[0].attempts == 0


def test_a_failure_in_the_middle_of_a_call_leaves_doubt(server: "redis.Redis") -> None:
    """Law 8: whatever is raised while a request is open, what may have arrived is not taken for failed."""
    house = House(server, RuntimeError("a bug"))
    often = house.producer.send_text("1", "x")
    once = house.producer.with_options(at_most_once=True).send_text("2", "y")
    house.deliver(house.take())
    first, second = (house.producer.ticket(ticket.id).outcome() for ticket in (often, once))
    assert first is None
    assert second is not None
    assert (second.name, second.attempts) == ("unknown", 1)
    assert server.zcard("outbound:later") == 1


def test_what_never_left_is_no_attempt(server: "redis.Redis") -> None:
    """A refused connection costs a command nothing but time."""
    house = House(server, NotSent("no connection"))
    house.producer.with_options(at_most_once=True).send_text("1", "x")
    house.deliver(house.take())
    house.lanes.tick("w", lease_ms=1_000, may_reap=False, now_ms=9_000_000_000_000)
    assert house.take().commands[0].attempts == 0


def test_a_page_whose_token_was_taken_away_waits(server: "redis.Redis") -> None:
    """Law 4: a Page that this worker lacks is never refused."""
    house = House(server)
    house.producer.send_text("1", "x")
    house.deliver(house.take(), pages=Pages())
    assert house.graph.asked == []
    assert server.zcard("outbound:later") == 1
    house.lanes.tick("w", lease_ms=1_000, may_reap=False, now_ms=9_000_000_000_000)
    assert house.take().commands[0].attempts == 0


def test_a_settle_is_repeated_until_redis_has_it(server: "redis.Redis") -> None:
    """What Graph answered is not forgotten because Redis was away for a moment."""
    house = House(server)
    ticket = house.producer.send_text("1", "x")
    chunk = house.take()

    class Flaky(Lanes):
        failures = 2

        def settle(self, *args: object, **kwargs: object) -> tuple[int, int]:
            if Flaky.failures:
                Flaky.failures -= 1
                raise redis.ConnectionError("gone")
            return super().settle(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    house.lanes = Flaky(server)
    house.deliver(chunk)
    outcome = house.producer.ticket(ticket.id).outcome()
    assert outcome is not None
    assert outcome.name == "sent"


def test_a_read_that_was_lost_is_simply_tried_again(server: "redis.Redis") -> None:
    """Only what a person would see twice is in doubt."""
    house = House(server, Lost("silence"))
    house.producer.mark_seen("1")
    house.deliver(house.take())
    house.lanes.tick("w", lease_ms=1_000, may_reap=False, now_ms=9_000_000_000_000)
    (command,) = house.take().commands
    assert (command.attempts, command.flags) == (1, "")


def test_a_person_who_blocked_the_page_is_not_asked_again(server: "redis.Redis") -> None:
    """The next message to them is refused before it costs a call, with the reason."""
    house = House(server, Answered(400, b'{"error":{"code":551,"message":"x"}}'))
    first = house.producer.send_text("1", "a")
    house.deliver(house.take(), schedule=Schedule((1_000,), remember_ms=60_000))
    asked = len(house.graph.asked)
    second = house.producer.with_options(priority="bulk").send_text("1", "b")
    assert house.lanes.take("w", 9, house.profile).chunk is None
    outcomes = [ticket.outcome() for ticket in (first, second)]
    assert [(each.name, each.attempts) for each in outcomes if each is not None] == [
        ("refused", 1),
        ("refused", 0),
    ]
    assert len(house.graph.asked) == asked


def test_with_confirmation_messages_carry_their_id(server: "redis.Redis") -> None:
    """An echo then tells which command it is of; metadata of the caller's own stays."""
    house = House(server)
    ticket = house.producer.send_text("1", "a")
    house.producer.send_text("2", "b", metadata="mine")
    house.deliver(house.take(), schedule=Schedule((1_000,), echo_wait_ms=1_000))
    sent = [json.loads(each)["message"].get("metadata") for each in house.graph.asked]
    assert sent == [ticket.id, "mine"]


def test_a_lost_reply_to_the_mark_leaves_no_doubt(server: "redis.Redis") -> None:
    """The mark may be in Redis, but this worker knows that no request began: it is no attempt."""
    house = House(server)
    ticket = house.producer.with_options(at_most_once=True).send_text("1", "x")
    chunk = house.take()

    class Lossy(Lanes):
        def begin(self, chunk: Chunk, *, now_ms: int | str = "") -> bool:
            super().begin(chunk, now_ms=now_ms)
            raise redis.TimeoutError("the reply is lost")

    lanes, house.lanes = house.lanes, Lossy(server)
    house.deliver(chunk)
    house.lanes = lanes
    assert house.graph.asked == []
    assert ticket.outcome() is None
    assert house.take().commands[0].attempts == 0


def _personas(server: "redis.Redis", pages: int) -> House:
    """Returns a house whose Page may make ten other calls a second, and whose personas come on `pages` pages."""

    class Paged(FakeGraph):
        def answers(
            self, calls: Sequence[Signed], *, guard: Callable[[], bool] | None = None
        ) -> list[Answer]:
            super().answers(calls, guard=guard)
            number = len(self.asked)
            paging = {"cursors": {"after": f"c{number}"}, "next": "https://x"} if number < pages else {}
            return [Answered(200, json.dumps({"data": [{"id": str(number)}], "paging": paging}).encode())]

    house = House(server)
    rates = {**SETTINGS.rates, "other": Rate(10, 600_000)}
    house.profile = PAGES.profile(msgspec.structs.replace(SETTINGS, rates=rates), tuple(TYPES))
    house.lanes.hello("w", house.profile, b"{}")
    house.graph = Paged(SUCCESS)
    return house


@pytest.mark.parametrize("pages", [1, 2, 7])
def test_each_page_of_a_list_costs_a_call(server: "redis.Redis", pages: int) -> None:
    """A list that comes on N pages is N calls of its Page's rate."""
    house = _personas(server, pages)
    ticket = house.producer.get_all_personas()
    house.deliver(house.take())
    assert ticket.result(timeout_s=1) == [{"id": str(number)} for number in range(1, pages + 1)]
    assert len(house.graph.asked) == pages
    assert server.llen("outbound:log:P1/o") == pages


def test_a_page_that_cannot_be_charged_is_not_asked_for(server: "redis.Redis") -> None:
    """Without Redis, or when the worker was reaped, the list is read again later; it was no attempt."""
    house = _personas(server, 3)
    ticket = house.producer.get_all_personas()
    chunk = house.take()
    lanes = house.lanes

    class Broken(Lanes):
        def charge(self, *_: object, **__: object) -> bool:
            raise redis.ConnectionError("gone")

    house.lanes = Broken(server)
    house.deliver(chunk)
    assert (len(house.graph.asked), ticket.outcome()) == (1, None)
    house.lanes = lanes
    lanes.tick("w", lease_ms=1_000, may_reap=False, now_ms=9_000_000_000_000)
    house.graph.asked.clear()
    house.deliver(house.take())
    found = ticket.outcome()
    assert found is not None
    assert (found.name, found.attempts) == ("sent", 1)


@pytest.mark.parametrize("body", [b'{"recipient_id":"1"}', b"{}"], ids=["a PSID", "another recipient"])
def test_a_sender_action_may_be_answered_without_an_id(server: "redis.Redis", body: bytes) -> None:
    """Graph names the recipient only when it is a PSID; what it did is done, and not asked for again."""
    house = House(server, Answered(200, body))
    ticket = house.producer.typing_on({"user_ref": "u"})
    house.deliver(house.take())
    assert ticket.result(timeout_s=1) == json.loads(body)
    lost = house.producer.typing_on("2")
    house.graph.answer = Answered(200, b"Service Unavailable")
    house.deliver(house.take())
    assert lost.outcome() is None


class Odd(dict[str, str]):
    """Headers that break whoever reads them: a defect that nobody foresaw."""

    def get(self, *_: object) -> str:
        """Breaks."""
        raise RuntimeError("a defect")


def test_an_answer_that_cannot_be_judged_reaches_no_neighbour(server: "redis.Redis") -> None:
    """Law 2: what one answer raises ends its own command, in doubt; the others of the chunk are sent."""

    class Uneven(FakeGraph):
        def answers(
            self, calls: Sequence[Signed], *, guard: Callable[[], bool] | None = None
        ) -> list[Answer]:
            found = super().answers(calls, guard=guard)
            found[1] = Answered(400, b'{"error":{"code":100}}', Odd())
            return found

    house = House(server)
    house.graph = Uneven(SUCCESS)
    tickets = [house.producer.send_text(str(n), f"text {n}") for n in range(3)]
    house.deliver(house.take())
    assert [found.name for each in tickets if (found := each.outcome())] == ["sent", "unknown", "sent"]
    assert server.hlen("outbound:commands") == 0


def test_a_command_that_cannot_be_encoded_reaches_no_neighbour(server: "redis.Redis") -> None:
    """Law 2: what raises while a request is made is put aside before anything begins, and the others are sent."""

    class Picky(FakeGraph):
        def outgoing(self, calls: Sequence[Signed]) -> list[Signed]:
            if any("text 1" in json.dumps(call.call.body) for call in calls):
                raise OverflowError("a number of the command is too large")
            return super().outgoing(calls)

    house = House(server)
    house.graph = Picky(SUCCESS)
    tickets = [house.producer.send_text(str(n), f"text {n}") for n in range(3)]
    house.deliver(house.take())
    assert [found.name for each in tickets if (found := each.outcome())] == ["sent", "refused", "sent"]
    found = tickets[1].outcome()
    assert found is not None
    assert found.reason == "no request can be made of it (OverflowError)"
    assert server.zscore("outbound:dead", tickets[1].id) is not None
    assert len(house.graph.asked) == 2


class _NoBytes(Lanes):
    """Lanes of a server that does not give the bytes of an upload."""

    failure: Exception = redis.TimeoutError("silence")

    def bytes_of(self, command_id: str) -> bytes | None:  # noqa: ARG002 (of its parent)
        """Fails."""
        raise self.failure


@pytest.mark.parametrize(
    "failure", [redis.TimeoutError("silence"), RuntimeError("a bug")], ids=["Redis", "we"]
)
def test_a_probe_that_never_begins_is_given_back(server: "redis.Redis", failure: Exception) -> None:
    """Whatever keeps a probe from being asked, the next one may: else this process would take nothing any more."""
    house = House(server)
    house.producer.upload_image(b"\x89PNG", filename="a.png")
    circuit = Circuit(lambda: now[0])
    now = [0.0]
    for _ in range(5):
        circuit.record(healthy=False)
    now[0] = 1.0
    chunk = house.take()
    assert circuit.room(50, token=chunk.token) == 1
    lanes = house.lanes
    house.lanes = _NoBytes(server)
    house.lanes.failure = failure
    house.deliver(chunk, circuit=circuit)
    assert (house.graph.asked, circuit.room(50, token=99)) == ([], 1)
    house.lanes = lanes
