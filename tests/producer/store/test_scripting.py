"""Scripts are put together from parts, each once, behind what it needs; they are within Lua's bounds."""

import re
from collections import Counter
from importlib import resources
from typing import Final

import pytest
import redis

from producer.store.scripting import PACKAGE, USES, Script, source_of
from tests.producer.store.bytecode import Compiled, compiled

WORKERS: Final = "worker.engine.scripts"
LOCALS_MAX: Final = 175  # Lua has room for 200 at a script's top level
LINES_MAX: Final = 280
# What Redis gives to a script.
GIVEN: Final = frozenset(
    (
        *("KEYS", "ARGV", "redis", "math", "string", "table"),
        *("tonumber", "tostring", "type", "pairs", "ipairs", "unpack", "setmetatable", "error"),
    )
)
FILES: Final = [
    (name.name.removesuffix(".lua"), package)
    for package in (PACKAGE, WORKERS)
    for name in sorted(resources.files(package).iterdir(), key=lambda each: each.name)
    if name.name.endswith(".lua")
]


@pytest.mark.parametrize(("name", "package"), FILES)
def test_a_script_is_within_luas_bounds(name: str, package: str) -> None:
    """Its top level has at most 175 of Lua's 200 locals, no name twice, and no file of it more than 280 lines."""
    names = compiled(source_of(name, package)).locals
    assert len(names) <= LOCALS_MAX
    assert [each for each, times in Counter(names).items() if times > 1] == []
    text = resources.files(package).joinpath(f"{name}.lua").read_text("utf-8")
    assert len(text.splitlines()) <= LINES_MAX


@pytest.mark.parametrize(("name", "package"), FILES)
def test_a_script_names_nothing_that_is_not_there(name: str, package: str) -> None:
    """Lua finds a name that nobody declared only when it runs: after the first writes, which nothing takes back."""
    assert compiled(source_of(name, package)).globals <= GIVEN


def test_a_name_that_nobody_declared_is_found() -> None:
    """In the text of a function and in a branch that is never run."""
    found = compiled(
        "local a, c = 1\nlocal function f(x) return x.y + z end\nif a then local d = b(a) end\nf()"
    )
    assert found == Compiled(frozenset({"b", "z"}), ("a", "c", "f"))


@pytest.mark.parametrize(("name", "package"), FILES)
def test_each_part_is_there_once_behind_what_it_needs(name: str, package: str) -> None:
    """However many parts need it."""
    firsts = re.findall(r"^(?:-- uses: ([\w ]+)\n)?-- (\w+)\.lua: ", source_of(name, package), re.MULTILINE)
    there: list[str] = []
    for needs, part in firsts:
        assert set(needs.split()) <= set(there), part
        there.append(part)
    assert there[-1] == name
    assert len(set(there)) == len(there)
    assert len(there) > 1 or USES not in source_of(name, package)


def test_a_part_of_the_workers_may_need_another_of_theirs() -> None:
    """A part is looked for beside the script that names it, then among the producer's."""
    assert "-- held.lua: " in source_of("take", WORKERS)
    assert "-- others.lua: " in source_of("held", WORKERS)
    with pytest.raises(FileNotFoundError):
        source_of("held")


@pytest.mark.parametrize(("name", "package"), FILES)
def test_the_server_compiles_it(server: "redis.Redis", name: str, package: str) -> None:
    """Redis and fakeredis load each script, and name it as its client does."""
    script = Script(name, package)
    assert server.script_load(script.source) == script.sha
