"""How source files read: their length, the number of arguments, docstrings, names, and nothing that is unused."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from source_tree import ROOT, SOURCE, Function, Module, assigned_names, exported, functions, location, modules

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_KERNEL_LINES = 90  # an entry point reads as its whole algorithm
MAX_ARGUMENTS = 7
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "tools"}

# Methods that somebody else calls by name: Python's io module, IPython, Numba; and the pickle reader, by the opcode's.
CALLED_FROM_OUTSIDE = {
    "readable",
    "_repr_html_",
    "_repr_pretty_",
    "cache_path",
    "load_overload",
    "save_overload",
    "flush",
    "format_options",  # Typer
    "collect_usage_pieces",
    "model_config",  # pydantic
    "get_route_handler",  # FastAPI
    "shutdown",  # uvicorn
}
CALLED_BY_OPCODE = ("formats/inert_pickle.py", "_Machine")


# ---------------------------------------------------------------- length


def test_files_and_functions_are_short():
    wrong = []
    for module in modules().values():
        lines = len(module.path.read_text(encoding="utf-8").splitlines())
        if lines > MAX_FILE_LINES:
            wrong.append(f"{location(module)} has {lines} lines (at most {MAX_FILE_LINES})")
        limit = MAX_KERNEL_LINES if module.package == "kernels" else MAX_FUNCTION_LINES
        for function in functions(module):
            length = body_lines(function)
            if length > limit:
                wrong.append(
                    f"{location(module, function.lineno)} {function.name} has {length} lines "
                    f"without its docstring (at most {limit})"
                )
    assert not wrong, "\n".join(wrong)


def body_lines(function: Function) -> int:
    """Lines of a function from `def` to its end, docstring not counted."""
    docstring = 0
    if ast.get_docstring(function) is not None:
        first = function.body[0]
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


# ---------------------------------------------------------------- arguments


def test_functions_have_few_arguments():
    """At most 7. Named ones of public functions do not count, nor options of a command and signatures of gensim's."""
    wrong = []
    for module in modules().values():
        for function in functions(module):
            count = counted_arguments(function)
            is_theirs = module.package == "gensim" and is_public(function)
            if count > MAX_ARGUMENTS and not (is_theirs or (module.package == "cli" and is_command(function))):
                wrong.append(f"{location(module, function.lineno)} {function.name} has {count} arguments")
    assert not wrong, f"at most {MAX_ARGUMENTS}:\n" + "\n".join(wrong)


def is_command(function: Function) -> bool:
    """Whether Typer makes options of its arguments, and perhaps hands it its context."""
    return function.name == "run" or "typer." in ast.unparse(function.args)


def counted_arguments(function: Function) -> int:
    """Positional arguments without self and cls, and for private functions the keyword-only ones."""
    arguments = function.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args) if one.arg not in ("self", "cls")]
    return len(names) + (0 if is_public(function) else len(arguments.kwonlyargs))


def is_public(function: Function) -> bool:
    return function.name == "__init__" or not function.name.startswith("_")


# ---------------------------------------------------------------- dead code


class Definition(NamedTuple):
    """A name that a module or one of its classes defines."""

    module: Module
    node: ast.stmt
    name: str
    owner: str  # the class, or ""


def definitions(module: Module) -> Iterator[Definition]:
    for owner, body in [("", module.tree.body), *((c.name, c.body) for c in module.tree.body if is_class(c))]:
        for node in body:
            if isinstance(node, Function | ast.ClassDef):
                yield Definition(module, node, node.name, owner)
            for name in assigned_names(node):
                yield Definition(module, node, name, owner)


def is_class(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef)


def used_names(tree: ast.AST) -> Counter[str]:
    """Every name that is read, attributes, keywords, imports under another name, and names written as text."""
    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign) and assigned_names(node) == ["__all__"]:
            found.subtract(one.value for one in getattr(node.value, "elts", []) if isinstance(one, ast.Constant))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found[node.id] += 1
        elif isinstance(node, ast.Attribute):
            found[node.attr] += 1
        elif isinstance(node, ast.keyword) and node.arg:
            found[node.arg] += 1
        elif isinstance(node, ast.alias) and node.asname:
            found[node.name] += 1
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[\w.\[\] |]+", node.value)
        ):
            found.update(re.findall(r"\w+", node.value))
    return found


def is_called_from_outside(definition: Definition) -> bool:
    if definition.name.startswith("__") or definition.name in CALLED_FROM_OUTSIDE or definition.owner.startswith("__"):
        return True
    if definition.owner and isinstance(definition.node, ast.AnnAssign) and not definition.name.startswith("_"):
        return True  # a field of a record, for whoever receives it
    is_endpoint = definition.module.package == "server"
    if getattr(definition.node, "decorator_list", None) and (is_endpoint or definition.name.startswith("_")):
        return True  # registered by its decorator
    file = definition.module.path.relative_to(SOURCE).as_posix()
    return (file, definition.owner) == CALLED_BY_OPCODE and definition.name.startswith("_")


def test_nothing_is_defined_that_nothing_uses():
    """By name alone: a name in use anywhere counts as used. The public API is in use if a page of docs names it.

    `illustrated` is for reading and for tests.
    """
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    documented = set(re.findall(r"\w+", "".join(page.read_text(encoding="utf-8") for page in pages)))
    uses = sum((used_names(module.tree) for module in modules().values()), Counter())
    unused = []
    for module in modules().values():
        if module.package == "illustrated":
            continue
        for definition in definitions(module):
            recursive = used_names(definition.node)[definition.name] if definition.name in uses else 0
            is_public = not definition.name.startswith("_") and definition.name in documented
            if uses[definition.name] <= recursive and not is_public and not is_called_from_outside(definition):
                unused.append(f"{location(module, definition.node.lineno)} {definition.owner} {definition.name}")
    assert not unused, "nothing uses:\n" + "\n".join(unused)


# ---------------------------------------------------------------- names and docstrings


def test_files_say_what_they_hold():
    named = [module for module in modules().values() if module.path.stem in VAGUE]
    vague = [location(module) for module in named if module.package != "gensim"]  # its modules have gensim's names
    assert not vague, "\n".join(vague)


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_module_and_public_name_says_what_it_is(name):
    module = modules()[name]
    if module.path.name == "__init__.py" and not module.path.read_text().strip():
        return
    assert ast.get_docstring(module.tree), f"{location(module)} has no docstring"
    listed = exported(module)
    bare = [
        f"{location(module, node.lineno)} {node.name}"
        for node in module.tree.body
        if isinstance(node, Function | ast.ClassDef) and node.name in listed and not ast.get_docstring(node)
    ]
    assert not bare, "no docstring:\n" + "\n".join(bare)
