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
from tests.running import wait_until
from worker.lanes import Lanes, Settlement
from worker.profile import KnownPage, Profile

README = Path(__file__).parents[2] / "README.md"
URL = "redis://127.0.0.1:6379/0"
PAGE = "111111111111111"
TYPES = ("send_message", "get_user_profile")
PROFILE = Profile(rates={"text": None, "other": None}, types=TYPES, pages={PAGE: KnownPage()})


def blocks(title: str) -> list[str]:
    """Returns the blocks of Python in a section of the README."""
    text = README.read_text("utf-8")
    section = re.split(r"^##+ ", text.partition(f"### {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    found = re.findall(r"^```python\n(.*?)^```$", section, flags=re.DOTALL | re.MULTILINE)
    assert found
    return found


@pytest.mark.parametrize("block", blocks("Testing your service"), ids=["first", "outcomes"])
def test_the_tests_of_a_service_pass(block: str, tmp_path: Path) -> None:
    """Each block is a whole file of tests, with the fixtures that come with the package and nothing else."""
    (tmp_path / "test_service.py").write_text(block, "utf-8")
    options = ["-q", "-W", "error", "-p", "no:cacheprovider", "-p", "no:valkey", "--rootdir", str(tmp_path)]
    done = subprocess.run(  # noqa: S603 - our own interpreter with fixed arguments
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert re.search(rf"^{block.count('def test_')} passed", done.stdout, flags=re.MULTILINE), done.stdout


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
    [block] = blocks("Async services")
    assert URL in block
    names: dict[str, Callable[..., Any]] = {}
    exec(block.replace(URL, valkey_url), names)  # noqa: S102 - the README's own code
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
