"""What can be broken in a line of our code, in Python by its syntax, in Lua by its words; pure functions."""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
RECKONED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
}
# Words of Lua that change places; a word that is part of a longer one does not.
SWAPPED: Final = (
    (re.compile(r" == "), " ~= "),
    (re.compile(r" ~= "), " == "),
    (re.compile(r" < "), " <= "),
    (re.compile(r" <= "), " < "),
    (re.compile(r" > "), " >= "),
    (re.compile(r" >= "), " > "),
    (re.compile(r" \+ "), " - "),
    (re.compile(r" - "), " + "),
    (re.compile(r"\band\b"), "or"),
    (re.compile(r"\bor\b"), "and"),
    (re.compile(r"\bnot "), ""),
    (re.compile(r"\btrue\b"), "false"),
    (re.compile(r"\bfalse\b"), "true"),
)
CONDITION: Final = re.compile(r"^(\s*(?:else)?if )(.+)( then)")
CALL: Final = re.compile(r"^\s*(?:redis\.call|[a-z_]+(?:\.[a-z_]+)?)\([^()]*(?:\([^()]*\)[^()]*)*\)$")
QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|--.*$")


class Break(msgspec.Struct, frozen=True):
    """One change of one line; `text` is the whole file with it."""

    file: str
    line: int
    what: str
    text: str

    @property
    def place(self) -> str:
        """The file and the line, as an editor takes them."""
        return f"{self.file}:{self.line}"


def breaks_of(root: Path, file: str) -> Iterator[Break]:
    """Yields each break of a file, in the order of its lines; what is documentation is not broken."""
    text = (root / file).read_text()
    made = _in_lua(text) if file.endswith(".lua") else _in_python(text)
    for line, what, broken in made:
        if broken != text:
            yield Break(file, line, what, broken)


def _in_lua(text: str) -> Iterator[tuple[int, str, str]]:
    lines = text.splitlines(keepends=True)
    for at, line in enumerate(lines):
        code = line.split("--", 1)[0].rstrip("\n")
        if not code.strip():
            continue
        for what, changed in _lua_changes(code):
            broken = changed + line[len(code) :]
            yield at + 1, what, "".join([*lines[:at], broken, *lines[at + 1 :]])


def _lua_changes(code: str) -> Iterator[tuple[str, str]]:
    quoted = [found.span() for found in QUOTED.finditer(code)]
    for pattern, other in SWAPPED:
        for found in pattern.finditer(code):
            if not any(start <= found.start() < end for start, end in quoted):
                yield (
                    f"{found.group().strip()} → {other.strip() or 'left out'}",
                    _put(code, found.span(), other),
                )
    if condition := CONDITION.match(code):
        yield "never", f"{condition[1]}false and ({condition[2]}){code[condition.end(2) :]}"
    if CALL.match(code):
        yield "left out", ""


def _put(code: str, span: tuple[int, int], other: str) -> str:
    return code[: span[0]] + other + code[span[1] :]


def _in_python(text: str) -> Iterator[tuple[int, str, str]]:
    count = sum(1 for _ in _points(ast.parse(text)))
    for number in range(count):
        tree = ast.parse(text)
        line, change = next(point for at, point in enumerate(_points(tree)) if at == number)
        what = change()
        yield line, what, ast.unparse(ast.fix_missing_locations(tree))


def _points(tree: ast.Module) -> Iterator[tuple[int, Callable[[], str]]]:
    """Yields each place where a tree can be changed, with what changes it and tells how."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in _inside(function.body):
                yield from ((node.lineno, change) for change in _changes(node))


def _inside(body: Sequence[ast.stmt]) -> Iterator[ast.expr | ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue  # it is met by itself
        for node in ast.walk(statement):
            if isinstance(node, ast.expr | ast.stmt) and not isinstance(node, ast.JoinedStr):
                yield node


def _changes(node: ast.expr | ast.stmt) -> Iterator[Callable[[], str]]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in COMPARED:
            yield lambda: _compare(node)
        case ast.BoolOp():
            yield lambda: _join(node)
        case ast.BinOp(op=operator) if type(operator) in RECKONED:
            yield lambda: _reckon(node)
        case ast.Constant(value=bool() | int() | float()):
            yield lambda: _count(node)
        case ast.If() | ast.IfExp() | ast.While():
            yield lambda: _never(node)
        case ast.Expr(value=ast.Call()):
            yield lambda: _leave_out(node)


def _compare(node: ast.Compare) -> str:
    before = node.ops[0]
    node.ops = [COMPARED[type(before)]()]
    return f"{type(before).__name__} → {type(node.ops[0]).__name__}"


def _join(node: ast.BoolOp) -> str:
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return "and → or" if isinstance(node.op, ast.Or) else "or → and"


def _reckon(node: ast.BinOp) -> str:
    before = type(node.op)
    node.op = RECKONED[before]()
    return f"{before.__name__} → {type(node.op).__name__}"


def _count(node: ast.Constant) -> str:
    before = node.value
    match before:
        case bool():
            node.value = not before
        case int() | float():
            node.value = before + 1
    return f"{before!r} → {node.value!r}"


def _never(node: ast.If | ast.IfExp | ast.While) -> str:
    node.test = ast.BoolOp(ast.And(), [ast.Constant(value=False), node.test])
    return "never"


def _leave_out(node: ast.Expr) -> str:
    node.value = ast.Constant(value=None)
    return "left out"
