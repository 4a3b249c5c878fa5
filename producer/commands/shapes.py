"""Plain JSON is held to the bounds that a struct declares, and every refusal names the path and the bound only.

Members that a struct does not know pass, since Meta adds some every year, unless one looks like a misspelling of a
member that is absent: a lost `quick_replies` would otherwise be found by people, not by tests.
"""

import difflib
import functools
import types
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import inspect

from producer.errors import InvalidCommandError

_LOOKS_ALIKE: Final = 0.83


def check_shape(shape: type[msgspec.Struct], value: object, path: str) -> None:
    """Raises `InvalidCommandError` unless `value`, as plain JSON, keeps to what `shape` declares.

    A tagged union takes any tag: a tag that it knows is checked, another passes unless it looks misspelt.
    """
    _check(_node(shape), value, path)


def near_miss(word: str, known: Iterable[str]) -> str | None:
    """Returns the one of `known` that `word` looks like a misspelling of, or None."""
    words = tuple(known)
    same = [each for each in words if each.casefold() == word.casefold() and each != word]
    close = difflib.get_close_matches(word, words, n=1, cutoff=_LOOKS_ALIKE)
    # Letters that changed places weigh too much in a short word.
    swapped = [each for each in words if len(each) == len(word) and sorted(each) == sorted(word)]
    return next(iter([*same, *close, *swapped]), None)


def refuse_near_miss(members: Iterable[str], known: Iterable[str], path: str) -> None:
    """Raises when one of `members` is unknown and looks like a `known` one that is absent."""
    present = set(members)
    absent = [name for name in known if name not in present]
    for name in present.difference(known):
        meant = near_miss(name, absent)
        if meant is not None:
            raise InvalidCommandError(join(path, name), f"is no known member; did you mean {meant}?")


def join(path: str, member: str) -> str:
    """Returns the path of `member` inside `path`."""
    return f"{path}.{member}" if path else member


@functools.cache
def _node(shape: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(shape)


def _check(node: inspect.Type, value: object, path: str, *, trimmed: bool = False) -> None:
    match node:
        case inspect.Metadata():
            _check(node.type, value, path, trimmed=bool((node.extra or {}).get("trimmed")))
        case inspect.StrType():
            _check_text(node, value, path, trimmed=trimmed)
        case inspect.UnionType():
            _check_union(node, value, path)
        case inspect.StructType():
            _check_struct(node, value, path)
        case inspect.ListType():
            _check_list(node, value, path)
        case inspect.IntType():
            _check_whole_number(node, value, path)
        case inspect.AnyType():
            return
        case _ if not _accepts(node, value):
            raise InvalidCommandError(path, f"must be {_name(node)}")


def _check_text(node: inspect.StrType, value: object, path: str, *, trimmed: bool) -> None:
    if not isinstance(value, str):
        raise InvalidCommandError(path, "must be text")
    length = len(value.strip()) if trimmed else len(value)
    if node.max_length is not None and length > node.max_length:
        raise InvalidCommandError(path, f"at most {node.max_length} characters")
    if node.min_length is not None and length < node.min_length:
        raise InvalidCommandError(path, "must not be empty")


def _check_list(node: inspect.ListType, value: object, path: str) -> None:
    if not isinstance(value, list | tuple):
        raise InvalidCommandError(path, "must be a list")
    if node.max_length is not None and len(value) > node.max_length:
        raise InvalidCommandError(f"{path}[{node.max_length}]", f"at most {_entries(node.max_length)}")
    if node.min_length is not None and len(value) < node.min_length:
        raise InvalidCommandError(path, f"at least {_entries(node.min_length)}")
    for index, item in enumerate(value):
        _check(node.item_type, item, f"{path}[{index}]")


def _entries(count: int) -> str:
    return f"{count} entry" if count == 1 else f"{count} entries"


def _check_whole_number(node: inspect.IntType, value: object, path: str) -> None:
    if not _accepts(node, value) or not isinstance(value, int):
        raise InvalidCommandError(path, "must be a whole number")
    if node.ge is not None and value < node.ge:
        raise InvalidCommandError(path, f"at least {node.ge}")
    if node.le is not None and value > node.le:
        raise InvalidCommandError(path, f"at most {node.le}")


def _check_struct(node: inspect.StructType, value: object, path: str) -> None:
    if not isinstance(value, dict):
        raise InvalidCommandError(path, "must be an object")
    known = {field.encode_name for field in node.fields}
    if node.tag_field is not None:
        known.add(node.tag_field)
    if not known.issuperset(value):
        _check_unknown(value, known, path)
    for field in node.fields:
        name = field.encode_name
        if name in value:
            _check(field.type, value[name], join(path, name))
        elif field.required:
            raise InvalidCommandError(join(path, name), "is missing")


def _check_unknown(value: dict[object, object], known: set[str], path: str) -> None:
    if not all(isinstance(name, str) for name in value):
        raise InvalidCommandError(path, "has a member whose name is not text")
    refuse_near_miss([str(name) for name in value], known, path)


def _check_union(node: inspect.UnionType, value: object, path: str) -> None:
    structs = [kind for kind in node.types if isinstance(kind, inspect.StructType)]
    if isinstance(value, dict) and structs:
        _check_tagged(structs, value, path)
        return
    for kind in node.types:
        if _accepts(kind, value):
            _check(kind, value, path)
            return
    names = dict.fromkeys(_name(kind) for kind in node.types if not isinstance(kind, inspect.NoneType))
    raise InvalidCommandError(path, f"must be {' or '.join(names)}")


def _check_tagged(structs: list[inspect.StructType], value: dict[object, object], path: str) -> None:
    tag_field = structs[0].tag_field
    if tag_field is None or len(structs) == 1:
        _check_struct(structs[0], value, path)
        return
    tags = {kind.tag: kind for kind in structs}
    tag = value.get(tag_field)
    if tag is None:
        _check_unknown(value, {tag_field}, path)
        raise InvalidCommandError(join(path, tag_field), "is missing")
    if not isinstance(tag, str):
        raise InvalidCommandError(join(path, tag_field), "must be text")
    if tag in tags:
        _check_struct(tags[tag], value, path)
        return
    meant = near_miss(tag, [str(known) for known in tags])
    if meant is not None:
        raise InvalidCommandError(join(path, tag_field), f"is no known kind; did you mean {meant}?")


def _accepts(node: inspect.Type, value: object) -> bool:
    node = _bare(node)
    if isinstance(value, bool):
        return isinstance(node, inspect.BoolType | inspect.AnyType)
    kinds, _name_of_it = _KINDS.get(type(node), (object, ""))
    return isinstance(value, kinds)


def _name(node: inspect.Type) -> str:
    return _KINDS.get(type(_bare(node)), (object, "of another form"))[1]


def _bare(node: inspect.Type) -> inspect.Type:
    return _bare(node.type) if isinstance(node, inspect.Metadata) else node


# The Python values that a node takes, and what a person calls them.
_KINDS: Final[Mapping[type[inspect.Type], tuple[type | types.UnionType, str]]] = {
    inspect.StrType: (str, "text"),
    inspect.IntType: (int, "a whole number"),
    inspect.FloatType: (int | float, "a number"),
    inspect.BoolType: (bool, "true or false"),
    inspect.NoneType: (types.NoneType, "null"),
    inspect.ListType: (list | tuple, "a list"),
    inspect.DictType: (dict, "an object"),
    inspect.StructType: (dict, "an object"),
}
