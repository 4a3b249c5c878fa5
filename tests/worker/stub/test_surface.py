"""The stub's public surface, and what it may not import."""

import subprocess
import sys

import pytest

import worker.stub
from worker.stub import GraphStub, StubOptions

NAMES = [
    "Connection",
    "Controls",
    "Delivery",
    "Echo",
    "Excess",
    "Fault",
    "FaultControls",
    "FaultState",
    "GraphStub",
    "ParserMissingError",
    "Refusal",
    "Request",
    "SelfTest",
    "Stats",
    "StubClient",
    "StubOptions",
    "StubProcess",
    "excesses",
    "interrupted",
    "self_test",
    "serve",
]


def test_the_surface_is_listed() -> None:
    """`__all__` is what other packages may use, and all of it exists."""
    assert worker.stub.__all__ == NAMES
    assert [name for name in NAMES if not hasattr(worker.stub, name)] == []


def test_the_stub_shares_no_code_with_what_it_tests() -> None:
    """Importing the stub loads nothing of the worker or the producer, and no parser."""
    program = (
        "import sys, worker; before = set(sys.modules); import worker.stub; "
        "print([n for n in sorted(set(sys.modules) - before) if n.split('.')[0] in "
        "{'worker', 'producer', 'httptools', 'httpx', 'dramatiq', 'redis'} and not n.startswith('worker.stub')])"
    )
    ended = subprocess.run(  # noqa: S603 - a program of our own
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout == "[]\n"


def test_options_are_checked() -> None:
    """Options out of their bounds are refused before anything starts, with their path."""
    with pytest.raises(ValueError, match=r"\$\.port"):
        GraphStub(port=70_000)
    with pytest.raises(ValueError, match=r"\$\.latency_ms"):
        GraphStub(StubOptions(latency_ms=-1))
    with pytest.raises(ValueError, match=r"\$\.limits"):
        GraphStub(limits={"texts": (1, 1)})
    with pytest.raises(TypeError, match="not both"):
        GraphStub(StubOptions(), port=1)


def test_a_stub_that_has_not_started_says_so() -> None:
    """Asking a stub that does not run is an error with its remedy."""
    with pytest.raises(RuntimeError, match="with GraphStub"):
        GraphStub().origin  # noqa: B018 - the property's error is the point
