"""The settings of a worker."""

import pytest

from producer.errors import SettingsError
from worker.config.settings import Settings, read_settings
from worker.engine.knowledge import Rate


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    """Nothing has to be set."""
    settings = read_settings({})
    assert settings == Settings()
    assert settings.rates == {
        "text": Rate(40, 1_000, 40),
        "media": Rate(10, 1_000, 10),
        "profile": Rate(10, 600_000),
        "other": Rate(40, 1_000, 40),
        "private_reply": Rate(750, 3_600_000),
        "user_menu": Rate(10, 600_000),
        "marketing": Rate(1, 43_200_000),
    }
    assert settings.retry_schedule_ms == (1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000)


def test_every_setting_is_read() -> None:
    """A name of the environment is the field's in capitals."""
    settings = read_settings(
        {
            "OUTBOUND_REDIS_URL": "rediss://h:1/2",
            "OUTBOUND_GRAPH_VERSION": "v26.0",
            "OUTBOUND_RATE_TEXT": "100/s",
            "OUTBOUND_RATE_MEDIA": "off",
            "OUTBOUND_BURST": "500ms",
            "OUTBOUND_RETRY_SCHEDULE": "1s,2s",
            "OUTBOUND_HEARTBEAT_TIMEOUT": "2s",
            "OUTBOUND_THREADS": "8",
            "OUTBOUND_METRICS_PORT": "9464",
            "OUTBOUND_METRICS_HOST": "::",
            "PATH": "/bin",
        }
    )
    assert (settings.redis_url, settings.graph_version, settings.threads) == ("rediss://h:1/2", "26.0", 8)
    assert settings.rates["text"] == Rate(100, 1_000, 50)
    assert settings.rates["media"] is None
    assert (settings.retry_schedule_ms, settings.attempts_max) == ((1_000, 2_000), 3)
    assert settings.heartbeat_timeout_ms == 2_000
    assert (settings.metrics_port, settings.metrics_host) == (9464, "::")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("OUTBOUND_REDIS_URL", "http://h", "redis://"),
        ("OUTBOUND_GRAPH_VERSION", "latest", "27.0"),
        ("OUTBOUND_GRAPH_ORIGIN", "https://graph.facebook.com/v4.0", "without a path"),
        ("OUTBOUND_GRAPH_ORIGIN", "http://graph.example.com", "DANGEROUS"),
        ("OUTBOUND_RATE_TEXT", "fast", "40/s"),
        ("OUTBOUND_THREADS", "0", "1 to 256"),
        ("OUTBOUND_HEARTBEAT_TIMEOUT", "10", "OUTBOUND_HEARTBEAT_TIMEOUT: a duration is a number and a unit"),
        ("OUTBOUND_RETRY_SCHEDULE", "1s;2s", "duration"),
        ("OUTBOUND_LOG_LEVEL", "loud", "warning"),
        ("OUTBOUND_KEY_PREFIX", "a:b", "colon"),
        ("OUTBOUND_METRICS_PORT", "65536", "1 to 65535"),
        ("OUTBOUND_METRICS_HOST", "localhost", "127.0.0.1"),
        ("OUTBOUND_THREAD", "4", "did you mean OUTBOUND_THREADS"),
        ("OUTBOUND_REDIS_UR", "redis://h", "did you mean OUTBOUND_REDIS_URL"),
    ],
)
def test_a_wrong_setting_is_a_sentence_with_its_name(name: str, value: str, says: str) -> None:
    """A typing mistake is seen at start-up, by name, with what to write."""
    with pytest.raises(SettingsError) as caught:
        read_settings({name: value})
    assert name in str(caught.value)
    assert says in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody mends settings one start at a time."""
    with pytest.raises(SettingsError) as caught:
        read_settings({"OUTBOUND_THREADS": "x", "OUTBOUND_RATE_TEXT": "x", "OUTBOUND_NO": "1"})
    assert [
        n for n in ("OUTBOUND_THREADS", "OUTBOUND_RATE_TEXT", "OUTBOUND_NO") if n not in str(caught.value)
    ] == []


def test_plain_http_is_for_loopback() -> None:
    """A stub on this machine needs no switch."""
    assert (
        read_settings({"OUTBOUND_GRAPH_ORIGIN": "http://127.0.0.1:8000"}).graph_origin
        == "http://127.0.0.1:8000"
    )


TABLE = "take it away; deploy/README.md has a table of all settings"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("OUTBOUND_FOO", f"OUTBOUND_FOO is no setting: {TABLE}"),
        ("OUTBOUND_RESET", f"OUTBOUND_RESET is no setting: {TABLE}"),
        ("OUTBOUND_THREAD", "OUTBOUND_THREAD is no setting: did you mean OUTBOUND_THREADS?"),
        ("OUTBOUND_RATE_TXT", "OUTBOUND_RATE_TXT is no setting: did you mean OUTBOUND_RATE_TEXT?"),
        ("OUTBOUND_PAEG", "OUTBOUND_PAEG is no setting: did you mean OUTBOUND_PAGE?"),
        (
            "OUTBOUND_DASHBORD_TOKEN",
            "OUTBOUND_DASHBORD_TOKEN is no setting: did you mean OUTBOUND_DASHBOARD_TOKEN?",
        ),
    ],
)
def test_a_name_that_is_no_setting_is_told_what_to_do(name: str, says: str) -> None:
    """Only what is near is guessed at: the prefix that all of them have makes no name near."""
    with pytest.raises(SettingsError) as caught:
        read_settings({name: "1"})
    assert str(caught.value) == says
