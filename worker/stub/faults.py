"""Faults: rules that say which requests or parts go wrong, and how."""

import random
from typing import Annotated, Any, Literal, get_args

import msgspec

from worker.stub.options import Milliseconds
from worker.stub.refusals import Refusal

Action = Literal[
    "latency",
    "headers",
    "error",
    "error_in_200",
    "null",
    "drop_before",
    "drop_after",
    "hang",
    "html",
    "bare_429",
    "empty",
    "unavailable",
    "short",
]

ACTIONS = get_args(Action)
PART_ACTIONS = frozenset({"error", "error_in_200", "null"})
PASSING_ACTIONS = frozenset({"latency", "headers"})
_DELIVERED = frozenset({"drop_after", "empty", "short"})


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule. What it does not name, it matches; it counts only what it matches.

    `error`, `error_in_200` and `null` befall single calls, in a batch and alone, unless `whole` is set.
    `latency` and `headers` let the request go on. All other actions befall the whole request: they match
    when one of its parts does. Rules are asked in the order in which they were added, and the first that
    ends a call or a request is the last one asked for it.

    Attributes:
        action: `latency` waits `latency_ms`; `headers` adds `headers` to answer and parts; `error` answers
            with `code` and its companions, `error_in_200` the same under HTTP 200; `null` answers a part
            with null, and closes the connection on a plain request; `drop_before` closes the connection
            and delivers nothing, `drop_after` delivers first; `hang` gives no answer for `latency_ms`
            (0: ever) and then closes; `html` is an edge's HTML page with `status` (503 unless given);
            `bare_429`, `empty` (200 without a body) and `unavailable` (200, «Service Unavailable») are
            what they say; `short` leaves the last `short_by` parts out of the array.
        page: Page id of the call.
        recipient: PSID, or `user_ref:…` and the like as the ledger writes it.
        path: Edge (`messages`), or node and edge (`me/messages`).
        method: HTTP's, upper case.
        kind: `message`, `sender_action`, or None.
        contains: Text that must occur in the JSON text of the message.
        whole: Also makes `error` and `error_in_200` answer for the whole request.
        nth: Only the n-th match, counted from 1.
        every: Only each k-th match.
        probability: Share of the matches, by a generator seeded with `seed`.
        times: At most so many, 1 for once.
        deliver: Whether what goes wrong is delivered all the same. By default `drop_after`, `empty` and
            `short` deliver, everything else does not.
        reset: Drop with a TCP reset instead of an orderly end.
        code: Graph's `code`; `message`, `subcode`, `is_transient`, `user_title`, `user_message`,
            `error_type`, `status` and `extra` (members that no document names) are the rest of the error.
        estimated_minutes: With `page` or the call's own, adds `X-Business-Use-Case-Usage` whose
            `estimated_time_to_regain_access` is this.
        headers: Header names and values; objects are sent as JSON.
    """

    action: Action
    page: str | None = None
    recipient: str | None = None
    path: str | None = None
    method: str | None = None
    kind: str | None = None
    contains: str | None = None
    whole: bool = False
    nth: Annotated[int, msgspec.Meta(ge=1)] | None = None
    every: Annotated[int, msgspec.Meta(ge=1)] | None = None
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    seed: int = 0
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None
    deliver: bool | None = None
    reset: bool = False
    latency_ms: Milliseconds = 0.0
    status: Annotated[int, msgspec.Meta(ge=200, le=599)] | None = None
    code: int = 1
    subcode: int | None = None
    is_transient: bool | None = None
    error_type: str = "OAuthException"
    message: str | None = None
    user_title: str | None = None
    user_message: str | None = None
    extra: dict[str, Any] = {}
    short_by: Annotated[int, msgspec.Meta(ge=1)] = 1
    estimated_minutes: int | None = None
    headers: dict[str, Any] = {}

    @property
    def delivers(self) -> bool:
        """Tells whether the calls that it befalls reach their recipients."""
        return self.action in _DELIVERED if self.deliver is None else self.deliver

    @property
    def of_request(self) -> bool:
        """Tells whether it befalls requests; otherwise single calls."""
        return self.whole or self.action not in PART_ACTIONS

    def refusal(self) -> Refusal:
        """Returns the error that it answers with."""
        in_200 = self.action == "error_in_200"
        return Refusal(
            code=self.code,
            subcode=self.subcode,
            type=self.error_type,
            message=self.message or f"(#{self.code}) An error that the stub was told to give",
            status=self.status or (200 if in_200 else 400),
            is_transient=self.is_transient,
            user_title=self.user_title,
            user_message=self.user_message,
            extra=self.extra or None,
        )

    def header_pairs(self, page: str) -> list[tuple[str, str]]:
        """Returns the headers that it adds to an answer about the Page."""
        pairs = [(name, _header_text(value)) for name, value in self.headers.items()]
        if self.estimated_minutes is not None:
            usage = {
                "type": "messenger",
                "call_count": 100,
                "total_cputime": 25,
                "total_time": 25,
                "estimated_time_to_regain_access": self.estimated_minutes,
            }
            pairs.append(("X-Business-Use-Case-Usage", _header_text({self.page or page: [usage]})))
        return pairs


def read_faults(body: bytes) -> list[Fault] | Fault:
    """Returns the rules, or the one, in a body of JSON.

    Raises:
        msgspec.ValidationError: There is no such action (the message lists those there are), or a field is unknown or
            out of its bounds.
    """
    given = msgspec.json.decode(body)
    for each in given if isinstance(given, list) else [given]:
        action = each.get("action") if isinstance(each, dict) else None
        if isinstance(action, str) and action not in ACTIONS:
            raise msgspec.ValidationError(f"there is no fault {action!r}: there are {', '.join(ACTIONS)}")
    return msgspec.convert(given, list[Fault] | Fault)


def _header_text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


class Subject(msgspec.Struct, gc=False):
    """What rules look at: one call."""

    page: str
    recipient: str
    method: str
    path: str
    edge: str
    kind: str | None
    text: str


class _Rule:
    """A fault with its counters."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.matched = 0
        self.fired = 0
        self._chance = random.Random(fault.seed)  # noqa: S311 - repeatable chance is the point

    def matches(self, subject: Subject) -> bool:
        fault = self.fault
        return (
            (fault.page is None or fault.page == subject.page)
            and (fault.recipient is None or fault.recipient == subject.recipient)
            and (fault.path is None or fault.path in (subject.edge, subject.path))
            and (fault.method is None or fault.method == subject.method)
            and (fault.kind is None or fault.kind == subject.kind)
            and (fault.contains is None or fault.contains in subject.text)
        )

    def fires(self) -> bool:
        fault = self.fault
        self.matched += 1
        if fault.times is not None and self.fired >= fault.times:
            return False
        if fault.nth is not None and self.matched != fault.nth:
            return False
        if fault.every is not None and self.matched % fault.every:
            return False
        if fault.probability is not None and self._chance.random() >= fault.probability:
            return False
        self.fired += 1
        return True


class FaultState(msgspec.Struct, frozen=True):
    """A rule with its number and how often it matched and fired."""

    number: int
    fault: Fault
    matched: int
    fired: int


class Faults:
    """The rules now in force; safe to change from any thread while the stub runs."""

    def __init__(self) -> None:
        self._of_requests: tuple[_Rule, ...] = ()
        self._of_calls: tuple[_Rule, ...] = ()
        self._next = 1

    @property
    def on_requests(self) -> bool:
        """Tells whether any rule looks at requests."""
        return bool(self._of_requests)

    @property
    def on_calls(self) -> bool:
        """Tells whether any rule looks at single calls."""
        return bool(self._of_calls)

    def add(self, action: Action | Fault, **fields: object) -> int:
        """Adds a rule at the end; returns its number.

        Args:
            action: What goes wrong, or a whole `Fault`.
            **fields: The other attributes of `Fault`.

        Raises:
            msgspec.ValidationError: A field is unknown or out of its bounds.
        """
        whole = msgspec.to_builtins(action) if isinstance(action, Fault) else {"action": action, **fields}
        rule = _Rule(self._next, msgspec.convert(whole, Fault))
        self._next += 1
        if rule.fault.of_request:
            self._of_requests = (*self._of_requests, rule)
        else:
            self._of_calls = (*self._of_calls, rule)
        return rule.number

    def clear(self, number: int | None = None) -> None:
        """Removes one rule, or all of them."""
        self._of_requests = tuple(one for one in self._of_requests if number not in (None, one.number))
        self._of_calls = tuple(one for one in self._of_calls if number not in (None, one.number))

    def rules(self) -> list[FaultState]:
        """Returns the rules in the order in which they were added."""
        rules = sorted((*self._of_requests, *self._of_calls), key=lambda rule: rule.number)
        return [FaultState(rule.number, rule.fault, rule.matched, rule.fired) for rule in rules]

    def for_request(self, subjects: list[Subject]) -> list[Fault]:
        """Returns what befalls a request: any number that let it go on, then at most one that ends it."""
        firing: list[Fault] = []
        for rule in self._of_requests:
            if any(rule.matches(subject) for subject in subjects) and rule.fires():
                firing.append(rule.fault)
                if rule.fault.action not in PASSING_ACTIONS:
                    break
        return firing

    def for_call(self, subject: Subject) -> Fault | None:
        """Returns what befalls a single call."""
        for rule in self._of_calls:
            if rule.matches(subject) and rule.fires():
                return rule.fault
        return None
