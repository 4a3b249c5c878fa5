"""`outbound`, the command line: `main` runs one verb and returns its exit code, and never shows a traceback unasked."""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

OUR_PACKAGES: Final = frozenset({"producer", "worker"})
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `outbound` with `arguments`, by default those of this process, and returns its exit code.

    0 done; 1 the input was refused, or a command did not end `sent`; 2 wrong usage; 70 a defect of ours; 75 Redis is
    away or full, or a command has not ended yet: try again; 78 a setting is wrong; 130 stopped by Ctrl-C.
    """
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED  # while the program was still being loaded


def _run(arguments: Sequence[str] | None) -> int:
    try:
        program = importlib.import_module("worker.cli.program")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in OUR_PACKAGES:
            raise
        sys.stderr.write(
            f'outbound: the package {missing} is missing: pip install "messenger-outbound[worker]"\n'
        )
        return os.EX_CONFIG
    code: int = program.run(arguments)
    return code
