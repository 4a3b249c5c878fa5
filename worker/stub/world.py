"""Everything that a stub remembers, and its clock."""

import os
import time

from worker.stub.faults import Faults
from worker.stub.ledger import Ledger
from worker.stub.media import Media
from worker.stub.objects import Objects
from worker.stub.options import StubOptions
from worker.stub.quotas import Quotas
from worker.stub.recipients import Recipients
from worker.stub.targets import Targets
from worker.stub.tokens import Tokens
from worker.stub.usage import Usage
from worker.stub.windows import Windows


class World:
    """The state of one stub: what calls read and change, and what tests set and look at."""

    def __init__(self, options: StubOptions) -> None:
        self.options = options
        self.tokens = Tokens(options)
        self.targets = Targets()
        self.faults = Faults()
        self.quotas = Quotas(options.limits, thread=options.thread_limit, count_refused=options.count_refused)
        self.ledger = Ledger(keep=options.ledger, bodies=options.ledger_bodies, file=options.ledger_file)
        self.objects = Objects(options)
        self.recipients = Recipients()
        self.media = Media()
        self.windows = Windows(strict=options.strict)
        self.usage = Usage(
            options.usage_calls, window_s=options.usage_window_s, refuses=options.usage_refuses
        )
        self.latency_ms = options.latency_ms
        self.requests = 0
        self.parts = 0
        self.aborted = 0
        self.errors = 0
        self._run = os.urandom(5).hex()
        self._ids = 0
        self._ahead_s = 0.0

    def now(self) -> float:
        """Returns the stub's clock in unix seconds: the machine's, plus what tests have advanced it."""
        return time.time() + self._ahead_s

    def advance(self, seconds: float) -> None:
        """Moves the stub's clock on, for windows of hours and days; rates keep real time."""
        if seconds < 0:
            raise ValueError(f"The clock goes on only: seconds is {seconds}, and must be 0 or more.")
        self._ahead_s += seconds

    def message_id(self) -> str:
        """Returns a message id that no other stub and no earlier run has given."""
        self._ids += 1
        return f"m_{self._run}{self._ids:08d}"

    def trace(self) -> str:
        """Returns a new `fbtrace_id`."""
        self._ids += 1
        return f"A{self._run}{self._ids:x}"
