"""The verbs of `outbound`, each loaded when it is used, and the one place where an error becomes a sentence."""

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

import click

from worker.cli import INTERRUPTED
from worker.cli.failing import Refusal, refusal_of
from worker.cli.screen import notice
from worker.cli.verb import NoSuchVerbError, Verb, VerbGroup, examples_of, plainly
from worker.observe.visible import guarded_streams

# What `outbound --help` says of each verb; the module of its name holds the verb itself.
VERBS: Final = {
    "demo": "see it all run on this machine, against a stub of Graph",
    "worker": "deliver what is queued",
    "send": "queue one message",
    "enqueue": "queue a file of commands, one JSON a line",
    "status": "workers, lanes, what waits and how commands ended",
    "ticket": "what became of one command",
    "explain": "where one command is, what it waits for, when it leaves",
    "cancel": "end one command before it is sent",
    "dead": "dead letters: list, show, replay, drop",
    "page": "hold or release a Page, lane, broadcast or app",
    "recipient": "people whom a Page cannot reach: show, forget",
    "broadcast": "one message to a file of people; its progress, pause, cancel",
    "audit": "who held, released, replayed, dropped or cancelled what",
    "dashboard": "status, holds and dead letters in a browser, with buttons",
    "door": "take Graph API calls of any language over HTTP, and queue them",
    "doctor": "what is wrong here, why it matters, what to do",
    "stub": "run the stub of Graph",
}


class Program(click.Group):
    """The group of verbs; `--help` loads none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Returns the verbs in the order in which a newcomer meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """Returns the verb, or None for a word that is none."""
        if cmd_name not in VERBS:
            return None
        verb: Verb | VerbGroup = importlib.import_module(f"worker.cli.verbs.{cmd_name}").verb
        return verb

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Returns the verb and its arguments.

        Raises:
            NoSuchVerbError: there is no such verb; says which one may be meant.
        """
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            raise NoSuchVerbError(args[0], list(VERBS), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """Writes the table of verbs; its heading ends the line above it, so that all of them fit a screen."""
        with formatter.indentation():
            formatter.write_dl(list(VERBS.items()))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the verbs alone: with the two options of the program it would not fit a screen."""
        self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """Writes an example, and where the settings and the version are."""
        formatter.write('Example: outbound send 1895382890692545 1254459154682919 "Hello!"\n')
        formatter.write("Settings: OUTBOUND_REDIS_URL, OUTBOUND_PAGES_FILE, … Also: outbound --version\n")


@click.group(
    cls=Program,
    help="Delivers messages to Messenger: queued by services, sent by workers. Verbs:",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(package_name="messenger-outbound", prog_name="outbound")
def program() -> None:
    """Delivers messages to Messenger: queued by services, sent by workers."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb and returns the exit code; every error is one sentence on standard error."""
    with guarded_streams():
        return _run(arguments)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        # color: what looks like a colour in foreign text is to be shown as well, not to be left out
        code = program.main(args=arguments, prog_name="outbound", standalone_mode=False, color=True)
    except click.UsageError as error:
        return _explain_usage(error, sys.argv[1:] if arguments is None else arguments)
    except click.exceptions.Abort:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 (the boundary: whatever it is becomes a sentence)
        return _explain(refusal_of(error), error)
    return code if isinstance(code, int) else 0


def _explain(refusal: Refusal, error: Exception) -> int:
    if os.environ.get("OUTBOUND_LOG_LEVEL", "").lower() == "debug":
        traceback.print_exception(error)
    notice(str(refusal))
    return refusal.code


def _explain_usage(error: click.UsageError, arguments: Sequence[str]) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return 0 if error.ctx is not None and error.ctx.command is program else error.exit_code
    command, path = _wrongly_used(error, arguments)
    notice(plainly(error.format_message()))
    for example in examples_of(command)[:1]:
        click.echo(f"  right: {example}", err=True)
    click.echo(f"  help:  {path} --help", err=True)
    return error.exit_code


def _wrongly_used(error: click.UsageError, arguments: Sequence[str]) -> tuple[click.Command, str]:
    """Returns the verb whose use was wrong, and its path; of a word that is no verb the nearest one."""
    if error.ctx is None:
        return _meant(arguments)
    group, path = error.ctx.command, error.ctx.command_path
    if isinstance(error, NoSuchVerbError) and error.meant and isinstance(group, click.Group):
        found = group.get_command(error.ctx, error.meant)
        if found is not None:
            return found, f"{path} {error.meant}"
    return group, path


def _meant(arguments: Sequence[str]) -> tuple[click.Command, str]:
    """Returns the verb that the first words name, and its path: click forgets it when an option lacks its value."""
    command: click.Command = program
    path = "outbound"
    for word in arguments:
        found = (
            command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        )
        if found is None:
            break
        command, path = found, f"{path} {word}"
    return command, path
