"""Whether there is a GPU that can be used, and which; numba-cuda is imported only where it is installed."""

import importlib.util
from typing import NamedTuple

from firth.errors import MissingExtraError, SettingError
from firth.interruption import importing

__all__ = ["EXTRA", "Gpu", "check_gpu", "is_installed", "present_gpu", "why_no_gpu"]

EXTRA = "cuda"  # of this package
_LEAST = (7, 0)  # compute capability: Volta, which schedules threads of a warp independently


class Gpu(NamedTuple):
    """A GPU.

    compute : its compute capability.
    free : bytes of memory that nobody uses, of `memory`.
    """

    name: str
    compute: tuple[int, int]
    multiprocessors: int
    free: int
    memory: int


def is_installed() -> bool:
    """Whether the package numba-cuda is installed."""
    return importlib.util.find_spec("numba_cuda") is not None


def why_no_gpu() -> str | None:
    """Why no GPU can be used, and what to do about it; None if one can. numba-cuda must be installed."""
    from firth.kernels.cuda.compile import SIMULATED, cuda

    if SIMULATED:
        return None
    try:
        if not cuda.is_available():
            return _why_not_available(cuda.cuda_error())
        of_driver, of_compiler = cuda.cudadrv.driver.get_version(), cuda.runtime.get_version()
        if of_driver[0] < of_compiler[0]:
            return (
                "the NVIDIA driver runs code of CUDA {}.{}, and the compiler makes that of CUDA {}.{}; update the "
                "driver, or install 'firth[{}12]' in an environment of its own".format(*of_driver, *of_compiler, EXTRA)
            )
        if len(cuda.gpus) == 0:
            return "the NVIDIA driver reports no GPU; nvidia-smi should list one"
        compute = tuple(cuda.get_current_device().compute_capability)
    except Exception as error:  # whatever a driver in disorder makes of it
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        return f"the NVIDIA driver reports: {first}; nvidia-smi should list a GPU"
    if compute < _LEAST:
        return f"the GPU has compute capability {compute[0]}.{compute[1]}, and 7.0 is needed; use backend='cpu'"
    return None


def _why_not_available(error: str | None) -> str:
    """What numba-cuda says of a driver that it cannot use; None if it lacks a compiler."""
    if error is not None and "cannot be found" not in error:
        return f"numba-cuda reports: {error.strip().splitlines()[0]}; nvidia-smi should list a GPU"
    return (
        "no NVIDIA driver, or no library that compiles for it, is found; nvidia-smi should list a GPU, and "
        f"pip install 'firth[{EXTRA}]' (for drivers before 580: 'firth[{EXTRA}12]') installs the compiler"
    )


def check_gpu() -> None:
    """Raise MissingExtraError or SettingError, with the remedy, unless there is a GPU that can be used."""
    if not is_installed():
        raise MissingExtraError("backend='cuda'", EXTRA)
    with importing():
        reason = why_no_gpu()
    if reason is not None:
        raise SettingError(f"backend='cuda': {reason}")


def present_gpu() -> Gpu:
    """The GPU that is used: the first one that CUDA_VISIBLE_DEVICES leaves."""
    from firth.kernels.cuda.compile import SIMULATED, cuda

    if SIMULATED:
        return Gpu("the simulator of numba-cuda", (9, 0), 1, 1 << 34, 1 << 34)
    from firth.kernels.cuda import memory

    memory.release()
    device = cuda.get_current_device()
    free, total = cuda.current_context().get_memory_info()
    name = device.name.decode() if isinstance(device.name, bytes) else str(device.name)
    return Gpu(name, tuple(device.compute_capability), int(device.MULTIPROCESSOR_COUNT), int(free), int(total))
