"""A translated module, loaded: its kernels can be launched with NumPy arrays, laid out as numba-cuda lays them out."""

import ctypes
from pathlib import Path

import numpy as np

__all__ = ["KernelError", "Library"]


class KernelError(RuntimeError):
    """What sg_launch has reported."""


class _Parameter(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint), ("offset", ctypes.c_uint)]


class _Kernel(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("n_parameters", ctypes.c_int),
        ("parameters", ctypes.POINTER(_Parameter)),
        ("shared_bytes", ctypes.c_uint),
        ("local_bytes", ctypes.c_uint),
        ("max_threads", ctypes.c_uint),
        ("registers", ctypes.c_uint),
    ]


def _flat(argument) -> list:
    """An argument as the numbers that numba-cuda passes."""
    if isinstance(argument, np.ndarray):
        sizes = [argument.size, argument.itemsize, argument.ctypes.data, *argument.shape, *argument.strides]
        return [ctypes.c_int64(number) for number in (0, 0, *sizes)]
    if isinstance(argument, tuple):
        return [number for part in argument for number in _flat(part)]
    if isinstance(argument, (bool, np.bool_)):
        return [ctypes.c_uint8(argument)]
    if isinstance(argument, int):
        return [ctypes.c_int64(argument)]
    if isinstance(argument, float):
        return [ctypes.c_double(argument)]
    return [np.ctypeslib.as_ctypes(np.array(argument))]


class Library:
    """The file that translate.py has made."""

    def __init__(self, file: Path) -> None:
        self._library, count = ctypes.CDLL(str(file)), ctypes.c_int()
        self._library.sg_kernels.restype = ctypes.POINTER(_Kernel)
        self.kernels = self._library.sg_kernels(ctypes.byref(count))[: count.value]
        self._first = self._library.sg_kernels(ctypes.byref(count))

    def launch(self, grid, block, *arguments, kernel: int = 0, dynamic: int = 0) -> None:
        """Run a kernel to its end. Raises KernelError."""
        numbers = _flat(arguments)
        of_kernel = self.kernels[kernel]
        sizes = [of_kernel.parameters[i].size for i in range(of_kernel.n_parameters)]
        assert sizes == [ctypes.sizeof(number) for number in numbers], "arguments do not fit the parameters"
        given = (ctypes.c_void_p * max(len(numbers), 1))(*(ctypes.addressof(number) for number in numbers))
        axes = [(ctypes.c_uint * 3)(*(tuple(np.atleast_1d(one)) + (1, 1, 1))[:3]) for one in (grid, block)]
        error = ctypes.create_string_buffer(1024)
        address = ctypes.byref(self._first[kernel])
        if self._library.sg_launch(address, *axes, dynamic, given, error, len(error)):
            raise KernelError(error.value.decode())
