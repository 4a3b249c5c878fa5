"""`Verb`: a command whose help ends with examples, and whose wrong use is answered with one."""

import difflib
import re
from collections.abc import Sequence
from typing import Final

import click

# What click says, and what a person understands.
WORDS: Final = (
    (r"('.*') is not a valid integer( range)?\.", r"\1 is no whole number"),
    (r"('.*') is not a valid float( range)?\.", r"\1 is no number"),
    (r"(\S+) is not in the range (\S+)<=x<=(\S+?)\.", r"\1 is not from \2 to \3"),
    (r"(\S+) is not in the range x>=(\S+?)\.", r"\1 is less than \2"),
    (
        r"Got unexpected extra arguments? \((.*)\)",
        r"'\1' is more than it takes",
    ),
    (r"Option ('\S+') requires an argument\.", r"\1 wants a value behind it"),
    (r"Missing argument ('\S+')\.", r"\1 is missing"),
)


class Verb(click.Command):
    """A verb of `outbound`; `examples` are whole command lines that work as they stand."""

    def __init__(self, *args: object, examples: Sequence[str] = (), **settings: object) -> None:
        super().__init__(*args, **settings)  # type: ignore[arg-type]  # passed on as click gives them
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """Writes the examples."""
        write_examples(formatter, self.examples)


class VerbGroup(click.Group):
    """A verb of `outbound` that has verbs of its own, as `outbound dead list`."""

    def __init__(self, *args: object, examples: Sequence[str] = (), **settings: object) -> None:
        super().__init__(*args, **settings)  # type: ignore[arg-type]  # passed on as click gives them
        self.subcommand_metavar = "VERB [ARGS]..."
        self.examples = tuple(examples)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Returns the verbs in the order in which they were added."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Returns the verb and its arguments.

        Raises:
            NoSuchVerbError: there is no such verb; says which one may be meant.
        """
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            raise NoSuchVerbError(args[0], list(self.commands), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """Writes the table of verbs."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, each.get_short_help_str(100)) for name, each in self.commands.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """Writes the examples."""
        write_examples(formatter, self.examples)


class NoSuchVerbError(click.UsageError):
    """A word is no verb: says which one may be meant (`meant`, or None), or which there are."""

    def __init__(self, word: str, verbs: Sequence[str], context: click.Context) -> None:
        near = difflib.get_close_matches(word, verbs, n=1)
        self.meant = near[0] if near else None
        hint = f"did you mean {self.meant}?" if self.meant else f"there are {', '.join(verbs)}"
        super().__init__(f"there is no verb {word!r}: {hint}", context)


def plainly(sentence: str) -> str:
    """Returns click's sentence in words that tell what was wanted."""
    for pattern, words in WORDS:
        sentence = re.sub(pattern, words, sentence)
    return sentence


def examples_of(command: click.Command) -> tuple[str, ...]:
    """Returns the examples of a verb; the whole program has one of its own."""
    return command.examples if isinstance(command, Verb | VerbGroup) else ("outbound demo",)


def write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    """Writes examples line by line, never wrapped, so that they can be copied."""
    with formatter.section("Examples" if len(examples) > 1 else "Example"):
        for example in examples:
            formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
