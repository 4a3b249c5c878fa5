"""What the ticket of a batch asks: its parts one by one, and what their outcomes come to together."""

import re
from typing import Final

from producer.errors import InvalidCommandError
from producer.limits import BATCH_PARTS_MAX
from producer.store.ids import PATTERN
from producer.store.keys import Keys
from producer.store.steps import Steps
from producer.tickets.inquiry import Inquiry
from producer.tickets.joint_inquiry import JointInquiry
from producer.tickets.linked_inquiry import LinkedInquiry
from producer.tickets.outcome import Outcome

# An id that somebody made up asks for no more than a batch may have.
BATCH_ID: Final = re.compile(rf"({PATTERN})x([0-9]{{1,5}})((?:_[0-9]{{1,5}}){{0,50}})(n?)")


class BatchInquiry(JointInquiry):
    """Asks after a batch, by its ticket's id."""

    kind = "send_batch"

    def __init__(self, batch_id: str, keys: Keys) -> None:
        match = BATCH_ID.fullmatch(batch_id)
        if match is None or int(match[2]) > BATCH_PARTS_MAX:
            raise InvalidCommandError("id", "is no ticket of a batch")
        base, total = match[1], int(match[2])
        linked = [int(place) for place in match[3].split("_")[1:]]
        self._with_headers = not match[4]
        self._linked = linked
        among = {place: at for at, place in enumerate(linked)}
        parts = tuple(
            LinkedInquiry(f"{base}.{linked[0]}.{among[place]}", keys)
            if place in among
            else Inquiry(f"{base}.{place}", keys)
            for place in range(total)
        )
        super().__init__(batch_id, keys, parts)

    def result(self, timeout_s: float) -> Steps[object]:
        """Comes to the replies of all parts; a part that failed is a value among them."""
        outcome = yield from self.wait(timeout_s)
        return outcome.reply

    def _reply_of(self, place: int, outcome: Outcome) -> object:
        if place in self._linked and isinstance(
            outcome.reply, list
        ):  # of an older worker, which told all together
            return self._shown(dict(enumerate(outcome.reply)).get(self._linked.index(place)))
        if outcome.sent and place in self._linked and outcome.code is None and outcome.reply is None:
            return None  # Graph left its answer out
        if outcome.sent:
            return self._shown(
                {"code": outcome.code or 200, "headers": outcome.headers, "body": outcome.reply}
            )
        facts = outcome.facts()
        if facts is None and outcome.name in {"unknown", "exhausted"}:
            return None
        error = facts.as_graph() if facts is not None else {"message": outcome.reason}
        code = None if facts is None else facts.status
        return self._shown({"code": code, "headers": outcome.headers, "body": {"error": error}})

    def _shown(self, reply: object) -> object:
        if not isinstance(reply, dict) or (self._with_headers and reply.get("headers") is not None):
            return reply
        return {name: value for name, value in reply.items() if name != "headers"}
