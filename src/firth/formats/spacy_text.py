"""The text that `spacy init vectors LANGUAGE FILE FOLDER` accepts: word2vec's, with words that may have spaces.

spaCy reads a line from its right end, as GloVe's files have to be read. Without the first line
"words numbers" it would take a first word like "2" for one, so that line is always there. It ends
lines at a lone carriage return, too, and skips nothing. A file whose name ends in .gz it decompresses.
"""

import gzip
from pathlib import Path
from typing import BinaryIO

from firth.formats.atomic import atomic_write
from firth.formats.glove import FORBIDDEN
from firth.formats.stored import StoredVectors
from firth.formats.text_blocks import read_text
from firth.formats.word2vec_text import write_lines
from firth.formats.writable import encode_words

__all__ = ["read", "write"]

read = read_text


def write(path: str | Path, stored: StoredVectors) -> None:
    """Write words and vectors, atomically; float32 is kept exactly, counts and metadata are not.

    A `path` that ends in .gz is compressed.

    Raises
    ------
    FormatError : the place cannot be written, or a word is empty, contains a tab or line end, has
        a space at one end, or ends like a number after a space.
    """
    words = encode_words(path, stored.words, FORBIDDEN, "spaCy's text")
    with atomic_write(path) as file:
        if Path(path).suffix == ".gz":
            with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed:
                _write_text(packed, words, stored)
        else:
            _write_text(file, words, stored)


def _write_text(file: BinaryIO | gzip.GzipFile, words: list[bytes], stored: StoredVectors) -> None:
    file.write(b"%d %d\n" % stored.matrix.shape)
    write_lines(file, words, stored.matrix, "gensim")  # type: ignore[arg-type]  # all it does is write
