"""Limits by Page: the law burst + rate x (t + 250 ms) in any window, checked or enforced."""

from collections.abc import Iterable, Mapping

import msgspec

from worker.stub.ledger import Request
from worker.stub.options import Rate, RateClass
from worker.stub.refusals import Refusal

SLACK_S = 0.25
_DEBT_MAX_S = 60.0
_ROUNDING = 1e-6


class Excess(msgspec.Struct, frozen=True):
    """A call that came too early: `over` calls above the law at `at_monotonic` (seconds)."""

    at_monotonic: float
    request: int
    over: float


def excesses(
    requests: Iterable[Request], page: str, rate_class: RateClass, *, per_s: float, burst: float
) -> list[Excess]:
    """Returns each request that broke burst + rate x (t + 0.25 s) in some window that ends with it.

    Args:
        requests: The log of requests, in any order.
        page: Page id.
        rate_class: `text`, `media`, `profile` or `other`.
        per_s: Rate in calls a second, each batch part counted.
        burst: Calls that may come at once.
    """
    name = f"{page}/{rate_class}"
    arrivals = sorted((one.arrived_monotonic, one.id, one.calls.get(name, 0)) for one in requests)
    bucket = _Bucket(per_s, burst)
    found: list[Excess] = []
    for at, request, count in arrivals:
        over = bucket.spend(at, count) if count else 0.0
        if over > 0:
            found.append(Excess(at, request, over))
    return found


class _Bucket:
    """The largest number of calls in any window ending now, less rate x its length."""

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s = per_s
        self._allowed = burst + per_s * SLACK_S
        self._level = 0.0
        self._at = float("-inf")

    def spend(self, at: float, count: int) -> float:
        """Adds calls; returns how many are above what the law allows."""
        drained = self._per_s * max(0.0, at - self._at)
        self._level = max(0.0, self._level - drained) + count
        self._at = max(self._at, at)
        over = self._level - self._allowed
        return over if over > _ROUNDING else 0.0

    def take_back(self, count: int) -> None:
        self._level -= count

    def bound(self) -> None:
        """Caps the debt at what a minute pays off."""
        self._level = min(self._level, self._allowed + self._per_s * _DEBT_MAX_S)


class Quotas:
    """Enforces limits on every Page and thread of a stub and counts the calls that broke them."""

    def __init__(
        self, limits: Mapping[RateClass, Rate], *, thread: Rate | None = None, count_refused: bool = True
    ) -> None:
        self.violations: dict[str, int] = {}
        self._thread = thread
        self._count_refused = count_refused
        self.set(limits)

    def set(self, limits: Mapping[RateClass, Rate]) -> None:
        """Replaces the limits of Pages and forgets what was spent."""
        self._limits = dict(limits)
        self._buckets: dict[str, _Bucket] = {}
        self.active = bool(limits) or self._thread is not None

    def spend(self, page: str, rate_class: RateClass, recipient: str, at: float) -> Refusal | None:
        """Spends one call; returns code 613 when the Page or the thread has no budget left.

        Args:
            page: Page id.
            rate_class: Class of the call.
            recipient: Whom it is for; empty for nobody.
            at: The request's arrival on the monotonic clock, in seconds.
        """
        over = self._over(f"{page}/{rate_class}", self._limits.get(rate_class), at)
        if recipient:
            over = self._over(f"{page}/{recipient}", self._thread, at) or over
        if not over:
            return None
        return Refusal(code=613, message="(#613) Calls to this api have exceeded the rate limit.")

    def _over(self, name: str, limit: Rate | None, at: float) -> bool:
        """Spends one call under a name; tells whether it was one too many."""
        if limit is None:
            return False
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(*limit)
        if not bucket.spend(at, 1):
            return False
        self.violations[name] = self.violations.get(name, 0) + 1
        if not self._count_refused:
            bucket.take_back(1)
        bucket.bound()
        return True
