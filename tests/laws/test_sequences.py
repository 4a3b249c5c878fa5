"""Law 5 for sequences: steps leave one after the other, with nothing of their conversation between them."""

import msgspec
import redis

from producer.store.scripting import Script
from tests.laws.engine import PREFIX, Engine, Spec


def steps(
    count: int, *, stops: bool = True, media: int | None = None, due: str = "", expires: str = ""
) -> list[Spec]:
    """Returns a sequence `s.0`, `s.1`, … to person u; step `media` is of another rate class."""
    return [
        Spec(
            id=f"s.{step}",
            people="u",
            rate_class="m" if step == media else "t",
            options="sqc" if step and stops else "sq",
            due=due,
            expires=expires,
        )
        for step in range(count)
    ]


def sent_one_by_one(engine: Engine) -> list[str]:
    """Sends until nothing is left, and returns the ids in their order."""
    found: list[str] = []
    while ids := engine.send(limit=1):
        found += ids
    return found


def test_nothing_comes_between_steps(engine: Engine) -> None:
    """Through a retry and another rate class, what was enqueued later waits behind the last step."""
    engine.enqueue(*steps(3, media=1))
    first = engine.take()
    engine.enqueue(Spec(id="later", people="u"))
    engine.settle(first, "retry", delay_ms=1_000)
    engine.enqueue(Spec(id="latest", people="u"))
    assert engine.send() == []
    engine.advance(1_000)
    assert sent_one_by_one(engine) == ["s.0", "s.1", "s.2", "later", "latest"]


def test_scheduled_steps_join_together_in_their_order(engine: Engine) -> None:
    """Twelve steps keep their numbers' order, though some tick moves only a part of all that is due."""
    engine.enqueue(*(Spec(id=f"a{i}", due="+1000") for i in range(95)))
    engine.enqueue(*steps(12, due="+1000"), Spec(id="z", people="u", due="+1000"))
    engine.pass_time(1_000)
    engine.tick()
    engine.enqueue(Spec(id="now", people="u"))
    engine.advance(0)
    of_person = [each for each in sent_one_by_one(engine) if not each.startswith("a")]
    assert of_person == [*(f"s.{step}" for step in range(12)), "now", "z"]


def test_a_failed_step_ends_those_behind_it_at_once(engine: Engine) -> None:
    """They do not wait to be looked at, when the outcome of the failed step may be kept no longer."""
    engine.enqueue(*steps(4, expires="+60000"), Spec(id="next", people="u"))
    engine.send()
    engine.settle(engine.take(), "refused")
    assert [engine.outcome(f"s.{step}") for step in range(4)] == ["sent", "refused", "cancelled", "cancelled"]
    assert engine.send() == ["next"]


def test_a_cancelled_schedule_is_cancelled_to_its_end(engine: Engine, server: "redis.Redis") -> None:
    """A step that is cancelled before the sequence is due takes those behind it with it."""
    engine.enqueue(*steps(3, due="+1000"))
    arguments: list[str | int] = ["s.1", engine.lanes.policy.encoded(), engine.now]
    assert Script("cancel").run(server, PREFIX, arguments) == 1
    engine.advance(1_000)
    assert sent_one_by_one(engine) == ["s.0"]
    assert [engine.outcome(f"s.{step}") for step in range(3)] == ["sent", "cancelled", "cancelled"]


def test_steps_that_go_on_after_a_failure(engine: Engine) -> None:
    """With `continue` a refused step holds nothing up, and nothing comes between those that are left."""
    engine.enqueue(*steps(3, stops=False), Spec(id="next", people="u"))
    engine.settle(engine.take(), "refused")
    assert sent_one_by_one(engine) == ["s.1", "s.2", "next"]
    assert engine.outcome("s.0") == "refused"


def test_a_step_that_comes_after_the_step_before_it_failed_is_not_sent(engine: Engine) -> None:
    """A producer that puts the rest again, once the first step was refused, has it cancelled when it is taken."""
    first, second = steps(2)
    engine.enqueue(first)
    engine.settle(engine.take(), "refused", "a")
    engine.enqueue(second)
    assert engine.ids() == []
    assert engine.outcome("s.1") == "cancelled"


def test_a_step_that_comes_after_the_step_before_it_was_sent_is_sent(engine: Engine) -> None:
    """So is one whose step before is forgotten."""
    first, second = steps(2)
    engine.enqueue(first)
    engine.send()
    engine.enqueue(second, msgspec.structs.replace(second, id="t.1", people="v"))
    assert sent_one_by_one(engine) == ["s.1", "t.1"]
