"""The long runs of a pickled vocabulary, read at once: the words of a list, and those of a dictionary with numbers.

The same two instructions alternate there a million times. Cutting a run into its words, and a run of numbers into
records of the same length, opens a file in less than half the time that each instruction takes one by one. What does
not fit the pattern, or is wrong, is left to `inert_pickle.py`.
"""

from itertools import takewhile
from typing import Any

import numpy as np

__all__ = ["MEMOIZE", "NUMBERS", "TEXT1", "read_numbered", "read_texts"]

TEXT1, MEMOIZE, LONG_GET = b"\x8c", b"\x94", b"j"
NUMBERS = BYTE, SHORT, INT = b"KMJ"

_RECORDS = {
    code: np.dtype([("code", "u1"), ("number", number), ("get", "u1"), ("object", "<u4")])
    for code, number in ((BYTE, "u1"), (SHORT, "<u2"), (INT, "<i4"))
}


def read_texts(window: bytes, stack: list[Any], memo: dict[int, Any]) -> int:
    """Take MEMOIZE and TEXT1 in turn, from the beginning of the window on; how many bytes they were.

    Cut at both, a run falls into texts preceded by their lengths. A wrong length ends the run; so does a text that
    contains these two bytes, the last one of a run, or one that is cut off.
    """
    pieces = window.split(MEMOIZE + TEXT1)[1:]
    pieces = list(takewhile(lambda piece: piece and piece[0] == len(piece) - 1, pieces))
    try:
        texts = [piece[1:].decode("utf-8", "surrogatepass") for piece in pieces]
    except UnicodeDecodeError:
        return 0
    memo.update(enumerate([stack[-1], *texts[:-1]][: len(texts)], len(memo)))
    stack += texts
    return sum(map(len, pieces)) + 2 * len(pieces)


def read_numbered(window: bytes, stack: list[Any], memo: dict[int, Any]) -> int:
    """Take a number and LONG_GET in turn, from the beginning of the window on; how many bytes they were."""
    form = _RECORDS[window[0]]
    records = np.frombuffer(window, form, len(window) // form.itemsize)
    fits = (records["code"] == window[0]) & (records["get"] == LONG_GET[0])
    records = records[: len(fits) if fits.all() else fits.argmin()]
    known = list(takewhile(memo.__contains__, records["object"].tolist()))
    pairs: list[Any] = [None] * (2 * len(known))
    pairs[::2] = records["number"][: len(known)].tolist()
    pairs[1::2] = [memo[number] for number in known]
    stack += pairs
    return len(known) * form.itemsize
