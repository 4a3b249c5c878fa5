"""`python -m worker.process.child THREADS SHUTDOWN_TIMEOUT_S PARENT`: one process of `outbound worker`."""

import sys

from worker.main import setup
from worker.process.running import run


def main(arguments: list[str]) -> int:
    """Runs one worker process; ends with `EX_CONFIG` when a setting is wrong."""
    threads, shutdown_timeout_s, parent = arguments
    run(setup(), threads=int(threads), shutdown_timeout_s=float(shutdown_timeout_s), parent=int(parent))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
