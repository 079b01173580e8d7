"""The source files as syntax trees, for test_architecture.py and test_source.py."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "firth"

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """One source file."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def package(self) -> str:
        """The first part of the name inside firth, which may also be a single file; "" for firth itself."""
        return self.name.partition(".")[2].partition(".")[0]


@cache
def modules() -> dict[str, Module]:
    """Every source file by its dotted name."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name, path, ast.parse(path.read_text(encoding="utf-8")))
    return found


def imported_names(module: Module) -> Iterator[tuple[str, int]]:
    """Dotted names that a file imports, anywhere in it, with the line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.path}:{node.lineno} imports by a relative name"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield (full if full in modules() else str(node.module)), node.lineno


def own_imports(module: Module) -> Iterator[tuple[str, int]]:
    """The modules of firth among them."""
    for name, line in imported_names(module):
        if name == "firth" or name.startswith("firth."):
            yield name, line


def functions(module: Module) -> Iterator[Function]:
    """All functions and methods of a file, nested ones included."""
    return (node for node in ast.walk(module.tree) if isinstance(node, Function))


def exported(module: Module) -> set[str]:
    """The names in the module's `__all__`."""
    return {
        element.value
        for node in module.tree.body
        if isinstance(node, ast.Assign | ast.AugAssign) and assigned_names(node) == ["__all__"]
        for element in getattr(node.value, "elts", [])
        if isinstance(element, ast.Constant)
    }


def assigned_names(node: ast.stmt) -> list[str]:
    """The names that an assignment binds."""
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    else:
        return []
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def location(module: Module, line: int = 0) -> str:
    """`firth/path.py:line`, for messages."""
    relative = module.path.relative_to(SOURCE.parent)
    return f"{relative}:{line}" if line else str(relative)
