"""What property tests draw from, with every bound spelled out."""

from typing import Final

from hypothesis import strategies as st

from worker.lanes import Action, Settlement

PAGES: Final = ("P1", "P2", "P3", "P4")
PEOPLE: Final = ("", "", "u", "u", "v", "u,v")
TYPES: Final = ("send_message",) * 5 + ("newer",)
BUCKETS: Final = ("",) * 6 + ("private_reply", "user_menu:1")
COSTS: Final = (1,) * 8 + (2, 5, 60)
OPTIONS: Final = ("s", "s", "s", "", "sm", "m", "sa")
DUE_MS_MAX: Final = 5_000
EXPIRES_MS_MAX: Final = 20_000
DELAY_MS_MAX: Final = 5_000
COMMANDS_MAX: Final = 8

Fields = dict[str, str | int]


def _offset(maximum_ms: int) -> st.SearchStrategy[str]:
    return st.just("") | st.just("") | st.integers(1, maximum_ms).map(lambda ms: f"+{ms}")


def _with_broadcast(fields: Fields) -> Fields:
    if fields["priority"] == "i":
        fields["broadcast"] = ""
    return fields


def command_fields() -> st.SearchStrategy[Fields]:
    """Returns the fields of a command, without its id: every option, the plain ones most often."""
    return st.fixed_dictionaries(
        {
            "page": st.sampled_from(PAGES),
            "rate_class": st.sampled_from("tttmpo"),
            "priority": st.sampled_from("iiib"),
            "broadcast": st.sampled_from(("", "x", "y")),
            "people": st.sampled_from(PEOPLE),
            "type": st.sampled_from(TYPES),
            "bucket": st.sampled_from(BUCKETS),
            "cost": st.sampled_from(COSTS),
            "options": st.sampled_from(OPTIONS),
            "due": _offset(DUE_MS_MAX),
            "expires": _offset(EXPIRES_MS_MAX),
        }
    ).map(_with_broadcast)


def calls_of_enqueue() -> st.SearchStrategy[list[Fields]]:
    """Returns the commands of one call of enqueue: 1 to 8."""
    return st.lists(command_fields(), min_size=1, max_size=COMMANDS_MAX)


ENDINGS: Final[tuple[tuple[Action, str], ...]] = (
    ("sent", "a"),
    ("sent", "a"),
    ("sent", "a"),
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
)


def settlements() -> st.SearchStrategy[list[Settlement]]:
    """Returns what becomes of the 50 commands of a chunk, by place; ids are put in by the test."""
    one = st.builds(
        lambda ending, delay_ms: Settlement("", ending[0], ending[1], delay_ms),
        st.sampled_from(ENDINGS),
        st.integers(0, DELAY_MS_MAX),
    )
    return st.lists(one, min_size=1, max_size=10).map(lambda some: (some * 50)[:50])
