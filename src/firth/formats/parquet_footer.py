"""How many values the columns of a Parquet file claim to have, from the description at its end.

A few bytes can claim millions of equal values, which pyarrow would make; and it ends the process at some damaged
descriptions, where it is given single columns to describe. So this much is read here.

At the end of the file
    N bytes     the description, in Thrift's compact protocol
    4 bytes     N, little-endian
    4 bytes     PAR1

Source  https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
        https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

__all__ = ["claimed_values"]

_MAGIC = b"PAR1"
_DEEPEST = 32  # structures within each other; Parquet has some ten
# Numbers of fields in parquet.thrift.
_ROW_GROUPS, _COLUMNS, _META_DATA, _NUM_VALUES = 4, 1, 3, 5
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_WHOLE = (4, 5, 6)  # of 16, 32 and 64 bits

_Struct: TypeAlias = dict[int, Any]  # values by the numbers of their fields


def claimed_values(ending: bytes) -> Iterator[int]:
    """The number of values of each column of each row group.

    ending : the last bytes of the file, with the description.

    Raises   ValueError where the description is damaged.
    """
    length = int.from_bytes(ending[-8:-4], "little")
    if ending[-4:] != _MAGIC or length > len(ending) - 8:
        raise ValueError("the description at its end is missing")
    described = _Reader(ending[-8 - length : -8]).struct()
    try:
        for group in described[_ROW_GROUPS]:
            for column in group[_COLUMNS]:
                yield int(column[_META_DATA][_NUM_VALUES])
    except (LookupError, TypeError):
        raise ValueError("the description at its end makes no sense") from None


class _Reader:
    """Thrift's compact protocol, as far as Parquet uses it. Raises ValueError where the data end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def struct(self, depth: int = 0) -> _Struct:
        """The fields of a structure."""
        if depth > _DEEPEST:
            raise ValueError("structures within each other")
        fields: _Struct = {}
        number = 0
        while header := self._byte():
            number = number + (header >> 4) if header >> 4 else self._signed()
            fields[number] = self._value(header & 15, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        if kind in _WHOLE:
            return self._signed()
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in (_LIST, _SET):
            return self._list(depth + 1)
        if kind == _MAP:
            return self._map(depth + 1)
        lengths = {_BYTE: 1, _DOUBLE: 8}
        self._skip(self._unsigned() if kind == _BINARY else lengths.get(kind, len(self._data)))
        return None

    def _list(self, depth: int) -> list[Any]:
        header = self._byte()
        count = header >> 4 if header >> 4 < 15 else self._unsigned()
        return [self._element(header & 15, depth) for _ in range(self._plausible(count))]

    def _map(self, depth: int) -> None:
        if count := self._plausible(self._unsigned()):
            kinds = self._byte()
            for _ in range(count):
                self._element(kinds >> 4, depth)
                self._element(kinds & 15, depth)

    def _element(self, kind: int, depth: int) -> Any:
        """A value in a list, where a truth value has a byte of its own."""
        if kind in (_TRUE, _FALSE):
            return self._byte() == _TRUE
        if depth > _DEEPEST:
            raise ValueError("lists within each other")
        return self._value(kind, depth)

    def _plausible(self, count: int) -> int:
        """A number of elements, each of which takes at least a byte."""
        if count > len(self._data) - self._at:
            raise ValueError("more elements than bytes")
        return count

    def _byte(self) -> int:
        self._skip(1)
        return self._data[self._at - 1]

    def _skip(self, count: int) -> None:
        self._at += count
        if self._at > len(self._data):
            raise ValueError("the description at its end is cut short")

    def _unsigned(self) -> int:
        """A whole number in 7 bits of each byte, the lowest first."""
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7
            if shift > 63:
                raise ValueError("a number of more than 64 bits")

    def _signed(self) -> int:
        number = self._unsigned()
        return (number >> 1) ^ -(number & 1)
