"""The whole way on one machine: an embedded Redis, a stub of Graph, a worker of two processes, and real input.

What comes out is counted from the stub's ledger, not from our own books.
"""

from worker.demo.counting import Expected, Report, count
from worker.demo.running import Demo, DemoFailedError
from worker.demo.servers import MissingPackageError

__all__ = ["Demo", "DemoFailedError", "Expected", "MissingPackageError", "Report", "count"]
