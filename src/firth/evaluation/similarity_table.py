"""Tables of word pairs and human judgements, as they are published: which columns are the words, and which the number.

What a column holds is decided by its name, or else by its cells; the number of a row is never a word or a judgement.
"""

import contextlib
import csv
import math
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from firth.errors import FormatError, SettingError, quoted
from firth.evaluation.question_file import numbered_lines

__all__ = ["SimilarityPair", "given_judgement", "read_similarity_pairs"]

_PAIR_NAMES = ("word#", "w#", "term#", "item#", "noun#", "target#")  # with 1 and 2 or a and b in place of #
_SCORE_NAMES = (
    "similarity",
    "score",
    "simlex999",
    "humanmean",
    "mean",
    "rating",
    "relatedness",
    "judgement",
    "judgment",
)
_ROW_NAMES = ("", "index", "id", "row", "number", "no", "nr", "pair", "pairid", "unnamed0")
_NUMBER_LIKE = re.compile(
    r"[-+]?[\d.,]+(?:e[-+]?\d+)?%?|[-+]?(?:nan|inf(?:inity)?)|na|n/a|none|null|[-?]", re.IGNORECASE
)
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_PART_OF_SPEECH = re.compile(r"-[nvja]$")  # MEN in lemma form writes sun-n, walk-v, old-j

_Row: TypeAlias = tuple[int, list[str]]  # the number of the line, and its cells


class SimilarityPair(NamedTuple):
    """Two words and how similar people judge them, on any scale."""

    first: str
    second: str
    judgement: float


class _Columns(NamedTuple):
    """Where the words and the judgement are."""

    first: int
    second: int
    score: int


def given_judgement(pair: Any, things: str) -> tuple[str, str, float]:
    """A pair that a user gives in place of a file: two strings and a finite number.

    things : what the strings are, for the message.

    Raises   SettingError if it is anything else.
    """
    with contextlib.suppress(TypeError, ValueError):
        first, second, judgement = pair
        is_pair = not isinstance(pair, str) and isinstance(first, str) and isinstance(second, str)
        if is_pair and math.isfinite(float(judgement)):
            return first, second, float(judgement)
    raise SettingError(f"{quoted(pair)}: must be two {things} and a finite number")


def read_similarity_pairs(path: str | os.PathLike[str]) -> list[SimilarityPair]:
    """Read a table of word pairs.

    Columns are separated by tabs, semicolons, commas or blanks: the first of these, outside quotes, that splits the
    first line into at least three cells. Lines that begin with # are comments. The columns are two words and a number,
    after the number of the row if there is one. A first line without a number is a header, and then the columns may be
    anywhere under their usual names (word1, word2 and similarity, score, SimLex999, Human (mean) …). Where every word
    of the file ends in `-n`, `-v`, `-j` or `-a`, as in the lemma form of MEN, this part of speech is removed.

    Raises
    ------
    FormatError
        if a row does not have two words and a finite number, or the file is empty; the error has path and line.
    """
    path = Path(path)
    rows = _split_rows(path)
    header = rows.pop(0)[1] if _is_header(rows[0][1]) else None
    rows = [row for row in rows if not _is_padding(row[1])]
    if not rows:
        raise FormatError(path, "there are no pairs of words below the names of the columns")
    columns = _find_columns(header, [cells for _, cells in rows])
    pairs = [_read_pair(path, line, cells, columns) for line, cells in rows]
    if all(_PART_OF_SPEECH.search(word) for pair in pairs for word in pair[:2]):
        return [SimilarityPair(first[:-2], second[:-2], score) for first, second, score in pairs]
    return pairs


# ---------------------------------------------------------------- cells


def _split_rows(path: Path) -> list[_Row]:
    """Numbered rows of the table, split into cells; empty cells at the end of a row are left out."""
    lines = numbered_lines(path)
    separator = _separator(lines[0][1])
    return [(number, _cells(path, number, line, separator)) for number, line in lines]


def _separator(line: str) -> str:
    unquoted = re.sub(r'"[^"]*"', "", line)
    return next((mark for mark in "\t;," if unquoted.count(mark) >= 2), " ")


def _cells(path: Path, number: int, line: str, separator: str) -> list[str]:
    """Quotes are taken off; one that does not end is an error, for it would swallow the rest of the file."""
    if separator == " ":
        line = " ".join(line.split())
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator, strict=True))]
    except csv.Error:
        if separator != " ":
            raise FormatError(path, "a quoted cell does not end where the cell ends", line=number) from None
        cells = line.split()  # a quotation mark can be a word
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _is_padding(cells: Sequence[str]) -> bool:
    """Whether a spreadsheet has added this row: it is empty, but for its number."""
    return not cells or (len(cells) == 1 and cells[0].isdecimal())


# ---------------------------------------------------------------- columns


def _is_header(cells: Sequence[str]) -> bool:
    if _pair_of(_names(cells)) is not None:
        return True
    return len(cells) >= 3 and not any(not cell or _NUMBER_LIKE.fullmatch(cell) for cell in cells[2:])


def _names(cells: Sequence[str]) -> list[str]:
    return [re.sub(r"[\W_]+", "", cell.lower()) for cell in cells]


def _pair_of(names: Sequence[str]) -> tuple[int, int] | None:
    """Where the names of columns say that the words are."""
    for name in _PAIR_NAMES:
        for first, second in ("12", "ab"):
            pair = name.replace("#", first), name.replace("#", second)
            if all(one in names for one in pair):
                return names.index(pair[0]), names.index(pair[1])
    return None


def _find_columns(header: list[str] | None, rows: Sequence[Sequence[str]]) -> _Columns:
    if header is None:
        start = int(_begins_with_numbers(rows))
        return _Columns(start, start + 1, start + 2)
    if all(len(cells) == len(header) + 1 for cells in rows) and _are_whole(cells[0] for cells in rows):
        header = ["", *header]  # R leaves out the name of the row numbers
    names = _names(header)
    has_numbers = len(names) >= 4 and (names[0] in _ROW_NAMES or _begins_with_numbers(rows))
    score = next((names.index(name) for name in _SCORE_NAMES if name in names), None)
    others = [column for column in range(int(has_numbers), len(names)) if column != score]
    first, second = _pair_of(names) or (*others[:2], 0, 0)[:2]
    return _Columns(first, second, second + 1 if score is None else score)


def _begins_with_numbers(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of at least four columns holds numbers of the rows, and is not the first word."""
    if min(map(len, rows)) < 4 or not _are_whole(cells[0] for cells in rows):
        return False
    return not all(_is_number(cells[2]) for cells in rows) and all(_is_number(cells[3]) for cells in rows)


def _are_whole(cells: Iterable[str]) -> bool:
    return all(cell.isdecimal() for cell in cells)


def _read_pair(path: Path, line: int, cells: Sequence[str], columns: _Columns) -> SimilarityPair:
    score = cells[columns.score] if max(columns) < len(cells) else ""
    if _DECIMAL_COMMA.fullmatch(score):
        raise FormatError(path, f"{score!r} has a decimal comma: write {score.replace(',', '.')}", line=line)
    if not _is_number(score) or not cells[columns.first] or not cells[columns.second]:
        raise FormatError(
            path, f"a row needs two words and a finite number, but this is {quoted(list(cells))}", line=line
        )
    return SimilarityPair(cells[columns.first], cells[columns.second], float(score))


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell)) and "_" not in cell
    except ValueError:
        return False
