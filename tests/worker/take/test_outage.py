"""An outage of Redis is said once when it begins and once when it is over, by all threads together."""

import pytest
import redis
from structlog.testing import capture_logs

from worker.take.outage import Outage, reason_of


def test_an_outage_is_said_once_and_is_over_once() -> None:
    """It lasts from the first failure until nothing is left that failed, and a repeat says nothing."""
    outage = Outage()
    with capture_logs() as logs:
        outage.ended("heartbeat")
        for _ in range(3):
            outage.began("heartbeat", redis.ReadOnlyError())
            outage.began("settle", redis.TimeoutError())
        outage.ended("heartbeat")
        outage.ended("heartbeat")
        outage.ended("settle")
        outage.began("settle", redis.TimeoutError())
    assert [(each["event"], each["log_level"], each.get("error")) for each in logs] == [
        ("redis.lost", "warning", "ReadOnlyError"),
        ("redis.recovered", "info", None),
        ("redis.lost", "warning", "TimeoutError"),
    ]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(redis.ResponseError("BUSY a script runs"), "BUSY", id="the server's word"),
        pytest.param(redis.ResponseError("MISCONF cannot write"), "MISCONF", id="another"),
        pytest.param(redis.ResponseError("user_script:1: x"), "ResponseError", id="no word of the server"),
        pytest.param(redis.ConnectionError("HOST is not there"), "ConnectionError", id="no answer at all"),
    ],
)
def test_a_reason_names_what_is_wrong_and_nothing_else(error: redis.RedisError, reason: str) -> None:
    """The server's own word is the reason where it gives one, else the kind of error, without its text."""
    assert reason_of(error) == reason
