"""The stub of Graph with questions that a test of a service asks."""

from typing import cast

import httptools  # noqa: F401 (the stub reads requests with it: say at once when it is missing)
import msgspec

from worker.stub import GraphStub


class Graph(GraphStub):
    """A stub on a free port of loopback; `faults`, `ledger` and all other controls are `worker.stub.GraphStub`'s."""

    def messages(self, recipient: str | None = None, *, page: str | None = None) -> list[dict[str, object]]:
        """Returns the message objects that arrived, in their true order: for one person, for one Page, or all."""
        return [
            cast("dict[str, object]", msgspec.json.decode(each.body))
            for each in self.ledger
            if each.kind == "message" and recipient in {None, each.recipient} and page in {None, each.page}
        ]

    def texts(self, recipient: str | None = None, *, page: str | None = None) -> list[str]:
        """Returns the texts that arrived, in their true order: for one person, for one Page, or all."""
        return [str(each["text"]) for each in self.messages(recipient, page=page) if "text" in each]
