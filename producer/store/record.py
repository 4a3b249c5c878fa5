"""The form of a command's record, as `scripts/record.lua` says it: its lines, its letters, how it is taken apart."""

from typing import Final

from producer.store.keys import CLASSES, PRIORITIES

COMMONEST: Final = "send_message"  # the type that a record leaves out
PEOPLE_AT: Final = 4  # the field of the fixed line that names whose conversations a command joins

# Letters among the options; what they mean stands beside them in record.lua.
ALONE: Final = "a"
AT_MOST_ONCE: Final = "m"
SEEN: Final = "s"
BLOB: Final = "k"
SCHEDULED: Final = "l"
UNORDERED: Final = "u"
STEP: Final = "q"
STOPS: Final = "c"

# Letters among the flags.
REPEATED: Final = "r"
SUSPECT: Final = "z"

# What the state line and the fixed line tell, in their order.
STATE_FIELDS: Final = ("attempts", "reaps", "flags", "mark", "pending")
FIXED_FIELDS: Final = (
    "page",
    "class",
    "priority",
    "broadcast",
    "people",
    "type",
    "bucket",
    "cost",
    "options",
    "enqueued_ms",
    "expires_ms",
)

_UNTAKEN: Final = [b"0", b"0", b"", b"", b"0"]


def parts_of(record: bytes) -> tuple[list[bytes], list[str], bytes]:
    """Takes a record apart: what its state line tells, what its fixed line tells, and its body.

    Raises:
        ValueError: it is damaged.
    """
    state, fixed, body = record.split(b"\n", 2)
    return state[1:].split(b";") if len(state) > 1 else _UNTAKEN, fixed.decode().split("|"), body


def asked_line(
    *, page: str, rate_class: str, priority: str, people: str, kind: str, bucket: str, cost: str, options: str
) -> str:
    """Returns the nine fields of the fixed line with which `accepting.lua` accepts a command of no broadcast.

    `rate_class` and `priority` are named as a producer names them, `kind` is a command's tag.
    """
    shown = "" if kind == COMMONEST else kind
    return f"{page}|{CLASSES[rate_class]}|{PRIORITIES[priority]}||{people}|{shown}|{bucket}|{cost}|{options}"
