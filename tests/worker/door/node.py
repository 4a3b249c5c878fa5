"""Node and packages from npm for tests: installed once for a run, where they are missing."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

INSTALL_S = 600
CLIENTS = {"0.8.5": "messenger085", "1.1.0": "messenger110"}


def installed(folder: Path) -> str | None:
    """Installs the reference client in a folder; returns why it could not, or None."""
    if shutil.which("npm") is None and (problem := node_installed()):
        return problem
    packages = [f"{name}@npm:messaging-api-messenger@{version}" for version, name in CLIENTS.items()]
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", *packages]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=INSTALL_S, check=False)  # noqa: S603 (fixed words)
    return None if done.returncode == 0 else f"npm: {done.stderr.decode(errors='replace')[-300:]}"


def node_installed() -> str | None:
    """Installs Node with Debian's packages; returns why it could not, or None."""
    before = [] if os.geteuid() == 0 else ["sudo", "-n"]
    for words in (("update",), ("install", "-y", "--no-install-recommends", "nodejs", "npm")):
        done = subprocess.run(  # noqa: S603 (fixed words)
            [*before, "apt-get", *words],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            timeout=INSTALL_S,
            check=False,
        )
    return (
        None
        if shutil.which("npm")
        else f"Node could not be installed: {done.stderr.decode(errors='replace')[-300:]}"
    )


class Script:
    """A Node program that reads lines of JSON and answers each with one."""

    def __init__(self, folder: Path, file: Path, *arguments: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (our own script)
            ["node", str(file), *arguments],  # noqa: S607 (wherever Node is)
            cwd=folder,
            env={**os.environ, "NODE_PATH": str(folder / "node_modules")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # where the client warns of its own age
            text=True,
        )

    def ask(self, question: Mapping[str, object]) -> Any:  # noqa: ANN401 (any JSON)
        """Returns the answer to a line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
