"""Why there is no connection to Graph: refused, its name, its certificate, or time; in words that name no address."""

import socket
import ssl

from worker.call.graph.answers import NO_CONNECTION


def unconnected(error: BaseException) -> str:
    """Returns the reason of a request for which there was no connection.

    Args:
        error: what was raised instead of it, or with its cause beneath it, as httpx does.
    """
    return f"{NO_CONNECTION}: {_fault(_root(error))}"


def _root(error: BaseException) -> BaseException:
    """Returns the first cause that the operating system or TLS named, else the error itself."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, OSError):
        found = found.__cause__ or found.__context__
    return found or error


def _fault(error: BaseException) -> str:  # noqa: PLR0911 (a table: words for each cause)
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({error.verify_message})"
        case TimeoutError():
            return "not in time"
        case ssl.SSLError():
            reason = getattr(error, "reason", None) or "no reason given"
            return f"TLS failed ({reason.lower().replace('_', ' ')})"
        case ConnectionRefusedError():
            return "connection refused"
        case socket.gaierror():
            return "its name was not found"
        case OSError(strerror=str(said)):
            return said.lower()
        case _:
            return type(error).__name__
