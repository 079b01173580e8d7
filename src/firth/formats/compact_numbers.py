"""Matrices stored in 2 bytes or 1 byte per number, which are float32 again once they are read.

float16   11 significant bits; numbers up to 65,504, in steps of 6e-8 near 0
int8      whole numbers from -127 to 127, times a scale for each row: the largest magnitude in it / 127

docs/formats.md has what this loses.
"""

from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import SettingError

__all__ = ["DTYPES", "Numbers", "check_numbers", "compact", "restored"]

Numbers: TypeAlias = Literal["float32", "float16", "int8"]

DTYPES = {"float32": "F32", "float16": "F16", "int8": "I8"}  # as safetensors spells them
_LARGEST = 127
_ROWS_AT_ONCE = 1 << 14


def check_numbers(numbers: object) -> None:
    """Raise SettingError unless this is one of Numbers."""
    if numbers not in get_args(Numbers):
        raise SettingError(f"numbers={numbers!r}: must be one of {', '.join(get_args(Numbers))}")


def compact(matrix: Matrix, numbers: Numbers) -> tuple[NDArray[Any], NDArray[np.float32] | None]:
    """The matrix (R, D) with these numbers, and for int8 the scale of each row (R,).

    Raises   SettingError, naming the row, where a number is not finite or too large.
    """
    if numbers == "float32":
        return matrix, None
    made = np.empty(matrix.shape, np.float16 if numbers == "float16" else np.int8)
    scales = np.zeros(len(matrix), np.float32) if numbers == "int8" else None
    for first in range(0, len(matrix), _ROWS_AT_ONCE):
        some = slice(first, first + _ROWS_AT_ONCE)
        rows = np.asarray(matrix[some], np.float32)
        if scales is None:
            with np.errstate(over="ignore"):
                made[some] = rows
            finite = np.isfinite(made[some]).all(axis=1)
        else:
            scales[some] = np.abs(rows).max(axis=1) / np.float32(_LARGEST)
            finite = np.isfinite(scales[some])
            divisors = np.where(finite & (scales[some] > 0), scales[some], 1)[:, None]
            with np.errstate(invalid="ignore"):
                made[some] = np.clip(np.rint(rows / divisors), -_LARGEST, _LARGEST)
        if not finite.all():
            row = first + int(np.argmin(finite))
            raise SettingError(f"row {row:,} has a number that {numbers} cannot hold: it is not finite or too large")
    return made, scales


def restored(stored: NDArray[Any], scales: NDArray[np.float32] | None) -> Matrix:
    """The matrix as float32, infinite where a damaged scale is too large; what is float32 already is not copied."""
    if scales is None:
        return stored.astype(np.float32, copy=False)
    with np.errstate(over="ignore", invalid="ignore"):
        matrix: Matrix = np.multiply(stored, scales[:, None], dtype=np.float32)
    return matrix
