"""The bounds that every script keeps, whoever runs it."""

import msgspec


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds that scripts keep: what is kept how long, attempts, and when a silent worker is dead.

    Dead letters are kept by count (`dead_max`) and by age (`dead_ms`).
    """

    outcome_ms: int = 48 * 3600 * 1000
    dead_max: int = 100_000
    attempts_max: int = 7
    timeout_ms: int = 10_000
    dead_ms: int = 30 * 24 * 3600 * 1000

    def encoded(self) -> str:
        """Returns the policy as scripts read it."""
        return f"{self.outcome_ms},{self.dead_max},{self.attempts_max},{self.timeout_ms},{self.dead_ms}"


def of_the_workers() -> str:
    """Returns, as scripts read it, the policy that the last worker to come made known; the default while none has."""
    return f"~{Policy().encoded()}"
