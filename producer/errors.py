"""Every error of the public API derives from `OutboundError` and says what to do."""


class OutboundError(Exception):
    """Anything that this library raises on purpose."""


class InvalidCommandError(OutboundError, ValueError):
    """A command that breaks a documented bound: `path` names the field, the message the bound, neither the value."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}" if path else problem)


class SettingsError(OutboundError, ValueError):
    """A setting is wrong or missing; the message names it and the form that it takes."""


class QueueUnavailableError(OutboundError):
    """Redis was not reached or refused the command; it may have been accepted all the same."""


class QueueFullError(OutboundError):
    """The queue takes no more: Redis is at its `maxmemory`, or too many commands wait for one Page."""


class SendManyError(OutboundError):
    """A bulk enqueue stopped at `index`: the `enqueued` commands before it are on the queue, later ones are not."""

    def __init__(self, index: int, enqueued: int, reason: str) -> None:
        self.index = index
        self.enqueued = enqueued
        super().__init__(f"command {index}: {reason} ({enqueued} before it are on the queue)")


class OutcomeTimeoutError(OutboundError, TimeoutError):
    """The command had not ended when the time to wait was over; it is still on its way."""
