"""The shape of the source: what may import what, how long things may be, and what is never used.

The ladder below is the one of ARCHITECTURE.md: a room imports only from rooms on earlier steps;
rooms on the same step do not know each other. Imports inside functions and under TYPE_CHECKING
count.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "firth"

LADDER = [
    {"errors", "arrays", "parallel", "spelling", "colours"},
    {"notebook", "progress", "settings"},
    {"simd"},
    {"kernels"},
    {"corpus", "subwords"},
    {"formats"},
    {"vectors"},
    {"evaluation"},
    {"backends"},
    {"training"},
    {"models"},
    {"language_models"},
    {"experiments"},
    {"plots", "illustrated", "explorer"},
    {"datasets"},
    {"cli"},
    {"__main__"},
]
# The one exception to the ladder: what shows a single training step shows the step of the reference implementation.
MAY_IMPORT_ILLUSTRATED = {
    "firth.training.trace",
}
STEP = {room: step for step, rooms in enumerate(LADDER) for room in rooms}

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_KERNEL_LINES = 90  # an entry point reads as its whole algorithm
LAZY = {"firth", "firth.cli.main"}  # they name modules as text and import them when asked
COMPILERS = {"njit", "jit", "generated_jit", "vectorize", "guvectorize", "cfunc", "stencil"}
UNSAFE = {"pickle", "cPickle", "_pickle", "dill", "joblib", "cloudpickle", "shelve", "marshal"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "tools"}


class Module(NamedTuple):
    """One source file."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        """The first part of the name inside the package; "" for the package itself."""
        return self.name.partition(".")[2].partition(".")[0]


@cache
def modules() -> dict[str, Module]:
    """Every source file by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
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
    """The modules of this package among them."""
    for name, line in imported_names(module):
        if name == "firth" or name.startswith("firth."):
            yield name, line


def place(module: Module, line: int = 0) -> str:
    relative = module.path.relative_to(PACKAGE.parent)
    return f"{relative}:{line}" if line else str(relative)


def test_every_room_is_on_the_ladder():
    rooms = {module.room for module in modules().values()} - {""}
    assert rooms <= set(STEP), f"no place on the ladder: {sorted(rooms - set(STEP))}"


def test_imports_only_go_up_the_ladder():
    wrong = []
    for module in modules().values():
        if not module.room:
            continue  # the package itself imports lazily, by name
        for name, line in own_imports(module):
            room = name.partition(".")[2].partition(".")[0]
            if not room:  # the version and nothing else lives in the package itself
                wrong += [] if module.room == "cli" else [f"{place(module, line)} imports firth"]
            elif room == "illustrated" and module.name in MAY_IMPORT_ILLUSTRATED:
                continue
            elif room != module.room and STEP[room] >= STEP[module.room]:
                wrong.append(f"{place(module, line)} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_illustrated_is_a_leaf():
    """It is what the product is tested against, so neither is built on the other: only demos and tests import it."""
    wrong = []
    for module in modules().values():
        for name, line in own_imports(module):
            inside = name.startswith("firth.illustrated")
            if module.room == "illustrated":
                wrong += [] if inside else [f"{place(module, line)} imports {name}"]
            elif inside and module.room != "cli" and module.name not in MAY_IMPORT_ILLUSTRATED:
                wrong.append(f"{place(module, line)} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_no_import_cycles_even_through_deferred_imports():
    edges = {
        module.name: {name for name, _ in own_imports(module) if name != "firth"}
        for module in modules().values()
        if module.name not in LAZY
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " imports ".join((*trail[trail.index(name) :], name))
        if name in done or name not in edges:
            return
        for target in edges[name]:
            if target != name:
                visit(target, (*trail, name))
        done.add(name)

    for name in edges:
        visit(name, ())


def test_own_modules_are_imported_at_the_top_of_the_file():
    """Our own order has to be visible. Only compiled code may wait: Numba takes 0.3 s to import."""
    wrong = [
        place(module, node.lineno)
        for module in modules().values()
        if module.name not in LAZY
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and own_and_not_compiled(node.module or "")
    ]
    assert not wrong, "\n".join(wrong)


def own_and_not_compiled(name: str) -> bool:
    """Whether this is a module of ours that neither is nor directly uses compiled code."""
    if name not in modules():
        return False
    reached = [name, *(imported for imported, _ in own_imports(modules()[name]))]
    return not any(module.startswith("firth.kernels") for module in reached)


def test_numba_flags_live_in_one_file_and_llvm_in_one_folder():
    wrong = []
    for module in modules().values():
        for name, line in imported_names(module):
            top = name.partition(".")[0]
            if top == "llvmlite" and module.room != "simd":
                wrong.append(f"{place(module, line)} speaks LLVM outside simd/")
            if top == "numba" and module.room not in {"simd", "kernels"}:
                wrong.append(f"{place(module, line)} imports Numba outside simd/ and kernels/")
        if module.name == "firth.kernels.compile":
            continue
        for node in ast.walk(module.tree):
            word = getattr(node, "attr", None) or getattr(node, "id", None)
            imported = isinstance(node, ast.ImportFrom) and node.module == "numba"
            names = {alias.name for alias in node.names} if imported else {word}
            if names & COMPILERS:
                wrong.append(f"{place(module, node.lineno)} compiles without kernels/compile.py")
    assert not wrong, "\n".join(wrong)


def test_threads_are_started_in_one_file():
    """parallel.py has the one policy for Ctrl-C; locks and events are no threads."""
    wrong = []
    for module in modules().values():
        if module.name == "firth.parallel":
            continue
        for name, line in imported_names(module):
            if name.partition(".")[0] in {"concurrent", "multiprocessing", "_thread", "asyncio"}:
                wrong.append(f"{place(module, line)} imports {name}")
        for node in ast.walk(module.tree):
            name = getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "name", None)
            if name in {"Thread", "Timer", "start_new_thread", "ThreadPoolExecutor", "ProcessPoolExecutor"}:
                wrong.append(f"{place(module, getattr(node, 'lineno', 0))} uses {name}")
    assert not wrong, "\n".join(wrong)


def test_nothing_can_execute_what_it_reads():
    wrong = []
    for module in modules().values():
        for name, line in imported_names(module):
            if name.partition(".")[0] in UNSAFE:
                wrong.append(f"{place(module, line)} imports {name}")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                allowed = not (isinstance(node.value, ast.Constant) and node.value.value is False)
                wrong += [f"{place(module, node.value.lineno)} allows pickles"] if allowed else []
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"eval", "exec", "compile", "__import__"}
            ):
                wrong.append(f"{place(module, node.lineno)} calls {node.func.id}")
    assert not wrong, "\n".join(wrong)


def test_files_and_functions_are_short():
    wrong = []
    for module in modules().values():
        lines = len(module.path.read_text(encoding="utf-8").splitlines())
        if lines > MAX_FILE_LINES:
            wrong.append(f"{place(module)} has {lines} lines (at most {MAX_FILE_LINES})")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = body_lines(node)
                limit = MAX_KERNEL_LINES if module.room == "kernels" else MAX_FUNCTION_LINES
                if length > limit:
                    wrong.append(
                        f"{place(module, node.lineno)} {node.name} has {length} lines "
                        f"without its docstring (at most {limit})"
                    )
    assert not wrong, "\n".join(wrong)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from `def` to its end, docstring not counted."""
    docstring = 0
    if ast.get_docstring(function) is not None:
        first = function.body[0]
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def test_files_say_what_they_hold():
    vague = [place(module) for module in modules().values() if module.path.stem in VAGUE]
    assert not vague, "\n".join(vague)


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_module_and_public_name_says_what_it_is(name):
    module = modules()[name]
    if module.path.name == "__init__.py" and not module.path.read_text().strip():
        return
    assert ast.get_docstring(module.tree), f"{place(module)} has no docstring"
    listed = next(
        (
            {element.value for element in node.value.elts if isinstance(element, ast.Constant)}
            for node in module.tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "__all__"
            and isinstance(node.value, ast.List)
        ),
        set(),
    )
    bare = [
        f"{place(module, node.lineno)} {node.name}"
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in listed and not ast.get_docstring(node)
    ]
    assert not bare, "no docstring:\n" + "\n".join(bare)
