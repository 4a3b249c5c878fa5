"""Breaks that are put into code: each changes one thing, and what it makes can still be read."""

import ast
import random
from pathlib import Path

import pytest

from tests.mutation.__main__ import SUITES
from tests.mutation.breaks import breaks_of
from tests.mutation.trying import Suite
from tests.running import ROOT

PYTHON = '''\
def f(a, b):
    """Adds 1 when a < b."""
    if a < b and not b:
        log(a)
    return a + 1
'''
LUA = """\
-- a < b
if a < b and kind ~= 'x < y' then
    redis.call('DEL', key('x'))
end
return n + 1 -- not more
"""


def broken(tmp_path: Path, name: str, text: str) -> list[tuple[int, str]]:
    """Returns the breaks of a text, as (line, what)."""
    (tmp_path / name).write_text(text)
    return [(each.line, each.what) for each in breaks_of(tmp_path, name)]


def test_python_is_broken_by_its_syntax(tmp_path: Path) -> None:
    """Comparisons, joints, sums, numbers, conditions and calls are broken, a docstring is not."""
    assert sorted(broken(tmp_path, "a.py", PYTHON)) == [
        (3, "Lt → LtE"),
        (3, "and → or"),
        (3, "never"),
        (4, "left out"),
        (5, "1 → 2"),
        (5, "Add → Sub"),
    ]


def test_lua_is_broken_by_its_words(tmp_path: Path) -> None:
    """Words outside quotes and comments are broken, conditions never hold, calls are left out."""
    assert sorted(broken(tmp_path, "a.lua", LUA)) == [
        (2, "< → <="),
        (2, "and → or"),
        (2, "never"),
        (2, "~= → =="),
        (3, "left out"),
        (5, "+ → -"),
    ]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.files)
def test_every_suite_has_files_to_break(suite: Suite) -> None:
    """What is to be broken is there, and so are the tests that should notice."""
    files = sorted(ROOT.glob(suite.files))
    assert files
    for tests in suite.tests:
        assert all((ROOT / path).exists() for path in tests if path.startswith("tests/"))


def test_broken_python_of_ours_can_be_read() -> None:
    """A sample of breaks of real files gives Python that compiles."""
    files = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("worker/settle/*.py"))
    breaks = [each for file in files for each in breaks_of(ROOT, file)]
    for each in random.Random(1).sample(breaks, 20):
        ast.parse(each.text)
