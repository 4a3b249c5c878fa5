"""What ails a recipient: states that tests set, by Page or for all Pages."""

from typing import Literal

from worker.stub.refusals import Refusal

RecipientState = Literal[
    "reachable",
    "unknown",
    "blocked",
    "blocked_200",
    "unavailable",
    "other_app",
    "window_closed",
    "automated_flow",
    "unsubscribed",
    "capped",
]

REFUSAL_BY_STATE: dict[str, Refusal] = {
    "unknown": Refusal(code=100, subcode=2018001, message="(#100) No matching user found"),
    "blocked": Refusal(
        code=551, subcode=1545041, message="(#551) This person isn't available right now.", is_transient=False
    ),
    "blocked_200": Refusal(
        code=200, subcode=1545041, status=403, message="(#551) This person isn't available right now."
    ),
    "unavailable": Refusal(
        code=10,
        subcode=2018108,
        status=403,
        message="(#10) This Person Cannot Receive Messages: not from you, and not now.",
    ),
    "other_app": Refusal(
        code=2018300,
        message="(#2018300) Message failed to send because another app is controlling this thread",
    ),
    "window_closed": Refusal(
        code=10,
        subcode=2018278,
        message="(#10) This message is sent outside of allowed window.",
    ),
    "automated_flow": Refusal(code=2018321, message="(#2018321) The user is in an automated flow"),
    # Of subscription tokens.
    "unsubscribed": Refusal(
        code=2300034, message="(#2300034) The subscriber has stopped marketing messages subscription."
    ),
    "capped": Refusal(
        code=2300042,
        message="(#2300042) The recipient can't receive any more marketing messages at this time.",
    ),
}


class Recipients:
    """Remembers which recipients refuse what is sent to them."""

    def __init__(self) -> None:
        self._refusals: dict[tuple[str, str], Refusal] = {}
        self.active = False

    def set(self, recipient: str, state: RecipientState | Refusal, *, page: str = "") -> None:
        """Sets what a send to the recipient is answered with, for one Page or (empty) for all."""
        if state == "reachable":
            self._refusals.pop((page, recipient), None)
        else:
            refusal = state if isinstance(state, Refusal) else REFUSAL_BY_STATE[state]
            self._refusals[page, recipient] = refusal
        self.active = bool(self._refusals)

    def refuse(self, page: str, recipient: str) -> Refusal | None:
        """Returns why the recipient gets nothing from the Page, or None."""
        return self._refusals.get((page, recipient)) or self._refusals.get(("", recipient))
