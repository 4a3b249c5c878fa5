"""Law 4: what Meta said of a person holds for that person, and only until they write again."""

import pytest

from tests.laws.engine import Engine, Spec, profile
from worker.engine.chunk import Settlement

PLAIN = b'{"message":{"text":"\\"messaging_type\\":\\"RESPONSE\\""},"recipient":"ann"}'
ANSWER = b'{"message":{"text":"hi"},"messaging_type":"RESPONSE","recipient":"ann"}'


@pytest.mark.parametrize(("body", "goes"), [(PLAIN, False), (ANSWER, True)], ids=["any message", "an answer"])
def test_a_person_who_writes_again_is_answered(engine: Engine, body: bytes, *, goes: bool) -> None:
    """Messages to a person who could not be reached are refused without a call; an answer to them goes."""
    engine.hello("w1", profile())
    engine.enqueue(Spec(id="first", people="ann", body=PLAIN))
    refusal = Settlement("first", "refused", "a", recipient_fact="blocked,86400000")
    engine.lanes.settle(engine.take(), [refusal], now_ms=engine.now)
    engine.enqueue(Spec(id="second", people="ann", body=body))
    assert engine.ids() == (["second"] if goes else [])
