"""What the documents' Python meets: a real server, a worker in this process, a stub of Graph."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec
import redis

from producer import Producer
from tests.readme.fenced import Block, all_blocks
from tests.running import Valkey
from worker.testing.draining import Worker
from worker.testing.graph import Graph

URL: Final = "redis://127.0.0.1:6379/0"
PAGES: Final = ("111111111111111", "222222222222222")
TOKEN: Final = 'MessengerClient("EAAB…"'


class House(msgspec.Struct):
    """Runs the documents' Python from top to bottom; what a block names, those after it know."""

    url: str
    client: "redis.Redis"
    graph: Graph
    worker: Worker
    names: dict[str, Any]
    reached: int = -1

    @property
    def producer(self) -> Producer:
        """A producer for the first Page."""
        return Producer.on(self.client, page=PAGES[0])

    def run_through(self, last: Block) -> dict[str, Any]:
        """Runs all blocks that did not run yet, as far as `last`; returns the names that there are then."""
        for block in plain_blocks():
            if self.reached < block.place <= last.place:
                self.reached = block.place
                exec(self._at_home(block), self.names)  # noqa: S102 (the documents' own code)
        return self.names

    def _at_home(self, block: Block) -> Any:  # noqa: ANN401 (a code object, which exec takes)
        """Returns a block compiled with this house's server and Graph in place of those that it names."""
        text = block.text.replace(URL, self.url)
        if "MessengerClient(" in text:
            assert TOKEN in text
            text = text.replace(TOKEN, f'{TOKEN}, origin="{self.graph.origin}"')
        return compile("\n" * (block.line - 1) + text, block.document, "exec")


def plain_blocks() -> list[Block]:
    """Returns the documents' blocks of Python that are no tests themselves."""
    return [each for each in all_blocks() if each.language == "python" and not each.is_pytest]


@contextmanager
def house() -> Iterator[House]:
    """Runs an empty server, a stub and a worker between them."""
    arguments = sys.argv
    with (
        Valkey() as valkey,
        valkey.client() as client,
        Graph() as graph,
        Worker(client, graph.origin, PAGES) as worker,
    ):
        sys.argv = ["shop.py", "12"]
        try:
            yield House(valkey.url, client, graph, worker, {"__name__": "shop"})
        finally:
            sys.argv = arguments
