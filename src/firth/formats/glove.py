"""GloVe's text format: a line "word number … number" for each word, and no line that counts them.

Words may contain spaces (". . ." is one in the 840B vectors) and other odd blanks, so a line is
read from its right end: the last D fields are the vector.
"""

import re
from pathlib import Path

from firth.formats.compressed import write_compressed
from firth.formats.stored import StoredVectors
from firth.formats.text_vectors_reader import read_text
from firth.formats.text_vectors_writer import write_lines
from firth.formats.writable import encode_words, refuse_byte_order_mark
from firth.progress import ProgressOption

__all__ = ["read", "write"]

# A space is legal inside a word, but not at its ends or before what looks like one more number.
FORBIDDEN = re.compile(r"[\0\t\r\n]|^ | $| [+-]*(?:[0-9]+\.?[0-9]*|\.[0-9]+|nan|inf)(?:e[+-]?[0-9]+)?$", re.IGNORECASE)

read = read_text


def write(path: str | Path, stored: StoredVectors, *, progress: ProgressOption = False) -> None:
    """Write words and vectors, atomically; float32 is kept exactly, counts and metadata are not.

    Raises
    ------
    FormatError : the file cannot be written, or a word is empty, contains a tab or line end, has a space at one end, or
        ends like a number after a space.
    """
    words = encode_words(path, stored.words, FORBIDDEN, "GloVe text")
    refuse_byte_order_mark(path, stored.words)
    with write_compressed(path) as file:
        write_lines(file, words, stored.matrix, "gensim", progress)
