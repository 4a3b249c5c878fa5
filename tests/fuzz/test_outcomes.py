"""What is kept of a command can always be read, in whatever way it was damaged since, and by whoever asks."""

from typing import Final

import redis
from hypothesis import given
from hypothesis import strategies as st

from producer import OutboundError, Producer
from producer.store.keys import Keys
from producer.tickets.outcome import outcome_of
from tests.fuzz.inputs import bodies, broken, documents, inputs, json_of
from worker.operations.attempts import attempts_of
from worker.operations.dead_letters import find, replay, show
from worker.operations.explaining import explain
from worker.operations.letters import letter_of

KEYS: Final = Keys()
HEADS: Final = st.sampled_from(
    [
        b"sent|1|1|s|P1|send_message|",
        b"refused|1|1|r|P1|send_batch|",
        b"unknown|3|9999999999999999||P1|get_user_profile|",
        b"exhausted|99999999999999999999|-5||P\xff|send_message|",
        b"sent|1|1",
        b"",
    ]
)
MEMBERS: Final = ("reply", "reason", "answer", "code", "headers", "split")
details: Final = st.one_of(
    bodies,
    st.builds(json_of, st.dictionaries(st.sampled_from(MEMBERS), documents, max_size=6)),
    st.builds(
        lambda answer: json_of({"reason": "x", "answer": answer}),
        st.dictionaries(st.sampled_from(["status", "code", "subcode", "message", "is_transient"]), documents),
    ),
)
outcomes: Final = broken(st.builds(lambda head, detail: head + detail, HEADS, details))
records: Final = broken(
    st.sampled_from(
        [
            b"L1;0;;;0\nP1|t|i||1|||||1|\n\xc1\0\xa4Zo\xc3\xab",
            b"L\nP1|t|i||1,2|send_batch||3,m2|as|1|5\n\x81\xa5parts\x90",
            b"T1;0;r;w#1;0\nP1|o|b|b1||get_user_profile|private_reply*3||m|1|\n\x81\xa7user_id\xa17",
        ]
    )
)


@inputs(0.1, 200)
@given(value=outcomes, at_ms=st.integers(0, 2**60), record=records)
def test_an_outcome_is_read(value: bytes, at_ms: int, record: bytes) -> None:
    """As far as it can be; and what it is as an error of the method has a name."""
    outcome = outcome_of(value)
    error = outcome.error()
    assert error is None or isinstance(error, OutboundError)
    letter_of("c", at_ms, record, value)
    attempts_of([value])


@inputs(0.03, 50)
@given(value=outcomes, record=records, history=st.lists(outcomes, max_size=2), linked=st.booleans())
def test_whoever_asks_is_told(
    valkey_url: str, value: bytes, record: bytes, history: list[bytes], linked: bool
) -> None:
    """Tickets, `explain` and the dead letters answer, with a reason, or with an error that has a name."""
    base = "1k8oobeaoah442fcddo5"
    ticket_id = f"{base}x2_0_1" if linked else f"{base}.0"
    with redis.Redis.from_url(valkey_url) as server:
        server.flushdb()
        for each in (f"{base}.0", f"{base}.0.1"):
            server.set(f"outbound:outcome:{each}", value)
            server.hset("outbound:dead:records", each, record)
            server.zadd("outbound:dead", {each: 5})
            if history:
                server.rpush(f"outbound:history:{each}", *history)
        ticket = Producer.on(server, page="P1").ticket(ticket_id)
        try:
            ticket.outcome()
            ticket.result(timeout_s=0.01)
        except OutboundError:
            pass
        explain(server, KEYS, ticket_id)
        assert len(find(server, KEYS).letters) == 2
        show(server, KEYS, f"{base}.0", with_content=True)
        replay(server, KEYS, [f"{base}.0", f"{base}.0.1"], doubtful=True)
        explain(server, KEYS, f"{base}.0")
