"""Errors are kind: one base, a message that says what to do, and a table in the README that has them all."""

import asyncio
import importlib
import inspect
import pkgutil
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import ModuleType

import fakeredis
import httpx
import pytest
import redis

import producer
import worker
from producer import AsyncProducer, OutboundError, Producer, batch
from producer.errors import NotSentError
from producer.testing import Outbox
from tests.blocking import async_client
from worker.call.graph.signing import MissingSecretError
from worker.client import MessengerClient
from worker.config.settings import read_settings
from worker.judge.overrides import changes_of

HANDBOOK = Path(__file__).parents[2] / "producer/README.md"
# Programs and the far end, not the library: what they raise ends in a sentence of theirs, or in a test's output.
PROGRAMS = (
    "worker.cli",
    "worker.operations.intake",
    "worker.dashboard",
    "worker.demo",
    "worker.door",
    "tests.bench",
    "worker.stub",
)
# Raised and caught within one module, and never seen by a caller.
WITHIN = {"GivenUpError", "_CutError", "_TooLongError"}
# Of a program, and of no base of ours: two are click's own kind, the stub shares no code with what it tests, and three
# become answers of the dashboard to a browser, and of the door to a client.
FOREIGN = {
    "Refusal",
    "NoSuchVerbError",
    "MalformedError",
    "ParserMissingError",
    "_Refused",
    "RefusedError",
    "TooManyWrongError",
}


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Yields a package and every module in it that a caller may import."""
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def declared(*, programs: bool) -> dict[str, type[Exception]]:
    """Returns the exception classes that the library declares, or those of its programs."""
    found: dict[str, type[Exception]] = {}
    for module in (*modules(producer), *modules(worker)):
        if module.__name__.startswith(PROGRAMS) is programs:
            found |= {
                name: value
                for name, value in inspect.getmembers(module, inspect.isclass)
                if issubclass(value, Exception) and value.__module__ == module.__name__
            }
    return found


def test_every_error_derives_from_one_base() -> None:
    """`except OutboundError` catches all that the library and its programs raise on purpose."""
    library = declared(programs=False)
    assert {name for name, each in library.items() if not issubclass(each, OutboundError)} == WITHIN
    programs = declared(programs=True)
    assert {name for name, each in programs.items() if not issubclass(each, OutboundError)} == FOREIGN


def table() -> dict[str, tuple[str, str]]:
    """Returns the rows of the README's table: when a class is raised, and what to do."""
    text = HANDBOOK.read_text("utf-8").partition("## Errors")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", text, flags=re.MULTILINE)
    return {name: (when, what) for name, when, what in rows}


def test_the_readme_has_every_error() -> None:
    """The table names each class that the library declares, and no other."""
    assert set(table()) == set(declared(programs=False)) - WITHIN


def test_the_readme_names_the_built_in_kind() -> None:
    """Where a class is also a ValueError or TimeoutError, or a kind of another of ours, the table says so."""
    for name, (when, _) in table().items():
        bases = [base.__name__ for base in declared(programs=False)[name].__bases__]
        others = [base for base in bases if base not in {"OutboundError", "Exception"}]
        assert [base for base in others if f"`{base}`" not in when] == [], name


def queue() -> Producer:
    """Returns a producer on an empty server."""
    return Producer.on(fakeredis.FakeRedis(server=fakeredis.FakeServer()), page="1")


def graph(answer: Callable[[httpx.Request], httpx.Response]) -> MessengerClient:
    """Returns a direct client of a Graph that answers so."""
    return MessengerClient("EAAB-hush", transport=httpx.MockTransport(answer))


def _unreached() -> None:
    Producer.on(redis.Redis(port=1), page="1").send_text("2", "Hello!")


def _full() -> None:
    full = queue()
    full._queue.intake.page_queue_max = 1
    full.send_text("2", "a")
    full.send_text("2", "b")


def _twice() -> None:
    once = queue().with_options(idempotency_key="order-7")
    once.send_text("2", "a")
    once.send_text("2", "b")


def _elsewhere() -> None:
    server = fakeredis.FakeRedis(server=fakeredis.FakeServer())
    awaited = AsyncProducer.on(async_client(server), page="1")

    async def send() -> None:
        await awaited.send_text("2", "a")

    asyncio.run(send())
    asyncio.run(send())


def _refuse(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(400, json={"error": {"code": 190, "message": "Session expired"}})


def _drop(_request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("")


def _raise(error: Exception) -> None:
    raise error


# How each is met, and the words of its message that say what to do.
MET: dict[str, tuple[Callable[[], object], str]] = {
    "InvalidCommandError": (
        lambda: queue().send_text("2", "x" * 2_001),
        "message.text: at most 2000 characters",
    ),
    "MissingSecretError": (
        lambda: graph(_refuse).debug_token(),
        "app_id: is needed for this call: configure the app's id and secret",
    ),
    "RetiredCommandError": (
        lambda: Producer.on(redis.Redis(), page="1", graph_version="26.0").get_message_tags(),
        "use HUMAN_AGENT, the one tag that is left",
    ),
    "SettingsError": (
        lambda: read_settings({"OUTBOUND_THREADS": "0"}),
        "OUTBOUND_THREADS must be a whole number of threads from 1 to 256",
    ),
    "TableError": (
        lambda: changes_of("[token_expired]\ncode = 1", {}),
        "no such table; allowed: rows.<name>",
    ),
    "QueueUnavailableError": (_unreached, "then send the command again"),
    "QueueFullError": (_full, "let the workers drain it, then send the command again"),
    "SendManyError": (
        lambda: Producer.on(redis.Redis(), page="1", graph_version="26.0").send_many(
            [batch.get_message_tags()]
        ),
        "mend it, go on from there",
    ),
    "BroadcastError": (
        lambda: queue().broadcast("none").progress(),
        "check its id, or begin it with broadcast_to",
    ),
    "RecipientError": (
        lambda: queue().broadcast_to(["1", "a b"], {"text": "x"}),
        "the 1 before it were added: mend it, run the same list again",
    ),
    "EventLoopError": (_elsewhere, "make one producer for each event loop"),
    "SignatureError": (
        lambda: queue().receive(b"{}", "sha256=00", "secret"),
        "answer 403",
    ),
    "IdempotencyError": (_twice, "use a key of its own for each command"),
    "OutcomeTimeoutError": (
        lambda: queue().send_text("2", "a").wait(0.01),
        "it is still on its way: ask its ticket again",
    ),
    "NotSentError": (
        lambda: _raise(NotSentError("expired", None)),
        "send it anew if it still matters, with a longer expires_in",
    ),
    "GraphError": (
        lambda: graph(_refuse).send_text("2", "a"),
        "Session expired [HTTP 400]; give the Page a new token",
    ),
    "NoAnswer": (
        lambda: graph(_drop).send_text("2", "a"),
        "Graph may have carried it out; look before you send it again",
    ),
}


@pytest.mark.parametrize(("name", "meet", "words"), [(name, *each) for name, each in MET.items()], ids=MET)
def test_a_message_says_what_to_do(name: str, meet: Callable[[], object], words: str) -> None:
    """It is met as a caller meets it, and its message has the way out; never a token."""
    with pytest.raises(declared(programs=False)[name]) as caught:
        meet()
    assert type(caught.value).__name__ == name
    assert words in str(caught.value)
    assert "hush" not in str(caught.value)


async def _async_full(server: AsyncProducer) -> None:
    server._queue.intake.page_queue_max = 1
    await server.send_text("2", "a")
    await server.send_text("2", "b")


async def _async_wait(server: AsyncProducer) -> None:
    await (await server.send_text("2", "a")).wait(0.01)


# The same words where a producer of an event loop meets them.
AWAITED: dict[str, tuple[Callable[[AsyncProducer], Awaitable[object]], str]] = {
    "InvalidCommandError": (
        lambda server: server.send_text("2", "x" * 2_001),
        "message.text: at most 2000 characters",
    ),
    "QueueFullError": (_async_full, "let the workers drain it, then send the command again"),
    "BroadcastError": (
        lambda server: server.broadcast("none").pause(),
        "check its id, or begin it with broadcast_to",
    ),
    "OutcomeTimeoutError": (_async_wait, "it is still on its way: ask its ticket again"),
    "SendManyError": (
        lambda server: server.send_many([batch.get_message_tags()]),
        "mend it, go on from there",
    ),
}


@pytest.mark.parametrize(
    ("name", "meet", "words"), [(name, *each) for name, each in AWAITED.items()], ids=AWAITED
)
def test_a_message_says_the_same_when_it_is_awaited(
    name: str, meet: Callable[[AsyncProducer], Awaitable[object]], words: str
) -> None:
    """An `AsyncProducer` raises the same classes, with the same way out."""

    async def main() -> None:
        server = fakeredis.FakeRedis(server=fakeredis.FakeServer())
        async with AsyncProducer.on(async_client(server), page="1", graph_version="26.0") as awaited:
            await meet(awaited)

    with pytest.raises(declared(programs=False)[name]) as caught:
        asyncio.run(main())
    assert type(caught.value).__name__ == name
    assert words in str(caught.value)


OUTBOX: dict[str, tuple[Callable[[], object], str]] = {
    "OutcomeTimeoutError": (
        lambda: Outbox(page="1").send_text("2", "a").wait(1),
        "use outbox.reply_to(type, reply) or outbox.end(ticket, …)",
    ),
    "BroadcastError": (
        lambda: Outbox(page="1").broadcast("none").progress(),
        "check its id, or begin it with broadcast_to",
    ),
}


@pytest.mark.parametrize(
    ("name", "meet", "words"), [(name, *each) for name, each in OUTBOX.items()], ids=OUTBOX
)
def test_an_outbox_says_what_to_do(name: str, meet: Callable[[], object], words: str) -> None:
    """In the tests of a service the way out is one of those tests."""
    with pytest.raises(declared(programs=False)[name]) as caught:
        meet()
    assert words in str(caught.value)


def test_every_error_is_met() -> None:
    """No class is left without its message having been seen; the base is never raised itself."""
    assert set(MET) == set(table()) - {"OutboundError"}
    assert issubclass(MissingSecretError, producer.InvalidCommandError)
