"""A Redis that takes connections and never answers."""

import os
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from worker.cli import installation


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("explain", "1k82vcc1rj933f6oed0i"),
        ("cancel", "1k82vcc1rj933f6oed0i"),
        ("page", "list"),
        ("dead", "list"),
        ("broadcast", "sale", "--pause"),
    ],
    ids=" ".join,
)
def test_a_redis_that_hangs_is_told_after_one_time_out(
    outbound: Callable[..., Any], environment: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Whoever asks or steers waits for one answer that does not come, and not for those of further attempts."""
    environment.setattr(installation, "ANSWER_S", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        environment.setenv("OUTBOUND_REDIS_URL", address)
        began = time.monotonic()
        ran = outbound(*words)
        took_s = time.monotonic() - began
    assert (ran.code, ran.out, ran.err[:31]) == (os.EX_TEMPFAIL, "", "outbound: Redis was not reached")
    assert took_s < 2 * installation.ANSWER_S + 1
