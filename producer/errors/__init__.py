"""Every error of the public API derives from `OutboundError` and says what to do."""

from collections.abc import Mapping
from typing import Final


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


class EventLoopError(OutboundError, RuntimeError):
    """A producer of an event loop was used in another one, in which its open connections are of no use."""


class SignatureError(OutboundError):
    """A webhook's body does not carry the signature of its app: nothing was learned from it."""


class QueueFullError(OutboundError):
    """The queue takes no more: Redis is at its `maxmemory`, or too many commands wait for one Page."""


class SendManyError(OutboundError):
    """A bulk enqueue stopped at `index`: the `enqueued` commands before it are on the queue, later ones are not."""

    def __init__(self, index: int, enqueued: int, reason: str) -> None:
        self.index = index
        self.enqueued = enqueued
        super().__init__(
            f"command {index}: {reason} ({enqueued} before it are on the queue: mend it, go on from there)"
        )


class RecipientError(InvalidCommandError):
    """A recipient of a broadcast is no PSID: `index` is its place in the list from 0, and all before it were added."""

    def __init__(self, index: int, problem: str) -> None:
        self.index = index
        before = "nobody was added yet" if index == 0 else f"the {index:,} before it were added"
        super().__init__(f"recipients[{index}]", f"{problem} ({before}: mend it, run the same list again)")


class OutcomeTimeoutError(OutboundError, TimeoutError):
    """The command had not ended when the time to wait was over; it is still on its way."""


class BroadcastError(OutboundError):
    """A broadcast is not there, is closed, or was begun with another list; the message says which, and what to do."""


class IdempotencyError(OutboundError):
    """The idempotency key stands for another command already; use a key of its own for each command."""


# What to do about a command that ended so.
_NEXT: Final[Mapping[str, str]] = {
    "expired": "send it anew if it still matters, with a longer expires_in",
    "cancelled": "send it anew if that was a mistake",
}
_NEXT_ELSE: Final = "mend what the reason names, then send it anew"


class NotSentError(OutboundError):
    """The command ended and was not sent: it expired, was cancelled, or could not be made into a request."""

    def __init__(self, ended: str, reason: str | None) -> None:
        self.ended = ended
        self.reason = reason
        told = f": {reason}" if reason else ""
        super().__init__(f"the command ended {ended}{told}; {_NEXT.get(ended, _NEXT_ELSE)}")


def given(value: object) -> str:
    """Returns the end of a sentence about a value of the wrong type: its type is named, the value never shown."""
    name = "None" if value is None else type(value).__name__
    article = "" if value is None else "an " if name[0].lower() in "aeiou" else "a "
    return f"; {article}{name} was given"
