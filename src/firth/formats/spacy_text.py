"""The text that `spacy init vectors LANGUAGE FILE FOLDER` accepts: word2vec's, with words that may have spaces.

spaCy reads a line from its right end, as GloVe's files have to be read. Without the first line
"words numbers" it would take a first word like "2" for one, so that line is always there. It ends
lines at a lone carriage return, too, and skips nothing. A file whose name ends in .gz it decompresses.
"""

from pathlib import Path

from firth.formats.compressed import write_compressed
from firth.formats.glove import FORBIDDEN
from firth.formats.stored import StoredVectors
from firth.formats.text_vectors_reader import read_text
from firth.formats.text_vectors_writer import write_lines
from firth.formats.writable import encode_words
from firth.progress import ProgressOption

__all__ = ["read", "write"]

read = read_text


def write(path: str | Path, stored: StoredVectors, *, progress: ProgressOption = False) -> None:
    """Write words and vectors, atomically; float32 is kept exactly, counts and metadata are not.

    A `path` that ends in .gz is compressed.

    Raises
    ------
    FormatError : the file cannot be written, or a word is empty, contains a tab or line end, has
        a space at one end, or ends like a number after a space.
    """
    words = encode_words(path, stored.words, FORBIDDEN, "spaCy's text")
    with write_compressed(path) as file:
        file.write(b"%d %d\n" % stored.matrix.shape)
        write_lines(file, words, stored.matrix, "gensim", progress)
