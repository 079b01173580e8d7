"""How Firth compiles: the decorators, all Numba flags, and the folder of compiled code.

@kernel   an entry point: called from Python, releases the GIL, kept on disk between processes
@step     a piece of a kernel: always inlined by LLVM, so that splitting an algorithm costs nothing; makes no arrays

Optional parts. An argument or a field may be None where a feature is not used. Numba removes the branches of
`if x is None` only if x is an argument of the function itself: not a local variable, and not a field of a tuple. So a
kernel hands an optional field to a step of its own, which does the comparison:

    train(arguments, arguments.softmax)          and in it          if softmax is not None: ...

The code behind a removed branch need not even have a type; one that is not removed must compile with None in it.

Numba's disk cache stamps only the file of the entry point: an edited helper, or another register width, would
silently run old machine code (Numba issues 8375 and 8396). So compiled code lives in a folder named by a digest of
every source file that can end up in a kernel and of what else it depends on (kernels/cache/folder.py).
"""

import contextlib
import functools
import gc

import numba

from firth.errors import SettingError
from firth.interruption import importing
from firth.kernels.cache.store import KernelCache, code_store

__all__ = ["is_compiled", "is_prepared", "kernel", "mark_prepared", "step"]

# No fastmath: kernels say themselves where a multiplication and an addition may be fused, and NaN stays NaN.
# NUMBA_BOUNDSCHECK=1 overrides "boundscheck", for arrays and for registers (simd/vector.py): the tests run so as well.
_FLAGS = {"nogil": True, "boundscheck": False, "error_model": "numpy"}
_NO_WRAPPERS = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

if numba.config.DISABLE_JIT:
    raise SettingError(
        "NUMBA_DISABLE_JIT=1 switches compiling off, and Firth cannot run without compiled code: unset it"
    )


def is_compiled(name: str) -> bool:
    """Whether a kernel, named `file.function`, was compiled by this process or for the cache folder."""
    return code_store().has(f"{name}-*.nbc")


def is_prepared(name: str) -> bool:
    """Whether mark_prepared(name) was called with these kernels: they need no compiling any more."""
    return code_store().has(f"{name}.prepared")


def mark_prepared(name: str) -> None:
    """Note that the kernels of this name are compiled now."""
    code_store().mark(f"{name}.prepared")


def kernel(function):
    """Compile an entry point on its first call, or load it from the cache folder."""
    dispatcher = numba.njit(**_FLAGS)(function)
    dispatcher._cache = KernelCache(function)  # in place of the one that njit(cache=True) makes
    dispatcher._compile_for_args = _whole(dispatcher._compile_for_args)
    return dispatcher


def _whole(compile_for_args):
    """What Numba calls at the first call with new types, not to be cut short: half a compilation leaves it broken."""

    @functools.wraps(compile_for_args)
    def compile_whole(*arguments, **options):
        with importing(), _without_garbage_collection():
            return compile_for_args(*arguments, **options)

    return compile_whole


@contextlib.contextmanager
def _without_garbage_collection():
    """What a compilation makes is needed until its end: looking for garbage in it took 5 % of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def step(function):
    """Compile a piece of a kernel into every kernel that uses it.

    It borrows its arrays: counting references to those in a named tuple for every call cost 13 to 30 % of an epoch.
    It cannot be called from Python: wrappers for that took a third of the time to compile a training kernel.
    """
    return numba.njit(forceinline=True, _nrt=False, **_NO_WRAPPERS, **_FLAGS)(function)
