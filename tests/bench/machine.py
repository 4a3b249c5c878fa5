"""The machine and the versions that a run's figures belong to."""

import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Final

PACKAGES: Final = (
    "messenger-outbound",
    "dramatiq",
    "httpx",
    "redis",
    "hiredis",
    "msgspec",
    "structlog",
    "httptools",
    "celery",
    "requests",
)
GIGABYTE: Final = 1024**3


def machine() -> dict[str, str]:
    """Returns the machine in words; `load` is how busy it was before the run."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIGABYTE
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count() or 1),
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "load before": f"{load:.1f}",
    }


def versions(server: str) -> dict[str, str]:
    """Returns the versions of Python, the server and the packages that are installed."""
    found = {"python": platform.python_version(), "server": server}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
