"""What property tests draw from, with every bound spelled out; all of it follows from one drawn number."""

from random import Random
from typing import Final

from hypothesis import strategies as st

from worker.engine.chunk import Action, Settlement

PAGES: Final = ("P1", "P1", "P1", "P2", "P3", "P4")
RATE_CLASSES: Final = "tttmpo"
PRIORITIES: Final = "iiib"
BROADCAST_MAX: Final = 12  # people of a broadcast
PEOPLE: Final = ("", "", "u", "u", "v", "u,v")
TYPES: Final = ("send_message",) * 7 + ("newer",)
BUCKETS: Final = ("",) * 6 + ("private_reply", "user_menu:1")
COSTS: Final = (1,) * 12 + (2, 5, 60)
OPTIONS: Final = ("s", "s", "s", "s", "", "sm", "m", "sa")
COMMANDS_MAX: Final = 8
SCHEDULED: Final = 0.15  # the share of commands that are scheduled
DUE_MS: Final = (*range(7, 5_000, 711), *((2_000,) * 6))  # often several are due at one moment
EXPIRING: Final = 0.2  # the share of commands that expire
EXPIRES_MS_MAX: Final = 20_000
DELAY_MS_MAX: Final = 5_000

ENDINGS: Final[tuple[tuple[Action, str], ...]] = (
    *((("sent", "a"),) * 6),
    ("refused", "a"),
    ("refused", "ad"),
    ("exhausted", "ad"),
    ("unknown", "ad"),
    ("expired", ""),
    ("cancelled", ""),
    ("quarantine", "d"),
    ("retry", "a"),
    ("retry", "ar"),
    ("retry", "z"),
    ("return", ""),
    ("return", "z"),
    ("await", "a"),
    ("await", "ar"),
)

SEEDS: Final = st.integers(0, 2**32 - 1)

Fields = dict[str, str | int]


def command_fields(chance: Random) -> Fields:
    """Returns the fields of a command, without its id: every option, the plain ones most often."""
    return {
        "page": chance.choice(PAGES),
        "rate_class": chance.choice(RATE_CLASSES),
        "priority": chance.choice(PRIORITIES),
        "people": chance.choice(PEOPLE),
        "type": chance.choice(TYPES),
        "bucket": chance.choice(BUCKETS),
        "cost": chance.choice(COSTS),
        "options": chance.choice(OPTIONS),
        "due": f"+{chance.choice(DUE_MS)}" if chance.random() < SCHEDULED else "",
        "expires": f"+{chance.randint(1, EXPIRES_MS_MAX)}" if chance.random() < EXPIRING else "",
    }


def call_of_enqueue(chance: Random) -> list[Fields]:
    """Returns the commands of one call of enqueue: 1 to 8."""
    return [command_fields(chance) for _ in range(chance.randint(1, COMMANDS_MAX))]


def settlement(chance: Random, command_id: str) -> Settlement:
    """Returns what becomes of a command: sent most often, else any outcome or return."""
    action, flags = chance.choice(ENDINGS)
    return Settlement(command_id, action, flags, chance.randint(0, DELAY_MS_MAX))
