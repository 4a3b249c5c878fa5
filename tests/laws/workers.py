"""The workers of a run: what each kind knows, and the chunks that they hold."""

from typing import Final

import msgspec

from tests.laws.model import RATES
from worker.engine.chunk import Chunk
from worker.engine.knowledge import KnownPage, Profile

APPS: Final = {"P1": "app1", "P2": "app1", "P3": "app2", "P4": ""}
SCOPES: Final = (
    "page:P1",
    "page:P3",
    "lane:P1/t",
    "lane:P1/t/i",
    "lane:P1/t/b",
    "lane:P1/t/b/b0",
    "app:app1",
)
ALL: Final = {page: KnownPage(app) for page, app in APPS.items()}
FEW: Final = {page: ALL[page] for page in ("P1", "P2", "P3")}
PROFILES: Final = (
    Profile(rates=RATES, types=["send_message"], pages=FEW),
    Profile(rates=RATES, types=["send_message", "newer"], pages=FEW),
    Profile(rates=RATES, types=["send_message"], pages=ALL),
    Profile(rates=RATES, types=["newer"], pages={"P4": ALL["P4"]}),
)
LAST: Final = Profile(rates=RATES, types=["send_message", "newer"], pages=ALL)


OLD_MS: Final = 150  # of begin.lua: a take that is older does not begin


class Held(msgspec.Struct):
    """A chunk that some worker took: `open` until it was settled, given back or reaped."""

    chunk: Chunk
    taken_ms: int = 0
    begun: bool = False
    open: bool = True

    @property
    def mark(self) -> str:
        """The mark that its commands carry."""
        return f"{self.chunk.worker}#{self.chunk.token}"
