"""No command that was accepted, however odd, stays with a worker, or takes its neighbours with it."""

import threading
from collections.abc import Sequence
from typing import Final

import httpx
import msgspec
import redis
from hypothesis import given
from hypothesis import strategies as st

from producer.commands import TYPES
from producer.queue.envelope import Delivery, fixed_line
from producer.queue.routing import Route
from producer.store.scripting import Script
from tests.fuzz.inputs import bodies, broken, documents, inputs, json_of, texts
from worker.call.graph.client import GraphClient
from worker.config.pages import Page, Pages
from worker.config.settings import Settings
from worker.deliver import Deliverer
from worker.engine.lanes import Lanes
from worker.settle.settlements import Schedule

PAGES: Final = Pages({"P1": Page("P1", "SECRET-TOKEN", "1", "SECRET")}, {})
SETTINGS: Final = Settings(rates=dict.fromkeys(("text", "media", "profile", "other")))
PROFILE: Final = PAGES.profile(SETTINGS, tuple(TYPES))
FIELDS: Final = {
    name: [field.encode_name for field in msgspec.structs.fields(kind)] for name, kind in TYPES.items()
}
LONG_PATH: Final = "data[" + "9" * 5_000 + "]"
GOOD: Final = ("P1|o|i|||get_user_profile|||", msgspec.msgpack.encode({"user_id": "7"}))


def _packed(value: object) -> bytes:
    try:
        return msgspec.msgpack.encode(value)
    except (ValueError, OverflowError, UnicodeEncodeError):
        return b"\xc1"


def _whole(name: str) -> st.SearchStrategy[tuple[str, bytes]]:
    """Returns commands of one type, whose fields hold anything."""
    members = st.dictionaries(st.sampled_from(FIELDS[name]), texts | documents, max_size=6)
    return st.tuples(st.just(name), st.builds(_packed, members))


links: Final = st.dictionaries(
    st.sampled_from(["method", "relative_url", "body", "name", "depends_on", "responseAccessPath"]),
    st.sampled_from(["GET", "POST", "me", "me/messages", "a", "{result=a:$.id}", "data[0].x", LONG_PATH])
    | documents,
    max_size=5,
)
batches: Final = st.tuples(
    st.just("send_batch"),
    st.builds(
        lambda parts: _packed({"parts": [{"type": "raw_part", "part": part} for part in parts]}),
        st.lists(links, max_size=4),
    ),
)
commands: Final = st.one_of(
    st.sampled_from(sorted(TYPES)).flatmap(_whole),
    st.builds(lambda part: ("raw_part", _packed({"part": part})), links),
    batches,
    st.tuples(st.sampled_from(sorted(TYPES)), broken(st.builds(_packed, documents))),
    st.tuples(
        st.just("send_message"),
        st.builds(
            lambda n: b"\x82\xa9recipient\xa17\xa7message\x81\xa4text" + b"\x91" * n, st.integers(1, 5_000)
        ),
    ),
)
far_ends: Final = st.one_of(
    st.builds(lambda status, body: (status, body), st.sampled_from([200, 400, 500]), bodies),
    st.builds(
        lambda found: (200, json_of(found)),
        st.lists(
            st.none()
            | documents
            | st.builds(
                lambda code, body: {"code": code, "body": body.decode("utf-8", "replace")},
                st.sampled_from([200, 400, 403]),
                bodies,
            ),
            max_size=4,
        ),
    ),
)


class Installation:
    """A worker's pipe on one server, with a far end that answers what it is told."""

    def __init__(self, server: "redis.Redis") -> None:
        self.server = server
        self.lanes = Lanes(server)
        self.lanes.hello("w", PROFILE, b"{}")
        self.answer = (200, b"{}")
        self.graph = GraphClient(
            transport=httpx.MockTransport(lambda _: httpx.Response(self.answer[0], content=self.answer[1]))
        )
        self.deliverer = Deliverer(
            lanes=self.lanes,
            graph=self.graph,
            pages=lambda: PAGES,
            schedule=Schedule((1_000,), echo_wait_ms=1_000, remember_ms=1_000),
            may_begin=lambda _: True,
            stopping=threading.Event(),
            version=(27, 0),
        )
        self.token = 0

    def put(self, found: Sequence[tuple[str, bytes]]) -> None:
        """Enqueues commands as a producer of any kind might."""
        for n, (line, body) in enumerate(found):
            Script("enqueue").run(self.server, "outbound", ["", 1_000, f"c{n}", line, "", "", body])

    def work(self) -> None:
        """Takes and delivers until there is nothing to take."""
        for _ in range(60):
            self.token += 1
            took = self.lanes.take("w", self.token, PROFILE)
            if took.chunk is not None:
                self.deliverer.deliver(took.chunk)
            elif not took.again:
                return
        raise AssertionError("it goes on for ever")


@inputs(0.15, 60)
@given(
    found=st.lists(
        st.tuples(commands, st.sampled_from(["", "7", "8"]), st.booleans()), min_size=1, max_size=6
    ),
    answer=far_ends,
)
def test_every_command_ends_or_waits(
    valkey_url: str, found: list[tuple[tuple[str, bytes], str, bool]], answer: tuple[int, bytes]
) -> None:
    """Whatever its bytes are and whatever Graph says: nothing is raised, and nothing stays taken."""
    with redis.Redis.from_url(valkey_url) as server:
        server.flushdb()
        house = Installation(server)
        house.answer = answer
        lines = [(_line(kind, person, at_most_once=once), body) for (kind, body), person, once in found]
        house.put([*lines, GOOD])
        house.work()
        assert server.hgetall("outbound:taken:w") == {}
        left = server.hgetall("outbound:commands")
        assert {record[:1] for record in left.values()} <= {b"R", b"L", b"W", b"E"}
        assert b"L" not in {record[:1] for record in left.values()} or server.exists("outbound:hold")
        outcomes = [server.get(f"outbound:outcome:c{n}") for n in range(len(found) + 1)]
        assert outcomes.count(None) == len(left)
        assert [each for each in outcomes if each is not None and b"could not be judged" in each] == []
        house.lanes.close()


def _line(kind: str, person: str, *, at_most_once: bool) -> str:
    alone = kind in {"send_batch", "upload_attachment"}
    route = Route(rate_class="other", recipient=person, joins=bool(person), alone=alone, is_send=True)
    return fixed_line(route, kind, Delivery(page="P1", at_most_once=at_most_once))
