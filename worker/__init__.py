"""Runs Messenger Platform commands against the Graph API: Dramatiq workers over lanes in Redis, and a direct client.

What is named here is loaded when it is first asked for, so that a part of the worker, such as its stub, stays light.

PYTEST_DONT_REWRITE: pytest would warn of a run that loaded this package before it found the plugin of the same wheel.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the one such block of this house: type checkers see what is loaded later
    from worker.client import MessengerClient
    from worker.errors import GraphError, NoAnswer, RequestInfo, ResponseInfo

__all__ = ["GraphError", "MessengerClient", "NoAnswer", "RequestInfo", "ResponseInfo"]

_HOMES: Final = {
    "GraphError": "worker.errors",
    "MessengerClient": "worker.client",
    "NoAnswer": "worker.errors",
    "RequestInfo": "worker.errors",
    "ResponseInfo": "worker.errors",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
