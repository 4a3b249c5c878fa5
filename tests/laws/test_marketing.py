"""Law 3: a subscription token gets one marketing message in 12 hours, counted by what was sent."""

import pytest

from tests.laws.engine import Engine, Spec, profile
from worker.engine.chunk import Action
from worker.engine.knowledge import Rate

HALF_A_DAY_MS = 12 * 3_600_000
FIRST, SECOND, OTHER = (
    Spec(id="first", rate_class="o", bucket="marketing:ann"),
    Spec(id="second", rate_class="o", bucket="marketing:ann"),
    Spec(id="other", rate_class="o", bucket="marketing:bob"),
)


@pytest.fixture
def marketing(engine: Engine) -> Engine:
    """An engine whose one worker allows each token a message in 12 hours."""
    engine.hello("w1", profile(rates={"marketing": Rate(1, HALF_A_DAY_MS)}))
    return engine


def test_the_second_message_of_a_token_waits_and_holds_up_nobody(marketing: Engine) -> None:
    """It goes when the twelve hours are over; another person's goes at once."""
    marketing.enqueue(FIRST, SECOND, OTHER)
    assert marketing.send() == ["first", "other"]
    marketing.advance(HALF_A_DAY_MS - 1)
    assert marketing.send() == []
    marketing.advance(1)
    assert marketing.send() == ["second"]


@pytest.mark.parametrize(
    ("action", "flags", "counts"),
    [
        ("return", "", False),
        ("retry", "a", False),
        ("refused", "ad", False),
        ("exhausted", "ad", False),
        ("retry", "ar", True),
        ("unknown", "ad", True),
        ("sent", "a", True),
    ],
    ids=[
        "throttled",
        "tried again",
        "refused",
        "given up",
        "tried again in doubt",
        "ended in doubt",
        "sent",
    ],
)
def test_only_what_may_have_been_sent_counts(
    marketing: Engine, action: Action, flags: str, *, counts: bool
) -> None:
    """A message that Meta refused leaves its person's allowance to itself or the next."""
    marketing.enqueue(FIRST)
    marketing.settle(marketing.take(), action, flags, delay_ms=10)
    marketing.advance(10)
    marketing.enqueue(SECOND)
    took = marketing.took().chunk
    assert (took is None) == counts
