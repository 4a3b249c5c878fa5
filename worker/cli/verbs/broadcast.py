"""`outbound broadcast`: one message to a file of people, resumable; and a broadcast's progress, pause and end."""

import contextlib
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import click
import msgspec
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from producer import Producer, batch
from producer.broadcasts.broadcast import PLACEHOLDER, Broadcast, Progress
from producer.broadcasts.steps import id_for
from producer.commands import SendMessage, encode
from producer.errors import BroadcastError, InvalidCommandError, OutboundError
from producer.queue.envelope import Delivery, checked
from producer.tracing.mark import without_trace
from worker.cli import INTERRUPTED
from worker.cli.bad_lines import BadLines, left_out
from worker.cli.broadcast_list import show_list
from worker.cli.durations import seconds_up_to
from worker.cli.failing import REFUSED, Refusal, refusal_of
from worker.cli.installation import Installation, installation
from worker.cli.missing import warning_for
from worker.cli.noting import noted
from worker.cli.people import FIRST, ROUNDED, People, is_rounded
from worker.cli.screen import notice, notice_console, print_json
from worker.cli.steering import Act, steer
from worker.cli.verb import Verb
from worker.operations.broadcasts import list_broadcasts

EXPIRES_S_MAX: Final = 366 * 24 * 3600
# Of so few people whose ids look rounded it may be chance.
FEW: Final = 10
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
BROADCAST_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,100}")


class Begun(msgspec.Struct, frozen=True):
    """What `--json` prints of a file: people are distinct; `added` is None for a dry run."""

    id: str | None
    page: str
    people: int
    added: int | None
    bad_lines: int = 0


@click.command(
    "broadcast",
    cls=Verb,
    examples=("outbound broadcast people.csv --message sale.json --page 18953 --id sale",),
)
@click.argument("target", metavar="FILE|ID", required=False)
@click.option(
    "--message", "message_file", metavar="FILE", help="JSON of the message; then FILE has the people."
)
@click.option("--page", envvar="OUTBOUND_PAGE", default="", help="Page that sends.  [OUTBOUND_PAGE]")
@click.option("--id", "broadcast_id", metavar="ID", help="Names it; the same again goes on where it stopped.")
@click.option(
    "--column", default=FIRST, metavar="N|NAME", help="Column of the PSIDs; found by its name or content."
)
@click.option("--tag", metavar="TAG", help="Message tag.")
@click.option(
    "--expires-in", "expires_s", callback=seconds_up_to(EXPIRES_S_MAX), metavar="DURATION", help="For each."
)
@click.option("--skip-bad", is_flag=True, help="Report lines that are no PSID and go on.")
@click.option("--dry-run", is_flag=True, help="Check the message and every line, and queue nothing.")
@click.option("--pause/--resume", default=None, help="Take nobody else for now; go on.")
@click.option("--cancel", is_flag=True, help="End all that no worker has.")
@click.option("--list", "listing", is_flag=True, help="Show all broadcasts, the latest first.")
@click.option("--watch", is_flag=True, help="Show it anew every second, until it is done.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verb(
    target: str | None,
    *,
    message_file: str | None,
    pause: bool | None,
    cancel: bool,
    watch: bool,
    listing: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401 (the options of a new broadcast)
) -> int:
    """Send one message to the PSIDs of a CSV file; or show and steer a broadcast."""
    act = _act_of(pause, cancel=cancel)
    if listing:
        if target is not None or message_file is not None or act is not None or watch:
            raise click.UsageError("--list shows all broadcasts: only --json stands beside it")
        return show_list(installation(), as_json=as_json)
    if target is None:
        raise click.UsageError("Missing argument 'FILE|ID'.")
    if watch and as_json:
        raise click.UsageError("--watch is for people and --json for programs: use one of them")
    if message_file is not None:
        if act is not None or watch:
            raise click.UsageError(
                "--pause, --resume, --cancel and --watch take a broadcast's ID, not a FILE"
            )
        return _send(target, message_file, given, as_json=as_json)
    new = ("broadcast_id", "dry_run", "skip_bad", "tag")
    if any(given[each] for each in new) or given["expires_s"] is not None:
        raise click.UsageError("a file of people needs --message; without it, give a broadcast's ID alone")
    if BROADCAST_ID.fullmatch(target) is None:
        raise click.UsageError("ID must be letters, digits, '-' and '_'; a file of people needs --message")
    place = installation()
    broadcast = _producer(place, "").broadcast(target)
    try:
        on_act = partial(noted, place, on=f"broadcast {target}")
        return steer(broadcast, act, watch=watch, as_json=as_json, on_act=on_act)
    except BroadcastError:
        raise _none_of(place, target) from None


def _act_of(pause: bool | None, *, cancel: bool) -> Act | None:
    if cancel and pause is not None:
        raise click.UsageError("--cancel ends it for good: leave --pause and --resume away")
    if pause is not None:
        return "pause" if pause else "resume"
    return "cancel" if cancel else None


def _producer(place: Installation, page: str) -> Producer:
    return Producer.on(
        place.client, page=page, prefix=place.keys.prefix, graph_version=place.settings.graph_version
    )


def _none_of(place: Installation, broadcast_id: str) -> Refusal:
    latest = list_broadcasts(place.client, place.keys, limit=3).broadcasts
    others = "; the latest are " + ", ".join(each.id for each in latest) if latest else ", nor any other"
    begin = f"`outbound broadcast FILE --message FILE --page PAGE --id {broadcast_id}` begins it"
    return Refusal(f"there is no broadcast {broadcast_id}{others}; {begin}")


def _send(people_file: str, message_file: str, given: dict[str, Any], *, as_json: bool) -> int:
    message, options = _message_of(message_file, given["tag"])
    on_bad = BadLines().tell if given["skip_bad"] else None
    people = People(_existing(people_file), given["column"], on_bad=on_bad)
    page = given["page"]
    if not page:
        raise click.UsageError("no Page is named: use --page or OUTBOUND_PAGE")
    command = batch.send_message(PLACEHOLDER, message, **options)
    place = installation(patient=True)
    producer = _producer(place, page)
    checked(Delivery(page=page))
    broadcast_id = id_for(given["broadcast_id"], people)
    if given["dry_run"]:  # it refuses what the run would refuse
        place.admit(command)
        return _rehearse(people, page, as_json=as_json)
    _check_same(place, broadcast_id, page, command)
    if given["expires_s"] is not None:
        producer = producer.with_options(expires_in=given["expires_s"])
    again = _again(people_file, message_file, broadcast_id, given)
    if not given["broadcast_id"]:
        notice(f"this is broadcast {broadcast_id}; if it breaks off, go on with: {again}")
    try:
        with _shown(people) as show:
            broadcast = producer.broadcast_to(
                people, message, broadcast_id=broadcast_id, on_progress=show, **options
            )
    except KeyboardInterrupt:
        place.client.connection_pool.disconnect()  # one may hold an answer that nobody has read
        so_far = _so_far(producer.broadcast(broadcast_id))
        raise Refusal(f"stopped; {so_far}go on with: {again}", INTERRUPTED) from None
    except BroadcastError:
        raise
    except OutboundError as error:
        raise _stop_of(error, producer.broadcast(broadcast_id), again) from None
    return _report(place, broadcast.progress(), people.bad, as_json=as_json)


def _stop_of(error: OutboundError, broadcast: Broadcast, again: str) -> Refusal:
    refusal = refusal_of(error)
    if isinstance(error, InvalidCommandError) and error.path.startswith("line "):
        ahead = f"mend it, then: {again}; or leave bad lines out with --skip-bad"
        return Refusal(f"{refusal}; {_so_far(broadcast)}{ahead}", refusal.code)
    return Refusal(f"{refusal}; {_so_far(broadcast)}to go on: {again}", refusal.code)


def _so_far(broadcast: Broadcast) -> str:
    try:
        added = broadcast.progress().added
    except OutboundError:  # Redis cannot tell
        return ""
    return f"{added:,} {'person is' if added == 1 else 'people are'} added; "


def _again(people_file: str, message_file: str, broadcast_id: str, given: Mapping[str, Any]) -> str:
    """Returns the command that goes on with a run that broke off."""
    words = ["outbound", "broadcast", people_file, "--message", message_file, "--page", given["page"]]
    if given["column"] != FIRST:
        words += ["--column", given["column"]]
    if given["tag"]:
        words += ["--tag", given["tag"]]
    if given["expires_s"] is not None:
        words += ["--expires-in", f"{given['expires_s']:g}s"]
    if given["skip_bad"]:
        words.append("--skip-bad")
    return shlex.join([*words, "--id", broadcast_id])


def _report(place: Installation, progress: Progress, bad: int, *, as_json: bool) -> int:
    warning = warning_for(place, progress.page)
    if warning is not None:
        notice(f"queued, but {warning}")
    if as_json:
        print_json(Begun(progress.id, progress.page, progress.added, progress.added, bad))
    else:
        people = f"{progress.added:,} people{left_out(bad)}"
        click.echo(f"broadcast {progress.id}: {people}; see `outbound broadcast {progress.id}`")
    return REFUSED if bad else 0


def _message_of(message_file: str, tag: str | None) -> tuple[dict[str, object], dict[str, Any]]:
    """Returns the message, and the options of `send_message` that stand beside it when it is a whole request."""
    try:
        text = _existing(message_file).read_bytes()
        document: object = msgspec.json.decode(text.decode("utf-16" if text[:2] in UTF_16 else "utf-8-sig"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidCommandError(message_file, f"is no JSON: {error}") from None
    if not isinstance(document, dict):
        raise InvalidCommandError(message_file, 'must be a message, such as {"text": "Hello!"}')
    options: dict[str, Any] = {"tag": tag} if tag else {}
    if isinstance(document.get("message"), dict):
        message = document.pop("message")
        document.pop("recipient", None)  # a request as it stands in Meta's guides: its people are in the file
        return message, {**document, **options}
    return document, options


def _existing(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise click.UsageError(f"there is no file {name}")
    return path


def _check_same(place: Installation, broadcast_id: str, page: str, command: object) -> None:
    """Raises when a broadcast of this id was begun with another message, or for another Page."""
    head, body = cast(
        "list[bytes | None]", place.client.hmget(place.keys.of(f"broadcast:{broadcast_id}"), ["head", "body"])
    )
    if head is None:
        return
    if head.split(b"|", 1)[0].decode() != page:
        raise BroadcastError(f"broadcast {broadcast_id} was begun for another Page: use another --id")
    if without_trace(body or b"")[1] != encode(cast("SendMessage", command)):
        raise BroadcastError(f"broadcast {broadcast_id} was begun with another message: use another --id")


def _rehearse(people: People, page: str, *, as_json: bool) -> int:
    lines, distinct, few = 0, set[int](), list[str]()
    with _shown(people) as show:
        for lines, psid in enumerate(people, start=1):
            distinct.add(hash(psid))
            if lines <= FEW:
                few.append(psid)
            if lines % 1000 == 0:
                show(lines)
    if not lines:
        raise Refusal("the file has no PSID: nobody would get the message", REFUSED)
    rounded = len(few) == lines and is_rounded(few)
    if rounded:
        notice(f"look at the ids: {ROUNDED}")
    if as_json:
        print_json(Begun(None, page, len(distinct), None, people.bad))
    else:
        twice = lines - len(distinct)
        more = f", {twice:,} of them listed before and left out" if twice else ""
        well = "" if people.bad or rounded else "all is well: "
        click.echo(f"{well}{lines:,} lines with a PSID{more}{left_out(people.bad)}; nothing was queued")
    return REFUSED if people.bad else 0


@contextlib.contextmanager
def _shown(people: People) -> Iterator[Callable[[int], object]]:
    console = notice_console()
    if not console.is_terminal:
        yield lambda _number: None
        return
    columns = (BarColumn(), DownloadColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("0 people", total=people.bytes_total or None)
        yield lambda number: bar.update(task, completed=people.bytes_read, description=f"{number:,} people")
