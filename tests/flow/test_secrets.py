"""Tokens and app secrets stay in the worker's memory, and sign every call, whatever goes wrong on the way."""

import hashlib
import hmac
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import cast
from urllib.parse import quote, quote_plus

import msgspec
import pytest
import redis

from producer import Producer, batch
from tests.running import (
    Valkey,
    names_of,
    plain_dramatiq,
    settings_of,
    ticket_of,
    wait_until,
    wait_until_ended,
    worker_child,
)
from worker.stub import Fault, StubProcess

pytestmark = pytest.mark.process

APP_ID, APP_SECRET = "100000000000001", "5ecret0fTheApp+/=x"
TOKENS = {f"P{number}": f"EAAGm0PX4ZCps{number}BA+/{number}kZD=" for number in range(1, 6)}
TEXT, PERSON = "private words", "7700112233445"
DEAD_TOKEN = "EAAGdead0Token+/9kZD="
ENTRIES = {
    page: {"access_token": token, "app_id": APP_ID, "app_secret": APP_SECRET}
    for page, token in TOKENS.items()
}
WRONG: dict[str, dict[str, object]] = {
    "an error of the call": {"action": "error", "code": 100, "subcode": 2018001},
    "an error that may pass": {"action": "error", "code": 2, "is_transient": True},
    "a connection that is dropped before": {"action": "drop_before"},
    "a connection that is reset after": {"action": "drop_after", "reset": True},
    "no answer in time": {"action": "hang", "latency_ms": 0},
    "an edge's HTML page": {"action": "html"},
    "an empty answer": {"action": "empty"},
    "a missing part": {"action": "null"},
}


def proof_of(token: str) -> str:
    """Returns the proof that goes beside a token."""
    return hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()


def forbidden() -> Iterator[str]:
    """Yields every text that nobody may find anywhere: secrets as they are and as URLs write them, and proofs."""
    tokens = [*TOKENS.values(), DEAD_TOKEN, f"{APP_ID}|{APP_SECRET}"]
    for secret in (*tokens, APP_SECRET):
        yield from {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
        yield msgspec.json.encode(secret).decode()[1:-1]
    yield from (proof_of(token) for token in tokens)


def everything_in(client: "redis.Redis") -> str:
    """Returns every key and every value of any type in Redis as one text."""
    found: list[object] = []
    for key in cast("list[bytes]", client.keys("*")):
        found.append(key)
        match client.type(key):
            case b"string":
                found.append(client.get(key))
            case b"hash":
                found.append(client.hgetall(key))
            case b"list":
                found.append(client.lrange(key, 0, -1))
            case b"set":
                found.append(client.smembers(key))
            case b"zset":
                found.append(client.zrange(key, 0, -1, withscores=True))
            case b"none":
                pass  # it has ended since
            case other:
                pytest.fail(f"{key!r} is of type {other!r}, which this test does not read")
    return repr(found)


def test_no_secret_is_written_anywhere() -> None:
    """Redis with its dead letters and what `dramatiq -v` writes hold no token, secret or proof; logs hold no text."""
    with (
        Valkey() as valkey,
        valkey.client() as client,
        StubProcess(pages=TOKENS, app_id=APP_ID, app_secret=APP_SECRET) as stub,
    ):
        entries = {**ENTRIES, "P9": {**ENTRIES["P1"], "access_token": DEAD_TOKEN}}
        settings = settings_of(
            valkey.url,
            stub.origin,
            entries,
            log_level="debug",
            call_timeout="300ms",
            retry_schedule="50ms,50ms",
        )
        with plain_dramatiq(settings, "-v") as worker:
            wait_until(lambda: names_of(client), within_s=20, why="the worker says hello")
            producer = Producer.connect(valkey.url, page="P1")
            for number, (what, fault) in enumerate(WRONG.items()):
                page = f"P{number % 4 + 1}"
                stub.faults.add(msgspec.convert({"times": 2, **fault, "page": page}, Fault))
                at_once = producer.with_options(page=page, ordered=False)
                at_once.send_text(f"{PERSON}{number}", f"{TEXT}: {what}")
                at_once.send_many(batch.send_text(f"{PERSON}{number}{each}", TEXT) for each in range(10))
                time.sleep(0.1)
                wait_until(lambda: stub.faults.rules()[0].fired, within_s=20, why="it goes wrong")
                stub.faults.clear()
            stub.faults.add("drop_before", recipient=f"{PERSON}99", times=2)
            for _ in range(2):
                producer.with_options(at_most_once=True).send_text(f"{PERSON}99", TEXT)
            wait_until_ended(client, within_s=60)
            stub.faults.clear()
            stub.set_token("P5", state="password_changed")
            for page in ("P5", "P9"):
                producer.for_page(page).send_text("9", "by a dead token")
            wait_until(lambda: client.hlen("outbound:hold") == 2, within_s=10, why="two Pages are held")
            assert ticket_of(producer.for_page("P2").send_text("8", "good")).wait(10).sent
            assert client.zcard("outbound:dead") >= 2
            stored = everything_in(client)
            worker.stop()
            written = worker.written()
            producer.close()
    assert [secret for secret in forbidden() if secret in written] == []
    assert [secret for secret in forbidden() if secret in stored] == []
    assert (TEXT in written, PERSON in written, TEXT in stored) == (False, False, True)
    for event in ("chunk.settled", "command.refused", "command.doubted", "command.held"):
        assert event in written, written[-3_000:]
    assert "DEBUG" in written
    assert "dead:records" in stored


def test_calls_are_signed_in_shared_batches_too() -> None:
    """Where the app's secret is known, every call carries its proof: alone, in batches, in batches of many Pages."""
    with (
        Valkey() as valkey,
        valkey.client() as client,
        StubProcess(pages=TOKENS, app_id=APP_ID, app_secret=APP_SECRET) as stub,
    ):
        producer = Producer.connect(valkey.url)
        alone = ticket_of(producer.for_page("P1").send_text("1", "alone"))
        settings = settings_of(valkey.url, stub.origin, ENTRIES, rate_text="off")
        with worker_child(settings):
            assert alone.wait(20).sent
        for page in TOKENS:  # with nobody to take them, a few of each Page gather
            producer.for_page(page).send_many(batch.send_text(str(each), "shared") for each in range(1, 6))
        producer.for_page("P1").send_many(batch.send_text(str(each), "many") for each in range(100, 200))
        with worker_child(settings):
            wait_until_ended(client, within_s=20)
        producer.close()
        counts = cast("dict[bytes, bytes]", client.hgetall("outbound:counts"))
        pages: dict[int, set[str]] = defaultdict(set)
        for each in stub.ledger:
            pages[each.request].add(each.page)
        sizes = sorted(len(each) for each in pages.values())
    assert counts == {b"sent": b"126"}
    assert (sizes[0], sizes[-1]) == (1, 4)  # P1 has enough for requests of its own
