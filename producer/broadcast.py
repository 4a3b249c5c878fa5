"""Label predicates of a broadcast's targeting: `and_("A", or_("B", "C"))`."""

from typing import TypeAlias, TypedDict


class Predicate(TypedDict):
    """A predicate over labels: `AND`, `OR` or `NOT` of label ids and other predicates."""

    operator: str
    values: "list[Operand]"


Operand: TypeAlias = str | int | Predicate


def and_(*labels: Operand) -> Predicate:
    """Returns the predicate of people with all of `labels`."""
    return {"operator": "AND", "values": list(labels)}


def or_(*labels: Operand) -> Predicate:
    """Returns the predicate of people with any of `labels`."""
    return {"operator": "OR", "values": list(labels)}


def not_(*labels: Operand) -> Predicate:
    """Returns the predicate of people without `labels`."""
    return {"operator": "NOT", "values": list(labels)}
