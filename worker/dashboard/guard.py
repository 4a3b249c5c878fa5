"""Who may ask for what: the tokens, sessions, and the checks against forged and rebound requests.

The tokens themselves are not kept, only their digests; they are compared in constant time, and show in no repr.
"""

import hashlib
import hmac
import ipaddress
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from producer.errors import SettingsError
from worker.web import host_name

SESSION_S: Final = 12 * 3600
SESSIONS_MAX: Final = 100
WRONG_MAX: Final = 10
WRONG_S: Final = 60.0
ADDRESSES_MAX: Final = 1_000
TOKEN_CHARS_MAX: Final = 512
TOKEN_CHARS_MIN: Final = 16
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Session(msgspec.Struct, frozen=True):
    """Somebody who showed a token, and the name that they gave: every act carries `csrf`.

    `acts` tells whether it was the token that acts, or the one that only looks.
    """

    csrf: str
    ends_at: float
    name: str
    acts: bool

    def __repr__(self) -> str:
        return "<Session>"


class TooManyWrongError(Exception):
    """So many wrong tokens came from one address that it must wait a minute."""


class Guard:
    """Decides who may read and who may act.

    Without a token nobody may act. On loopback everybody on this machine may read; elsewhere, where a proxy brings in
    others under names of its own, and where there is a token for looking, only a session.
    """

    def __init__(
        self,
        token: str,
        *,
        host: str,
        read_token: str = "",
        names: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes the token that acts and the one that looks (or '') and the address to listen on.

        `names` are further names of this machine.

        Raises:
            SettingsError: a token is none, or others reach the address and there is no token to protect it.
        """
        names = tuple(names)
        _check_token("OUTBOUND_DASHBOARD_TOKEN", token)
        _check_token("OUTBOUND_DASHBOARD_READ_TOKEN", read_token)
        if token and token == read_token:
            raise SettingsError("OUTBOUND_DASHBOARD_READ_TOKEN must be another than OUTBOUND_DASHBOARD_TOKEN")
        if not token and not read_token:
            _check_alone(host, names)
        self.can_act = bool(token)
        self.can_sign_in = bool(token or read_token)
        self.reads_need_session = bool(names or read_token) or not is_loopback(host)
        self._is_local = is_loopback(host)
        self._digests = [
            (_digest(given), acts) for given, acts in ((token, True), (read_token, False)) if given
        ]
        self._names = {name.lower() for name in (*LOOPBACK_NAMES, host, *names)}
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()
        self.csrf_before_login = secrets.token_urlsafe(32)

    def __repr__(self) -> str:
        return f"<Guard of {len(self._sessions)} sessions>"

    def knows_host(self, host: str) -> bool:
        """Tells whether a request's `Host` is a name of ours: a name that another rebound to us is not.

        An address in figures cannot be rebound, so any is taken when we do not listen on loopback alone.
        """
        name = host_name(host)
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return not self._is_local or is_loopback(name)

    def same_origin(self, origin: str, host: str) -> bool:
        """Tells whether a request that changes something comes from our own page."""
        scheme, _, place = origin.partition("://")
        return scheme in {"http", "https"} and bool(place) and place.lower() == host.lower()

    def login(self, token: str, address: str, name: str = "") -> str | None:
        """Returns the id of a new session of somebody who gives this name, or None for a wrong token.

        Raises:
            TooManyWrongError: it is wrong, and ten wrong ones came from this address within a minute. The right one is
                always taken: behind a proxy everybody has one address, and its length alone stops who guesses.
        """
        now, given = self._clock(), _digest(token)
        fitting = [acts for digest, acts in self._digests if hmac.compare_digest(given, digest)]
        with self._lock:
            if not fitting:
                wrong = [at for at in self._wrong.get(address, []) if now - at < WRONG_S]
                if len(wrong) >= WRONG_MAX:
                    raise TooManyWrongError
                self._wrong[address] = [*wrong, now]
                self._wrong.move_to_end(address)
                while len(self._wrong) > ADDRESSES_MAX:
                    self._wrong.popitem(last=False)
                return None
            session_id = secrets.token_urlsafe(32)
            self._sessions[_digest(session_id)] = Session(
                secrets.token_urlsafe(32), now + SESSION_S, name, fitting[0]
            )
            while len(self._sessions) > SESSIONS_MAX:
                self._sessions.popitem(last=False)
            return session_id

    def session(self, session_id: str) -> Session | None:
        """Returns a session that has not ended."""
        with self._lock:
            found = self._sessions.get(_digest(session_id))
        return found if found is not None and self._clock() < found.ends_at else None

    def logout(self, session_id: str) -> None:
        """Ends a session."""
        with self._lock:
            self._sessions.pop(_digest(session_id), None)

    def csrf_fits(self, session: Session | None, given: str) -> bool:
        """Tells whether a request carries the value that only our own page can know."""
        expected = session.csrf if session is not None else self.csrf_before_login
        return hmac.compare_digest(_digest(given), _digest(expected))


def is_loopback(host: str) -> bool:
    """Tells whether only this machine reaches an address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_token(setting: str, token: str) -> None:
    if len(token) > TOKEN_CHARS_MAX or any(c.isspace() for c in token):
        raise SettingsError(
            f"{setting} must have {TOKEN_CHARS_MIN} to {TOKEN_CHARS_MAX} characters, none of them white space"
        )
    if token and len(token) < TOKEN_CHARS_MIN:
        raise SettingsError(f"{setting} must have at least {TOKEN_CHARS_MIN} characters")


def _check_alone(host: str, names: Sequence[str]) -> None:
    """Refuses an address that others reach: there is no token."""
    if not is_loopback(host):
        raise SettingsError(
            f"{host} is not loopback: set OUTBOUND_DASHBOARD_TOKEN, so that not everybody there can look, "
            "or listen on 127.0.0.1"
        )
    if names:
        raise SettingsError(
            f"--allow-host {names[0]} lets others in through a proxy: set OUTBOUND_DASHBOARD_TOKEN, so that not "
            "everybody there can look"
        )


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
