"""One exchange with a browser: the request is checked, answered, and everything sent carries the same safe headers."""

from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler
from typing import Any, Final, cast
from urllib.parse import parse_qsl, urlsplit

import msgspec
import redis

from producer.errors import OutboundError, QueueUnavailableError
from worker.dashboard.guard import SESSION_S, Guard, Session, TooManyWrongError
from worker.operations.sentences import sentence_of

BODY_BYTES_MAX: Final = 1024 * 1024
QUERY_FIELDS_MAX: Final = 20
IDLE_S: Final = 30
COOKIE: Final = "outbound_session"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token that somebody typed; its repr does not show it."""

    token: str

    def __repr__(self) -> str:
        return "<Login>"


class SessionTold(msgspec.Struct, frozen=True):
    """What the page may know of its own session."""

    can_act: bool
    must_log_in: bool
    logged_in: bool
    csrf: str
    name: str


class _Refused(Exception):  # noqa: N818 (it is an answer)
    """Stops an exchange with an answer."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        self.status = status
        super().__init__(sentence)


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why there is no answer, in a sentence; `since` while Redis is not reached."""

    problem: str
    since: object = None


class Exchange(BaseHTTPRequestHandler):
    """One connection of a browser."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    server: Any  # a `Dashboard`, which cannot be named here without a cycle

    def do_GET(self) -> None:
        """Answers a question."""
        self._guarded(self._get)

    def do_POST(self) -> None:
        """Carries out an act."""
        self._guarded(self._post)

    def log_message(self, *_: object) -> None:
        """Keeps no log of requests."""

    def version_string(self) -> str:
        """Returns what the `Server` header says."""
        return "outbound"

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002 (http.server's signature)
        """Answers a request that is none."""
        self.close_connection = True
        self._send(HTTPStatus(code), Problem(HTTPStatus(code).phrase))

    def _guarded(self, answer: Any) -> None:  # noqa: ANN401 (one of the two below)
        try:
            answer()
        except _Refused as refused:
            self._send(refused.status, Problem(str(refused)))
        except TooManyWrongError:
            sentence = "too many wrong tokens: try again in a minute"
            self._send(HTTPStatus.TOO_MANY_REQUESTS, Problem(sentence))
        except (redis.ConnectionError, redis.TimeoutError, QueueUnavailableError) as error:
            since = self.server.routes.reader.pulse.note_away()
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, Problem(sentence_of(error), since))
        except (OutboundError, redis.RedisError) as error:
            self._send(HTTPStatus.BAD_REQUEST, Problem(sentence_of(error)))
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:  # noqa: BLE001 (the boundary: whatever it is becomes a sentence)
            self.server.report(f"{self.command} {urlsplit(self.path).path}: {sentence_of(error)}")
            problem = Problem("this should not have happened: the terminal of the dashboard says more")
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, problem)

    def _get(self) -> None:
        self._check_host()
        path, query = self._target()
        static = self.server.routes.static(path)
        if static is not None:
            self._send_bytes(HTTPStatus.OK, static.body, static.content_type)
            return
        if path == "/api/session":
            self._send(HTTPStatus.OK, self._told())
            return
        route = self.server.routes.route("GET", path)
        if route is None:
            self._no_such(path)
        if self._guard.reads_need_session and self._session() is None:
            raise _Refused(HTTPStatus.UNAUTHORIZED, "sign in first")
        self._send(HTTPStatus.OK, route.answer(query))

    def _post(self) -> None:
        body = self._body()
        self._check_host()
        if not self._guard.same_origin(self.headers.get("Origin", ""), self.headers.get("Host", "")):
            raise _Refused(HTTPStatus.FORBIDDEN, "this request does not come from the dashboard's own page")
        if self.headers.get_content_type() != "application/json":
            raise _Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be JSON")
        session = self._session()
        if not self._guard.csrf_fits(session, self.headers.get("X-CSRF-Token", "")):
            raise _Refused(HTTPStatus.FORBIDDEN, "the page is out of date: load it again")
        path, _ = self._target()
        match path:
            case "/api/login":
                self._log_in(body)
                return
            case "/api/logout":
                self._guard.logout(self._session_id())
                self._send(HTTPStatus.OK, Problem(""), (self._cookie("", 0),))
                return
        route = self.server.routes.route("POST", path)
        if route is None:
            self._no_such(path)
        if not self._guard.can_act:
            raise _Refused(
                HTTPStatus.FORBIDDEN, "the dashboard is read-only: OUTBOUND_DASHBOARD_TOKEN is not set"
            )
        if session is None:
            raise _Refused(HTTPStatus.UNAUTHORIZED, "sign in first")
        self._send(HTTPStatus.OK, route.answer(_decoded(body, route.asks)))

    def _log_in(self, body: bytes) -> None:
        if not self._guard.can_act:
            raise _Refused(
                HTTPStatus.FORBIDDEN, "the dashboard is read-only: OUTBOUND_DASHBOARD_TOKEN is not set"
            )
        given = cast("Login", _decoded(body, Login))
        session_id = self._guard.login(given.token, str(self.client_address[0]))
        if session_id is None:
            raise _Refused(HTTPStatus.FORBIDDEN, "this is not the token")
        self._send(HTTPStatus.OK, Problem(""), (self._cookie(session_id, SESSION_S),))

    def _told(self) -> SessionTold:
        session = self._session()
        return SessionTold(
            can_act=self._guard.can_act,
            must_log_in=self._guard.reads_need_session and session is None,
            logged_in=session is not None,
            csrf=session.csrf if session is not None else self._guard.csrf_before_login,
            name=self.server.routes.name if not self._guard.reads_need_session or session is not None else "",
        )

    def _check_host(self) -> None:
        if len(self.headers.get_all("Host", [])) != 1 or not self._guard.knows_host(self.headers["Host"]):
            raise _Refused(
                HTTPStatus.MISDIRECTED_REQUEST,
                "this name is not known here: open the dashboard by its address, or start it with --allow-host NAME",
            )

    def _no_such(self, path: str) -> Any:  # noqa: ANN401 (never returns)
        if self.server.routes.methods(path):
            raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, "this method is not for this path")
        raise _Refused(HTTPStatus.NOT_FOUND, "there is nothing here")

    def _target(self) -> tuple[str, dict[str, str]]:
        try:
            parts = urlsplit(self.path)
            pairs = parse_qsl(parts.query, max_num_fields=QUERY_FIELDS_MAX, errors="strict")
        except ValueError:
            raise _Refused(HTTPStatus.BAD_REQUEST, "the address cannot be read") from None
        return parts.path, dict(pairs)

    def _body(self) -> bytes:
        text = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") is not None or not text.isdecimal():
            self.close_connection = True
            raise _Refused(HTTPStatus.LENGTH_REQUIRED, "the body must have a length")
        if int(text) > BODY_BYTES_MAX:
            self.close_connection = True
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {BODY_BYTES_MAX:,} bytes")
        return self.rfile.read(int(text))

    @property
    def _guard(self) -> Guard:
        guard: Guard = self.server.guard
        return guard

    def _session(self) -> Session | None:
        return self._guard.session(self._session_id())

    def _session_id(self) -> str:
        try:
            found = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        except CookieError:
            return ""
        return found.value if found is not None else ""

    def _cookie(self, session_id: str, age_s: int) -> tuple[str, str]:
        return "Set-Cookie", f"{COOKIE}={session_id}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age_s}"

    def _send(self, status: HTTPStatus, value: object, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self._send_bytes(status, msgspec.json.encode(value), "application/json", headers)

    def _send_bytes(
        self, status: HTTPStatus, body: bytes, content_type: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.send_response(status)
        for name, text in (*HEADERS, *headers, ("Content-Type", content_type)):
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


def _decoded(body: bytes, form: type[Any]) -> object:
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise _Refused(HTTPStatus.BAD_REQUEST, f"the body is wrong: {error}") from None
