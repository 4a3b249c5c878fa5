"""`GraphClient`: the one connection pool of a process; runs a call as a plain request, several as one batch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast
from urllib.parse import quote, urlencode, urlsplit

import httpx
import msgspec

from worker.calls import Call, Link, encode_part_json
from worker.graph.answers import NULL_PART, Answer, Answered, Lost, NotSent
from worker.graph.credentials import Credentials, proof_of

BATCH_MAX: Final = 50
JSON_HEADERS: Final = {"content-type": "application/json"}
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Signed(msgspec.Struct, frozen=True):
    """A call with the token that it is signed with, and its links when it is part of an explicit batch."""

    call: Call
    credentials: Credentials
    link: Link | None = None

    def __repr__(self) -> str:
        return f"<{self.call.method} {self.call.path}>"


class _Part(msgspec.Struct):
    code: int = 0
    body: str | None = None
    headers: msgspec.Raw = msgspec.Raw(b"[]")


class _Header(msgspec.Struct):
    name: str = ""
    value: str = ""


_decode_batch: Final = msgspec.json.Decoder(list[_Part | None]).decode
_decode_headers: Final = msgspec.json.Decoder(list[_Header]).decode


class GuardedTransport(httpx.BaseTransport):
    """Asks a request's guard right before its first byte leaves; a request that may not leave fails as not sent."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request on if its guard says so.

        Raises:
            httpx.ConnectError: its guard says no.
        """
        guard = cast("Callable[[], bool] | None", request.extensions.get("guard"))
        if guard is not None and not guard():
            raise httpx.ConnectError("this worker may have been given up: its request does not begin")
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Closes the connections."""
        self._inner.close()


class GraphClient:
    """Graph at one origin and version, for any number of Pages and threads.

    Args:
        origin: scheme, host and port.
        version: without `v`, such as `26.0`.
        connect_timeout_s: for a connection; nothing was sent when it runs out.
        call_timeout_s: for each wait for Graph's answer; the call may have been carried out when it runs out.
        connections: most open connections; as many as there are threads.
        transport: the far end, for tests.
    """

    def __init__(
        self,
        *,
        origin: str = "https://graph.facebook.com",
        version: str = "4.0",
        connect_timeout_s: float = 5.0,
        call_timeout_s: float = 60.0,
        connections: int = 16,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._root = f"{origin.rstrip('/')}/v{version}/"
        self._batch_url = httpx.URL(self._root)
        limits = httpx.Limits(
            max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=60
        )
        trust_env = urlsplit(origin).hostname not in LOOPBACK
        inner = transport or httpx.HTTPTransport(limits=limits, trust_env=trust_env)
        timeout = httpx.Timeout(call_timeout_s, connect=connect_timeout_s, pool=connect_timeout_s)
        self._client = httpx.Client(
            transport=GuardedTransport(inner),
            timeout=timeout,
            trust_env=False,
            headers={"accept": "application/json"},
        )

    def close(self) -> None:
        """Closes all connections."""
        self._client.close()

    def send(self, calls: Sequence[Signed], *, guard: Callable[[], bool] | None = None) -> list[Answer]:
        """Runs calls, one as a plain request, more as batches of at most 50 in order; returns an answer for each.

        Args:
            calls: to run; calls with files each go alone.
            guard: is asked right before each request; False makes it `NotSent`.
        """
        if len(calls) == 1 and calls[0].link is None:
            return [self._send_one(calls[0], guard)]
        answers: list[Answer] = []
        for start in range(0, len(calls), BATCH_MAX):
            answers += self._send_batch(calls[start : start + BATCH_MAX], guard)
        return answers

    def _send_one(self, signed: Signed, guard: Callable[[], bool] | None) -> Answer:
        call, credentials = signed.call, signed.credentials
        query = [*call.query, ("access_token", credentials.access_token)]
        if credentials.app_secret:
            query.append(("appsecret_proof", proof_of(credentials.access_token, credentials.app_secret)))
        url = f"{self._root}{call.path}?{urlencode(query, quote_via=quote)}"
        content = msgspec.json.encode(call.body) if call.body is not None else b""
        request = self._client.build_request(call.method, url, content=content, headers=JSON_HEADERS)
        answer = self._exchange(request, guard)
        if isinstance(answer, httpx.Response):
            return Answered(answer.status_code, answer.content, answer.headers)
        return answer

    def _send_batch(self, calls: Sequence[Signed], guard: Callable[[], bool] | None) -> list[Answer]:
        first = calls[0].credentials
        shared = all(each.credentials is first or each.credentials == first for each in calls)
        if shared:
            token = first.access_token
            parts = [encode_part_json(each.call, link=each.link) for each in calls]
        else:
            token = first.app_token or first.access_token
            parts = [_part_with_its_token(each) for each in calls]
        url = self._batch_url
        if first.app_secret:
            url = url.copy_with(params={"appsecret_proof": proof_of(token, first.app_secret)})
        content = b'{"access_token":%b,"batch":[%b]}' % (msgspec.json.encode(token), b",".join(parts))
        request = self._client.build_request("POST", url, content=content, headers=JSON_HEADERS)
        answer = self._exchange(request, guard)
        if isinstance(answer, httpx.Response):
            return _split(answer, len(calls))
        return [answer] * len(calls)

    def _exchange(
        self, request: httpx.Request, guard: Callable[[], bool] | None
    ) -> httpx.Response | Lost | NotSent:
        if guard is not None:
            request.extensions["guard"] = guard
        try:
            return self._client.send(request)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.UnsupportedProtocol,
        ) as error:
            return NotSent(_reason(error))
        except httpx.HTTPError as error:
            return Lost(_reason(error))


def _part_with_its_token(signed: Signed) -> bytes:
    token, secret = signed.credentials.access_token, signed.credentials.app_secret
    proof = proof_of(token, secret) if secret else None
    return encode_part_json(signed.call, token=token, proof=proof, link=signed.link)


def _reason(error: httpx.HTTPError) -> str:
    return {
        "ConnectError": "no connection to Graph",
        "ConnectTimeout": "no connection to Graph in time",
        "PoolTimeout": "no free connection in time",
        "ReadTimeout": "Graph did not answer in time",
        "WriteTimeout": "the request could not be written in time",
    }.get(type(error).__name__, f"the connection broke ({type(error).__name__})")


def _split(response: httpx.Response, expected: int) -> list[Answer]:
    """Returns an answer for each part; an answer that is no list of parts counts for all of them."""
    whole = Answered(response.status_code, response.content, response.headers, whole=True)
    if response.status_code != httpx.codes.OK:
        return [whole] * expected
    try:
        parts = _decode_batch(response.content)
    except msgspec.DecodeError:
        return [whole] * expected
    answers: list[Answer] = [
        Lost(NULL_PART)
        if part is None
        else Answered(part.code, (part.body or "").encode(), _headers(part.headers, response.headers))
        for part in parts[:expected]
    ]
    return answers + [Lost("Graph answered fewer parts than were asked")] * (expected - len(answers))


def _headers(raw: msgspec.Raw, outer: Mapping[str, str]) -> Mapping[str, str]:
    """Returns a part's usage headers, or those of the whole answer when the part has none of its own."""
    if b"sage" not in bytes(raw):
        return outer
    try:
        return {each.name.lower(): each.value for each in _decode_headers(raw)}
    except msgspec.DecodeError:
        return outer
