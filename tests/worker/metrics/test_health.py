"""What the probes of a worker are answered, and the port that answers them."""

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry, Gauge

from producer.errors import SettingsError
from worker.metrics.beats import Beats, ages_of, away_of, forget
from worker.metrics.health import STILL_S, Finding, Health
from worker.metrics.server import Port
from worker.observe.metering import Loop

FRESH: Mapping[Loop, float] = {"consumer": 0.0, "heartbeat": 0.0, "timer": 0.0}


class House:
    """The health of a worker, whose facts a test sets."""

    def __init__(self) -> None:
        self.ages: dict[int, Mapping[Loop, float]] = {7: FRESH}
        self.redis: str | None = None
        self.pages: str | None = None
        self.stopping = False
        self.away: dict[int, str] = {}
        self.health = Health(
            ages=lambda: self.ages,
            heartbeat_s=10.0,
            redis_problem=lambda: self.redis,
            pages_problem=lambda: self.pages,
            stopping=lambda: self.stopping,
            away=lambda: self.away,
        )


def test_a_worker_that_goes_round_lives_and_is_ready() -> None:
    """Nothing is found where nothing is wrong."""
    house = House()
    assert (house.health.live(), house.health.ready()) == (Finding(), Finding())


@pytest.mark.parametrize("loop", ["consumer", "timer"])
def test_a_loop_that_stands_still_is_death(loop: Loop) -> None:
    """A process whose loop has not gone round for half a minute is to be started anew."""
    house = House()
    house.ages[8] = {**FRESH, loop: STILL_S + 1}
    found = Finding((f"the {loop} of process 8 has stood still for 31 s",))
    assert (house.health.live(), house.health.ready()) == (found, found)


def test_a_heartbeat_may_be_as_rare_as_it_is_set() -> None:
    """The heartbeat has its own interval longer than the other loops."""
    house = House()
    house.ages[7] = {**FRESH, "heartbeat": STILL_S + 9}
    assert house.health.live().ok
    house.ages[7] = {**FRESH, "heartbeat": STILL_S + 11}
    assert not house.health.live().ok


def test_what_a_new_start_does_not_mend_is_no_death() -> None:
    """Without Redis, Pages or a process a worker is not ready, and lives."""
    house = House()
    house.redis, house.pages, house.ages = "Redis was not reached", "pages.toml is no TOML", {}
    assert house.health.live() == Finding()
    problems = ("no process has begun yet", "Redis was not reached", "pages.toml is no TOML")
    assert house.health.ready() == Finding(problems)


def test_a_worker_that_stops_lives_and_is_not_ready() -> None:
    """Calls in flight are finished: nobody kills it for the loops that it has ended."""
    house = House()
    house.stopping, house.ages = True, {7: {**FRESH, "consumer": 100.0}}
    assert (house.health.live(), house.health.ready().problems) == (Finding(), ("the worker is stopping",))


def test_beats_are_read_by_another_process(tmp_path: Path) -> None:
    """Each loop's last round is seen by the process id until it is forgotten; other files are passed over."""
    (tmp_path / "counter_7.db").write_bytes(b"")
    (tmp_path / "9.beats").write_bytes(b"cut")
    beats = Beats(tmp_path)
    ((pid, before),) = ages_of(tmp_path).items()
    beats.beat("timer")
    after = ages_of(tmp_path)[pid]
    assert after["timer"] < after["consumer"] < 5.0
    assert before["consumer"] <= after["consumer"]
    forget(tmp_path, pid)
    assert ages_of(tmp_path) == {}


@pytest.fixture
def house() -> House:
    """A house of one test."""
    return House()


@pytest.fixture
def client(house: House) -> Iterator[httpx.Client]:
    """A client of a port that is open for one test."""
    registry = CollectorRegistry()
    Gauge("outbound_test", "A gauge.", registry=registry).set(3)
    port = Port("127.0.0.1", 0, registry, house.health)
    port.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{port.number}") as client:
        yield client
    port.close()


def test_probes_answer_with_a_reason(client: httpx.Client, house: House) -> None:
    """200 when all is well, else 503 with what is wrong."""
    house.redis = "Redis was not reached"
    answers = [client.get(path) for path in ("/livez", "/readyz")]
    assert [(each.status_code, each.json()) for each in answers] == [
        (200, {"ok": True, "problems": []}),
        (503, {"ok": False, "problems": ["Redis was not reached"]}),
    ]


def test_metrics_are_in_the_form_that_is_asked_for(client: httpx.Client) -> None:
    """Prometheus gets its own text form, or OpenMetrics when it asks for that."""
    plain = client.get("/metrics")
    asked = client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert "outbound_test 3.0" in plain.text
    assert asked.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert asked.text.endswith("# EOF\n")


def test_nothing_else_is_there(client: httpx.Client) -> None:
    """Another path is not found, a HEAD has no body, and nothing can be posted."""
    assert client.get("/").status_code == 404
    head = client.head("/livez")
    assert (head.status_code, head.content) == (200, b"")
    assert client.post("/livez").status_code == 405


def test_a_taken_port_is_a_sentence(house: House) -> None:
    """A worker whose port is taken does not start, and says which."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(SettingsError) as caught:
            Port("127.0.0.1", number, CollectorRegistry(), house.health)
    assert f"OUTBOUND_METRICS_PORT: cannot listen on 127.0.0.1:{number}" in str(caught.value)


NAMES = {
    "its address": ("127.0.0.1", 200),
    "a name of a pod's network": ("worker:9464", 200),
    "a service's name": ("worker.shop.svc", 200),
    "a name that is set": ("metrics.example.com", 200),
    "a name that was rebound": ("evil.example", 421),
    "no name": ("", 421),
}


@pytest.mark.parametrize(("host", "status"), NAMES.values(), ids=NAMES)
def test_only_names_of_ours_are_answered(house: House, host: str, status: int) -> None:
    """A page of another site whose name was rebound to this machine reads no figures."""
    port = Port("127.0.0.1", 0, CollectorRegistry(), house.health, names=("metrics.example.com",))
    port.start()
    try:
        found = httpx.get(f"http://127.0.0.1:{port.number}/livez", headers={"host": host})
    finally:
        port.close()
    assert found.status_code == status


def test_a_worker_whose_every_process_misses_graph_is_not_ready() -> None:
    """It lives all the same; one process that is answered is enough."""
    house = House()
    house.ages[8] = FRESH
    house.away = {7: "HTTP 503"}
    assert house.health.ready() == Finding()
    house.away[8] = "connection refused"
    assert house.health.ready() == Finding(("Graph does not answer: HTTP 503, connection refused",))
    assert house.health.live() == Finding()


def test_a_process_tells_the_probes_that_graph_is_away(tmp_path: Path) -> None:
    """Until it is back, or the process is forgotten."""
    beats = Beats(tmp_path)
    beats.graph_away("HTTP 503")
    assert away_of(tmp_path) == {os.getpid(): "HTTP 503"}
    beats.graph_away(None)
    assert away_of(tmp_path) == {}
    beats.graph_away("HTTP 502")
    forget(tmp_path, os.getpid())
    assert (away_of(tmp_path), ages_of(tmp_path)) == ({}, {})
