"""The Pages that a worker sends for."""

import hashlib
import hmac
import os
import time
from pathlib import Path

import pytest

from producer.errors import SettingsError
from worker.config.credentials import NamedSecret
from worker.config.endpoint import origin_url
from worker.config.pages import Page, Pages, PagesSource, read_pages
from worker.config.settings import Settings
from worker.engine.knowledge import Rate

DOCUMENT = """
app_id = "77"
app_secret = "APP-SECRET"

[pages.111]
access_token = "TOKEN-111"
rate_text = "100/s"

[pages.222]
access_token = "TOKEN-222"
app_id = "88"

[secrets]
shop = "TOKEN-SHOP"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A Pages file with two Pages, an app and a secret."""
    path = tmp_path / "pages.toml"
    path.write_text(DOCUMENT)
    return path


def test_pages_take_app_and_rates_from_the_file(file: Path) -> None:
    """An app at the top is every Page's, unless the Page has its own."""
    pages = PagesSource(Settings(pages_file=str(file))).current
    assert pages.by_id == {
        "111": Page("111", "TOKEN-111", "77", "APP-SECRET", {"text": Rate(100, 1_000, 100)}),
        "222": Page("222", "TOKEN-222", "88", "APP-SECRET", {}),
    }
    assert pages.secrets == {"shop": NamedSecret("TOKEN-SHOP")}


def test_a_page_may_be_an_account_on_instagram(tmp_path: Path) -> None:
    """`platform` gives it Instagram's bounds; with an `origin` of its own it shares no batch with others."""
    path = tmp_path / "pages.toml"
    path.write_text(
        'app_id = "77"\napp_secret = "S"\n'
        '[pages.1]\naccess_token = "T1"\nplatform = "instagram"\n'
        '[pages.2]\naccess_token = "T2"\nplatform = "instagram"\norigin = "https://graph.instagram.com/"\n'
    )
    pages = PagesSource(Settings(pages_file=str(path))).current
    assert [(each.platform, each.origin, each.app) for each in pages.by_id.values()] == [
        ("instagram", None, "77"),
        ("instagram", "https://graph.instagram.com", ""),
    ]
    assert pages.keyring(pages.by_id["2"]).credentials().origin == "https://graph.instagram.com"


def test_a_page_may_go_without_proofs(tmp_path: Path) -> None:
    """`skip_app_secret_proof` holds for its Page, or at the top for all but those that say otherwise."""
    path = tmp_path / "pages.toml"
    path.write_text(
        'app_id = "77"\napp_secret = "S"\nskip_app_secret_proof = true\n'
        '[pages.1]\naccess_token = "T1"\n[pages.2]\naccess_token = "T2"\nskip_app_secret_proof = false\n'
    )
    pages = PagesSource(Settings(pages_file=str(path))).current
    proofs = {each.id: pages.keyring(each).credentials().proof(0) != () for each in pages.by_id.values()}
    assert proofs == {"1": False, "2": True}


@pytest.mark.parametrize(
    "text",
    [
        '{"1": {"access_token": "T1"}, "secrets": {"shop": "TS"}, "app_id": "77", "app_secret": "S"}',
        '{"pages": {"1": {"access_token": "T1"}}, "secrets": {"shop": "TS"}, "app_id": "77", "app_secret": "S"}',
    ],
    ids=["Pages by id", "the file's form"],
)
def test_pages_in_the_environment_have_secrets_too(text: str) -> None:
    """`OUTBOUND_PAGES` says all that the file says."""
    pages = PagesSource(Settings(pages=text)).current
    assert pages == Pages({"1": Page("1", "T1", "77", "S", {})}, {"shop": NamedSecret("TS")})


def test_no_repr_shows_a_token(file: Path) -> None:
    """A Page that gets into a log or a traceback shows its id only."""
    source = PagesSource(Settings(pages_file=str(file)))
    shown = repr(source.current) + repr(list(source.current.by_id.values())) + repr(vars(source))
    assert "TOKEN" not in shown
    assert "SECRET" not in shown


def test_a_profile_carries_fingerprints_and_no_token(file: Path) -> None:
    """What other workers read in Redis tells them whether tokens differ, and nothing else."""
    settings = Settings(pages_file=str(file))
    fields = " ".join(PagesSource(settings).current.profile(settings, ("send_message",)).fields())
    assert "TOKEN" not in fields
    assert "SECRET" not in fields
    assert "77;" in fields


def test_json_pages_have_the_same_members() -> None:
    """A platform that only knows environment variables can hold Pages too."""
    source = PagesSource(Settings(pages='{"1": {"access_token": "T", "rate_text": "off"}}'))
    assert source.current.by_id == {"1": Page("1", "T", None, None, {"text": None})}


def test_a_changed_file_is_read_again(file: Path) -> None:
    """A new token is used without a restart."""
    source = PagesSource(Settings(pages_file=str(file)))
    assert source.refresh() is False
    file.write_text(DOCUMENT.replace("TOKEN-111", "TOKEN-NEW"))
    os.utime(file, ns=(1, 1))
    assert source.refresh() is True
    assert source.current.by_id["111"].access_token == "TOKEN-NEW"


def test_a_file_that_became_invalid_changes_nothing(file: Path) -> None:
    """The last good reading stays, and the problem can be told."""
    source = PagesSource(Settings(pages_file=str(file)))
    file.write_text("[pages")
    assert source.refresh() is False
    assert source.problem is not None
    assert set(source.current.by_id) == {"111", "222"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[pages.1]\n", "access_token"),
        ('[pages.1]\naccess_token = ""\n', "pages.1.access_token"),
        ('[pages.1]\naccess_token = "SECRET-T"\ntoken = "x"\n', "token"),
        ('[pages.1]\naccess_token = "SECRET-T"\nrate_text = "fast"\n', "pages.1.rate_text"),
        ('[pages.1]\naccess_token = "SECRET-T"\nplatform = "instagramm"\n', "pages"),
        (
            '[pages.1]\naccess_token = "SECRET-T"\norigin = "graph.instagram.com"\n',
            "pages.1.origin must be an origin",
        ),
        (
            '[pages.1]\naccess_token = "SECRET-T"\norigin = "http://g.example"\n',
            "pages.1.origin must be https",
        ),
        ("pages = 3\n", "pages"),
        ('[pages.1\naccess_token = "SECRET-T"', "TOML"),
    ],
)
def test_a_wrong_file_is_a_sentence_without_a_token(tmp_path: Path, text: str, says: str) -> None:
    """The error names the place, never a secret."""
    path = tmp_path / "pages.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        PagesSource(Settings(pages_file=str(path)))
    assert says in str(caught.value)
    assert "SECRET-T" not in str(caught.value)


def test_a_missing_file_is_a_sentence() -> None:
    """The path is named."""
    with pytest.raises(SettingsError, match=r"there is no file /nowhere/pages\.toml"):
        PagesSource(Settings(pages_file="/nowhere/pages.toml"))


TABLE = '[pages.1]\naccess_token = "SECRET-T"\n'
BOMBS = {
    "a number of 5,000 digits": (TABLE + "x = " + "9" * 5_000).encode(),
    "900 brackets": (TABLE + "x = " + "[" * 900).encode(),
    "5,000 tables in each other": (TABLE + "x = " + "{a=" * 5_000).encode(),
    "a key of 20,000 parts": (TABLE + "a." * 20_000 + "b = 1").encode(),
    "2,000 keys of 500 parts": (TABLE + "".join("a." * 500 + f"k{n} = 1\n" for n in range(2_000))).encode(),
    "quoted parts": (TABLE + '"a" . ' * 20_000 + "b = 1").encode(),
    "no UTF-8": TABLE.encode() + b'x = "\xff"',
    "a NUL": TABLE.encode() + b"\0",
    "a date that is none": (TABLE + "a = 9999-99-99T99:99:99Z").encode(),
    "a number for a token": b"[pages.1]\naccess_token = 3\n",
    "an endless number": b"[pages.1]\naccess_token = inf\n",
    "a NUL in a token": b'[pages.1]\naccess_token = "SECRET-T\\u0000"\n',
    "a line end in a secret": TABLE.encode() + b'[secrets]\nshop = "SECRET-T\\n"\n',
    "an id with a separator": b'[pages."1|2"]\naccess_token = "SECRET-T"\n',
    "an id of 70,000 characters": b"[pages." + b"1" * 70_000 + b']\naccess_token = "SECRET-T"\n',
    "too large": b"#" * 5_000_001,
}


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_whatever_lies_in_the_file_is_one_short_sentence_and_soon(file: Path, content: bytes) -> None:
    """A file of any content is refused at once and without a secret, and leaves a reading worker its Pages."""
    source = PagesSource(Settings(pages_file=str(file)))
    file.write_bytes(content)
    began = time.monotonic()
    with pytest.raises(SettingsError) as caught:
        PagesSource(Settings(pages_file=str(file)))
    assert source.refresh() is False
    assert time.monotonic() - began < 5
    assert (source.problem, set(source.current.by_id)) == (str(caught.value), {"111", "222"})
    assert len(str(caught.value)) < 400 + 2 * len(str(file))
    assert "SECRET-T" not in str(caught.value)


def test_a_pipe_is_no_pages_file(file: Path) -> None:
    """A file that would keep its reader waiting is refused, at the start and in a worker that runs."""
    source = PagesSource(Settings(pages_file=str(file)))
    file.unlink()
    os.mkfifo(file)
    assert source.refresh() is False
    assert source.problem == f"OUTBOUND_PAGES_FILE: {file} is no regular file"


JSON_BOMBS = {
    "a number of 5,000 digits": '{"1": {"access_token": "T", "x": ' + "9" * 5_000 + "}}",
    "100,000 brackets": "[" * 100_000,
    "no object": "3",
    "half of a pair": '{"1": {"access_token": "\\ud800"}}',
    "a huge number": '{"1": {"access_token": ' + "9" * 4_000 + "}}",
    "not a number": '{"1": {"access_token": NaN}}',
}


@pytest.mark.parametrize("text", JSON_BOMBS.values(), ids=JSON_BOMBS)
def test_whatever_lies_in_the_setting_is_one_sentence(text: str) -> None:
    """Pages as JSON are refused in the same way."""
    with pytest.raises(SettingsError, match=r"^OUTBOUND_PAGES[: ]"):
        PagesSource(Settings(pages=text))


def test_a_named_secret_goes_only_where_it_may() -> None:
    """A secret lists the types of commands that it goes into; without a list, into all that Graph alone reads."""
    found = read_pages(
        {"secrets": {"shop": "S1", "hook": {"value": "S2", "methods": ["create_subscription"]}}}, "here"
    ).secrets
    asked = ("get_user_profile", "set_nlp_configs", "create_subscription")
    assert [found["shop"].goes_into(method) for method in asked] == [True, True, False]
    assert [found["hook"].goes_into(method) for method in asked] == [False, False, True]
    assert "S2" not in repr(found)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            {"value": "S", "methods": ["get_user_profil"]},
            "secrets.shop.methods: there is no command get_user_profil",
        ),
        ({"value": "S", "method": ["x"]}, "unknown field `method`"),
        ({"value": "S", "methods": []}, "length >= 1"),
    ],
)
def test_a_secret_s_wrong_form_is_refused(entry: object, problem: str) -> None:
    """A misspelt command or member is told by its path, and never by its value."""
    with pytest.raises(SettingsError) as told:
        read_pages({"secrets": {"shop": entry}}, "here")
    assert problem in str(told.value)


def test_a_fingerprint_is_keyed_by_what_is_not_in_redis() -> None:
    """All workers of an app make the same of a token, whatever their prefix; without the app secret nobody does."""
    pages = [Page("1", "T", "app", secret) for secret in ("S", "S", "other", None)]
    prints = [page.fingerprint for page in pages]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3
    plain = {hmac.new(key, b"T", hashlib.sha256).hexdigest()[:16] for key in (b"outbound", b"S", b"")}
    assert plain.isdisjoint(prints)


@pytest.mark.parametrize("origin", ["https://user:pw@graph.facebook.com", "https://user@graph.facebook.com"])
def test_an_origin_with_a_password_is_refused(origin: str) -> None:
    """It would stand in every log and error that names the address."""
    with pytest.raises(ValueError, match="without a user's name and password"):
        origin_url(origin)
