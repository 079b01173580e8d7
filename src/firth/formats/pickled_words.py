"""The long runs of a pickled vocabulary, read at one go: the words of a list, and those of a dictionary with numbers.

The same two instructions alternate there a million times. Reading them in one loop, and not each by itself, makes
opening a file twice as fast. What does not fit the pattern, or is wrong, is left to `inert_pickle.py`.
"""

import struct
from typing import Any

__all__ = ["MEMOIZE", "NUMBERS", "TEXT1", "read_numbered", "read_texts"]

TEXT1, MEMOIZE, LONG_GET = b"\x8c", b"\x94", b"j"
NUMBERS = BYTE, SHORT, INT = b"KMJ"
LONGEST_PAIR = 10  # bytes: a number of four and an object's number

_SHORT, _INT, _UNSIGNED = struct.Struct("<H"), struct.Struct("<i"), struct.Struct("<I")


def read_texts(window: bytes, stack: list[Any], memo: dict[int, Any]) -> int:
    """Take MEMOIZE and TEXT1 in turn, from the beginning of the window on; how many bytes they were."""
    place = 0
    while window[place : place + 2] == MEMOIZE + TEXT1 and place + 3 <= len(window):
        end = place + 3 + window[place + 2]
        try:
            text = window[place + 3 : end].decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            break
        if end > len(window):
            break
        memo[len(memo)] = stack[-1]
        stack.append(text)
        place = end
    return place


def read_numbered(window: bytes, stack: list[Any], memo: dict[int, Any]) -> int:
    """Take a number and LONG_GET in turn, from the beginning of the window on; how many bytes they were."""
    place = 0
    while place + LONGEST_PAIR <= len(window):
        code = window[place]
        if code == BYTE:
            stack.append(window[place + 1])
            place += 2
        elif code == SHORT:
            stack.append(_SHORT.unpack_from(window, place + 1)[0])
            place += 3
        elif code == INT:
            stack.append(_INT.unpack_from(window, place + 1)[0])
            place += 5
        else:
            break
        if window[place] != LONG_GET[0]:
            break
        (number,) = _UNSIGNED.unpack_from(window, place + 1)
        if number not in memo:
            break
        stack.append(memo[number])
        place += 5
    return place
