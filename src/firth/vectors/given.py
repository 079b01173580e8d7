"""What users give as words: any iterable of strings, by one rule for every call.

Lists, tuples, sets, generators, arrays and columns of data frames are lists of words. What only looks like words is
refused, with the call that was meant: bytes, mappings, data frames.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from firth.errors import SettingError, quoted

__all__ = ["as_array", "as_list", "check_whole", "listed_words", "refuse_bytes"]


def as_array(given: Any) -> Any:
    """A column of a data frame, a tensor and all else that converts to an array as an array; other things unchanged.

    Raises SettingError for a data frame: only one of its columns is meant.
    """
    if isinstance(given, str | np.ndarray | np.generic) or not hasattr(given, "__array__"):
        return given
    if hasattr(given, "columns"):
        raise SettingError(f"a {type(given).__name__} is not a list of words: give one column, such as frame['word']")
    return np.asarray(given)


def as_list(given: Any, wanted: str = "a list of words") -> list[Any]:
    """The items of any iterable but a string, in order; the items themselves are not checked.

    wanted : what was wanted, for the message.

    Raises SettingError.
    """
    refuse_bytes(given)
    if isinstance(given, Mapping):
        raise SettingError(
            f"{quoted(given)} is a mapping: must be {wanted}; give list(mapping) for its keys. "
            "Words with weights are positive=[(word, weight), …]"
        )
    given = as_array(given)
    is_number = isinstance(given, np.ndarray) and given.ndim == 0
    if isinstance(given, str) or not isinstance(given, Iterable) or is_number:
        kind = ", not one string" if isinstance(given, str) else ""
        raise SettingError(f"{quoted(given)}: must be {wanted}{kind}")
    return list(given)


def listed_words(given: Any, wanted: str = "a list of words") -> list[str]:
    """The words as a list. Raises SettingError unless they are strings in an iterable."""
    words = as_list(given, wanted)
    for word in words:
        if not isinstance(word, str):
            refuse_bytes(word)
            raise SettingError(f"{quoted(word)} is not a word: must be a str")
    return words


def refuse_bytes(given: Any) -> None:
    """Raise SettingError for bytes: their items are numbers."""
    if isinstance(given, bytes | bytearray | memoryview):
        raise SettingError(f"{quoted(given)} is {type(given).__name__}: must be a str; decode it first")


def check_whole(name: str, value: object, least: int = 1, instead: str = "") -> None:
    """Raise SettingError unless the value is a whole number and at least `least`.

    instead : what else may be given, at the end of the message.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise SettingError(f"{name}={quoted(value)}: must be a whole number, at least {least}{instead}")
