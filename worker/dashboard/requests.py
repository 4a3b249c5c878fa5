"""One exchange with a browser: the request is checked, answered, and everything sent carries the same safe headers."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final, Never, cast
from urllib.parse import parse_qsl

import msgspec
import redis
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from producer.errors import OutboundError, QueueUnavailableError
from worker.dashboard.guard import SESSION_S, Guard, Session, TooManyWrongError
from worker.dashboard.routes import Routes
from worker.operations.sentences import sentence_of

BODY_BYTES_MAX: Final = 1024 * 1024
QUERY_FIELDS_MAX: Final = 20
COOKIE: Final = "outbound_session"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Server": "outbound",
}


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token that somebody typed, and their name for the log of acts; its repr shows neither."""

    token: str
    name: Annotated[str, msgspec.Meta(pattern=r"^\S(.{0,58}\S)?$")]

    def __repr__(self) -> str:
        return "<Login>"


class SessionTold(msgspec.Struct, frozen=True):
    """What the page may know of its own session."""

    can_act: bool
    can_sign_in: bool
    must_log_in: bool
    logged_in: bool
    acts: bool
    who: str
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


class Exchange:
    """The dashboard as an ASGI application: Redis is asked in threads, never in the event loop."""

    def __init__(self, guard: Guard, routes: Routes, report: Callable[[str], object]) -> None:
        self._guard = guard
        self._routes = routes
        self._report = report

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; what arrived of its body is read, or the connection ends with the answer."""
        request = Request(scope, receive)
        response = await self._answered(request)
        await response(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        try:
            body = await _body_of(request)
            return await run_in_threadpool(self._answer, request, body)
        except _Refused as refused:
            return _response(refused.status, Problem(str(refused)))
        except TooManyWrongError:
            sentence = "too many wrong tokens: try again in a minute"
            return _response(HTTPStatus.TOO_MANY_REQUESTS, Problem(sentence))
        except (redis.ConnectionError, redis.TimeoutError, QueueUnavailableError) as error:
            since = self._routes.reader.pulse.note_away()
            return _response(HTTPStatus.SERVICE_UNAVAILABLE, Problem(sentence_of(error), since))
        except (OutboundError, redis.RedisError) as error:
            return _response(HTTPStatus.BAD_REQUEST, Problem(sentence_of(error)))
        except Exception as error:  # noqa: BLE001 (the boundary: whatever it is becomes a sentence)
            self._report(f"{request.method} {request.url.path}: {sentence_of(error)}")
            problem = Problem("this should not have happened: the terminal of the dashboard says more")
            return _response(HTTPStatus.INTERNAL_SERVER_ERROR, problem)

    def _answer(self, request: Request, body: bytes) -> Response:
        self._check_host(request)
        match request.method:
            case "GET" | "HEAD":
                return self._get(request)
            case "POST":
                return self._post(request, body)
            case _:
                raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, "this method is not for this path")

    def _get(self, request: Request) -> Response:
        path = request.url.path
        static = self._routes.static(path)
        if static is not None:
            return Response(static.body, headers=HEADERS, media_type=static.content_type)
        if path == "/api/session":
            return _response(HTTPStatus.OK, self._told(request))
        route = self._routes.route("GET", path) or self._no_such(path)
        if self._guard.reads_need_session and self._session(request) is None:
            raise _Refused(HTTPStatus.UNAUTHORIZED, "sign in first")
        return _response(HTTPStatus.OK, route.answer(_query_of(request)))

    def _post(self, request: Request, body: bytes) -> Response:
        headers = request.headers
        if not self._guard.same_origin(headers.get("origin", ""), headers.get("host", "")):
            raise _Refused(HTTPStatus.FORBIDDEN, "this request does not come from the dashboard's own page")
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise _Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be JSON")
        session = self._session(request)
        if not self._guard.csrf_fits(session, headers.get("x-csrf-token", "")):
            raise _Refused(HTTPStatus.FORBIDDEN, "the page is out of date: load it again")
        match request.url.path:
            case "/api/login":
                return self._log_in(request, body)
            case "/api/logout":
                self._guard.logout(request.cookies.get(COOKIE, ""))
                return _with_cookie(_response(HTTPStatus.OK, Problem("")), request, "", 0)
        route = self._routes.route("POST", request.url.path) or self._no_such(request.url.path)
        self._check_can_act()
        if session is None:
            raise _Refused(HTTPStatus.UNAUTHORIZED, "sign in first")
        if not session.acts:
            raise _Refused(
                HTTPStatus.FORBIDDEN, "you may look: to act, sign in with OUTBOUND_DASHBOARD_TOKEN"
            )
        return _response(HTTPStatus.OK, route.answer(_decoded(body, route.asks), session.name))

    def _log_in(self, request: Request, body: bytes) -> Response:
        if not self._guard.can_sign_in:
            self._check_can_act()
        given = cast("Login", _decoded(body, Login))
        address = request.client.host if request.client is not None else ""
        session_id = self._guard.login(given.token, address, given.name)
        if session_id is None:
            raise _Refused(HTTPStatus.FORBIDDEN, "this is not the token")
        return _with_cookie(_response(HTTPStatus.OK, Problem("")), request, session_id, SESSION_S)

    def _check_can_act(self) -> None:
        if not self._guard.can_act:
            raise _Refused(
                HTTPStatus.FORBIDDEN, "the dashboard is read-only: OUTBOUND_DASHBOARD_TOKEN is not set"
            )

    def _told(self, request: Request) -> SessionTold:
        session = self._session(request)
        return SessionTold(
            can_act=self._guard.can_act,
            can_sign_in=self._guard.can_sign_in,
            must_log_in=self._guard.reads_need_session and session is None,
            logged_in=session is not None,
            acts=session is not None and session.acts,
            who=session.name if session is not None else "",
            csrf=session.csrf if session is not None else self._guard.csrf_before_login,
            name=self._routes.name if not self._guard.reads_need_session or session is not None else "",
        )

    def _check_host(self, request: Request) -> None:
        if not self._guard.knows_host(request.headers.get("host", "")):
            raise _Refused(
                HTTPStatus.MISDIRECTED_REQUEST,
                "this name is not known here: open the dashboard by its address, or start it with --allow-host NAME",
            )

    def _no_such(self, path: str) -> Never:
        if self._routes.methods(path):
            raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, "this method is not for this path")
        raise _Refused(HTTPStatus.NOT_FOUND, "there is nothing here")

    def _session(self, request: Request) -> Session | None:
        return self._guard.session(request.cookies.get(COOKIE, ""))


async def _body_of(request: Request) -> bytes:
    """Returns the body, or refuses it as soon as it is known to be too long."""
    size = int(request.headers.get("content-length", "0"))
    parts: list[bytes] = []
    if size <= BODY_BYTES_MAX:
        size = 0
        async for part in request.stream():
            size += len(part)
            parts.append(part)
            if size > BODY_BYTES_MAX:
                break
    if size > BODY_BYTES_MAX:
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {BODY_BYTES_MAX:,} bytes")
    return b"".join(parts)


def _query_of(request: Request) -> dict[str, str]:
    try:
        return dict(parse_qsl(request.url.query, max_num_fields=QUERY_FIELDS_MAX, errors="strict"))
    except ValueError:
        raise _Refused(HTTPStatus.BAD_REQUEST, "the address cannot be read") from None


def _response(status: HTTPStatus, value: object) -> Response:
    closing = {"Connection": "close"} if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else {}
    return Response(
        msgspec.json.encode(value), status, headers={**HEADERS, **closing}, media_type="application/json"
    )


def _with_cookie(response: Response, request: Request, session_id: str, age_s: int) -> Response:
    """Returns the answer with the session's cookie, which goes back over TLS only where it came over TLS."""
    secure = request.headers.get("origin", "").lower().startswith("https://")
    response.set_cookie(COOKIE, session_id, max_age=age_s, httponly=True, samesite="strict", secure=secure)
    return response


def _decoded(body: bytes, form: type[Any] | None) -> object:
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise _Refused(HTTPStatus.BAD_REQUEST, f"the body is wrong: {error}") from None
