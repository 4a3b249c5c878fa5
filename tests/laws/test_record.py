"""A record's form is one: what Lua writes Python reads, and the other way round, letter by letter."""

import re
from typing import Final, cast

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from producer.store import record
from producer.store.keys import CLASSES, PRIORITIES
from producer.store.scripting import PACKAGE, source_of
from tests.laws.engine import Engine, Spec, many, profile
from tests.producer.store.test_scripting import FILES
from worker.engine.chunk import Hold, taken_of
from worker.engine.knowledge import Rate

STATE_NUMBERS: Final = (0, 1, 4)  # among the fields of the state line
EXAMPLES: Final = 100  # each is a round trip
OPTIONS: Final = "amsklucq"
# Takes a record apart, and writes it again from its parts.
APART: Final = "\n".join(
    (
        source_of("record"),
        "local c = parse(ARGV[1])",
        "if not c then return {} end",
        "local state = { c.attempts, c.reaps, c.flags, c.mark, c.pending }",
        "local fixed = { c.page, c.class, c.priority, c.broadcast, c.person, c.type, c.bucket, c.cost, c.options,",
        "  c.enqueued_ms, c.expires_ms }",
        "return { c.state, state, fixed, c.rest, record_of(c) }",
    )
)

word: Final = st.text(alphabet="abcxyz0189_:.+é", max_size=12)
number: Final = st.integers(0, 10**15)
state_line: Final = st.one_of(
    st.just(("0", "0", "", "", "0")),
    st.tuples(
        st.integers(0, 99).map(str),
        st.integers(0, 9).map(str),
        st.text(alphabet=record.REPEATED + record.SUSPECT, max_size=2),
        st.builds("{}#{}".format, word, number) | st.just(""),
        st.integers(0, 50).map(str),
    ),
)
fixed_line: Final = st.tuples(
    word.filter(bool),
    st.sampled_from([*CLASSES.values()]),
    st.sampled_from([*PRIORITIES.values()]),
    word,
    st.lists(word.filter(bool), max_size=3).map(",".join),
    word,
    word,
    st.from_regex(r"([1-9][0-9]{0,2}(,[tmpo][1-9])*)?", fullmatch=True),
    st.text(alphabet=OPTIONS, max_size=4),
    number.map(str),
    number.map(str) | st.just(""),
)


def written(state: str, of_state: tuple[str, ...], fixed: tuple[str, ...], body: bytes) -> bytes:
    """Returns a record as Python writes it."""
    line = ";".join(of_state) if of_state != ("0", "0", "", "", "0") else ""
    return f"{state}{line}\n{'|'.join(fixed)}\n".encode() + body


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=st.sampled_from("LWSRPET"), of_state=state_line, fixed=fixed_line, body=st.binary(max_size=40))
def test_lua_and_python_read_and_write_the_same_record(
    server: "redis.Redis", state: str, of_state: tuple[str, ...], fixed: tuple[str, ...], body: bytes
) -> None:
    """Every field that one wrote the other reads as it was, whatever the body is."""
    given_record = written(state, of_state, fixed, body)
    letter, state_parts, fixed_parts, _, again = cast(
        "tuple[bytes, list[bytes | int], list[bytes], bytes, bytes]", server.eval(APART, 0, given_record)
    )
    named = dict(zip(record.FIXED_FIELDS, fixed, strict=True))
    named["type"] = named["type"] or record.COMMONEST
    assert letter.decode() == state
    assert [each if isinstance(each, int) else each.decode() for each in state_parts] == [
        int(each) if place in STATE_NUMBERS else each for place, each in enumerate(of_state)
    ]
    assert [each.decode() for each in fixed_parts] == list(named.values())
    assert again == given_record
    of_python = record.parts_of(again)
    assert [each.decode() for each in of_python[0]] == list(of_state)
    assert of_python[1:] == (list(fixed), body)


def test_what_a_producer_asks_for_is_what_a_worker_takes(engine: Engine) -> None:
    """The nine fields go through Lua and come back as they were, with the time of acceptance behind them."""
    line = record.asked_line(
        page="P1",
        rate_class="text",
        priority="bulk",
        people="u1",
        kind="send_message",
        bucket="",
        cost="",
        options="sul",
    )
    assert engine.enqueue_raw(["x", line, "", "", b"body"]) == [1, 0]
    found = cast("bytes", engine.client.hget(engine.key("commands"), "x"))
    assert record.parts_of(found) == (
        [b"0", b"0", b"", b"", b"0"],
        [*line.split("|"), str(engine.now), ""],
        b"body",
    )
    taken = taken_of(b"x", found)
    assert (taken.person, taken.rate_class, taken.type, taken.is_scheduled) == (
        "u1",
        "t",
        "send_message",
        True,
    )
    engine.accepted["x"] = Spec(id="x", priority="b", people="u1", options="sul")


def test_lua_and_python_call_each_letter_the_same() -> None:
    """Options and flags have one name on both sides, and so have classes and the type that is left out."""
    text = source_of("record")
    of_lua = dict(re.findall(r"^local ([A-Z_]+) = '(\w+)'", text, re.MULTILINE))
    of_python = {
        name: value
        for name, value in vars(record).items()
        if name.isupper() and isinstance(value, str) and not name.startswith("_")
    }
    assert of_lua == of_python | {"MEDIA": CLASSES["media"]}
    classes = re.search(r"^local CLASSES = \{ (.*) \}", text, re.MULTILINE)
    assert classes is not None
    assert re.findall(r"'(\w)'", classes[1]) == list(CLASSES.values())


@pytest.mark.parametrize(("name", "package"), [each for each in FILES if each != ("record", PACKAGE)])
def test_no_other_script_spells_the_form(name: str, package: str) -> None:
    """Letters of options and flags, patterns of lines and lists of classes stand in record.lua only."""
    text = source_of(name, package).replace(source_of("record"), "")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    assert (
        re.findall(
            r"(?:options|command\.flags), '\w'|flag\(\w+, '\w'|'[tmpo]', '|\|\[\^\|.*\|\[\^\|.*\|\[\^\|.*\|",
            code,
        )
        == []
    )


@pytest.mark.parametrize("name", CLASSES)
def test_a_page_comes_back_gently_in_each_class(engine: Engine, name: str) -> None:
    """After a hold of its Page a lane of any rate class has one call free, not its burst."""
    engine.hello("w1", profile(rates={name: Rate(10, 1_000, 10)}))
    engine.enqueue(*many(5, rate_class=CLASSES[name]))
    chunk = engine.take(limit=1)
    engine.settle(chunk, "retry", delay_ms=500, holds=[Hold("page:P1", 1_000, b"{}", kind="throttle")])
    assert engine.ids() == []
    engine.advance(1_000)
    assert len(engine.ids()) == 1
    engine.advance(100)
    assert len(engine.ids()) == 1


@pytest.mark.parametrize("name", CLASSES)
def test_a_slowed_page_is_slow_in_each_class(engine: Engine, name: str) -> None:
    """Near Meta's limit the calls of any rate class come further apart, and their burst is smaller."""
    engine.hello("w1", profile(rates={name: Rate(10, 1_000, 10)}))
    engine.client.hset(engine.key("slow"), "P1", f"{engine.now + 10_000}|5")
    engine.enqueue(*many(5, rate_class=CLASSES[name]))
    assert len(engine.ids()) == 2
