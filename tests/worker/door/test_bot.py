"""A bot in another language, by the door: Graph throttles, a worker is killed; each message arrives once, in order."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import redis

from tests.running import Running, Valkey, settings_of, wait_until, worker_child
from tests.worker.door.node import node_installed
from worker.stub import StubProcess

pytestmark = [pytest.mark.process]

BOT = Path(__file__).parent / "bot.js"
PSID = "1254459154682919"
TOKEN = "TOKEN-1001"
SHORT_HOLD = """
[rows.page-rate-limited]
hold_for_s = 1
"""


def ready(door: Running) -> str:
    """Returns the origin that a door has printed."""
    wait_until(lambda: "http://" in door.written(), within_s=60, why="the door listens")
    return next(line for line in door.written().splitlines() if line.startswith("http://")).strip()


def test_a_bot_s_messages_arrive_once_and_in_order(tmp_path: Path) -> None:
    """Ten answers to one person survive two throttles and a worker that is killed while the Page is held."""
    problem = node_installed() if shutil.which("node") is None else None
    assert problem is None
    verdicts = tmp_path / "verdicts.toml"
    verdicts.write_text(SHORT_HOLD, "utf-8")
    with Valkey() as valkey, StubProcess() as stub, redis.Redis(port=valkey.port) as client:
        stub.faults.add("error", code=613, contains="Message 4", times=1)
        stub.faults.add("error", code=613, contains="Message 7", times=1)
        settings = settings_of(
            valkey.url,
            stub.origin,
            {"1001": TOKEN},
            verdicts_file=str(verdicts),
            heartbeat_timeout="1s",
        )
        with (
            Running(("worker.cli", "door", "--port", "0"), settings) as door,
            worker_child(settings) as first,
        ):
            bot = subprocess.Popen(  # noqa: S603 (our own script)
                ["node", str(BOT), ready(door), TOKEN, PSID],  # noqa: S607 (wherever Node is)
                stdout=subprocess.PIPE,
                text=True,
            )
            wait_until(lambda: client.hlen("outbound:hold"), within_s=60, why="the Page is held")
            first.kill()
            with worker_child(settings):
                said, _ = bot.communicate(timeout=120)
        texts = [json.loads(each.body)["text"] for each in stub.ledger]
    assert said.splitlines() == [f"200 {PSID}"] * 10
    assert texts == [f"Message {number}" for number in range(1, 11)]
