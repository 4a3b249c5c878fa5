"""What a server says that is no Redis is an error that has a name to a service."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from redis.backoff import NoBackoff
from redis.retry import Retry

from producer import OutboundError, Producer
from tests.fuzz.far_end import FarEnd
from tests.fuzz.inputs import broken, inputs

WORDS: Final = (
    b"+OK\r\n",
    b"-ERR x\r\n",
    b"-NOSCRIPT x\r\n",
    b"-\xff\xfe\r\n",
    b":1\r\n",
    b":99999999999999999999999\r\n",
    b":abc\r\n",
    b"$3\r\nabc\r\n",
    b"$-1\r\n",
    b"$-7\r\n",
    b"$99999999999\r\nabc\r\n",
    b"*-1\r\n",
    b"*0\r\n",
    b"*2\r\n:1\r\n:0\r\n",
    b"*4\r\n:1\r\n:0\r\n:0\r\n:0\r\n",
    b"*6\r\n:1\r\n:0\r\n:0\r\n:0\r\n$1\r\na\r\n$3\r\nabc\r\n",
    b"*99999999\r\n",
    b"*1\r\n" * 300,
    b"%1\r\n+a\r\n:1\r\n",
    b"_\r\n",
    b"#t\r\n",
    b",1e999\r\n",
    b">2\r\n+a\r\n+b\r\n",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
)
replies: Final = broken(st.builds(b"".join, st.lists(st.sampled_from(WORDS), min_size=1, max_size=5)))


@pytest.fixture(scope="module")
def far_end() -> Iterator[FarEnd]:
    """A server that says what a test gives it."""
    found = FarEnd()
    yield found
    found.close()


@inputs(0.03, 40)
@given(reply=replies)
def test_a_service_is_told_what_is_wrong(far_end: FarEnd, reply: bytes) -> None:
    """Whatever it says to a send, and to the question after an outcome, of one command or of several."""
    far_end.answer = reply
    with redis.Redis(
        host="127.0.0.1", port=far_end.port, socket_timeout=1, retry=Retry(NoBackoff(), 0)
    ) as client:
        producer = Producer.on(client, page="P1")
        with suppress(OutboundError):
            producer.send_text("1", "x")
        for ticket_id in ("1k8oobeaoah442fcddo5", "1k8oobeaoah442fcddo5x3_0_2"):
            with suppress(OutboundError):
                producer.ticket(ticket_id).outcome()
            with suppress(OutboundError):
                producer.ticket(ticket_id).cancel()
