"""Settings and files of an operator, of whatever form, are read, or refused in one sentence that has a name."""

from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.errors import SettingsError
from tests.fuzz.inputs import broken, documents, inputs, json_of, texts
from worker.config.pages import PagesSource
from worker.config.settings import FIELDS, OTHERS, RATE_NAMES, Settings, read_settings
from worker.judge.file import read_table

VALUES: Final = (
    "1",
    "0",
    "-1",
    "9" * 5_000,
    "٣",
    "1s",
    "1s,5s",
    "40/s",
    "1/0s",
    "10/10m",
    "off",
    "redis://a:b@c:1/0",
    "redis://[::1",
    "redis://h:99999999/0",
    "rediss://h/99999999999999999999",
    "unix://",
    "https://graph.facebook.com",
    "https://x:port",
    "http://a@b",
    "v27.0",
    "1e400",
    "nan",
    "yes",
    "\x00",
    "[1]",
)
environs: Final = st.dictionaries(
    st.sampled_from([*FIELDS, *RATE_NAMES, *OTHERS, "OUTBOUND_X", "OUTBOUND_PROCESES"]),
    st.sampled_from(VALUES) | texts,
    max_size=6,
)
PAGES_FILE: Final = b"""
app_id = "1"
app_secret = "S"
verify_token = "V"
[secrets]
wit = "W"
[pages.111]
access_token = "T"
rate_text = "100/s"
[pages."222"]
access_token = "U"
app_secret = "X"
"""
VERDICTS: Final = b"""
[rows.mine]
kind = "throttled"
scope = "page"
hold_for_s = 60
codes = [4, 5]
subcodes = [1, [2, 9]]
reason = "x"
[rows.bad-parameter]
dead_letter = false
"""
oddities: Final = st.sampled_from(
    [
        b"a = " + b"[" * 3_000,
        b"a = " + b"9" * 6_000,
        b"a" + b".a" * 3_000 + b" = 1",
        b"[" + b"a." * 3_000 + b"a]",
        b"a = 1979-99-99",
        b"[pages]\n1 = 5",
        b"\xff\xfe",
        b"\x00",
        b'[pages.1]\naccess_token = "\\ud800"',
        b'[pages.1]\naccess_token = "T"\nrate_text = "' + b"9" * 5_000 + b'/s"',
        b"[rows.x]\nhold_for_s = 1e400",
        b"[rows.x]\ncodes = [" + b"9" * 400 + b"]",
        b"[rows.x]\ncodes = [99999999999999999999]\nkind = 'retry'\nreason = 'x'",
    ]
)


@inputs(0.05, 200)
@given(environ=environs)
def test_settings_are_read_or_refused(environ: dict[str, str]) -> None:
    """Whatever a value is."""
    with suppress(SettingsError):
        read_settings(environ)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that every input is written to."""
    return tmp_path_factory.mktemp("files") / "file.toml"


@inputs(0.03, 100)
@given(text=broken(st.just(PAGES_FILE)) | oddities | st.binary(max_size=80))
def test_a_pages_file_is_read_or_refused(file: Path, text: bytes) -> None:
    """At the start of a worker, and while one runs, which goes on with what it knew."""
    file.write_bytes(PAGES_FILE)
    source = PagesSource(Settings(pages_file=str(file)))
    file.write_bytes(text + b"\n")
    source.refresh()
    assert source.problem is not None or source.current.by_id is not None
    with suppress(SettingsError):
        PagesSource(Settings(pages_file=str(file)))


@inputs(0.03, 100)
@given(text=broken(st.just(VERDICTS)) | oddities | st.binary(max_size=80))
def test_a_file_of_verdicts_is_read_or_refused(file: Path, text: bytes) -> None:
    """With a line for each mistake."""
    file.write_bytes(text)
    with suppress(SettingsError):
        read_table(str(file))


@inputs(0.02, 100)
@given(
    text=st.builds(json_of, documents)
    | broken(st.just(b'{"111": {"access_token": "T", "rate_text": "1/s"}}'))
)
def test_pages_as_json_are_read_or_refused(text: bytes) -> None:
    """As `OUTBOUND_PAGES`."""
    with suppress(SettingsError):
        PagesSource(Settings(pages=text.decode("utf-8", "replace")))
