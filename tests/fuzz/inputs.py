"""What fuzzing draws from: documents, answers and bytes of every odd form; and how many of them.

`FUZZ_INPUTS=300000` spreads so many over the tests of this folder; without it each takes some hundreds.
"""

import os
from typing import Final

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from worker.call.graph.answers import Answered, Lost, NotSent

INPUTS: Final = int(os.environ.get("FUZZ_INPUTS") or 0)


def inputs(share: float, short: int) -> settings:
    """Returns how many inputs a test takes: its share of all that were asked for, or the few of the short form."""
    return settings(
        max_examples=round(INPUTS * share) or short,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def json_of(value: object) -> bytes:
    """Returns a value as JSON, or, of what JSON has no form for, as it shows itself."""
    try:
        return msgspec.json.encode(value)
    except (ValueError, OverflowError, UnicodeEncodeError):
        return repr(value).encode("utf-8", "replace")


numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([2**63, 2**64 - 1, -(2**63), 10**18, 613, 190, 100, 551, 4, 1, 2, 200, 10, 80006]),
)
texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["--5", "-", "٣", "9" * 400, "1e5", "\x1b[31m", "a\x00b|;\n", "{result=x}", "true", " 613 "]
    ),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
MEMBERS: Final = ("code", "error_subcode", "type", "message", "is_transient", "fbtrace_id", "error_user_msg")
errors = st.dictionaries(st.sampled_from(MEMBERS), scalars | documents, max_size=7)
bodies = st.one_of(
    st.binary(max_size=60),
    st.builds(json_of, documents),
    st.builds(lambda error: json_of({"error": error}), errors | documents),
    st.builds(lambda value: json_of({"recipient_id": "1", "message_id": "m", "x": value}), documents),
    st.builds(lambda n, a: a * n, st.integers(1, 3_000), st.sampled_from([b"[", b'{"error":', b'{"data":['])),
    st.builds(
        lambda n: b'{"recipient_id":"1","message_id":"m","x":' + b"[" * n + b"]" * n + b"}",
        st.integers(1, 2_000),
    ),
    st.sampled_from(
        [
            b'{"recipient_id":"1","message_id":"m","x":"\xff"}',
            b'{"recipient_id":"1","message_id":"m","x":1e999}',
            b'{"error":{"code":"--5"}}',
            b'{"error":{"code":100,"message":"\\ud800 x"}}',
            b'{"error":{"code":1e400}}',
            b"<html>",
            b"",
        ]
    ),
)
headers = st.dictionaries(
    st.sampled_from(["x-app-usage", "x-page-usage", "x-business-use-case-usage", "x-fb-trace-id", "date"]),
    st.one_of(
        texts,
        st.builds(lambda value: json_of(value).decode("utf-8", "replace"), documents),
        st.builds(
            lambda call, wait: json_of(
                {"P1": [{"type": "messenger", "call_count": call, "estimated_time_to_regain_access": wait}]}
            ).decode("utf-8", "replace"),
            numbers,
            numbers,
        ),
        st.just("[" * 30_000),
    ),
    max_size=3,
)
answers = st.one_of(
    st.builds(
        Answered,
        st.sampled_from([200, 201, 204, 301, 400, 401, 403, 429, 500, 503, 999]),
        bodies,
        headers,
        st.booleans(),
        st.sampled_from([b"null", b"[]", b'[{"name":"ETag","value":5}]', b'{"ETag":"x"}', b'"x"', b"[[]]"]),
    ),
    st.builds(Lost, texts),
    st.builds(NotSent, texts),
)


# Bytes that begin as something well-formed, with a few of them changed, taken out, or put in.
def broken(whole: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Returns bytes with up to four places damaged; now and then none."""
    return st.builds(_damaged, whole, st.lists(_damages, max_size=4))


_damages: Final = st.tuples(st.integers(0, 2_000), st.integers(0, 8), st.binary(max_size=6))


def _damaged(whole: bytes, damages: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, instead in damages:
        at = place % (len(whole) + 1)
        whole = whole[:at] + instead + whole[at + length :]
    return whole
