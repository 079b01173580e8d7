"""Times of events as seconds since 1970: from numbers, ISO 8601, datetimes and what data frames have."""

import datetime
import math
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from firth.errors import CorpusError, SettingError, warn
from firth.recommend.tables.columns import Coded, Column, Numbered

__all__ = ["TimeUnit", "Times"]

TimeUnit: TypeAlias = Literal["s", "ms", "us", "ns"]

_IN_A_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
_NAMES = {"ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
# Of the times from 1973 to 5138, in seconds, the largest are below the smallest in milliseconds, and so on.
_FIRST_OF_UNIT = {"ms": 1e11, "us": 1e14, "ns": 1e17}


class Times:
    """Reads a column of times, block by block.

    Parameters
    ----------
    where : the table and the column, for messages.
    unit : of numbers; None: guessed from the first numbers, and reported unless it is seconds.

    Raises   SettingError for another unit.
    """

    def __init__(self, where: str, unit: TimeUnit | None) -> None:
        if unit is not None and unit not in get_args(TimeUnit):
            raise SettingError(f"time_unit={unit!r}: must be 's', 'ms', 'us', 'ns', or None to guess it")
        self._where = where
        self._unit = unit

    def seconds(self, column: Column) -> NDArray[np.float64]:
        """Seconds since 1970 (n,), NaN where a value is not a time. Times without a zone are in UTC.

        Raises   CorpusError if the numbers look like dates (20150131).
        """
        assert not isinstance(column, Numbered)  # times of text files are numbers or texts
        if isinstance(column, Coded):
            return np.append(self.seconds(column.values), np.nan)[column.indices]
        if isinstance(column, np.ndarray):
            if column.dtype.kind == "M":
                return _of_datetimes(column)
            if column.dtype.kind in "iuf":
                return self._scaled(column.astype(np.float64))
            column = column.tolist()
        n = len(column)
        try:
            return self._scaled(np.fromiter(map(float, column), np.float64, n))
        except (TypeError, ValueError, OverflowError):
            pass
        try:  # most columns are of one kind throughout
            return np.fromiter(map(_of_text, column), np.float64, n)
        except (TypeError, ValueError, OverflowError):
            pass
        numbers, moments = np.full(n, np.nan), np.full(n, np.nan)
        for i, value in enumerate(column):
            numbers[i], moments[i] = _number_or_moment(value)
        return np.where(np.isnan(moments), self._scaled(numbers), moments)

    def _scaled(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        finite = np.isfinite(numbers)
        numbers[~finite] = np.nan
        if self._unit is None and finite.any():
            self._unit = self._guessed(numbers[finite])
        return numbers / _IN_A_SECOND[self._unit or "s"]

    def _guessed(self, numbers: NDArray[np.float64]) -> TimeUnit:
        if _are_dates(numbers):
            raise CorpusError(
                f"{self._where}: {numbers[0]:.0f} and the other numbers look like dates without hyphens: write "
                "2015-01-31 for 20150131, or give time_unit='s' if they are seconds"
            )
        middle = float(np.median(np.abs(numbers)))
        unit: TimeUnit = "s"
        for larger, first in _FIRST_OF_UNIT.items():
            if middle >= first:
                unit = larger  # type: ignore[assignment]
        if unit != "s":
            warn(
                f"{self._where}: {numbers[0]:.0f} and the other numbers are read as {_NAMES[unit]} since 1970; give "
                f"time_unit={unit!r} to say so, or the right unit"
            )
        return unit


def _of_datetimes(column: NDArray[Any]) -> NDArray[np.float64]:
    whole = column.astype("datetime64[us]")
    seconds = whole.view(np.int64) / 1e6
    seconds[np.isnat(whole)] = np.nan
    return seconds


def _of_text(text: str) -> float:
    """Raises TypeError or ValueError for what is not ISO 8601."""
    moment = datetime.datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


def _number_or_moment(value: Any) -> tuple[float, float]:
    """A number, or seconds since 1970; NaN for the other one."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):  # which is a datetime that has no time
        return math.nan, math.nan
    if isinstance(value, datetime.datetime):
        return math.nan, (value if value.tzinfo else value.replace(tzinfo=datetime.UTC)).timestamp()
    if isinstance(value, datetime.date):
        return math.nan, _of_text(value.isoformat())
    if isinstance(value, np.datetime64):
        return math.nan, float(_of_datetimes(np.array([value]))[0])
    try:
        return float(value), math.nan
    except (TypeError, ValueError, OverflowError):
        pass
    try:
        return math.nan, _of_text(value.strip())
    except (AttributeError, ValueError, OverflowError):
        return math.nan, math.nan


def _are_dates(numbers: NDArray[np.float64]) -> bool:
    """Whether all numbers are days written as 20150131."""
    year, month, day = numbers // 10_000, numbers // 100 % 100, numbers % 100
    found = (year >= 1900) & (year < 2100) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    return bool((found & (numbers == np.floor(numbers))).all())
