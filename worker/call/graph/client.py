"""`GraphClient`: the one connection pool of a process; runs a call as a plain request, several as one batch."""

import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast
from urllib.parse import urlsplit

import httpx
import msgspec

from producer.versions import NEWEST
from worker.call.graph import requests
from worker.call.graph.answers import GIVEN_UP, NO_HEADERS, NULL_PART, Answer, Answered, Lost, NotSent
from worker.call.graph.connecting import unconnected
from worker.call.graph.direct import ANSWER_BYTES_MAX, TOO_LONG, UNANSWERED, Direct
from worker.call.graph.requests import Outgoing
from worker.call.graph.signing import Signed
from worker.call.graph.watching import Watch
from worker.config.credentials import Credentials
from worker.config.endpoint import LOOPBACK

BATCH_MAX: Final = 50
HEADERS: Final = {"accept": "application/json", "user-agent": "messenger-outbound"}


class _Part(msgspec.Struct):
    code: int = 0
    body: str | None = None
    headers: msgspec.Raw = msgspec.Raw(NO_HEADERS)


class _Header(msgspec.Struct):
    name: str = ""
    value: str = ""


_UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)
_decode_parts: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_part: Final = msgspec.json.Decoder(_Part | None).decode
_decode_batch: Final = msgspec.json.Decoder(list[_Part | None]).decode
_decode_headers: Final = msgspec.json.Decoder(list[_Header]).decode


class GivenUpError(Exception):
    """The guard of a request said no: nothing of it left."""


class GuardedTransport(httpx.BaseTransport):
    """Asks a request's guard right before its first byte leaves; a request that may not leave fails as not sent."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request on if its guard says so.

        Raises:
            GivenUpError: its guard says no.
        """
        guard = cast("Callable[[], bool] | None", request.extensions.get("guard"))
        if guard is not None and not guard():
            raise GivenUpError(GIVEN_UP)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Closes the connections."""
        self._inner.close()


class GraphClient:
    """Graph at one origin and version, for any number of Pages and threads.

    Args:
        origin: scheme, host and port.
        version: without `v`, such as `27.0`.
        connect_timeout_s: for a connection; nothing was sent when it runs out.
        call_timeout_s: for a whole call, to the end of its answer; it may have been carried out when it runs out.
        connections: most open connections by way of a proxy; the direct way opens one for each thread that asks.
        watch: is shown every request and answer, without secrets.
        transport: the far end, for tests.
    """

    def __init__(
        self,
        *,
        origin: str = "https://graph.facebook.com",
        version: str = NEWEST,
        connect_timeout_s: float = 5.0,
        call_timeout_s: float = 60.0,
        connections: int = 16,
        watch: Watch | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._root = f"{origin.rstrip('/')}/v{version}/"
        self._watch = watch
        limits = httpx.Limits(
            max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=60
        )
        proxy = None if urlsplit(origin).hostname in LOOPBACK else proxy_of(origin)
        self._direct: Direct | None = None
        if transport is None and proxy is None:
            self._direct = Direct(
                origin=origin.rstrip("/"),
                connect_timeout_s=connect_timeout_s,
                call_timeout_s=call_timeout_s,
                headers=HEADERS,
            )
        inner = transport or httpx.HTTPTransport(limits=limits, trust_env=proxy is not None, proxy=proxy)
        timeout = httpx.Timeout(call_timeout_s, connect=connect_timeout_s, pool=connect_timeout_s)
        self._timeout = timeout.as_dict()
        self._call_s = connect_timeout_s + call_timeout_s
        self._transport = GuardedTransport(inner)
        self._ask = self._by_httpx if self._direct is None else self._direct.exchange

    def close(self) -> None:
        """Closes all connections."""
        if self._direct is not None:
            self._direct.close()
        self._transport.close()

    def send(self, calls: Sequence[Signed], *, guard: Callable[[], bool] | None = None) -> list[Answer]:
        """Runs calls, and returns an answer for each; as `outgoing` and `answers` in one."""
        return self.answers(self.outgoing(calls), guard=guard)

    def outgoing(self, calls: Sequence[Signed]) -> list[Outgoing]:
        """Returns the requests of calls: one as a plain request, more as batches of at most 50 in order."""
        if len(calls) == 1 and calls[0].link is None:
            return [self.plain(calls[0])]
        return [self.batch(calls[start : start + BATCH_MAX]) for start in range(0, len(calls), BATCH_MAX)]

    def answers(
        self, requests: Sequence[Outgoing], *, guard: Callable[[], bool] | None = None
    ) -> list[Answer]:
        """Makes the requests, and returns an answer for each of their calls.

        Args:
            requests: made by `outgoing`.
            guard: is asked right before each request; False makes it `NotSent`.
        """
        found: list[Answer] = []
        for each in requests:
            answer = self.answer(each, guard=guard)
            found += split(answer, len(each.calls)) if each.is_batch else [answer]
        return found

    def plain(self, signed: Signed) -> Outgoing:
        """Returns the request of one call by itself."""
        return requests.plain(signed, self._root, time.time())

    def batch(
        self,
        calls: Sequence[Signed],
        *,
        top: Credentials | None = None,
        include_headers: bool | None = None,
    ) -> Outgoing:
        """Returns the one request of up to 50 calls; see `requests.batch`."""
        return requests.batch(calls, self._root, time.time(), top=top, include_headers=include_headers)

    def answer(self, outgoing: Outgoing, *, guard: Callable[[], bool] | None = None) -> Answer:
        """Makes one request and returns what came back; watchers see both, without secrets.

        Args:
            outgoing: made by `plain` or `batch`.
            guard: is asked right before the first byte leaves; False makes it `NotSent`.
        """
        if self._watch is not None:
            self._watch.request(outgoing.shown())
        found = self._ask(outgoing, guard)
        if self._watch is not None:
            self._watch.answer(found, outgoing.secrets)
        return found

    def _by_httpx(self, outgoing: Outgoing, guard: Callable[[], bool] | None) -> Answer:
        # Not by `httpx.Client`, which logs every URL with its token, and takes its time.
        request = httpx.Request(
            outgoing.method,
            outgoing.url,
            content=outgoing.content,
            headers={**HEADERS, **outgoing.headers},
            extensions={"timeout": self._timeout, "guard": guard},
        )
        deadline = time.monotonic() + self._call_s
        try:
            response = self._transport.handle_request(request)
            try:
                return Answered(response.status_code, _bounded(response, deadline), response.headers)
            finally:
                response.close()  # a connection whose answer broke off is not used again
        except GivenUpError:
            return NotSent(GIVEN_UP)
        except _CutError as error:
            return Lost(str(error))
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.UnsupportedProtocol,
        ) as error:
            return NotSent(_unsent(error))
        except httpx.HTTPError as error:
            return Lost(_reason(error))


class _CutError(Exception):
    """An answer was not read to its end."""


def _bounded(response: httpx.Response, deadline: float) -> bytes:
    """Returns a body, unless it is longer than is read, or still drips at the deadline."""
    found = bytearray()
    for part in response.iter_bytes():
        found += part
        if len(found) > ANSWER_BYTES_MAX:
            raise _CutError(TOO_LONG)
        if time.monotonic() > deadline:
            raise _CutError(UNANSWERED)
    return bytes(found)


def proxy_of(origin: str) -> str | None:
    """Returns the proxy that the environment names for `origin` (`HTTPS_PROXY`, `NO_PROXY`, …), or None."""
    parts = urlsplit(origin)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def _unsent(error: httpx.HTTPError) -> str:
    match error:
        case httpx.PoolTimeout():
            return "no free connection in time"
        case httpx.ConnectTimeout():
            return unconnected(TimeoutError())
        case _:
            return unconnected(error)


def _reason(error: httpx.HTTPError) -> str:
    return {
        "ReadTimeout": "Graph did not answer in time",
        "WriteTimeout": "the request could not be written in time",
    }.get(type(error).__name__, f"the connection broke ({type(error).__name__})")


def split(answer: Answer, expected: int) -> list[Answer]:
    """Returns an answer for each part of a batch; one that is no list of parts counts for all of them."""
    if not isinstance(answer, Answered):
        return [answer] * expected
    whole = Answered(answer.status, answer.body, answer.headers, whole=True)
    if answer.status != httpx.codes.OK:
        return [whole] * expected
    try:
        answers = [_part_answer(part, answer.headers) for part in _decode_batch(answer.body)[:expected]]
    except _UNREADABLE:
        try:
            raws = _decode_parts(answer.body)[:expected]
        except _UNREADABLE:
            return [whole] * expected
        answers = [_read(bytes(raw), answer.headers) for raw in raws]  # one odd part spoils no other
    return answers + [Lost("Graph answered fewer parts than were asked")] * (expected - len(answers))


def _read(raw: bytes, outer: Mapping[str, str]) -> Answer:
    try:
        return _part_answer(_decode_part(raw), outer)
    except _UNREADABLE:
        return Lost("Graph's answer for this part cannot be read")


def _part_answer(part: _Part | None, outer: Mapping[str, str]) -> Answer:
    if part is None:
        return Lost(NULL_PART)
    listed = bytes(part.headers)
    return Answered(part.code, (part.body or "").encode(), _headers(listed, outer), listed=listed)


def _headers(listed: bytes, outer: Mapping[str, str]) -> Mapping[str, str]:
    """Returns a part's usage headers, or those of the whole answer when the part has none of its own."""
    if b"sage" not in listed:
        return outer
    try:
        return {each.name.lower(): each.value for each in _decode_headers(listed)}
    except _UNREADABLE:
        return outer
