"""What a worker says of its server when it starts."""

import redis
from structlog.testing import capture_logs

from worker.doctor.starting import warn_of_server


def test_a_worker_warns_of_what_doctor_would(valkey: "redis.Redis") -> None:
    """An evicting policy, little memory and missing persistence are each one warning with what to do."""
    valkey.config_set("maxmemory", 50_000_000)
    valkey.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with capture_logs() as logs:
            warn_of_server(valkey, "outbound")
    finally:
        valkey.config_set("maxmemory", 0)
        valkey.config_set("maxmemory-policy", "noeviction")
    told = {entry["check"]: entry for entry in logs}
    assert (
        told["redis.eviction"]["do"] == "set maxmemory-policy noeviction; then only new commands are refused"
    )
    assert {entry["log_level"] for entry in logs} == {"warning"}


def test_a_server_that_is_away_is_no_warning() -> None:
    """Its absence is told by others."""
    with capture_logs() as logs:
        warn_of_server(redis.Redis(port=1), "outbound")
    assert logs == []
