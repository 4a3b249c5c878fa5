"""The port of one worker, put together."""

import socket
from pathlib import Path

import httpx

from tests.running import settings_of
from worker.config.settings import read_settings
from worker.metrics.serving import Serving


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_it_answers_without_redis_and_follows_the_pages_file(tmp_path: Path) -> None:
    """A Pages file that was broken after the start is told, with Redis, and never a token of it."""
    pages = tmp_path / "pages.toml"
    pages.write_text('[pages.P1]\naccess_token = "SECRET"\n')
    settings = settings_of("redis://127.0.0.1:1/0", "http://127.0.0.1:1", {}, metrics_port=str(free_port()))
    del settings["OUTBOUND_PAGES"]
    serving = Serving(
        read_settings({**settings, "OUTBOUND_PAGES_FILE": str(pages)}), tmp_path, stopping=lambda: False
    )
    serving.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{serving.port.number}") as client:
            pages.write_text('[pages.P1]\naccess_token = "SECRET')
            ready, metrics = client.get("/readyz"), client.get("/metrics")
    finally:
        serving.close()
    assert (ready.status_code, ready.json()["problems"][:2]) == (
        503,
        ["no process has begun yet", "Redis was not reached: ConnectionError"],
    )
    assert f"{pages} is no TOML" in ready.json()["problems"][2]
    assert "outbound_redis_up 0.0" in metrics.text
    assert "SECRET" not in ready.text + metrics.text


def test_a_death_that_cannot_be_counted_stops_nobody(tmp_path: Path) -> None:
    """The master starts the next process, whatever the files of the last one are like."""
    settings = settings_of("redis://127.0.0.1:1/0", "http://127.0.0.1:1", {"P1": "T"})
    serving = Serving(
        read_settings({**settings, "OUTBOUND_METRICS_PORT": str(free_port())}),
        tmp_path,
        stopping=lambda: False,
    )
    (tmp_path / "counter_77.db").write_bytes(b"cut")
    serving.ended(77)
    (_, deaths) = serving.collect()
    serving.close()
    assert [sample.value for sample in deaths.samples] == [1]
