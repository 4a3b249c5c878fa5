"""Every law's test gets an engine on each backend; when it ends, law 1 must hold of all that it left in Redis.

Every key that it left there is in the table of keys.
"""

from collections.abc import Iterator

import pytest
import redis

from tests.laws.engine import Engine
from tests.laws.key_table import strangers
from tests.laws.places import places


@pytest.fixture(autouse=True)
def untraced_laws(untraced: None) -> None:
    """Laws hold in Lua: tracing the Python around it for coverage would take as long again."""


@pytest.fixture
def engine(server: "redis.Redis") -> Iterator[Engine]:
    """An engine with one worker `w1` that knows Pages P1 to P3 and no limits."""
    made = Engine(server)
    made.hello("w1")
    yield made
    places(server, made.accepted)
    assert strangers(server) == []
