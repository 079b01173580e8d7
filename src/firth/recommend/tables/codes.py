"""Values of a column to numbers, in the order in which they appear first."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import CorpusError
from firth.recommend.items import Item
from firth.recommend.tables.columns import Coded, Column, Numbered

__all__ = ["MISSING", "NO_ID", "Codes", "Labels"]

MISSING, NO_ID = -1, -2  # instead of the number of a value: there is none; it is neither text nor a whole number
_LARGEST = 1 << 63


class Codes(dict[Item, int]):
    """The number of each different value.

    Whole numbers of any type are integers: a column of integers with gaps is one of floats in pandas.
    """

    def __missing__(self, value: Any) -> int:
        if _is_missing(value):
            return MISSING
        if isinstance(value, str):
            return self.setdefault(str(value), len(self))
        if isinstance(value, int | np.integer) and not isinstance(value, bool):
            return self.setdefault(int(value), len(self))
        if isinstance(value, float | np.floating) and value.is_integer() and abs(float(value)) < _LARGEST:
            return self.setdefault(int(value), len(self))
        return NO_ID

    def encode(self, column: Column) -> NDArray[np.int32]:
        """The number of each value (n,), MISSING or NO_ID.

        Raises   CorpusError if values are lists or the like.
        """
        values: list[Any]
        if isinstance(column, Numbered):
            numbering = column.numbering
            new = self.encode(numbering.values[len(numbering.codes) :])
            numbering.codes = np.concatenate([numbering.codes, new])
            return np.append(numbering.codes, np.int32(MISSING))[column.indices]
        if isinstance(column, Coded):
            values = column.values
        else:
            values = column.tolist() if isinstance(column, np.ndarray) else column
        try:
            codes = np.fromiter(map(self.__getitem__, values), np.int32, len(values))
        except TypeError:
            kinds = sorted({type(value).__name__ for value in values if getattr(value, "__hash__", None) is None})
            raise CorpusError(f"values of type {', '.join(kinds)}: must be text or whole numbers") from None
        if isinstance(column, Coded):
            codes = np.append(codes, np.int32(MISSING))[column.indices]
        return codes

    def names(self, *, from_text: bool) -> list[Item]:
        """The values in the order of their numbers.

        from_text : all of them are text; where all look like integers, as str() writes these, they become integers.
        """
        names: list[Any] = list(self)
        if from_text and all(map(_is_integer, names)):
            return [int(name) for name in names]
        return names


class Labels(Codes):
    """The number of each different value of whatever type, known by its text: kinds of events, types of users."""

    def __missing__(self, value: Any) -> int:
        return MISSING if _is_missing(value) else self.setdefault(value, len(self))

    def texts(self) -> list[str]:
        """The text of each value, in the order of their numbers; whole numbers without decimals."""
        return [
            str(int(value) if isinstance(value, float) and value.is_integer() else value) for value in list[Any](self)
        ]


def _is_missing(value: Any) -> bool:
    """Whether a cell is empty: None, blanks, NaN, or what pandas has for it."""
    if isinstance(value, str):
        return not value or value.isspace()
    return (
        value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)
    )


def _is_integer(text: Any) -> bool:
    """Whether a text is what str() makes of an integer of 64 bits."""
    digits = text.removeprefix("-")
    return len(digits) <= 18 and digits.isascii() and digits.isdecimal() and (digits[0] != "0" or text == "0")
