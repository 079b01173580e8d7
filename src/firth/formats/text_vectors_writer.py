"""Writing lines "word number …": the fewest digits that read back as the same float32, or as other programs print.

The writing half of word2vec_text.py, glove.py and spacy_text.py; text_vectors_reader.py is the reading half. Many
numbers are written by compiled code on all cores, a few in Python before that code would be loaded; the text is the
same.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, Literal, NamedTuple, TypeAlias

import numpy as np

from firth.arrays import Matrix
from firth.interruption import importing
from firth.parallel import Pipeline, available_cores
from firth.progress import ProgressOption, open_progress

__all__ = ["Dialect", "exact_lines", "write_lines"]

Dialect: TypeAlias = Literal["gensim", "c", "fasttext"]

NUMBER_FORMS = {"c": "%f ", "fasttext": "%.5g "}
NUMBERS_AT_ONCE = 1 << 15  # some 400 KB of text
MOST_THREADS = 8  # more wait for the disk
SMALL = 1 << 18  # numbers: 0.3 s in Python, about as long as compiled code takes to be loaded

_Rows: TypeAlias = tuple[list[bytes], Matrix]


class Lines(NamedTuple):
    """Lines as they are written."""

    n_lines: int
    text: bytes | memoryview


def write_lines(
    file: BinaryIO, words: list[bytes], matrix: Matrix, dialect: Dialect, progress: ProgressOption = False
) -> None:
    """One line for each word.

    Parameters
    ----------
    dialect : "gensim" is exact; "c" prints six decimals and "fasttext" five significant digits, both with a space at
        the end of the line.
    progress : one stage, "writing", in words; see firth.progress.open_progress.
    """
    work: Callable[[list[bytes], Matrix], bytes | memoryview] = exact_lines
    threads = min(MOST_THREADS, available_cores())
    if dialect != "gensim":
        work, threads = partial(_rounded_lines, NUMBER_FORMS[dialect]), 0
    elif matrix.size < SMALL:
        work, threads = exact_lines_in_python, 0
    written = 0
    with open_progress(progress) as reporter, reporter.stage("writing", len(words), "words") as stage:

        def write(lines: Lines) -> None:
            nonlocal written
            file.write(lines.text)
            written += lines.n_lines
            stage.update(written)

        with Pipeline(lambda words, matrix: Lines(len(words), work(words, matrix)), write, threads) as pipeline:
            for block in _blocks(words, matrix):
                pipeline.add(*block)


def _blocks(words: list[bytes], matrix: Matrix) -> Iterator[_Rows]:
    rows = max(1, NUMBERS_AT_ONCE // matrix.shape[1])
    for start in range(0, len(words), rows):
        yield words[start : start + rows], matrix[start : start + rows]


def _rounded_lines(form: str, words: list[bytes], matrix: Matrix) -> bytes:
    line = form * matrix.shape[1]
    numbers = [line % tuple(row) for row in matrix.tolist()]
    return _joined(words, numbers)


def exact_lines_in_python(words: list[bytes], matrix: Matrix) -> bytes:
    """The reference implementation of kernels/cpu/files/digits.py."""
    return _joined(words, [" ".join(map(exact_number, row)) for row in matrix])


def exact_number(number: np.float32) -> str:
    """The fewest digits that read back as `number`, spelled as Python spells a float with that many digits."""
    return repr(float(str(number)))


def _joined(words: list[bytes], numbers: list[str]) -> bytes:
    return b"".join(b"%b %b\n" % (word, text.encode()) for word, text in zip(words, numbers, strict=True))


def exact_lines(words: list[bytes], matrix: Matrix) -> memoryview:
    """The same by compiled code, which leaves some numbers to Python."""
    # Not at the top of the file: small files are written without loading Numba.
    with importing():
        from firth.kernels.cpu.files.digits import LONGEST_NUMBER, write_lines

    numbers = np.ascontiguousarray(matrix, np.float32).view()
    numbers.flags.writeable = False  # as a mapped matrix is: one type of array, compiled once
    text = np.frombuffer(b"".join(words), np.uint8)
    ends = np.cumsum(np.fromiter(map(len, words), np.int64, len(words)))
    out = np.empty(len(text) + len(words) + LONGEST_NUMBER * numbers.size, np.uint8)
    row, column, position = write_lines(numbers, text, ends, 0, 0, out, 0)
    while row < len(numbers):
        odd = np.frombuffer(b" " + exact_number(numbers[row, column]).encode(), np.uint8)
        out[position : position + len(odd)] = odd
        row, column, position = write_lines(numbers, text, ends, row, column + 1, out, position + len(odd))
    return out[:position].data
