"""What the README writes for services runs as it stands."""

import asyncio
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from producer import AsyncProducer
from tests.blocking import async_client
from tests.readme.fenced import Block, all_blocks, blocks_of
from tests.readme.house import URL
from tests.running import wait_until
from worker.engine.chunk import Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes

PAGE = "111111111111111"
TYPES = ("send_message", "get_user_profile")
PROFILE = Profile(rates={"text": None, "other": None}, types=TYPES, pages={PAGE: KnownPage()})


@pytest.mark.parametrize(
    "block", [each for each in all_blocks() if each.is_pytest], ids=lambda each: each.name
)
def test_the_tests_of_a_service_pass(block: Block, tmp_path: Path) -> None:
    """Each block is a whole file of tests, with the fixtures that come with the package and nothing else.

    Files that other blocks of its section say they are lie beside it.
    """
    _write_beside(block, tmp_path)
    ran = _pytest(block, tmp_path)
    assert re.search(rf"^{block.text.count('def test_')} passed", ran, flags=re.MULTILINE), ran


def test_the_verdict_of_the_recipe_decides(tmp_path: Path) -> None:
    """Without the row of its own file the recipe's test fails."""
    [block] = [each for each in blocks_of("A verdict of your own", "python") if each.is_pytest]
    (tmp_path / "verdicts.toml").write_text("", "utf-8")
    assert "1 failed" in _pytest(block, tmp_path)


def _write_beside(block: Block, folder: Path) -> None:
    for other in all_blocks():
        if other.section == block.section and other.file is not None:
            (folder / other.file).write_text(other.text, "utf-8")


def _pytest(block: Block, folder: Path) -> str:
    """Returns what pytest printed of a block, run in a folder of its own."""
    (folder / "test_service.py").write_text(block.text, "utf-8")
    options = ["-q", "-W", "error", "-p", "no:cacheprovider", "-p", "no:valkey", "--rootdir", str(folder)]
    done = subprocess.run(  # noqa: S603 - our own interpreter with fixed arguments
        [sys.executable, "-m", "pytest", *options, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return done.stdout


def settle_soon(client: "redis.Redis", reply: bytes) -> threading.Thread:
    """Ends the next command as a worker does, as soon as it is there; returns the thread that waits for it."""

    def work() -> None:
        lanes = Lanes(client)
        lanes.hello("w", PROFILE, b"{}")
        wait_until(lambda: client.hlen("outbound:commands"), within_s=5, why="a command comes")
        chunk = lanes.take("w", 1, PROFILE).chunk
        assert chunk is not None
        lanes.settle(chunk, [Settlement(each.id, "sent", "a", 0, reply) for each in chunk.commands])

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.fixture
def written(valkey_url: str) -> dict[str, Callable[..., Any]]:
    """What the section on asynchronous services defines, on a server of this test."""
    [block] = blocks_of("Async services", "python")
    assert URL in block.text
    names: dict[str, Callable[..., Any]] = {}
    exec(block.text.replace(URL, valkey_url), names)  # noqa: S102 - the README's own code
    return names


def test_an_async_service_sends_and_waits(
    written: dict[str, Callable[..., Any]], valkey: "redis.Redis"
) -> None:
    """`welcome` returns how its message ended."""
    worker = settle_soon(valkey, b'{"reply":{"message_id":"m"}}')
    assert asyncio.run(written["welcome"]("7")) == "sent"
    worker.join()


def test_an_awaited_ticket_is_the_profile(
    written: dict[str, Callable[..., Any]], valkey: "redis.Redis"
) -> None:
    """`first_name` returns what the direct client would give."""

    async def main() -> str:
        async with AsyncProducer.on(async_client(valkey), page=PAGE) as producer:
            return str(await written["first_name"](producer, "7"))

    worker = settle_soon(valkey, b'{"reply":{"first_name":"Ada"}}')
    assert asyncio.run(main()) == "Ada"
    worker.join()


def test_many_are_read_from_an_asynchronous_iterable(
    written: dict[str, Callable[..., Any]], valkey: "redis.Redis"
) -> None:
    """`remind` enqueues for each person that it reads."""

    async def people() -> AsyncIterator[str]:
        for each in range(3):
            yield str(each)

    async def main() -> int:
        async with AsyncProducer.on(async_client(valkey), page=PAGE) as producer:
            return int(await written["remind"](producer, people()))

    assert asyncio.run(main()) == 3
    assert valkey.hlen("outbound:commands") == 3
