"""Word vectors from files and tables: `firth.load` and `firth.read_table`."""

from collections.abc import Sequence
from pathlib import Path

from firth.formats import table as tables
from firth.formats.detect import read_any
from firth.formats.mapped import stored_in_memory
from firth.formats.skip_report import OnError
from firth.formats.table import NumberTable, Scale
from firth.progress import ProgressOption
from firth.vectors.lookup import Fallback
from firth.vectors.word_vectors import WordVectors

__all__ = ["load", "read_table"]


def load(
    path: str | Path,
    *,
    on_error: OnError = "raise",
    fallback: Fallback | None = None,
    progress: ProgressOption = False,
    mmap: bool = True,
) -> WordVectors:
    """Open a file of vectors of any supported format, detected from its content, not its name.

    Parameters
    ----------
    path : a file or folder; compressed ones and archives as they are. "glove.6B.zip/glove.6B.100d.txt" is a file in an
        archive of several. A name such as "glove-wiki-gigaword-50" is looked for where gensim's downloader puts it;
        Firth downloads nothing.
    on_error : "skip" leaves out malformed lines of text files and malformed records of word2vec binary files, and
        repeated words after their first occurrence; `skipped` then counts them and describes the first five. Other
        formats have nothing that could be skipped.
    fallback : how words outside the vocabulary are handled: "subword", "spelling", or None for an error; see
        `WordVectors.fallback`.
    progress : False shows nothing; None or True a bar (a line where none can be drawn); a function is called with a
        Progress about ten times a second. Text reports bytes, word2vec binary and fastText models words; other files
        are only mapped into memory.
    mmap : False reads everything into memory, an index next to the file included. For files that other programs write
        in place: of a mapped file that becomes shorter, pages are missing, and reading one ends the process.

    Raises
    ------
    FileNotFoundError : the file does not exist.
    FormatError : the file is damaged or of an unknown format; the message names the line or byte.
    SettingError : `on_error` is neither "raise" nor "skip", or `fallback` is "subword" and the file has no subwords.
    """
    stored = read_any(path, on_error=on_error, progress=progress)
    vectors = WordVectors.from_stored(stored if mmap else stored_in_memory(stored), path, mmap=mmap)
    vectors.fallback = fallback
    return vectors


def read_table(table: NumberTable, *, scale: Scale | None = None, columns: Sequence[str] | None = None) -> WordVectors:
    """Vectors from a table with one row per item: its name, then its numbers.

    Parameters
    ----------
    table : a file of comma-, semicolon- or tab-separated values in UTF-8 whose first line names the columns; or rows,
        the first of which names the columns; or a data frame, where the names are the index or, if that only counts
        the rows, the first column.
    scale : (low, high) of the numbers, which are then rescaled to -1 .. 1; numbers outside are an error. None: the
        numbers are taken as they are.
    columns : the columns to use, in this order; None: all.

    Returns  vectors whose metadata, which a .firth file keeps, hold the names of the "columns" and the "scale".
    Raises   FormatError (a file) or SettingError (rows), naming the row and column: a repeated or missing name; a
             number that is missing, malformed, not finite or outside the scale; too few or too many cells in a row.

    Examples
    --------
    >>> people = read_table([("name", "extraversion"), ("Jay", 38), ("Ann", 70)], scale=(0, 100))
    >>> people["Jay"].tolist(), people.metadata["columns"]
    ([-0.23999999463558197], ['extraversion'])
    """
    return WordVectors.from_stored(tables.read(table, scale=scale, columns=columns))
