"""How Firth compiles for GPUs: what kernels/compile.py is for the processor.

@device        a piece of a kernel: always inlined, so that arrays which it is handed stay in registers
gpu_kernel()   an entry point, kept on disk between processes
of_cpu()       a step of the processor's kernels as a piece of a GPU's: one definition of every random draw

numba-cuda's own cache finds a kernel by a digest of its closure, in which intrinsics look different after compiling
than before: it would never be found again. Here the name says what a kernel depends on beyond the sources: the numbers
that it is made for, the types of its arguments, the GPU and the version of the compiler.

In the simulator of numba-cuda (NUMBA_ENABLE_CUDASIM=1), which runs kernels in Python, nothing is compiled.
"""

import functools
import hashlib
import types
from importlib import metadata
from typing import Any

import numba
import numpy as np

from firth.kernels.cache.store import code_store, load_object

if not hasattr(np, "row_stack"):  # numba-cuda 0.30 wants it; NumPy 2.5 has only the other name
    np.row_stack = np.vstack
from numba import cuda

__all__ = ["SIMULATED", "GpuKernelCache", "cuda", "device", "gpu_kernel", "of_cpu"]

SIMULATED = bool(numba.config.ENABLE_CUDASIM)


def device(function):
    """A piece of a kernel. In the simulator it is the function itself."""
    return function if SIMULATED else cuda.jit(device=True, forceinline=True)(function)


def gpu_kernel(function, made_for: tuple[int, ...] = (), registers: int | None = None):
    """An entry point.

    made_for : the numbers in its closure.
    registers : most registers of a thread; fewer let more warps run at the same time.
    """
    if SIMULATED:
        return cuda.jit(function)
    options = {} if registers is None else {"max_registers": registers}
    dispatcher = cuda.jit(**options)(function)
    dispatcher._cache = GpuKernelCache(f"{function.__module__.rpartition('.')[2]}.{function.__name__}", made_for)
    return dispatcher


class GpuKernelCache:
    """What numba-cuda's dispatcher expects of a cache, for one kernel."""

    def __init__(self, name: str, made_for: tuple[int, ...]) -> None:
        self._kernel = name
        self._made_for = made_for

    @property
    def cache_path(self) -> str | None:
        """The folder, for Numba's statistics."""
        return None if code_store().folder is None else str(code_store().folder)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """The compiled kernel for these types; None if it must be compiled."""
        from numba.cuda.dispatcher import _Kernel

        target.refresh()
        states = load_object(self.name(signature, target.codegen().magic_tuple()))
        return None if states is None else _Kernel._rebuild(**states)

    def save_overload(self, signature: Any, kernel: Any) -> None:
        """Keep a compiled kernel: its PTX and the machine code of this GPU."""
        from numba.cuda.serialize import dumps

        code_store().write(self.name(signature, kernel.codegen.magic_tuple()), dumps(kernel._reduce_states()))

    def flush(self) -> None:
        """Forget nothing: files of other sources have other names."""

    def name(self, signature: Any, gpu: Any) -> str:
        """`gpu-file.function-digest.nbc`."""
        described = (self._kernel, self._made_for, str(signature), gpu, metadata.version("numba-cuda"))
        return f"gpu-{self._kernel}-{hashlib.sha256(repr(described).encode()).hexdigest()[:24]}.nbc"


def of_cpu(step):
    """A @step of the processor's kernels for device code: numba-cuda compiles its source.

    The simulator needs it in Python, where NumPy's integers wrap around as those of machine code do.
    """
    if not SIMULATED:
        return step
    function = step.py_func
    names = {
        name: of_cpu(value)
        for name, value in function.__globals__.items()
        if name in function.__code__.co_names and hasattr(value, "py_func")
    }
    python = types.FunctionType(function.__code__, {**function.__globals__, **names}, function.__name__)

    @functools.wraps(python)
    def wrapping_around(*arguments):
        with np.errstate(over="ignore"):
            return python(*arguments)

    return wrapping_around
