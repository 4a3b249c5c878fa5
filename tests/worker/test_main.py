"""How a worker process begins when it cannot."""

import os

import pytest

from tests.running import Running, plain_dramatiq

pytestmark = pytest.mark.process

SENTENCE = "outbound: OUTBOUND_RATE_TXT is no setting: did you mean OUTBOUND_RATE_TEXT?"


def ended(running: Running) -> tuple[int, list[str]]:
    """Returns its exit code, and what it wrote that Dramatiq did not log."""
    with running:
        code = running.process.wait(20)
        return code, [line for line in running.written().splitlines() if "[dramatiq." not in line]


def test_plain_dramatiq_ends_with_the_sentence_of_a_wrong_setting() -> None:
    """Without a traceback, with the exit code of a wrong configuration; one process of ours ends in the same way."""
    settings = {"OUTBOUND_RATE_TXT": "1/s"}
    found = [
        ended(plain_dramatiq(settings)),
        ended(Running(("worker.process.child", "1", "1", str(os.getpid())), settings)),
    ]
    assert found == [(os.EX_CONFIG, [SENTENCE])] * 2
