"""Who may read and who may act, decided by pure values and a clock that the test turns."""

import pytest

from producer.errors import SettingsError
from worker.dashboard.guard import Guard, TooManyWrongError

TOKEN = "correct-horse-battery-staple"


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Returns the time."""
        return self.now


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "example.org"])  # noqa: S104 (refused)
def test_beyond_loopback_a_token_is_needed(host: str) -> None:
    """A dashboard that others reach is refused without a token, and with a short one, in a sentence."""
    with pytest.raises(SettingsError, match="is not loopback: set OUTBOUND_DASHBOARD_TOKEN"):
        Guard("", host=host)
    assert Guard(TOKEN, host=host).reads_need_session is True


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_on_loopback_everybody_here_may_read(host: str) -> None:
    """Without a token the dashboard shows and does not act."""
    guard = Guard("", host=host)
    assert (guard.reads_need_session, guard.can_act, guard.login("", "127.0.0.1")) == (False, False, None)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.7"])
def test_a_short_token_is_refused(host: str) -> None:
    """One that can be guessed is none, on loopback neither."""
    with pytest.raises(SettingsError, match="at least 16 characters"):
        Guard("x" * 15, host=host)


def test_a_proxys_name_wants_a_token() -> None:
    """`--allow-host` brings in whoever reaches the proxy: without a token nobody would be asked for one."""
    with pytest.raises(SettingsError, match=r"--allow-host dash\.example lets others in"):
        Guard("", host="127.0.0.1", names=("dash.example",))
    assert Guard(TOKEN, host="127.0.0.1", names=("dash.example",)).reads_need_session is True


@pytest.mark.parametrize("token", ["two words", "x" * 513])
def test_a_wrong_form_of_token_is_refused_without_showing_it(token: str) -> None:
    """The sentence names the setting, never its value."""
    with pytest.raises(SettingsError) as caught:
        Guard(token, host="127.0.0.1")
    assert "OUTBOUND_DASHBOARD_TOKEN must have 16 to 512 characters" in str(caught.value)
    assert token not in str(caught.value)


HOSTS = {
    "its address": ("127.0.0.1", "127.0.0.1:8765", True),
    "localhost on any port": ("127.0.0.1", "localhost:9", True),
    "the address of version 6": ("::1", "[::1]:8765", True),
    "a name that was rebound": ("127.0.0.1", "evil.example:8765", False),
    "a name that begins like ours": ("127.0.0.1", "localhost.evil.example", False),
    "an address of another machine": ("127.0.0.1", "10.0.0.7:8765", False),
    "an address, where others reach it": ("0.0.0.0", "10.0.0.7:8765", True),  # noqa: S104 (with a token)
    "a name, where others reach it": ("0.0.0.0", "evil.example", False),  # noqa: S104 (with a token)
    "a name that was allowed": ("0.0.0.0", "Ours.example:80", True),  # noqa: S104 (with a token)
    "nothing": ("127.0.0.1", "", False),
}


@pytest.mark.parametrize(("listens", "host", "known"), HOSTS.values(), ids=HOSTS)
def test_only_our_own_names_are_answered(listens: str, host: str, known: bool) -> None:
    """A page of another site whose name was rebound to this machine is answered nothing."""
    assert Guard(TOKEN, host=listens, names=("ours.example",)).knows_host(host) is known


ORIGINS = {
    "our own": ("http://127.0.0.1:8765", True),
    "behind a proxy with a certificate": ("https://127.0.0.1:8765", True),
    "another port": ("http://127.0.0.1:9999", False),
    "another site": ("https://evil.example", False),
    "none": ("", False),
    "a hidden one": ("null", False),
    "no web page": ("file://127.0.0.1:8765", False),
}


@pytest.mark.parametrize(("origin", "same"), ORIGINS.values(), ids=ORIGINS)
def test_only_our_own_page_may_change_anything(origin: str, same: bool) -> None:
    """A request that changes something names its origin, and that is the address that it was sent to."""
    assert Guard(TOKEN, host="127.0.0.1").same_origin(origin, "127.0.0.1:8765") is same


def test_a_session_ends() -> None:
    """A session lasts twelve hours, or until somebody signs out."""
    clock = Clock()
    guard = Guard(TOKEN, host="127.0.0.1", clock=clock)
    first, second = guard.login(TOKEN, "a"), guard.login(TOKEN, "a")
    assert first is not None
    assert second is not None
    guard.logout(second)
    clock.now += 12 * 3600 - 1
    assert (guard.session(first) is None, guard.session(second)) == (False, None)
    clock.now += 1
    assert guard.session(first) is None


def test_a_csrf_token_is_of_one_session() -> None:
    """What one session carries fits no other, and not before the sign-in."""
    guard = Guard(TOKEN, host="127.0.0.1")
    sessions = [guard.session(guard.login(TOKEN, "a") or "") for _ in range(2)]
    assert sessions[0] is not None
    values = [sessions[0].csrf, guard.csrf_before_login, "", "x"]
    assert [guard.csrf_fits(sessions[0], value) for value in values] == [True, False, False, False]
    assert [guard.csrf_fits(sessions[1], value) for value in values] == [False] * 4
    assert [guard.csrf_fits(None, value) for value in values] == [False, True, False, False]


def test_guessing_is_slow() -> None:
    """After ten wrong tokens within a minute an address waits; who knows the right one is never locked out by them."""
    clock = Clock()
    guard = Guard(TOKEN, host="127.0.0.1", clock=clock)
    assert [guard.login(f"guess {n}", "a") for n in range(10)] == [None] * 10
    with pytest.raises(TooManyWrongError):
        guard.login("guess 11", "a")
    assert guard.login(TOKEN, "a") is not None
    clock.now += 60
    assert guard.login("guess 12", "a") is None


def test_no_repr_shows_a_secret() -> None:
    """Neither the token nor a session can be read from a repr."""
    guard = Guard(TOKEN, host="127.0.0.1")
    session = guard.session(guard.login(TOKEN, "a") or "")
    assert (repr(guard), repr(session)) == ("<Guard of 1 sessions>", "<Session>")
    assert TOKEN not in str(vars(guard))


def test_each_token_has_its_role() -> None:
    """One acts and one looks; both are long, and they are not the same."""
    guard = Guard(TOKEN, read_token="a-token-that-only-looks", host="127.0.0.1")
    sessions = [
        guard.session(guard.login(each, "a", "Ann") or "") for each in (TOKEN, "a-token-that-only-looks")
    ]
    assert [(each.name, each.acts) for each in sessions if each is not None] == [
        ("Ann", True),
        ("Ann", False),
    ]
    assert (guard.reads_need_session, Guard(TOKEN, host="127.0.0.1").reads_need_session) == (True, False)
    with pytest.raises(SettingsError, match="must be another than"):
        Guard(TOKEN, read_token=TOKEN, host="127.0.0.1")
    with pytest.raises(SettingsError, match="OUTBOUND_DASHBOARD_READ_TOKEN must have at least 16"):
        Guard(TOKEN, read_token="short", host="127.0.0.1")
