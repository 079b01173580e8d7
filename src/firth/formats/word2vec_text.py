"""The text format of word2vec: a line "words numbers", then a line "word number …" for each word.

Three dialects differ in the digits. The original C program prints six decimals, fastText five
significant digits, which both loses some, and both end every line with a space; gensim prints the
shortest digits that read back as the same float32. Files without the first line (GloVe's) are read
just as well.
"""

import re
from pathlib import Path

from firth.formats.compressed import write_compressed
from firth.formats.stored import StoredVectors
from firth.formats.text_vectors_reader import read_text
from firth.formats.text_vectors_writer import Dialect, write_lines
from firth.formats.writable import encode_words
from firth.progress import ProgressOption

__all__ = ["Dialect", "read", "write"]

FORBIDDEN = re.compile(r"[\0 \t\r\n]")  # a NUL would be taken for a binary file
FORBIDDEN_IN_FASTTEXT = re.compile(r"[\0 \t\r\n\v\f]")

read = read_text


def write(
    path: str | Path, stored: StoredVectors, *, dialect: Dialect = "gensim", progress: ProgressOption = False
) -> None:
    """Write words and vectors, atomically; this format holds no counts and no metadata.

    Parameters
    ----------
    dialect : "gensim" keeps every float32 exactly; "c" prints six decimals, as the original
        program, "fasttext" five significant digits, as fastText in its .vec.

    Raises
    ------
    FormatError : the file cannot be written, or a word is empty or contains a blank or a line end.
    """
    forbidden = FORBIDDEN_IN_FASTTEXT if dialect == "fasttext" else FORBIDDEN
    words = encode_words(path, stored.words, forbidden, "fastText's .vec" if dialect == "fasttext" else "word2vec text")
    with write_compressed(path) as file:
        file.write(b"%d %d\n" % stored.matrix.shape)
        write_lines(file, words, stored.matrix, dialect, progress)
