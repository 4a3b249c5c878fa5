"""Writes the stubs of the vocabulary's executors from its source: `python tests/typing/stubs.py`.

Python has no higher-kinded types, so the methods, written once with what Graph gives back, are written out again for
the executors that give something else: tickets of `producer.vocabulary.queued`, awaited tickets of
`producer.vocabulary.awaited`, commands of `producer.batch`.
"""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from producer.commands import TYPES
from producer.tickets.ticket import Ticket

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = ROOT / "producer" / "vocabulary"
HEAD: Final = (
    "# Written by tests/typing/stubs.py from the vocabulary's source: change that, and run it again.\n"
)
SHADOW: Final = "# ruff: noqa: A002 (Meta has a parameter named object)\n"
LINKS: Final = {
    "name": "str | None = None",
    "depends_on": "str | None = None",
    "omit_response_on_success": "bool | None = None",
}
COMMANDS: Final = frozenset(kind.__name__ for kind in TYPES.values())
# What the functions build that methods call.
BUILT_BY: Final = {
    "send_message": "SendMessage",
    "send_media": "SendMessage",
    "sender_action": "SenderAction",
    "_upload": "UploadAttachment",
    "_property": "GetProfileProperty",
    "_object": "GetProfileProperty",
    "_objects": "GetProfileProperty",
    "_set": "SetMessengerProfile",
    "_delete": "DeleteMessengerProfile",
    "_metric": "GetInsight",
}


class Method(NamedTuple):
    """One method of the vocabulary, as its source has it."""

    node: ast.FunctionDef
    command: str


def methods() -> Iterator[Method]:
    """Yields every public method, in the order of the classes of `Vocabulary`."""
    classes = {
        node.name: node
        for path in sorted(SOURCES.glob("*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    seen: set[str] = set()
    for name in _bases(classes["Vocabulary"]):
        bodies = [classes[base].body for base in _bases(classes[name])] + [classes[name].body]
        for node in (node for body in bodies for node in body):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.name not in seen:
                seen.add(node.name)
                yield Method(node, command_of(node))


def _bases(node: ast.ClassDef) -> list[str]:
    return [base.id for base in node.bases if isinstance(base, ast.Name)]


def command_of(node: ast.FunctionDef) -> str:
    """Returns the class of the command that a method builds."""
    for call in (call for call in ast.walk(node) if isinstance(call, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in BUILT_BY:
            return BUILT_BY[name]
        if name in COMMANDS:
            return str(name)
    raise LookupError(f"no command is built in {node.name}")


def imports(names: set[str]) -> str:
    """Returns the imports of `names`, found where the vocabulary's own source has them."""
    homes: dict[str, str] = {"SendBatch": "producer.commands", "SendRawBody": "producer.commands"}
    for path in [*sorted(SOURCES.glob("*.py")), ROOT / "producer" / "commands" / "__init__.py"]:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                homes |= {alias.name: node.module for alias in node.names}
            if isinstance(node, ast.ClassDef):
                homes[node.name] = module
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                homes[node.target.id] = module
    return "".join(f"from {homes[name]} import {name}\n" for name in sorted(names) if name in homes)


def names_in(text: str) -> set[str]:
    """Returns every name that a piece of source mentions."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def signature(node: ast.FunctionDef, result: str, *, bound: bool, links: Iterable[str] = ()) -> str:
    """Returns the method's signature with another result, and with link options before the others."""
    arguments = ast.parse(ast.unparse(node.args).join(("def f(", "): ...")))
    function = arguments.body[0]
    assert isinstance(function, ast.FunctionDef)
    if not bound:
        function.args.args.pop(0)
    for link in links:
        name, _, annotation = link.partition(": ")
        written, _, default = annotation.partition(" = ")
        function.args.kwonlyargs.append(ast.arg(name, ast.parse(written, mode="eval").body))
        function.args.kw_defaults.append(ast.parse(default, mode="eval").body if default else None)
    for index, value in enumerate(function.args.kw_defaults):
        function.args.kw_defaults[index] = None if value is None else ast.Constant(...)
    function.args.defaults = [ast.Constant(...) for _ in function.args.defaults]
    return f"def {node.name}({ast.unparse(function.args)}) -> {result}: ..."


def queued() -> str:
    """Returns the stub of the vocabulary as tickets."""
    generic = hasattr(Ticket, "__class_getitem__")
    lines = []
    for method in methods():
        assert method.node.returns is not None
        reply = ast.unparse(method.node.returns)
        ticket = f"Ticket[{reply}]" if generic else "Ticket"
        result = "BatchTicket" if method.node.name == "send_batch" else ticket
        lines.append("    " + signature(method.node, result, bound=True))
    submit = "CommandOf[_Reply]) -> Ticket[_Reply]" if generic else "CommandOf[_Reply]) -> Ticket"
    body = "class QueuedVocabulary(abc.ABC):\n    @abc.abstractmethod\n"
    body += f"    def _submit(self, command: {submit}: ...\n" + "\n".join(lines)
    names = names_in(body)
    head = "import abc\nfrom typing import TypeVar, Unpack\n" + imports(names - {"Ticket", "BatchTicket"})
    own = "from producer.batching import BatchTicket\nfrom producer.ticket import Ticket\n"
    return HEAD + SHADOW + head + own + '\n_Reply = TypeVar("_Reply")\n\n' + body + "\n"


def awaited() -> str:
    """Returns the stub of the vocabulary as coroutines that return tickets."""
    lines = []
    for method in methods():
        assert method.node.returns is not None
        batched = method.node.name == "send_batch"
        result = "AsyncBatchTicket" if batched else f"AsyncTicket[{ast.unparse(method.node.returns)}]"
        lines.append("    async " + signature(method.node, result, bound=True))
    body = "class AwaitedVocabulary(abc.ABC):\n    @abc.abstractmethod\n"
    body += "    async def _enqueue(self, command: CommandOf[_Reply]) -> AsyncTicket[_Reply]: ...\n"
    body += "\n".join(lines)
    head = "import abc\nfrom typing import TypeVar, Unpack\n" + imports(names_in(body))
    own = "from producer.aio.ticket import AsyncBatchTicket, AsyncTicket\n"
    return HEAD + SHADOW + head + own + '\n_Reply = TypeVar("_Reply")\n\n' + body + "\n"


def parts() -> str:
    """Returns the stub of the vocabulary as commands."""
    lines = []
    for method in [*methods(), Method(_send_request(), "SendRawBody")]:
        taken = {argument.arg for argument in [*method.node.args.args, *method.node.args.kwonlyargs]}
        plain = signature(method.node, method.command, bound=False)
        overloads = [plain]
        for index, link in enumerate(("name", "depends_on")):
            required = {link: "str"} | {name: LINKS[name] for name in list(LINKS)[index + 1 :]}
            if "name" not in taken and method.command != "SendBatch":
                written = [f"{name}: {annotation}" for name, annotation in required.items()]
                overloads.append(signature(method.node, "Part", bound=False, links=written))
        lines += [f"@overload\n{each}" for each in overloads] if len(overloads) > 1 else overloads
    linked = ", ".join(
        f"{name}: {annotation.replace('None', '...', 0)}" for name, annotation in LINKS.items()
    )
    lines.append(f"def part(command: Single, *, {linked.replace('= None', '= ...')}) -> Part: ...")
    body = "\n".join(lines)
    head = "from typing import Unpack, overload\n" + imports(names_in(body))
    return HEAD + head + "\n" + body + "\n"


def _send_request() -> ast.FunctionDef:
    source = "def send_request(self, body: Mapping[str, object]) -> SendReply: ..."
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


def formatted(stub: str) -> str:
    """Returns the stub as the formatter has it, with its imports in order."""
    for command in (["check", "--fix", "--select=I", "--quiet"], ["format", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename=producer/stub.pyi", "-"]
        stub = subprocess.run(  # noqa: S603 - our own arguments
            ruff, input=stub, capture_output=True, check=True, encoding="utf-8", cwd=ROOT
        ).stdout
    return stub


STUBS: Final = {
    ROOT / "producer" / "vocabulary" / "queued.pyi": queued,
    ROOT / "producer" / "vocabulary" / "awaited.pyi": awaited,
    ROOT / "producer" / "batch.pyi": parts,
}


def main() -> None:
    """Writes the stubs."""
    for path, write in STUBS.items():
        path.write_text(formatted(write()), "utf-8")


if __name__ == "__main__":
    main()
