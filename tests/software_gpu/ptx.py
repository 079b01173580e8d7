"""Reads PTX, the assembly language of NVIDIA GPUs, as far as compilers write it for kernels: text to Python objects.

Source      NVIDIA, Parallel Thread Execution ISA, version 9.0

Nothing is left out silently: what is not known raises PtxError with the line.
"""

import re
from dataclasses import dataclass, field

__all__ = ["Function", "Instruction", "Module", "PtxError", "Variable", "read_ptx", "size_of"]

_IGNORED = {
    ".version",
    ".target",
    ".address_size",
    ".file",
    ".loc",
    ".pragma",
    ".minnctapersm",
    ".maxnreg",
    ".noreturn",
}
_LINKAGE = {".visible", ".extern", ".weak", ".common"}
_SPACES = {".global", ".const", ".shared", ".local", ".param"}


class PtxError(Exception):
    """PTX that is not understood."""


def size_of(kind: str) -> int:
    """Bytes of a type such as u32, b8 or f64."""
    return 1 if kind == "pred" else int(re.sub(r"\D", "", kind)) // 8


@dataclass
class Variable:
    """A variable of memory or a parameter: `count` elements of a type."""

    name: str
    space: str
    kind: str
    count: int
    align: int
    initial: list[str] = field(default_factory=list)  # as written
    line: int = 0

    @property
    def size(self) -> int:
        """Bytes."""
        return size_of(self.kind) * self.count


@dataclass
class Instruction:
    """`@guard opcode operands;`, the opcode cut at its dots."""

    line: int
    guard: str | None  # %p1 or !%p1
    parts: list[str]  # ld, global, v4, f32
    operands: list[str]  # as written; braces and brackets included

    @property
    def name(self) -> str:
        """The opcode as written."""
        return ".".join(self.parts)


@dataclass
class Function:
    """An .entry or a .func."""

    name: str
    is_entry: bool
    results: list[Variable]
    parameters: list[Variable]
    max_threads: int = 0
    registers: dict[str, str] = field(default_factory=dict)  # prefix without number, or whole name: type
    variables: list[Variable] = field(default_factory=list)  # .local, .shared and .param inside
    body: list[Instruction | str] = field(default_factory=list)  # a string is a label
    tables: dict[str, list[str]] = field(default_factory=dict)  # of labels, for brx.idx

    def kind(self, register: str) -> str:
        """The type of a register."""
        found = self.registers.get(register) or self.registers.get(register.rstrip("0123456789"))
        if found is None:
            raise PtxError(f"{self.name}: register {register} is not declared")
        return found


@dataclass
class Module:
    """All of a file."""

    variables: list[Variable] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)


def _statements(text: str) -> list[tuple[int, str]]:
    """(line, statement): each ends at a semicolon, a brace of a block, or the colon of a label."""
    text = re.sub(r"/\*.*?\*/", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)
    text = re.sub(r"//[^\n]*", "", text)
    found, start, line, depth = [], None, 1, 0
    text = re.sub(r"(?m)^(\s*\.(?:version|target|address_size|file|loc)\b[^\n;]*)$", r"\1;", text)
    for at, character in enumerate(text):
        if character == "\n":
            line += 1
        if start is None:
            if character.isspace():
                continue
            start, began = at, line
        is_block = character in "{}" and depth == 0 and _opens_block(text[start:at])
        if is_block:
            if text[start:at].strip():
                found.append((began, text[start:at].strip()))
            found.append((line, character))
            start = None
        elif character in "{[(":
            depth += 1
        elif character in "}])":
            depth -= 1
        elif character == ";" or (character == ":" and re.fullmatch(r"[\w$%]+", text[start:at])):
            found.append((began, text[start : at + (character == ":")].strip()))
            start = None
    return [one for one in found if one[1]]


def _opens_block(before: str) -> bool:
    """Whether a brace after this text begins or ends a block, rather than a list of operands or values."""
    before = before.strip()
    return (
        not before
        or (before.endswith(")") and not before.startswith("call"))
        or bool(re.search(r"\.(entry|func|maxntid|reqntid|minnctapersm|maxnreg|pragma)\b[^=]*$", before))
    )


def _cut(text: str) -> list[str]:
    """Cut at the commas outside braces, brackets and parentheses."""
    parts, depth, last = [], 0, 0
    for at, character in enumerate(text):
        depth += (character in "{[(") - (character in "}])")
        if character == "," and depth == 0:
            parts.append(text[last:at].strip())
            last = at + 1
    rest = text[last:].strip()
    return parts + [rest] if rest else parts


_DECLARED = re.compile(
    r"(?P<space>\.\w+)\s+(?:\.align\s+(?P<align>\d+)\s+)?\.(?P<kind>[bsuf]\d+|pred)\s+(?:\.ptr[\w\s.]*?\s)?"
    r"(?P<name>[\w$%]+)\s*(?P<array>\[\s*\d*\s*\])?\s*(?:=\s*(?P<initial>.*))?$",
    re.DOTALL,
)


def _variable(text: str, line: int) -> Variable:
    """`.shared .align 4 .b8 name[768]`"""
    found = _DECLARED.match(text)
    if found is None or found["space"] not in _SPACES:
        raise PtxError(f"line {line}: a declaration that is not known: {text[:120]}")
    count = 1
    if found["array"]:
        inside = found["array"].strip("[] \t\n")
        count = int(inside) if inside else 0
    initial = [one for one in re.split(r"[\s,{}]+", found["initial"] or "") if one]
    align = int(found["align"] or size_of(found["kind"]))
    return Variable(found["name"], found["space"][1:], found["kind"], count, align, initial, line)


def _without_linkage(text: str) -> tuple[str, bool]:
    """The text after .visible and the like, and whether .extern was among them."""
    is_extern = False
    while (word := text.split(None, 1)[0]) in _LINKAGE:
        is_extern |= word == ".extern"
        text = text.split(None, 1)[1]
    return text, is_extern


_HEAD = re.compile(
    r"\.(?P<what>entry|func)\s*(?:\((?P<results>[^)]*)\)\s*)?(?P<name>[\w$]+)\s*(?:\((?P<parameters>[^)]*)\))?(?P<rest>.*)$",
    re.DOTALL,
)


def _function(text: str, line: int) -> Function:
    """The head of a function."""
    found = _HEAD.match(text)
    if found is None:
        raise PtxError(f"line {line}: the head of a function that is not known: {text[:120]}")
    results, parameters = (
        [_variable(one, line) for one in _cut(found[name] or "")] for name in ("results", "parameters")
    )
    function = Function(found["name"], found["what"] == "entry", results, parameters)
    limits = re.search(r"\.(?:maxntid|reqntid)\s+([\d\s,]+)", found["rest"])
    if limits:
        function.max_threads = 1
        for one in limits[1].split(","):
            function.max_threads *= int(one)
    return function


def _instruction(text: str, line: int) -> Instruction:
    guard = None
    if text.startswith("@"):
        head, text = text[1:].split(None, 1)
        guard = head
    head, _, rest = (
        text.strip().partition(" ")
        if not re.match(r"\S+\s", text)
        else (*re.split(r"\s+", text, maxsplit=1), "")[::2] + ("",)
    )
    match = re.match(r"(\S+)\s*(.*)$", text.strip(), re.DOTALL)
    return Instruction(line, guard, match[1].split("."), _cut(match[2]))


def _add_registers(function: Function, text: str) -> None:
    """`.reg .pred %p<198>` or `.reg .b32 temp, other`"""
    kind, names = re.match(r"\.reg\s+\.(\w+)\s+(.*)$", text, re.DOTALL).groups()
    for name in _cut(names):
        function.registers[re.sub(r"<\d+>$", "", name)] = kind


def _read_body(statements: list[tuple[int, str]], at: int, function: Function) -> int:
    """Read from after the opening brace of a function; returns where the next statement is."""
    depth = 1
    while depth:
        line, text = statements[at]
        at += 1
        word = text.split(None, 1)[0]
        if text in "{}":
            depth += 1 if text == "{" else -1
        elif word.endswith(":") and len(text.split()) == 1:
            label = text[:-1].strip()
            if at < len(statements) and statements[at][1].startswith(".branchtargets"):
                function.tables[label] = _cut(statements[at][1].split(None, 1)[1])
                at += 1
            else:
                function.body.append(label)
        elif word == ".reg":
            _add_registers(function, text)
        elif word in (".local", ".shared", ".param"):
            function.variables.append(_variable(text, line))
        elif word in _IGNORED:
            continue
        elif word.startswith("."):
            raise PtxError(f"line {line}: a directive that is not known: {text[:120]}")
        else:
            function.body.append(_instruction(text, line))
    return at


def read_ptx(text: str) -> Module:
    """Read a module."""
    module, statements, at = Module(), _statements(text), 0
    while at < len(statements):
        line, statement = statements[at]
        at += 1
        if statement.split(None, 1)[0] in _IGNORED:
            continue
        if statement.startswith(".section"):
            while statements[at][1] != "}":
                at += 1
            at += 1
            continue
        statement, is_extern = _without_linkage(statement)
        if statement.startswith((".entry", ".func")):
            function = _function(statement, line)
            if at < len(statements) and statements[at][1] == "{":
                at = _read_body(statements, at + 1, function)
                module.functions.append(function)
        else:
            module.variables.append(_variable(statement, line))
    return module
