"""`Verb`: a command whose help ends with examples, and whose wrong use is answered with one."""

from collections.abc import Sequence

import click


class Verb(click.Command):
    """A verb of `outbound`; `examples` are whole command lines that work as they stand."""

    def __init__(self, *args: object, examples: Sequence[str] = (), **settings: object) -> None:
        super().__init__(*args, **settings)  # type: ignore[arg-type]  # passed on as click gives them
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """Writes the examples."""
        write_examples(formatter, self.examples)


def examples_of(command: click.Command) -> tuple[str, ...]:
    """Returns the examples of a verb; the whole program has one of its own."""
    return command.examples if isinstance(command, Verb) else ("outbound demo",)


def write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    """Writes examples line by line, never wrapped, so that they can be copied."""
    with formatter.section("Examples" if len(examples) > 1 else "Example"):
        for example in examples:
            formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
