"""What tests and tools ask of a running stub and tell it, in process or over HTTP alike."""

import abc
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from worker.stub.control import PAGED_MAX, MediaChange, RecipientChange, Stats, TokenChange, Tuning
from worker.stub.echoes import Echo
from worker.stub.faults import Action, Fault, FaultState
from worker.stub.ledger import Connection, Delivery, Request
from worker.stub.media import MediaState
from worker.stub.options import Rate, RateClass
from worker.stub.quotas import Excess
from worker.stub.recipients import RecipientState
from worker.stub.refusals import Refusal
from worker.stub.tokens import TokenState

_T = TypeVar("_T")


class Controls(abc.ABC):
    """The controls of one running stub; safe to use from any thread."""

    @property
    @abc.abstractmethod
    def origin(self) -> str:
        """Returns `http://<host>:<port>` of the stub."""

    @abc.abstractmethod
    def ask(self, method: str, name: str, query: dict[str, str], body: bytes = b"") -> bytes:
        """Returns the JSON that the stub's path `/stub/<name>` answers.

        Raises:
            ValueError: The stub refuses the request; the message says why.
        """

    @property
    def faults(self) -> "FaultControls":
        """Returns the controls of the fault rules."""
        return FaultControls(self)

    @property
    def ledger(self) -> list[Delivery]:
        """Returns every delivery so far, in the order of delivery."""
        return self._pages("ledger", Delivery, lambda one: one.sequence)

    @property
    def requests(self) -> list[Request]:
        """Returns every HTTP request so far, in the order of arrival."""
        return self._pages("requests", Request, lambda one: one.id)

    @property
    def connections(self) -> list[Connection]:
        """Returns every connection so far, in the order of opening."""
        return self._pages("connections", Connection, lambda one: one.id)

    def clear(self) -> None:
        """Empties ledger and request log; numbering goes on."""
        self.ask("DELETE", "ledger", {})

    def stats(self) -> Stats:
        """Returns the stub's figures since its start."""
        return msgspec.json.decode(self.ask("GET", "stats", {}), type=Stats)

    def echoes(self, *, after: float = 0.0, until: float | None = None) -> list[Echo]:
        """Returns the webhook echoes that came up after `after`, and until `until` or now (unix seconds)."""
        query = {"after": repr(after)}
        if until is not None:
            query["until"] = repr(until)
        return msgspec.json.decode(self.ask("GET", "echoes", query), type=list[Echo])

    def excesses(self, page: str, rate_class: RateClass, *, per_s: float, burst: float) -> list[Excess]:
        """Returns each request that broke burst + rate x (t + 0.25 s) in some window ending with it."""
        query = {"page": page, "rate_class": rate_class, "per_s": repr(per_s), "burst": repr(burst)}
        return msgspec.json.decode(self.ask("GET", "excesses", query), type=list[Excess])

    def set_token(
        self, page: str, *, token: str | None = None, state: TokenState | Refusal = "valid"
    ) -> None:
        """Gives a Page a new token (all former ones are dead then), a new state, or both."""
        self._tell("tokens", TokenChange(page, token, state))

    def set_recipient(
        self,
        recipient: str,
        state: RecipientState | Refusal = "reachable",
        *,
        page: str = "",
        wrote_at: float | None = None,
    ) -> None:
        """Sets what sends to a recipient are answered with, for one Page or (empty) for all.

        `wrote_at` (unix seconds of the stub's clock) is when the person last wrote to the Page, which a
        strict stub measures Meta's windows from.
        """
        self._tell("recipients", RecipientChange(recipient, state, page, wrote_at))

    def set_media(self, url: str, state: MediaState) -> None:
        """Sets what a fetch of media from the URL comes to."""
        self._tell("media", MediaChange(url, state))

    def set_latency(self, latency_ms: float) -> None:
        """Sets the time between delivery and answer of requests that arrive from now on."""
        self._tell("tuning", Tuning(latency_ms=latency_ms))

    def set_limits(self, limits: dict[RateClass, Rate]) -> None:
        """Replaces the enforced limits: calls a second and burst, by rate class, for each Page."""
        self._tell("tuning", Tuning(limits=limits))

    def set_usage(self, calls_an_hour: int | None) -> None:
        """Sets how many calls an hour of one Page are 100 % in usage headers; None sends none."""
        self._tell("tuning", Tuning(usage_calls=calls_an_hour or 0))

    def advance(self, seconds: float) -> None:
        """Moves the stub's clock on, for windows of hours and days."""
        self._tell("tuning", Tuning(advance_s=seconds))

    def refuse_connections(self, for_ms: float) -> None:
        """Closes the listening socket and all connections, and listens again after so many milliseconds."""
        self._tell("tuning", Tuning(refuse_ms=for_ms))

    def _tell(self, name: str, change: msgspec.Struct) -> None:
        self.ask("POST", name, {}, msgspec.json.encode(change))

    def _pages(self, name: str, kind: type[_T], number_of: Callable[[_T], int]) -> list[_T]:
        found: list[_T] = []
        while True:
            after = number_of(found[-1]) if found else 0
            raw = self.ask("GET", name, {"after": str(after), "limit": str(PAGED_MAX)})
            page = msgspec.json.decode(raw, type=list[kind])  # type: ignore[valid-type]  # a type held in a variable
            found.extend(page)
            if len(page) < PAGED_MAX:
                return found


class FaultControls:
    """Adds, lists and removes the fault rules of a running stub."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    def add(self, action: Action | Fault, **fields: object) -> int:
        """Adds a rule behind those in force; returns its number.

        Args:
            action: What goes wrong, or a whole `Fault`.
            **fields: The other attributes of `Fault`.

        Raises:
            ValueError: There is no such action (the message lists those there are), or a field is unknown or out of its
                bounds.
        """
        fault = action if isinstance(action, Fault) else {"action": action, **fields}
        raw = self._controls.ask("POST", "faults", {}, msgspec.json.encode(fault))
        return int(msgspec.json.decode(raw)["numbers"][0])

    def clear(self, number: int | None = None) -> None:
        """Removes one rule, or all of them."""
        self._controls.ask("DELETE", "faults", {} if number is None else {"number": str(number)})

    def rules(self) -> list[FaultState]:
        """Returns the rules in force with how often each matched and fired."""
        return msgspec.json.decode(self._controls.ask("GET", "faults", {}), type=list[FaultState])


def control_path(name: str, query: dict[str, str]) -> str:
    """Returns path and query of one of the stub's own paths."""
    return f"/stub/{name}?{urlencode(query)}" if query else f"/stub/{name}"
