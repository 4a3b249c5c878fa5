"""Whatever the width, a table loses neither an id nor a figure; reasons give way."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import redis
from rich.console import Console

from producer import Producer, batch, messages
from tests.worker.cli.overviews import KEYS, PROFILE, read
from worker.cli.overview_view import render
from worker.engine.lanes import Lanes
from worker.operations import holds

PAGE = "1895382890692545"
BROADCAST = "spring-sale-2027-newsletter-second-wave"
REASON = "a reason of many words " * 12


def fill(server: "redis.Redis") -> None:
    """Queues what has long names and long reasons."""
    Lanes(server).hello("w", PROFILE, b'{"host":"a-host-with-a-long-name.example.internal","pid":1234567}')
    producer = Producer.on(server, page=PAGE)
    producer.send_many(batch.send_text(f"{each}", "x") for each in range(1_234))
    producer.broadcast_to(["7"], messages.text("x"), broadcast_id=BROADCAST)
    holds.hold(server, KEYS, f"page:{PAGE}", for_s=None, reason=REASON.strip())


@pytest.mark.parametrize("width", [80, 110, 200])
def test_nothing_is_cut_at_any_width(server: "redis.Redis", width: int) -> None:
    """Broken over lines at worst; from 110 columns on ids and figures stand whole."""
    fill(server)
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(render(read(server), rows_max=20, width=width))
    text = console.export_text()
    assert text.count("…") == text.count("held until")
    if width >= 110:
        for whole in (PAGE, "1,234", "1234567", *([BROADCAST] if width > 110 else [])):
            assert re.search(rf"(?<!\S){re.escape(whole)}(?!\S)", text), text


def test_off_a_terminal_a_row_is_a_line(outbound: Callable[..., Any], valkey: "redis.Redis") -> None:
    """However long its reason is."""
    fill(valkey)
    lines = outbound("status").out.splitlines()
    assert [line for line in lines if line.endswith(f"until released  {REASON.strip()}")]
    assert [line for line in lines if line.endswith(f"held until released: {REASON.strip()}")]
