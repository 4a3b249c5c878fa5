"""The stub's own paths under `/stub/`: ledger, requests, faults, states, figures."""

import bisect
import os
import resource
import time
from collections.abc import Callable

import msgspec

from worker.stub.answers import Answer
from worker.stub.echoes import echoes_of
from worker.stub.faults import read_faults
from worker.stub.media import MediaState
from worker.stub.options import Milliseconds, Rate, RateClass
from worker.stub.quotas import excesses
from worker.stub.recipients import RecipientState
from worker.stub.refusals import Refusal
from worker.stub.tokens import TokenState
from worker.stub.world import World

PREFIX = "/stub/"
PAGED_MAX = 10_000

_encode = msgspec.json.Encoder().encode


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """A stub's figures since its start: times in seconds, memory in bytes, the rest are counts."""

    pid: int
    process_time_s: float
    uptime_s: float
    rss_max_bytes: int
    requests: int
    parts: int
    deliveries: int
    errors: int
    aborted: int
    open: int
    violations: dict[str, int]


class TokenChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /stub/tokens`."""

    page: str
    token: str | None = None
    state: TokenState | Refusal = "valid"


class RecipientChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /stub/recipients`; an empty Page means all of them; `wrote_at` is in unix seconds."""

    recipient: str
    state: RecipientState | Refusal = "reachable"
    page: str = ""
    wrote_at: float | None = None


class MediaChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /stub/media`."""

    url: str
    state: MediaState


class Tuning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /stub/tuning`: what is absent stays; `limits` replaces all limits.

    `advance_s` moves the stub's clock on; `refuse_ms` closes the listening socket and every connection for
    so long; `usage_calls` of 0 stops usage headers.
    """

    latency_ms: Milliseconds | None = None
    limits: dict[RateClass, Rate] | None = None
    advance_s: float | None = None
    refuse_ms: Milliseconds | None = None
    usage_calls: int | None = None


class ExcessQuery(msgspec.Struct, frozen=True):
    """Query of `GET /stub/excesses`: a Page, a rate class, calls a second, and burst."""

    page: str
    rate_class: RateClass
    per_s: float
    burst: float


class Control:
    """Answers `/stub/` requests about one world; these have no faults, no latency and no log."""

    def __init__(self, world: World, refuse_connections: Callable[[float], None]) -> None:
        self._world = world
        self._refuse_connections = refuse_connections
        self._started = time.monotonic()
        self.open = 0

    def ask(self, method: str, name: str, query: dict[str, str], body: bytes) -> bytes:
        """Returns the JSON that answers a request.

        Raises:
            KeyError: There is no such path or method.
            msgspec.ValidationError: The body is not what the path wants.
            ValueError: A number in the query is none.
        """
        asked = {
            "GET ledger": self._ledger,
            "GET requests": self._requests,
            "GET connections": self._connections,
            "GET faults": self._rules,
            "GET stats": self._stats,
            "GET echoes": self._echoes,
            "GET excesses": self._excesses,
        }
        told = {
            "POST faults": self._add_faults,
            "POST tokens": self._set_token,
            "POST recipients": self._set_recipient,
            "POST media": self._set_media,
            "POST tuning": self._tune,
        }
        verb = f"{method} {name}"
        if verb in asked:
            return _encode(asked[verb](query))
        if verb in told:
            return _encode(told[verb](body))
        return _encode(self._forget(verb, query))

    def answer(self, method: str, name: str, query: dict[str, str], body: bytes) -> Answer:
        """Returns the HTTP answer: 404 for what is unknown, 400 with a sentence for a bad body."""
        try:
            return Answer(200, self.ask(method, name, query, body))
        except KeyError:
            return Answer(404, _encode({"error": f"The stub has no {method} /stub/{name}."}))
        except (msgspec.DecodeError, ValueError) as error:
            return Answer(400, _encode({"error": str(error)}))

    def _forget(self, verb: str, query: dict[str, str]) -> object:
        match verb:
            case "DELETE faults":
                number = query.get("number")
                self._world.faults.clear(int(number) if number else None)
            case "DELETE ledger":
                self._world.ledger.clear()
            case _:
                raise KeyError(verb)
        return {"success": True}

    def _ledger(self, query: dict[str, str]) -> object:
        """Pages by sequence number: those after `after`, at most `limit` (10,000)."""
        kept = self._world.ledger.deliveries
        start = bisect.bisect_right(kept, int(query.get("after", 0)), key=lambda one: one.sequence)
        return kept[start : start + _limit(query)]

    def _requests(self, query: dict[str, str]) -> object:
        kept = self._world.ledger.requests
        start = bisect.bisect_right(kept, int(query.get("after", 0)), key=lambda one: one.id)
        return kept[start : start + _limit(query)]

    def _connections(self, query: dict[str, str]) -> object:
        kept = self._world.ledger.connections
        start = bisect.bisect_right(kept, int(query.get("after", 0)), key=lambda one: one.id)
        return kept[start : start + _limit(query)]

    def _rules(self, _query: dict[str, str]) -> object:
        return self._world.faults.rules()

    def _stats(self, _query: dict[str, str]) -> object:
        world = self._world
        return Stats(
            pid=os.getpid(),
            process_time_s=time.process_time(),
            uptime_s=time.monotonic() - self._started,
            rss_max_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024,
            requests=world.requests,
            parts=world.parts,
            deliveries=world.ledger.delivered,
            errors=world.errors,
            aborted=world.aborted,
            open=self.open,
            violations=dict(world.quotas.violations),
        )

    def _echoes(self, query: dict[str, str]) -> object:
        until = float(query["until"]) if "until" in query else time.time()
        after = float(query.get("after", 0))
        return echoes_of(self._world.ledger.deliveries, self._world.options, after=after, until=until)

    def _excesses(self, query: dict[str, str]) -> object:
        asked = msgspec.convert(query, ExcessQuery, strict=False)
        requests = self._world.ledger.requests
        return excesses(requests, asked.page, asked.rate_class, per_s=asked.per_s, burst=asked.burst)

    def _add_faults(self, body: bytes) -> object:
        faults = read_faults(body)
        added = faults if isinstance(faults, list) else [faults]
        return {"numbers": [self._world.faults.add(fault) for fault in added]}

    def _set_token(self, body: bytes) -> object:
        change = msgspec.json.decode(body, type=TokenChange)
        self._world.tokens.set(change.page, token=change.token, state=change.state)
        return {"success": True}

    def _set_recipient(self, body: bytes) -> object:
        change = msgspec.json.decode(body, type=RecipientChange)
        self._world.recipients.set(change.recipient, change.state, page=change.page)
        if change.wrote_at is not None:
            self._world.windows.wrote(change.page, change.recipient, change.wrote_at)
        return {"success": True}

    def _set_media(self, body: bytes) -> object:
        change = msgspec.json.decode(body, type=MediaChange)
        self._world.media.set(change.url, change.state)
        return {"success": True}

    def _tune(self, body: bytes) -> object:
        tuning = msgspec.json.decode(body, type=Tuning)
        world = self._world
        if tuning.latency_ms is not None:
            world.latency_ms = tuning.latency_ms
        if tuning.limits is not None:
            world.quotas.set(tuning.limits)
        if tuning.advance_s is not None:
            world.advance(tuning.advance_s)
        if tuning.usage_calls is not None:
            world.usage.set(tuning.usage_calls or None)
        if tuning.refuse_ms is not None:
            self._refuse_connections(tuning.refuse_ms)
        return {"success": True}


def _limit(query: dict[str, str]) -> int:
    return max(1, min(PAGED_MAX, int(query.get("limit", PAGED_MAX))))
