"""The README's tables hold what the code holds."""

import re
from typing import Final

import pytest

from producer.binding import Options
from producer.queue.envelope import Delivery
from tests.readme.fenced import all_text
from worker.config.settings import FIELDS, OTHERS, RATE_NAMES, Settings, read_settings
from worker.testing import plugin

TEXT: Final = all_text()


def rows_of(section: str) -> list[list[str]]:
    """Returns the cells of the first table under a heading, without its head."""
    body = re.split(r"^##+ ", TEXT.partition(f"# {section}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line for line in body.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]
    assert rows, f"there is no table under {section}"
    return rows


@pytest.mark.parametrize("row", rows_of("Settings"), ids=lambda row: row[0].strip("`"))
def test_a_default_is_the_codes(row: list[str]) -> None:
    """A setting that is set to the default of the table changes nothing; `none` stands for what is not set."""
    name, default = row[0].strip("`"), row[1].strip("`")
    assert name in {*FIELDS, *RATE_NAMES, *OTHERS}
    field = FIELDS[name][0] if name in FIELDS else ""
    if default == "none":
        assert getattr(Settings(), field, None) is None
    else:
        assert read_settings({name: default}) == Settings()


def test_the_delivery_options_are_all_there() -> None:
    """The table lists what `with_options` takes, the Page apart."""
    listed = {row[0].strip("`"): row[2].strip("`") for row in rows_of("Delivery options")}
    assert set(listed) == set(Options.__annotations__) - {"page"}
    defaults = Delivery(page="1")
    assert (listed["priority"], listed["at_most_once"]) == (defaults.priority, "no")
    assert defaults.is_ordered()


def test_the_fixtures_are_all_there() -> None:
    """The table lists what a test can ask for."""
    listed = {name for row in rows_of("Testing your service") for name in re.findall(r"`(\w+)`", row[0])}
    made = {name for name in vars(plugin) if name.startswith(("outbound", "outbox", "graph"))}
    assert listed == made
