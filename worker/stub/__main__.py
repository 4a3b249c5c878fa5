"""Runs a stub of Graph in the foreground: `python -m worker.stub`."""

import argparse
import os
import sys
import threading

import msgspec

from worker.stub.options import StubOptions
from worker.stub.running import serve
from worker.stub.selftest import self_test
from worker.stub.server import ParserMissingError


def main() -> int:
    """Serves until stopped, or tests the stub's speed; returns the exit code."""
    arguments = _parser().parse_args()
    if arguments.self_test:
        figures = self_test(arguments.seconds)
        print(msgspec.json.encode(figures).decode())  # noqa: T201 - the command's result
        return 0 if figures.passed else 1
    parent_gone = threading.Event()
    try:
        if arguments.options == "-":
            options = msgspec.json.decode(sys.stdin.buffer.readline(), type=StubOptions)
            threading.Thread(target=_watch_stdin, args=(parent_gone,), daemon=True).start()
        else:
            options = msgspec.json.decode(arguments.options, type=StubOptions)
        named = {name: value for name in ("host", "port", "latency_ms") if (value := vars(arguments)[name])}
        options = msgspec.structs.replace(options, **named)
        serve(options, ready=_announce, until=parent_gone)
    except (msgspec.DecodeError, OSError, ParserMissingError) as error:
        print(f"The stub cannot start: {error}", file=sys.stderr)  # noqa: T201 - the command's result
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m worker.stub", description=__doc__)
    parser.add_argument("--options", default="{}", help="StubOptions as JSON; - reads one line from stdin")
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on; 0 for a free one")
    parser.add_argument("--latency-ms", type=float, help="time between delivery and answer")
    parser.add_argument("--self-test", action="store_true", help="measure parts a second and exit")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of the self-test")
    return parser


def _announce(origin: str) -> None:
    sys.stdout.write(msgspec.json.encode({"origin": origin}).decode() + "\n")
    sys.stdout.flush()


def _watch_stdin(parent_gone: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4_096):
        pass
    parent_gone.set()


if __name__ == "__main__":
    sys.exit(main())
