"""More envelopes than one script may touch go in rounds."""

from collections.abc import Iterator, Sequence

from producer.store.intake import ROUND_MAX, Arguments


def rounds_of(arguments: Sequence[Arguments]) -> Iterator[tuple[Sequence[Arguments], int]]:
    """Yields the envelopes in rounds of at most 1,000, each with how many come after it."""
    for start in range(0, len(arguments), ROUND_MAX):
        part = arguments[start : start + ROUND_MAX]
        yield part, len(arguments) - start - len(part)
