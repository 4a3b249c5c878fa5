"""What Lua's own compiler knows of a script: the globals that its functions name, and the locals of its top level."""

import struct
from collections.abc import Callable
from typing import Final, cast

import msgspec
from lupa.lua51 import LuaRuntime  # type: ignore[import-untyped]

HEADER_BYTES: Final = 12
GETGLOBAL, SETGLOBAL = 5, 7
NIL, BOOLEAN, NUMBER, STRING = 0, 1, 3, 4


class Compiled(msgspec.Struct, frozen=True):
    """A script's globals, all functions' together, and the locals that its end sees, in their order."""

    globals: frozenset[str]
    locals: tuple[str, ...]


class _Reader:
    def __init__(self, code: bytes) -> None:
        self._code = code
        self._at = HEADER_BYTES

    def number(self, form: str) -> int:
        (found,) = struct.unpack_from("<" + form, self._code, self._at)
        self._at += struct.calcsize("<" + form)
        return cast("int", found)

    def numbers(self) -> list[int]:
        return [self.number("I") for _ in range(self.number("I"))]

    def text(self) -> str:
        size = self.number("Q")
        self._at += size
        return self._code[self._at - size : self._at].rstrip(b"\0").decode()

    def constant(self) -> str:
        kind = self.number("B")
        if kind == STRING:
            return self.text()
        if kind != NIL:
            self.number("B" if kind == BOOLEAN else "Q")
        return ""

    def function(self) -> Compiled:
        self.text()
        self.number("Q")  # its lines
        self.number("I")  # upvalues, parameters, stack
        code = self.numbers()
        constants = [self.constant() for _ in range(self.number("I"))]
        within = [self.function() for _ in range(self.number("I"))]
        self.numbers()  # the line of each instruction
        variables = [(self.text(), self.number("I"), self.number("I")) for _ in range(self.number("I"))]
        for _ in range(self.number("I")):
            self.text()
        named = {constants[each >> 14] for each in code if each & 0x3F in {GETGLOBAL, SETGLOBAL}}
        return Compiled(
            frozenset(named.union(*(each.globals for each in within))),
            tuple(name for name, _, end in variables if end == len(code) - 1),  # the last one is its return
        )


def compiled(source: str) -> Compiled:
    """Compiles a script without running it."""
    lua = LuaRuntime(encoding=None)
    dump = cast(
        "Callable[[bytes], bytes]",
        lua.eval(b"function(text) return string.dump(assert(loadstring(text))) end"),
    )
    return _Reader(dump(source.encode())).function()
