"""The master keeps its processes while a file of settings is broken, and replaces those that died once it is whole."""

import os
import signal
from pathlib import Path

import pytest

from producer import Producer
from tests.running import Valkey, is_alive, outbound_worker, pids_known, settings_of, ticket_of, wait_until
from worker.stub import StubProcess

pytestmark = pytest.mark.process

GOOD = '[pages.P1]\naccess_token = "TOKEN-P1"\n'
BROKEN = {"half a file": GOOD[:-3], "a number of 5,000 digits": GOOD + "x = " + "9" * 5_000}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_broken_for_a_moment_ends_nothing(tmp_path: Path, broken: str) -> None:
    """Others deliver on, the log has one sentence of it, and a new process starts when the file is whole again."""
    path = tmp_path / "pages.toml"
    path.write_text(GOOD)
    with Valkey() as server, server.client() as client, StubProcess() as stub:
        settings = settings_of(server.url, stub.origin, {}, pages_file=str(path), heartbeat_timeout="1s")
        del settings["OUTBOUND_PAGES"]
        with outbound_worker(settings, processes=2, threads=2) as master:
            wait_until(lambda: len(pids_known(client)) == 2, within_s=60, why="both processes say hello")
            killed, kept = sorted(pids_known(client))
            path.write_text(broken)
            wait_until(
                lambda: len(master.events("pages.unreadable")) == 2, within_s=20, why="both have seen it"
            )
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda: pids_known(client) == {kept}, within_s=20, why="the dead one is forgotten")
            producer = Producer.connect(server.url, page="P1")
            assert ticket_of(producer.send_text("1", "hello")).wait(20).sent
            producer.close()
            assert is_alive(kept)
            path.write_text(GOOD)
            wait_until(lambda: len(pids_known(client)) == 2, within_s=60, why="a new process says hello")
            assert kept in pids_known(client)
            reasons = [event["reason"] for event in master.events("process.postponed")]
            assert len(reasons) == 1
            assert str(reasons[0]).startswith(f"OUTBOUND_PAGES_FILE: {path} is no TOML; its form is ")
            assert "outbound: OUTBOUND_PAGES_FILE" not in master.written()
            master.stop()
