"""Values of classes that derive from text, numbers, lists and objects are taken for what they are.

A template engine's text (Django's SafeString, MarkupSafe's Markup), numpy's numbers and enums' members are such values.
"""

import enum
import operator
from collections.abc import Mapping
from typing import SupportsFloat, SupportsIndex


def by_value(value: object) -> object:
    """Returns a value that the encoders do not know as the plain one that it is; they call this for no other.

    Raises:
        TypeError: it is none that JSON carries.
    """
    match value:
        case enum.Enum():
            return value.value
        case str():
            return str.__str__(value)
        case Mapping():
            return {by_name(name): member for name, member in value.items()}
        case list() | tuple():
            return list(value)
        case SupportsIndex():
            return operator.index(value)
        case SupportsFloat():
            return float(value)
        case _:
            raise TypeError(f"objects of type {type(value).__name__} are no JSON")


def by_name(name: object) -> object:
    """Returns an object's member name as the text that it is."""
    return str.__str__(name) if isinstance(name, str) else name
