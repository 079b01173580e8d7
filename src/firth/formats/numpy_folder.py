"""A folder that NumPy and a text editor can open: `vectors.npy`, `words.txt`, and `counts.npy` where counts are known.

vectors.npy   (V, D) float32; float16, float64 and whole numbers are also read
words.txt     a word on each line, in the order of the rows, in UTF-8
counts.npy    (V,) int64: occurrences of each word
"""

import re
from contextlib import AbstractContextManager
from pathlib import Path

from firth.formats.atomic import atomic_folder
from firth.formats.folder_reading import refuse_outside_link
from firth.formats.npy import read_counts, read_matrix, write_array
from firth.formats.stored import StoredVectors
from firth.formats.words_file import check_rows, pack_words, read_lines
from firth.formats.writable import encode_words, refuse_byte_order_mark

__all__ = ["COUNTS", "VECTORS", "WORDS", "read", "replacing", "write"]

VECTORS, WORDS, COUNTS = "vectors.npy", "words.txt", "counts.npy"
FORBIDDEN = re.compile(r"[\r\n]")


def read(folder: str | Path) -> StoredVectors:
    """Map the vectors into memory and read the words.

    Raises
    ------
    FileNotFoundError : a file is missing.
    FormatError : a file is damaged or a link to another folder, or words and rows do not fit together.
    """
    folder = Path(folder)
    for name in (VECTORS, WORDS, COUNTS):
        refuse_outside_link(folder / name)
    matrix = read_matrix(folder / VECTORS)
    words = read_lines(folder / WORDS)
    check_rows(folder / WORDS, len(words), folder / VECTORS, len(matrix))
    counts = read_counts(folder / COUNTS, len(matrix)) if (folder / COUNTS).exists() else None
    return StoredVectors(pack_words(folder / WORDS, words), matrix, counts)


def write(folder: str | Path, stored: StoredVectors) -> None:
    """Write the folder, atomically; it holds no metadata.

    Raises
    ------
    FormatError : the folder cannot be written, or a word is empty or contains a line end.
    """
    words = encode_words(folder, stored.words, FORBIDDEN, "a NumPy folder")
    refuse_byte_order_mark(folder, stored.words)
    with replacing(folder) as temporary:
        write_array(temporary / VECTORS, stored.matrix, "<f4")
        (temporary / WORDS).write_bytes(b"".join(b"%b\n" % word for word in words))
        if stored.counts is not None:
            write_array(temporary / COUNTS, stored.counts, "<i8")


def replacing(folder: str | Path) -> AbstractContextManager[Path]:
    """A new folder of these files that replaces an old one when it is complete."""
    return atomic_folder(folder, (VECTORS, WORDS), (COUNTS,))
