"""A setting that is a secret may lie in a file, and is told nowhere."""

from pathlib import Path

import pytest

from producer.errors import SettingsError
from worker.cli.verbs.dashboard import verb as dashboard
from worker.config.addresses import redis_address
from worker.config.secret_files import DASHBOARD_TOKEN, FILES, REDIS_URL, secret_of
from worker.config.settings import read_settings
from worker.doctor.extras import token_of_dashboard

URL = "rediss://worker:SECRET-W@queue.example:6380/0"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["no line end", "a line end", "one of Windows"])
def test_the_url_of_redis_may_lie_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """It is taken as it stands but for the line's end, and sentences name the server that it names."""
    path = tmp_path / "url"
    path.write_bytes((URL + end).encode())
    assert read_settings({"OUTBOUND_REDIS_URL_FILE": str(path)}).redis_url == URL
    monkeypatch.setenv("OUTBOUND_REDIS_URL_FILE", str(path))
    monkeypatch.delenv("OUTBOUND_REDIS_URL", raising=False)
    assert redis_address() == "rediss://queue.example:6380/0"


def test_the_token_of_the_dashboard_may_lie_in_a_file(tmp_path: Path) -> None:
    """The doctor looks at it there; the verb says that it can."""
    path = tmp_path / "token"
    path.write_text("too-short\n")
    [found] = token_of_dashboard({"OUTBOUND_DASHBOARD_TOKEN_FILE": str(path)})
    assert (found.level, "too-short" in repr(found)) == ("error", False)
    path.write_text("a-token-of-many-characters\n")
    assert (
        secret_of(DASHBOARD_TOKEN, {"OUTBOUND_DASHBOARD_TOKEN_FILE": str(path)})
        == "a-token-of-many-characters"
    )
    assert "_FILE" in (dashboard.help or "")


@pytest.mark.parametrize("name", FILES)
def test_both_are_refused(tmp_path: Path, name: str) -> None:
    """Nobody has to know which of two values counts."""
    with pytest.raises(SettingsError) as caught:
        secret_of(name, {name: URL, f"{name}_FILE": str(tmp_path / "any")})
    assert str(caught.value) == f"{name} and {name}_FILE are both set: keep one of them"


WRONG = {
    "empty": (b"\n", "must hold one line, and nothing else"),
    "two lines": (b"SECRET-W\nSECRET-W\n", "must hold one line, and nothing else"),
    "no text": (b"SECRET-W\xff", "is no text in UTF-8"),
    "large": (b"SECRET-W" * 2_000, "has more than 10,000 bytes"),
}


@pytest.mark.parametrize(("content", "says"), WRONG.values(), ids=WRONG)
def test_a_file_that_holds_something_else_is_refused_untold(
    tmp_path: Path, content: bytes, says: str
) -> None:
    """The sentence names the setting and the file, and nothing that is in it."""
    path = tmp_path / "url"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        read_settings({"OUTBOUND_REDIS_URL_FILE": str(path)})
    assert str(caught.value) == f"OUTBOUND_REDIS_URL_FILE: {path} {says}"


def test_a_file_that_is_not_there_is_a_sentence() -> None:
    """As is a folder; what the file should hold is then not looked at."""
    with pytest.raises(
        SettingsError, match=r"^OUTBOUND_REDIS_URL_FILE: there is no file /nowhere/url: make it"
    ):
        secret_of(REDIS_URL, {"OUTBOUND_REDIS_URL_FILE": "/nowhere/url"})
    with pytest.raises(SettingsError, match=r"^OUTBOUND_REDIS_URL_FILE: / cannot be read: Is a directory$"):
        read_settings({"OUTBOUND_REDIS_URL_FILE": "/"})
