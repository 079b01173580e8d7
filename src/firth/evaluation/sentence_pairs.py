"""Tables of sentence pairs and how similar people find them, as they are published: STS, SICK, or any three columns."""

import csv
import io
import math
import os
import re
from collections.abc import Sequence
from pathlib import Path

from firth.errors import FormatError, quoted
from firth.evaluation.similarity_table import SimilarityPair

__all__ = ["SentencePair", "read_sentence_pairs"]

_NAMES = (("sentence1", "sentence2"), ("sentencea", "sentenceb"), ("text1", "text2"), ("first", "second"))
_SCORE_NAMES = ("score", "similarity", "relatednessscore", "label", "judgement", "judgment", "goldscore")
_OF_STS_BENCHMARK = (5, 6, 4)  # genre, file, year, id, score and the sentences, without a header


class SentencePair(SimilarityPair):
    """Two sentences, `first` and `second`, and how similar people judge them, `judgement`, on any scale."""

    __slots__ = ()


def read_sentence_pairs(path: str | os.PathLike[str]) -> list[SentencePair]:
    """Read a table of sentence pairs.

    Columns are separated by tabs, in whose cells quotation marks mean nothing, or by commas or semicolons, where cells
    may be in quotes. A first line that names the columns has sentence1, sentence2 and score (or sentence_A, sentence_B,
    relatedness_score, as in SICK), anywhere. Without one there are three columns, of which two are sentences and the
    first or last is a number, or those of the STS benchmark.

    Raises   FormatError with path and line if a row has not two sentences and a finite number, or the file is empty.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(path, "not a text file in UTF-8", byte=error.start) from None
    rows = _rows(path, text)
    if not rows:
        raise FormatError(path, "there is nothing in it; a row has two sentences and how similar they are")
    columns = _named_columns(rows[0][1])
    if columns is not None:
        rows = rows[1:]
    else:
        columns = _columns_by_position(path, *rows[0])
    if not rows:
        raise FormatError(path, "there are no pairs of sentences below the names of the columns")
    return [_pair(path, line, cells, columns) for line, cells in rows]


def _rows(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line on which it begins."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    if first.count("\t") >= 2:
        lines = enumerate(text.split("\n"), start=1)
        return [(number, line.rstrip("\r").split("\t")) for number, line in lines if line.strip()]
    separator = max(";,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise FormatError(path, f"cannot be read as a table ({error})", line=line) from None
    return rows


def _named_columns(cells: Sequence[str]) -> tuple[int, int, int] | None:
    """The columns of the sentences and of the judgement, if the first row names them."""
    names = [re.sub(r"[\W_]+", "", cell.lower()) for cell in cells]
    score = next((names.index(name) for name in _SCORE_NAMES if name in names), None)
    for first, second in _NAMES:
        if first in names and second in names and score is not None:
            return names.index(first), names.index(second), score
    return None


def _columns_by_position(path: Path, line: int, cells: Sequence[str]) -> tuple[int, int, int]:
    if len(cells) == 3:
        return (0, 1, 2) if not _is_number(cells[0]) or _is_number(cells[2]) else (1, 2, 0)
    if len(cells) >= 7 and _is_number(cells[_OF_STS_BENCHMARK[2]]):
        return _OF_STS_BENCHMARK
    raise FormatError(
        path,
        f"{len(cells)} columns, {quoted(list(cells))}: must be two sentences and a number, or named sentence1, "
        "sentence2 and score in the first line",
        line=line,
    )


def _pair(path: Path, line: int, cells: Sequence[str], columns: tuple[int, int, int]) -> SentencePair:
    if max(columns) < len(cells):
        first, second, judgement = (cells[column].strip() for column in columns)
        if first and second and _is_number(judgement):
            return SentencePair(first, second, float(judgement))
    raise FormatError(
        path, f"a row needs two sentences and a finite number, but this is {quoted(list(cells))}", line=line
    )


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell)) and "_" not in cell
    except ValueError:
        return False
