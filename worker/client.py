"""`MessengerClient`: the vocabulary at once, in the caller's thread; every method gives back Graph's reply."""

import difflib
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self, cast

import httpx
import msgspec

from producer.commands import BatchItem, Command, SendBatch
from producer.commands.fields import Platform
from producer.commands.secrets import Secret
from producer.errors import InvalidCommandError, SettingsError
from producer.versions import NEWEST
from producer.vocabulary.lifting import Called, Make
from producer.vocabulary.methods import Vocabulary
from worker.call.cursors import followed
from worker.call.endpoints import CallContext, call_for, part_call
from worker.call.graph.answers import Answer, Answered
from worker.call.graph.client import GraphClient, split
from worker.call.graph.failing import error_of
from worker.call.graph.requests import Outgoing
from worker.call.graph.signing import signed
from worker.call.graph.watching import DebugLog, Watch, is_debugging, parsed_body
from worker.call.replies import unwrap, unwrap_part
from worker.call.slices import slices_of
from worker.config.credentials import Keyring
from worker.config.endpoint import origin_url, shows_tokens, version_number, version_pair
from worker.errors import GraphError, NoAnswer, RequestInfo

TIMEOUT_S_MAX: Final = 3_600.0
CONNECTIONS: Final = 100


class MessengerClient(Vocabulary, Called):
    """Runs every method against the Graph API now, and answers what Graph answered; safe to share between threads.

    Every method raises `InvalidCommandError` before anything is sent, `GraphError` when Graph refuses, `NoAnswer` when
    no answer came. Nothing is tried again, no limit of Meta's is kept: that is the queue's.

    `connect` makes one as the reference client is made.

    Args:
        access_token: the Page's; `access_token=` replaces it for one call of a method.
        version: of the Graph API, with or without `v`; empty means the newest.
        app_id: of the app; `debug_token`, subscriptions and custom events need it.
        app_secret: of the app; with it every request carries the `appsecret_proof` of the token that it carries.
        origin: scheme, host and port; plain http only to this machine, or with `dangerous_plain_http`.
        platform: `instagram` for an account there, whose bounds are then held; with Instagram Login the origin is
            `https://graph.instagram.com`.
        skip_app_secret_proof: true to send no proof although the secret is given.
        on_request: is called with a `RequestInfo` right before each request; what it raises stops the request.
        timeout_s: for each wait for Graph, at most 3,600 seconds; a connection must open within 10.
        timed_proof: true for proofs that hold for five minutes.
        debug: true to log every request and answer, without secrets; None asks `OUTBOUND_DEBUG`.
        dangerous_plain_http: true to show every token on the way.
        transport: the far end, for tests and proxies.

    Raises:
        SettingsError: an argument is out of its bounds, in a sentence.
    """

    def __init__(
        self,
        access_token: str,
        version: str = NEWEST,
        *,
        app_id: str | None = None,
        app_secret: str | None = None,
        origin: str = "https://graph.facebook.com",
        platform: Platform = "messenger",
        skip_app_secret_proof: bool = False,
        on_request: Callable[[RequestInfo], object] | None = None,
        timeout_s: float = 60.0,
        timed_proof: bool = False,
        debug: bool | None = None,
        dangerous_plain_http: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        number, place = _checked(version, origin, timeout_s, dangerous=dangerous_plain_http)
        self._keyring = Keyring(
            access_token, app_id, app_secret, proves=not skip_app_secret_proof, timed=timed_proof
        )
        self._version = number
        self._context = CallContext(app_id=app_id, version=version_pair(number), platform=platform)
        watching = is_debugging() if debug is None else debug
        self._graph = GraphClient(
            origin=place,
            version=number,
            connect_timeout_s=min(timeout_s, 10.0),
            call_timeout_s=timeout_s,
            connections=CONNECTIONS,
            watch=_Watching(on_request, DebugLog() if watching else None) if on_request or watching else None,
            transport=transport,
        )

    @classmethod
    def connect(cls, access_token: str | Mapping[str, Any], version: str = NEWEST) -> Self:
        """Returns a client, as `connect` of the reference client does.

        Args:
            access_token: the Page's, as text; or an object with the arguments of the class by their names or in the
                document's spelling, such as `{"accessToken": …, "appSecret": …, "version": "4.0"}`.
            version: of the Graph API; a version inside the object counts instead.

        Raises:
            SettingsError: an argument is unknown or out of its bounds, in a sentence.
        """
        if not isinstance(access_token, Mapping):
            return cls(access_token, version)
        return cls(**{"version": version, **_named(access_token)})

    def __repr__(self) -> str:
        return f"<MessengerClient v{self._version}>"

    @property
    def version(self) -> str:
        """The Graph version, without `v`."""
        return self._version

    @property
    def access_token(self) -> str:
        """The Page's token."""
        return self._keyring.access_token

    @property
    def app_id(self) -> str | None:
        """The app's id."""
        return self._keyring.app_id

    @property
    def app_secret(self) -> str | None:
        """The app's secret."""
        return self._keyring.app_secret

    def close(self) -> None:
        """Closes all connections."""
        self._graph.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, make: Make, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> object:
        command = cast("Command", make(*arguments, **options))
        return self._run_batch(command) if isinstance(command, SendBatch) else self._run_one(command)

    def _run_one(self, command: Command) -> object:
        outgoing = self._outgoing(command)
        answer = followed(command, self._graph.answer(outgoing), self._ask)
        error = error_of(answer, outgoing)
        if error is not None:
            raise error
        return unwrap(command, parsed_body(cast("Answered", answer).body))

    def _outgoing(self, command: Command) -> Outgoing:
        return self._graph.plain(signed(call_for(command, self._context), self._keyring))

    def _ask(self, command: Command) -> Answer:
        return self._graph.answer(self._outgoing(command))

    def _run_batch(self, command: SendBatch) -> list[object]:
        keyring = self._keyring
        if command.access_token is not None:
            keyring = msgspec.structs.replace(keyring, access_token=_plain(command.access_token))
        top = keyring.credentials()
        replies: list[object] = []
        requests = []
        for items in slices_of(command.parts):
            calls = [
                signed(call, keyring, link) for call, link in (part_call(i, self._context) for i in items)
            ]
            requests.append((items, calls))
        for items, calls in requests:
            outgoing = self._graph.batch(calls, top=top, include_headers=command.include_headers)
            answer = self._graph.answer(outgoing)
            replies += _replies(items, answer, outgoing, replies)
        return replies


class _Watching:
    """Shows requests to the caller's hook and to the debug log, answers to the log alone."""

    def __init__(self, on_request: Callable[[RequestInfo], object] | None, log: Watch | None) -> None:
        self._on_request = on_request
        self._log = log

    def request(self, request: RequestInfo) -> None:
        if self._on_request is not None:
            self._on_request(request)
        if self._log is not None:
            self._log.request(request)

    def answer(self, answer: Answer, secrets: Sequence[str]) -> None:
        if self._log is not None:
            self._log.answer(answer, secrets)


_ARGUMENTS: Final = tuple(inspect.signature(MessengerClient.__init__).parameters)[1:]
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _named(config: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for given, value in config.items():
        name = _HUMP.sub("_", str(given)).lower()
        if name not in _ARGUMENTS:
            near = difflib.get_close_matches(name, _ARGUMENTS, n=1)
            meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(_ARGUMENTS)}"
            raise SettingsError(f"{given} is no argument of a client: {meant}")
        found[name] = value
    if "access_token" not in found:
        raise SettingsError("access_token is missing: give the Page's")
    return found


def _checked(version: str, origin: str, timeout_s: float, *, dangerous: bool) -> tuple[str, str]:
    if not isinstance(version, str):
        raise SettingsError("version must be text, such as 27.0 or v27.0")
    try:
        number = version_number(version or NEWEST)
    except ValueError as error:
        raise SettingsError(f"version {error}") from None
    try:
        place = origin_url(origin)
    except ValueError as error:
        raise SettingsError(f"origin {error}") from None
    if shows_tokens(place) and not dangerous:
        raise SettingsError(
            "origin is plain http to another machine, which shows every access token on the way: "
            "use https, or pass dangerous_plain_http=True if you mean it"
        )
    if not 0 < timeout_s <= TIMEOUT_S_MAX:
        raise SettingsError(f"timeout_s must be more than 0 and at most {TIMEOUT_S_MAX:g} seconds")
    return number, place


def _plain(token: str | Secret) -> str:
    if isinstance(token, Secret):
        raise InvalidCommandError("access_token", "a named secret is the worker's: give the token itself")
    return token


def _replies(
    items: Sequence[BatchItem], answer: Answer, outgoing: Outgoing, before: list[object]
) -> list[object]:
    answers = split(answer, len(items))
    first = answers[0]
    if not isinstance(answer, Answered) or (isinstance(first, Answered) and first.whole):
        error = error_of(first, outgoing)
        if isinstance(error, GraphError | NoAnswer):
            error.replies = before or None
            raise error
    return [unwrap_part(item, _as_graph(each)) for item, each in zip(items, answers, strict=True)]


def _as_graph(answer: Answer) -> object:
    """Returns a part's answer in the form in which Graph gave it; None for null."""
    if not isinstance(answer, Answered):
        return None
    headers = msgspec.json.decode(answer.listed)
    listed = {} if headers is None else {"headers": headers}
    return {"code": answer.status, **listed, "body": answer.body.decode("utf-8", "replace")}
