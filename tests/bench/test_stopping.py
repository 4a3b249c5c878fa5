"""A bench that is stopped says so, and leaves nothing behind."""

import signal
from pathlib import Path

import pytest

from tests.worker.cli.test_running import Running
from worker.cli import INTERRUPTED

pytestmark = pytest.mark.process


def test_ctrl_c_ends_the_bench(tmp_path: Path) -> None:
    """A bench that is stopped exits with 130 and says how much of it was done; nothing is written."""
    bench = Running(tmp_path, ("--quick", "--output", str(tmp_path / "bench")), {}, module="tests.bench")
    try:
        bench.wait_for(bench.has_children)
        assert bench.end(signal.SIGINT) == INTERRUPTED
    finally:
        bench.process.kill()
        bench.process.communicate()
    stopped = (
        "outbound: stopped: 0 parts of the bench done; nothing was written, and all that it started has ended"
    )
    assert (bench.err.splitlines()[-1], (tmp_path / "bench").exists()) == (stopped, False)
