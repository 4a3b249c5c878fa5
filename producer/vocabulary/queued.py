"""The vocabulary as a producer has it: every method returns a ticket (its stub says of what)."""

from producer.vocabulary import Vocabulary


class QueuedVocabulary(Vocabulary):
    """All methods, each returning the ticket of its command; an executor defines `_submit(command)`."""

    __slots__ = ()
