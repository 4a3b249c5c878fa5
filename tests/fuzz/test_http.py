"""What comes back on a connection to Graph, HTTP or not, is an answer or a silence, and never an error past them."""

from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.far_end import FarEnd
from tests.fuzz.inputs import bodies, broken, inputs, texts
from worker.call.graph.answers import Answered, Lost
from worker.call.graph.client import GraphClient
from worker.call.graph.direct import Direct
from worker.call.graph.requests import Outgoing
from worker.config.credentials import Credentials
from worker.judge import judge, usage_of

LENGTHS: Final = ("0", "2", "-5", "abc", "9" * 30, "9" * 5_000, "1e3", " 7 ", "0x10", "4194305", "")
NAMES: Final = (
    "content-length",
    "transfer-encoding",
    "connection",
    "x-app-usage",
    "x-business-use-case-usage",
    "x-fb-trace-id",
    "content-encoding",
    "date",
    "a b",
    "",
)
VALUES: Final = (
    "chunked",
    "close",
    "gzip",
    "identity",
    "{}",
    '{"call_count":1e308}',
    "\r\n folded",
    "\x00",
    "\xff",
)

lines: Final = st.builds(
    lambda version, status, reason: f"{version} {status} {reason}\r\n".encode("utf-8", "replace"),
    st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2", "HTTP/1.9", "ICY", ""]),
    st.sampled_from(
        ["200", "204", "304", "400", "500", "100", "101", "999", "0", "-1", "20", "abc", "9" * 12]
    ),
    texts,
)
heads: Final = st.builds(
    lambda pairs: (
        b"".join(f"{name}: {value}\r\n".encode("latin-1", "replace") for name, value in pairs) + b"\r\n"
    ),
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(LENGTHS + VALUES) | texts), max_size=6),
)
chunks: Final = st.builds(
    lambda sizes, body: b"".join(size + b"\r\n" + body + b"\r\n" for size in sizes),
    st.lists(st.sampled_from([b"0", b"2", b"-5", b"zz", b"5AF3107A4000", b"F" * 40, b"2;x=y"]), max_size=3),
    st.binary(max_size=8),
)
replies: Final = st.one_of(
    st.binary(max_size=200),
    broken(st.builds(lambda line, head, body: line + head + body, lines, heads, bodies | chunks)),
    st.builds(
        lambda n: b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * n + b"content-length: 0\r\n\r\n", st.integers(1, 300)
    ),
    st.builds(lambda n: b"HTTP/1.1 100 Continue\r\n\r\n" * n, st.integers(1, 200)),
)


@pytest.fixture(scope="module")
def far_end() -> Iterator[FarEnd]:
    """A server that says what a test gives it."""
    found = FarEnd()
    yield found
    found.close()


def asked(origin: str) -> Outgoing:
    """Returns one request."""
    return Outgoing("POST", f"{origin}/v4.0/me/messages", {}, b"{}", (), Credentials("T"))


@inputs(0.08, 150)
@given(reply=replies)
def test_whatever_a_connection_says_is_answered_or_lost(far_end: FarEnd, reply: bytes) -> None:
    """On the direct way: what left may have been carried out, and what was answered can be judged."""
    far_end.answer = reply
    origin = f"http://127.0.0.1:{far_end.port}"
    direct = Direct(origin=origin, connect_timeout_s=5, call_timeout_s=5, headers={})
    answer = direct.exchange(asked(origin), None)
    direct.close()
    assert isinstance(answer, Answered | Lost)
    judge(answer, is_send=True)
    if isinstance(answer, Answered):
        usage_of(answer.headers, page="P1")


@inputs(0.02, 50)
@given(reply=replies)
def test_by_way_of_a_proxy_too(far_end: FarEnd, reply: bytes) -> None:
    """Httpx's way, which proxies take."""
    far_end.answer = reply
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HTTP_PROXY", f"http://127.0.0.1:{far_end.port}")
        environment.setenv("NO_PROXY", "")
        client = GraphClient(origin="http://graph.invalid", call_timeout_s=5)
    answer = client.answer(asked("http://graph.invalid"))
    client.close()
    assert isinstance(answer, Answered | Lost)
    judge(answer, is_send=True)
