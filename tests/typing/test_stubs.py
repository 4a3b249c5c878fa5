"""The stubs of the executors are what their source makes them, and type checkers see through them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.typing.stubs import STUBS, formatted


@pytest.mark.parametrize(("path", "write"), STUBS.items(), ids=lambda value: getattr(value, "name", ""))
def test_a_stub_is_fresh(path: Path, write: Callable[[], str]) -> None:
    """A stub on disk equals what the vocabulary's source gives now; `python tests/typing/stubs.py` writes it."""
    assert path.read_text("utf-8") == formatted(write())
