"""A broadcast by its id: how far it is, and how it is paused, resumed and cancelled."""

import time
from typing import Final, Literal, Protocol, TypeAlias

import click
from rich.live import Live
from rich.text import Text

from producer.broadcasts.broadcast import Broadcast, Progress
from worker.cli.failing import REFUSED
from worker.cli.overview_view import span
from worker.cli.screen import print_json, result_console
from worker.operations.broadcasts import is_done, nothing_to, state_of

Act: TypeAlias = Literal["pause", "resume", "cancel"]

EVERY_S: Final = 1.0
DONE: Final[dict[Act, str]] = {"pause": "paused", "resume": "it goes on", "cancel": "cancelled"}


class Noted(Protocol):
    """Writes down what was done."""

    def __call__(self, act: str, *, told: str) -> None:
        """Takes the act and what came of it."""


def steer(broadcast: Broadcast, act: Act | None, *, watch: bool, as_json: bool, on_act: Noted) -> int:
    """Pauses, resumes or cancels a broadcast, or does none of it, shows how far it is, and returns the exit code."""
    told, code = _act(broadcast, act)
    if act is not None:
        on_act(act, told=told or DONE[act])
    if told and not as_json:
        click.echo(told)
    if watch:
        _watch(broadcast)
    elif as_json:
        print_json(broadcast.progress())
    else:
        click.echo(words_of(broadcast.progress()))
    return code


def _act(broadcast: Broadcast, act: Act | None) -> tuple[str, int]:
    """Returns what is said of it before its progress, and the exit code."""
    match act:
        case "pause":
            return ("", 0) if broadcast.pause() else (nothing_to(act), REFUSED)
        case "resume":
            broadcast.resume()
            return (nothing_to(act), REFUSED) if is_done(broadcast.progress()) else ("", 0)
        case "cancel":
            cancelled = broadcast.cancel()
            if not cancelled and broadcast.progress().state != "cancelled":
                return nothing_to(act), REFUSED
            return f"{cancelled:,} {'person is' if cancelled == 1 else 'people are'} not sent to", 0
    return "", 0


def _watch(broadcast: Broadcast) -> None:
    console = result_console()
    found = broadcast.progress()
    if not console.is_terminal:
        while True:
            click.echo(words_of(found))
            if is_done(found):
                return
            time.sleep(EVERY_S)
            found = broadcast.progress()
    with Live(Text(words_of(found)), console=console, auto_refresh=False) as live:
        while not is_done(found):
            time.sleep(EVERY_S)
            found = broadcast.progress()
            live.update(Text(words_of(found)), refresh=True)


def words_of(progress: Progress) -> str:
    """Returns how far a broadcast is, in two lines."""
    state = state_of(progress)
    done = progress.added - progress.waiting
    share = f" ({done / progress.added:.0%})" if progress.added else ""
    ended = ", ".join(f"{name} {number:,}" for name, number in sorted(progress.ended.items()) if number)
    goes = state in {"open", "on its way"}  # a mean since the beginning says nothing of what stands still
    rate = f"; {progress.rate_per_s:,.1f}/s" if progress.rate_per_s is not None and goes else ""
    eta = f", done in about {span(progress.eta_s)}" if progress.eta_s else ""
    return (
        f"broadcast {progress.id} of Page {progress.page}: {state}; "
        f"{done:,} of {progress.added:,} people{share}{rate}{eta}\n  {ended or 'nobody was sent to yet'}"
    )
