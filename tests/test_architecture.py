"""What may import what, and what may be used where.

The ladder below is the one of ARCHITECTURE.md: a package imports only from packages on earlier levels; packages on the
same level do not know each other. Imports inside functions and under TYPE_CHECKING count.
"""

import ast

from source_tree import functions, imported_names, location, modules, own_imports

LADDER = [
    {"cores", "memory", "threads"},
    {"errors", "ahead", "arrays", "interruption", "parallel", "spelling", "colours", "printable"},
    {"notebook", "progress", "settings", "decompression", "lazy_names"},
    {"simd"},
    {"kernels"},
    {"corpus", "subwords"},
    {"formats"},
    {"vectors", "phrases"},
    {"evaluation"},
    {"backends"},
    {"training"},
    {"distributed"},
    {"models"},
    {"language_models", "recommend"},
    {"experiments"},
    {"plots", "illustrated", "explorer"},
    {"datasets"},
    {"server"},
    {"cli", "gensim", "sklearn"},
    {"__main__"},
]
# The exception to the ladder: what shows a single training step takes the step of the reference implementation.
MAY_IMPORT_ILLUSTRATED = {"firth.training.trace"}
LEVEL = {package: level for level, packages in enumerate(LADDER) for package in packages}

LAZY = {"firth", "firth.__main__", "firth.cli.main", "firth.lazy_names"}  # modules by name, when first used
COMPILERS = {"njit", "jit", "generated_jit", "vectorize", "guvectorize", "cfunc", "stencil"}
# Files of compiled code are code, whatever their format: they come from a folder that only the user can write to.
MAY_READ_CODE = {"firth.kernels.cache.store"}
OF_GPUS = {"firth.kernels.cuda.warp"}  # the one file with instructions of GPUs
UNSAFE = {"pickle", "cPickle", "_pickle", "dill", "joblib", "cloudpickle", "shelve", "marshal"}


def test_every_package_is_on_the_ladder():
    packages = {module.package for module in modules().values()} - {""}
    assert packages <= set(LEVEL), f"not on the ladder: {sorted(packages - set(LEVEL))}"


def test_imports_only_go_up_the_ladder():
    wrong = []
    for module in modules().values():
        if not module.package:
            continue  # firth itself imports lazily, by name
        for name, line in own_imports(module):
            package = name.partition(".")[2].partition(".")[0]
            if not package:  # firth itself defines only the version and the lazy imports
                wrong += [] if module.package == "cli" else [f"{location(module, line)} imports firth"]
            elif package == "illustrated" and module.name in MAY_IMPORT_ILLUSTRATED:
                continue
            elif package != module.package and LEVEL[package] >= LEVEL[module.package]:
                wrong.append(f"{location(module, line)} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_illustrated_is_a_leaf():
    """The product is tested against it, so neither is built on the other: what shows it imports it, and tests."""
    wrong = []
    for module in modules().values():
        for name, line in own_imports(module):
            inside = name.startswith("firth.illustrated")
            if module.package == "illustrated":
                wrong += [] if inside else [f"{location(module, line)} imports {name}"]
            elif inside and module.package not in {"cli", "server"} and module.name not in MAY_IMPORT_ILLUSTRATED:
                wrong.append(f"{location(module, line)} imports {name}")
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
    """So that the order of packages is visible. Only compiled code may wait, because importing Numba takes 0.3 s, and
    the server, because the help texts of its commands need none of its optional packages.
    """
    wrong = [
        location(module, node.lineno)
        for module in modules().values()
        if module.name not in LAZY
        for function in functions(module)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and own_and_not_compiled(node.module or "")
    ]
    assert not wrong, "\n".join(wrong)


def own_and_not_compiled(name: str) -> bool:
    """Whether this is a module of firth, but no server, that neither is nor directly imports compiled code."""
    if name not in modules() or name.startswith("firth.server."):
        return False
    reached = [name, *(imported for imported, _ in own_imports(modules()[name]))]
    return not any(module.startswith("firth.kernels") for module in reached)


def test_numba_flags_live_in_one_file_and_llvm_in_one_folder():
    wrong = []
    for module in modules().values():
        for name, line in imported_names(module):
            top = name.partition(".")[0]
            if top == "llvmlite" and module.package != "simd" and module.name not in OF_GPUS:
                wrong.append(f"{location(module, line)} uses LLVM outside simd/")
            if top == "numba" and module.package not in {"simd", "kernels"}:
                wrong.append(f"{location(module, line)} imports Numba outside simd/ and kernels/")
        if module.name in {"firth.kernels.compile", "firth.kernels.cuda.compile"}:
            continue
        for node in ast.walk(module.tree):
            word = getattr(node, "attr", None) or getattr(node, "id", None)
            imported = isinstance(node, ast.ImportFrom) and node.module == "numba"
            names = {alias.name for alias in node.names} if imported else {word}
            if names & COMPILERS:
                wrong.append(f"{location(module, node.lineno)} compiles without kernels/compile.py")
    assert not wrong, "\n".join(wrong)


def test_threads_are_started_in_one_file():
    """threads.py and parallel.py have the one policy for Ctrl-C; locks and events are no threads."""
    wrong = []
    for module in modules().values():
        if module.name == "firth.threads":
            continue
        for name, line in imported_names(module):
            if name == "asyncio" and module.package == "server":
                continue  # its requests are tasks of uvicorn's event loop; what takes long runs in Starlette's threads
            if module.name == "firth.server.workers" and name.partition(".")[0] == "multiprocessing":
                continue  # processes, and no threads
            if name.partition(".")[0] in {"concurrent", "multiprocessing", "_thread", "asyncio"}:
                wrong.append(f"{location(module, line)} imports {name}")
        for node in ast.walk(module.tree):
            name = getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "name", None)
            if name in {"Thread", "Timer", "start_new_thread", "ThreadPoolExecutor", "ProcessPoolExecutor"}:
                wrong.append(f"{location(module, getattr(node, 'lineno', 0))} uses {name}")
    assert not wrong, "\n".join(wrong)


def test_nothing_can_execute_what_it_reads():
    wrong = []
    for module in modules().values():
        for name, line in imported_names(module):
            if name.partition(".")[0] in UNSAFE and module.name not in MAY_READ_CODE:
                wrong.append(f"{location(module, line)} imports {name}")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                allowed = not (isinstance(node.value, ast.Constant) and node.value.value is False)
                wrong += [f"{location(module, node.value.lineno)} allows pickles"] if allowed else []
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"eval", "exec", "compile", "__import__"}
            ):
                wrong.append(f"{location(module, node.lineno)} calls {node.func.id}")
    assert not wrong, "\n".join(wrong)
