"""No answer, of whatever form, raises past its own command, and what was kept of one can always be read."""

import os
from typing import Final

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from producer import batch, secret
from producer.commands import Command, RawPart, encode, tag_of
from producer.tickets.outcome import Outcome, outcome_of
from worker.call.graph.answers import Answer, Answered, Lost, NotSent
from worker.call.graph.client import split
from worker.call.prepare import Job, prepare
from worker.config.credentials import NamedSecret
from worker.config.pages import Page, Pages
from worker.engine.chunk import Chunk, Taken
from worker.judge import DEFAULT
from worker.settle.judged import Judge, Judged, Owner, holds_for
from worker.settle.settlements import Schedule

PAGE: Final = Page("P1", "SECRET-TOKEN")
PAGES: Final = Pages({"P1": PAGE}, {"shop": NamedSecret("SHOP-TOKEN")})
JUDGE: Final = Judge(Schedule((1_000, 2_000), 30_000, 60_000), lambda: 0.5, DEFAULT)
ENDS: Final = {"sent", "refused", "exhausted", "expired", "cancelled", "unknown"}
EXAMPLES: Final = 20_000 if os.environ.get("LONG_TESTS") else 300

COMMANDS: Final[dict[str, Command]] = {
    "a send": batch.send_text("1", "x"),
    "a read": batch.get_user_profile("1"),
    "a list": batch.get_all_personas(),
    "a property": batch.get_greeting(),
    "a picked part": RawPart(part={"method": "GET", "relative_url": "me", "responseAccessPath": "data[0].x"}),
}


def _json(value: object) -> bytes:
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
    st.builds(_json, documents),
    st.builds(lambda error: _json({"error": error}), errors | documents),
    st.builds(lambda value: _json({"recipient_id": "1", "message_id": "m", "x": value}), documents),
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
        st.builds(lambda value: _json(value).decode("utf-8", "replace"), documents),
        st.builds(
            lambda call, wait: _json(
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


def job_of(command: Command, command_id: str = "c0") -> Job:
    """Returns a command as `prepare` gives it, ready to be asked."""
    taken = Taken(
        command_id,
        "P1",
        "text",
        "interactive",
        tag_of(command),
        0,
        "",
        "s",
        0,
        None,
        encode(command),
        "",
        "1",
    )
    prepared = prepare(Chunk("w", 1, (taken,)), PAGES, (4, 0))
    assert prepared.spoiled == []
    return prepared.jobs[0]


def judged(job: Job, found: list[Answer], *, own_token: bool = False) -> Judged:
    """Returns what becomes of a job."""
    return JUDGE(job, found, own_token=own_token, owner=Owner(PAGE))


def kept(found: Judged) -> Outcome:
    """Returns the outcome as a ticket would read it from Redis."""
    settlement = found.settlement
    name = settlement.action if settlement.action in ENDS else "unknown"
    return outcome_of(
        f"{name}|1|1|{settlement.flags}|P1|{found.job.taken.type}|".encode() + settlement.detail
    )


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(answer=Answered(200, b'{"error":{"code":"--5"}}'), own_token=False)
@given(answer=answers, own_token=st.booleans())
def test_an_answer_is_judged_and_what_is_kept_can_be_read(
    command: Command, answer: Answer, own_token: bool
) -> None:
    """Whatever is in an answer, it is judged without a surprise, and its outcome is read without one."""
    found = judged(job_of(command), [answer], own_token=own_token)
    assert found.problem == ""
    outcome = kept(found)
    assert outcome.sent or outcome.error() is not None
    assert len(found.settlement.detail) < 20_000
    holds_for([found])


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parts=st.lists(answers, min_size=2, max_size=2))
def test_linked_parts_are_judged_together(parts: list[Answer]) -> None:
    """The parts of one request come to one outcome that can be read, whatever each was answered."""
    linked = batch.send_batch(
        [
            batch.part(batch.send_text("1", "x"), name="first"),
            batch.part(batch.send_text("1", "y"), depends_on="first"),
        ]
    )
    found = judged(job_of(linked), parts)
    assert found.problem == ""
    kept(found)
    holds_for([found])


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answer=answers, expected=st.integers(1, 50))
def test_a_batch_has_an_answer_for_each_part(answer: Answer, expected: int) -> None:
    """Whatever Graph answers to a batch, each of its parts gets an answer of its own."""
    assert len(split(answer, expected)) == expected


def test_what_cannot_be_judged_is_in_doubt_and_names_nothing() -> None:
    """A defect of ours ends one command `unknown`, as a dead letter; its text, which may hold secrets, is not kept."""

    class Odd(dict[str, str]):
        def get(self, *_: object) -> str:
            raise RuntimeError("SECRET-TOKEN")

    found = judged(job_of(batch.send_text("1", "x")), [Answered(400, b'{"error":{"code":100}}', Odd())])
    assert (found.settlement.action, found.settlement.flags, found.problem) == (
        "unknown",
        "ad",
        "RuntimeError",
    )
    assert b"SECRET" not in found.settlement.detail


def test_a_success_of_megabytes_is_not_kept_whole() -> None:
    """Of a send the ids are kept, of a read nothing."""
    body = b'{"recipient_id":"1","message_id":"m","x":"' + b"A" * 3_000_000 + b'"}'
    send, read = (judged(job_of(COMMANDS[name]), [Answered(200, body)]) for name in ("a send", "a read"))
    assert kept(send).reply == {"recipient_id": "1", "message_id": "m"}
    assert kept(read).reply is None


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (b'{"code":null,"body":"{}"}', "cannot be read"),
        (b"7", "cannot be read"),
        (b'{"code":200,"body":"\xff"}', "cannot be read"),
        (b"null", "null"),
    ],
)
def test_one_odd_part_spoils_no_other(odd: bytes, said: str) -> None:
    """What was answered to its neighbours counts; only the odd one is in doubt."""
    well = b'{"code":200,"body":"{\\"message_id\\":\\"m\\"}"}'
    first, second, third = split(Answered(200, b"[" + well + b"," + odd + b"," + well + b"]"), 3)
    assert isinstance(first, Answered)
    assert isinstance(third, Answered)
    assert not first.whole
    assert isinstance(second, Lost)
    assert said in second.reason


def test_a_row_that_holds_once_its_attempts_are_used_up_holds() -> None:
    """Returned to its lane without the hold, the command would be sent again at once, though it may have arrived."""
    job = job_of(batch.send_text("1", "x"))
    refused = Answered(400, b'{"error":{"code":1,"error_subcode":99}}')
    early = judged(job, [refused])
    assert (early.settlement.action, list(early.holds)) == ("retry", [])
    third = msgspec.structs.replace(job, taken=msgspec.structs.replace(job.taken, attempts=2))
    late = judged(third, [refused])
    assert late.settlement.action == "return"
    assert [hold.scope for hold in late.holds] == ["page:P1"]


DEAD: Final = Answered(400, b'{"error":{"code":190,"type":"OAuthException","message":"x"}}')
NAMING: Final[dict[str, Command]] = {
    "a token": batch.get_user_profile("1", access_token=secret("shop")),
    "a token of a message": batch.send_text("1", "x", access_token=secret("shop")),
    "a token of Wit": batch.set_nlp_configs(custom_token=secret("shop")),
    "an app secret": batch.get_ids_for_apps(user_id="1", app_secret=secret("shop")),
    "a token of linked parts": batch.send_batch(
        [
            batch.part(batch.get_user_profile("1"), name="a"),
            batch.part(batch.send_text("1", "x"), depends_on="a"),
        ],
        access_token=secret("shop"),
    ),
}


@pytest.mark.parametrize("command", NAMING.values(), ids=NAMING)
def test_a_dead_secret_holds_what_names_it(command: Command) -> None:
    """A token that a command names says nothing of its Page's own: the command waits, and holds nothing beside it."""
    job = job_of(command)
    found = judged(job, [DEAD] * len(job.calls))
    settlement = found.settlement
    assert (list(found.holds), settlement.action, settlement.flags, settlement.delay_ms) == (
        [],
        "retry",
        "",
        300_000,
    )


def test_a_dead_token_of_the_page_s_own_holds_it() -> None:
    """What names no secret tells of the Page's token."""
    found = judged(job_of(batch.get_user_profile("1")), [DEAD])
    assert [(hold.scope, hold.kind) for hold in found.holds] == [("page:P1", "token")]
