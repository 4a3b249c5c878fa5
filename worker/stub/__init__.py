"""A faithful stub of Meta's Graph API on loopback, for tests, demos and benchmarks.

It shares no code with the worker that it is to test. It needs httptools, which is in the extra
`messenger-outbound[testing]`.
"""

from worker.stub.control import Stats
from worker.stub.controls import Controls, FaultControls
from worker.stub.echoes import Echo
from worker.stub.faults import Fault, FaultState
from worker.stub.ledger import Connection, Delivery, Request, interrupted
from worker.stub.options import StubOptions
from worker.stub.process import StubClient, StubProcess
from worker.stub.quotas import Excess, excesses
from worker.stub.refusals import Refusal
from worker.stub.running import GraphStub, serve
from worker.stub.selftest import SelfTest, self_test
from worker.stub.server import ParserMissingError

__all__ = [
    "Connection",
    "Controls",
    "Delivery",
    "Echo",
    "Excess",
    "Fault",
    "FaultControls",
    "FaultState",
    "GraphStub",
    "ParserMissingError",
    "Refusal",
    "Request",
    "SelfTest",
    "Stats",
    "StubClient",
    "StubOptions",
    "StubProcess",
    "excesses",
    "interrupted",
    "self_test",
    "serve",
]
