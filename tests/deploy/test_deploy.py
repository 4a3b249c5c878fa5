"""What is deployed and what is documented is what the code knows."""

import re
import tomllib
from pathlib import Path

import msgspec
import yaml

from worker.durations import duration_ms
from worker.pages import read_pages
from worker.settings import FIELDS, OTHERS, RATE_NAMES, Settings, read_settings

ROOT = Path(__file__).parents[2]
NAMES = {*FIELDS, *RATE_NAMES, *OTHERS}


class _Service(msgspec.Struct):
    environment: dict[str, str] = {}
    command: list[str] = []
    stop_grace_period: str = ""


def _services() -> dict[str, _Service]:
    loaded = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
    return msgspec.convert(loaded["services"], dict[str, _Service])


def test_compose_sets_only_settings_that_there_are() -> None:
    """A worker started by the compose file starts."""
    settings = read_settings(_services()["worker"].environment)
    assert settings.pages_file == "/run/secrets/pages.toml"


def test_a_worker_has_longer_to_stop_than_its_longest_call() -> None:
    """What is in flight at a deploy settles."""
    assert duration_ms(_services()["worker"].stop_grace_period) > Settings().call_timeout_ms


def test_the_queue_is_kept_and_never_evicted() -> None:
    """The server of the compose file loses no accepted command."""
    command = " ".join(_services()["valkey"].command)
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_the_example_of_a_pages_file_is_one() -> None:
    """It is read as it stands, and with its commented lines too."""
    text = (ROOT / "deploy/pages.example.toml").read_text("utf-8")
    pages = read_pages(tomllib.loads(text), "the example")
    assert set(pages.by_id) == {"111111111111111", "222222222222222"}
    whole = re.sub(r"^# (app_\w+ = .*)$", r"\1", text, flags=re.MULTILINE)
    assert read_pages(tomllib.loads(whole), "the example").by_id["111111111111111"].app == "1234567890"


def test_the_readme_lists_every_setting() -> None:
    """A setting that nobody can find is none; a name that is no setting misleads."""
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `(OUTBOUND_\w+)` \|", readme, flags=re.MULTILINE))
    named = set(re.findall(r"OUTBOUND_[A-Z_]+", readme))
    assert NAMES - named == set()
    assert named - NAMES == set()
    assert listed - NAMES == set()


def test_the_image_runs_the_worker_as_nobody() -> None:
    """The image's last stage has a user of its own, and stops by the signal that the worker knows."""
    last = (ROOT / "Dockerfile").read_text("utf-8").split("\nFROM ")[-1]
    assert re.search(r"^USER 10001$", last, flags=re.MULTILINE)
    assert re.search(r"^STOPSIGNAL SIGTERM$", last, flags=re.MULTILINE)
    assert 'ENTRYPOINT ["outbound"]' in last
