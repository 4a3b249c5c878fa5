"""What a service sees of the producer."""

import subprocess
import sys

import producer


def test_all_names_are_there() -> None:
    """Every name that the package lists can be imported from it."""
    assert [name for name in producer.__all__ if not hasattr(producer, name)] == []


def test_importing_the_producer_loads_no_library_of_the_worker() -> None:
    """A service that only enqueues needs redis and msgspec, and loads nothing of the worker's."""
    code = (
        "import producer, sys; "
        "print(sorted({'httpx','dramatiq','structlog','click','rich','worker'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 (our own interpreter)
    assert done.stdout.strip() == "[]"


def test_every_error_derives_from_one_base() -> None:
    """One `except OutboundError` catches all that the library raises on purpose."""
    errors = [value for name in producer.__all__ if isinstance(value := getattr(producer, name), type)]
    raised = [each for each in errors if issubclass(each, Exception)]
    assert raised
    assert [each for each in raised if not issubclass(each, producer.OutboundError)] == []
