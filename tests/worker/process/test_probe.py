"""A container's health check asks the worker's port."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from worker.metrics.health import Health
from worker.metrics.server import Port
from worker.process.probe import main


@pytest.fixture
def problems() -> list[str]:
    """What is wrong with Redis; a test may add to it."""
    return []


@pytest.fixture
def environ(problems: list[str]) -> Iterator[dict[str, str]]:
    """The environment of a worker that is ready unless there are problems."""
    health = Health(
        ages=lambda: {7: {"consumer": 0.0}},
        heartbeat_s=1.0,
        redis_problem=lambda: problems[0] if problems else None,
        pages_problem=lambda: None,
        stopping=lambda: False,
    )
    port = Port("127.0.0.1", 0, CollectorRegistry(), health)
    port.start()
    yield {"OUTBOUND_METRICS_PORT": str(port.number)}
    port.close()


def test_a_healthy_worker_is_zero(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever the worker listens, it is asked on this machine."""
    hosts: tuple[dict[str, str], ...] = (
        {},
        {"OUTBOUND_METRICS_HOST": "0.0.0.0"},  # noqa: S104 (asked on loopback)
        {"OUTBOUND_METRICS_HOST": "127.0.0.1"},
    )
    codes = [main([probe], {**environ, **host}) for host in hosts for probe in ("livez", "readyz")]
    assert codes == [0] * 6
    assert set(capsys.readouterr().out.splitlines()) == {'{"ok":true,"problems":[]}'}


def test_an_ill_worker_is_one_with_the_reason(
    environ: dict[str, str], problems: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Not ready is not dead."""
    problems.append("Redis was not reached")
    assert (main(["livez"], environ), main(["readyz"], environ)) == (0, 1)
    assert capsys.readouterr().out.splitlines()[1] == '{"ok":false,"problems":["Redis was not reached"]}'


@pytest.mark.parametrize(
    ("arguments", "environ", "says"),
    [
        pytest.param(["livez"], {}, "OUTBOUND_METRICS_PORT is not set", id="no port"),
        pytest.param(["livez"], {"OUTBOUND_METRICS_PORT": "1"}, "no answer on port 1", id="nobody answers"),
        pytest.param(["health"], {"OUTBOUND_METRICS_PORT": "1"}, "usage: ", id="another word"),
    ],
)
def test_no_answer_is_one(
    arguments: list[str], environ: dict[str, str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be asked is not healthy."""
    assert main(arguments, environ) == 1
    assert capsys.readouterr().out.startswith(says)


def test_it_loads_nothing_heavy() -> None:
    """It runs every few seconds beside the worker."""
    code = (
        "import worker.process.probe, sys; "
        "print({'redis', 'httpx', 'msgspec', 'prometheus_client'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 (our own interpreter)
    assert done.stdout.strip() == "set()"
