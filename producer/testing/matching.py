"""Which commands a test means, and what to tell when there is none: everything that was enqueued, and the nearest."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Final

from producer.commands import TYPES
from producer.messages.builders import plain
from producer.testing.enqueued import Enqueued

SHOWN_MAX: Final = 20


def matches(each: Enqueued, criteria: Mapping[str, object]) -> bool:
    """Tells whether a command has every value that is named."""
    facts = each.facts()
    return all(name in facts and _is(facts[name], wanted) for name, wanted in criteria.items())


def _is(found: object, wanted: object) -> bool:
    if isinstance(wanted, re.Pattern):
        return isinstance(found, str) and wanted.search(found) is not None
    return bool(wanted == found) or bool(plain(wanted) == plain(found))


def check_names(criteria: Mapping[str, object], enqueued: Sequence[Enqueued]) -> None:
    """Raises `TypeError` for a name that no command could have, with the nearest one that there is."""
    known = {name for kind in TYPES.values() for name in kind.__struct_fields__}
    known |= {name for each in enqueued for name in each.facts()}
    known |= {*Enqueued.__struct_fields__, "type", "recipient", "message", "text"} - {"id"}
    for name in criteria:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            raise TypeError(f"no command has {name!r}" + (f": did you mean {near[0]!r}?" if near else ""))


def listing(enqueued: Sequence[Enqueued]) -> str:
    """Returns what was enqueued, a line each."""
    if not enqueued:
        return "nothing was enqueued"
    lines = [f"  {place}. {each}" for place, each in enumerate(enqueued[:SHOWN_MAX], 1)]
    if len(enqueued) > SHOWN_MAX:
        lines.append(f"  … and {len(enqueued) - SHOWN_MAX:,} more")
    what = "1 command was enqueued" if len(enqueued) == 1 else f"{len(enqueued):,} commands were enqueued"
    return "\n".join([f"{what}:", *lines])


def told(criteria: Mapping[str, object]) -> str:
    """Returns what a test asked for, in a line."""
    return ", ".join(f"{name}={_shown(value)}" for name, value in criteria.items()) or "anything"


def _shown(value: object) -> str:
    return f"/{value.pattern}/" if isinstance(value, re.Pattern) else repr(value)


def nearest(enqueued: Sequence[Enqueued], criteria: Mapping[str, object]) -> str:
    """Returns in what the command that comes nearest differs from what a test asked for; '' when none was enqueued."""
    if not enqueued or not criteria:
        return ""
    ranked = sorted(range(len(enqueued)), key=lambda place: -_nearness(enqueued[place], criteria))
    facts = enqueued[ranked[0]].facts()
    lines = [f"the nearest is {ranked[0] + 1}., but:"]
    for name, wanted in criteria.items():
        found = facts.get(name)
        if not (name in facts and _is(found, wanted)):
            lines += _difference(name, wanted, found)
    return "\n".join(lines)


def _nearness(each: Enqueued, criteria: Mapping[str, object]) -> float:
    facts = each.facts()
    return sum(
        1.0
        if name in facts and _is(facts[name], wanted)
        else 0.9 * difflib.SequenceMatcher(None, str(wanted), str(facts.get(name))).ratio()
        for name, wanted in criteria.items()
    )


def _difference(name: str, wanted: object, found: object) -> list[str]:
    if isinstance(wanted, str) and isinstance(found, str) and "\n" in wanted + found:
        diff = difflib.ndiff(wanted.splitlines(), found.splitlines())
        return [f"  {name} (- asked for, + enqueued):", *(f"    {line.rstrip()}" for line in diff)]
    pair = [f"    asked for: {_shown(wanted)}", f"    enqueued:  {_shown(found)}"]
    if isinstance(wanted, str) and isinstance(found, str):
        marks = _marks(repr(wanted), repr(found))
        pair.append(f"               {marks}")
    return [f"  {name}", *pair]


def _marks(wanted: str, found: str) -> str:
    """Returns a line that marks where `found` differs."""
    blocks = difflib.SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes()
    marks = [" "] * len(found)
    for kind, _, _, start, end in blocks:
        if kind != "equal":
            marks[start : max(end, start + 1)] = "^" * max(end - start, 1)
    return "".join(marks).rstrip()
