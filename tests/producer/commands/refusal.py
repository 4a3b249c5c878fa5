"""A command that is refused when it is made, and the error that says so."""

from collections.abc import Callable
from typing import Final, TypeAlias

import pytest

from producer.errors import InvalidCommandError

Make: TypeAlias = Callable[[], object]
# What it is, how it is made, the path and the problem.
Refused: TypeAlias = tuple[str, Make, str, str]

LONG: Final = "y" * 10_000


def refusal_of(make: Make) -> tuple[str, str]:
    """Returns the path and the problem of the error that `make` raises, which shows nothing of a `LONG` value."""
    with pytest.raises(InvalidCommandError) as caught:
        make()
    assert "yyy" not in str(caught.value)
    return caught.value.path, caught.value.problem
