"""`python -m worker.process.probe livez|readyz`: asks this machine's worker how it is, for containers' checks.

Exit code: 0 all is well, 1 it is not, or nobody answers, with the reason on standard output. It loads nothing but the
standard library, since it runs every few seconds.
"""

import http.client
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

PROBES: Final = ("livez", "readyz")
ANSWER_S: Final = 8.0
# What listens everywhere is asked on loopback.
_LOOPBACK: Final[Mapping[str, str]] = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (nothing listens here)


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Asks, tells the answer, and returns the exit code."""
    if len(arguments) != 1 or arguments[0] not in PROBES:
        return _tell("usage: python -m worker.process.probe livez|readyz")
    port, host = environ.get("OUTBOUND_METRICS_PORT", ""), environ.get("OUTBOUND_METRICS_HOST", "")
    if not port.isdecimal():
        return _tell("OUTBOUND_METRICS_PORT is not set: the worker answers no probes")
    connection = http.client.HTTPConnection(_LOOPBACK.get(host, host), int(port), timeout=ANSWER_S)
    try:
        connection.request("GET", f"/{arguments[0]}")
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return _tell(f"no answer on port {port}: {type(error).__name__}")
    finally:
        connection.close()
    _tell(text)
    return 0 if answer.status == http.client.OK else 1


def _tell(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
