"""Word similarity: do cosines rank pairs of words as people do?

Test sets are tables of two words and a human judgement, for instance WordSim-353, SimLex-999 and MEN; this file reads
them, too. The correlations are in correlation.py.

Shapes  P pairs of words.
"""

import contextlib
import csv
import math
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, SettingError
from firth.evaluation.correlation import pearson, spearman, weighted_spearman
from firth.evaluation.intervals import Interval, percentile_interval, resample_weights
from firth.evaluation.known_words import find_known_words, unit_rows
from firth.evaluation.question_file import numbered_lines
from firth.evaluation.score import Score
from firth.vectors.word_vectors import WordVectors

__all__ = ["SimilarityPair", "SimilarityScore", "evaluate_similarity", "read_similarity_pairs"]

_SCORE_COLUMNS = ("similarity", "score", "simlex999", "humanmean", "mean", "rating")
_PART_OF_SPEECH = re.compile(r"-[nvja]$")  # MEN in lemma form writes sun-n, walk-v, old-j


class SimilarityPair(NamedTuple):
    """Two words and how similar people judge them, on any scale."""

    first: str
    second: str
    judgement: float


SimilaritySource: TypeAlias = str | os.PathLike[str] | Iterable[SimilarityPair]


@dataclass(frozen=True, repr=False)
class SimilarityScore(Score):
    """How well the cosines of one model agree with human judgements of P pairs of words.

    Attributes
    ----------
    pairs : (P,) the pairs with human judgements.
    cosines : (P,) the model's similarities, in [-1, 1]; NaN where a word is not among those considered.
    words_considered : how many words, the most frequent, count as known.
    """

    pairs: Sequence[SimilarityPair]
    cosines: NDArray[np.float64]
    words_considered: int

    @property
    def total(self) -> int:
        """Pairs in the test set, P."""
        return len(self.pairs)

    @property
    def covered(self) -> int:
        """Pairs whose two words are known."""
        return int(self.is_covered.sum())

    @cached_property
    def is_covered(self) -> NDArray[np.bool_]:
        """(P,) whether both words of the pair are known."""
        return np.isfinite(self.cosines)

    @cached_property
    def judgements(self) -> NDArray[np.float64]:
        """(P,) the human judgements."""
        return np.array([pair.judgement for pair in self.pairs], np.float64)

    @cached_property
    def spearman(self) -> float:
        """Spearman's rank correlation over the known pairs, in [-1, 1]; NaN for fewer than two."""
        return spearman(self.judgements[self.is_covered], self.cosines[self.is_covered])

    @cached_property
    def pearson(self) -> float:
        """Pearson's correlation over the known pairs, in [-1, 1]; NaN for fewer than two."""
        return pearson(self.judgements[self.is_covered], self.cosines[self.is_covered])

    def measures(self) -> dict[str, float]:
        """Both correlations."""
        return {"Spearman": self.spearman, "Pearson": self.pearson}

    def interval(self, level: float = 0.95, seed: int = 1) -> Interval:
        """Bootstrap confidence interval of Spearman's correlation; the covered pairs are resampled.

        Parameters
        ----------
        level : confidence, in (0, 1).
        seed : of the 2,000 resamples.
        """
        human, model = self.judgements[self.is_covered], self.cosines[self.is_covered]
        if len(human) < 2:
            return Interval(float("nan"), float("nan"), level)
        draws = resample_weights(len(human), seed=seed)
        resampled = [weighted_spearman(human, model, weights) for weights in draws]
        return percentile_interval(np.concatenate(resampled), level)


def evaluate_similarity(
    vectors: WordVectors,
    source: SimilaritySource,
    *,
    top: int | None = None,
    ignore_case: bool = True,
) -> SimilarityScore:
    """Correlate a model's cosines with human judgements.

    Pairs with an unknown word are left out; `coverage` is the share of the others.

    Parameters
    ----------
    source : a table of pairs as a file (see `read_similarity_pairs`), or the pairs.
    top : only the `top` most frequent words are considered; None for all.
    ignore_case : treat spellings that differ in case alone as one word, the most frequent one.

    Raises
    ------
    FormatError
        if the file is not such a table; the error has path and line.
    SettingError
        if a given pair is not two words and a finite number, or `top` is less than 1.

    Source
    ------
    Finkelstein et al. 2002, "Placing search in context" (WordSim-353); Hill, Reichart and Korhonen 2015,
    "SimLex-999"; Bruni, Tran and Baroni 2014, "Multimodal distributional semantics" (MEN).
    """
    if isinstance(source, str | os.PathLike):
        pairs = read_similarity_pairs(source)
    else:
        pairs = [_given_pair(pair) for pair in source]
    known_words = find_known_words(vectors, top, ignore_case)
    first = known_words.find_all(pair.first for pair in pairs)
    second = known_words.find_all(pair.second for pair in pairs)
    known = (first >= 0) & (second >= 0)
    cosines = np.full(len(pairs), np.nan)
    cosines[known] = np.einsum(
        "pd,pd->p",
        unit_rows(vectors.matrix[first[known]]),
        unit_rows(vectors.matrix[second[known]]),
    )
    return SimilarityScore(pairs, cosines, len(known_words.canonical))


def _given_pair(pair: SimilarityPair) -> SimilarityPair:
    with contextlib.suppress(TypeError, ValueError):
        first, second, judgement = pair
        if math.isfinite(float(judgement)):
            return SimilarityPair(str(first), str(second), float(judgement))
    raise SettingError(f"{pair!r}: must be two words and a finite number")


def read_similarity_pairs(path: str | os.PathLike[str]) -> list[SimilarityPair]:
    """Read a table of word pairs.

    Columns are separated by tabs, semicolons, commas or blanks, whichever the first line has, in
    this order of preference. Lines that begin with # are comments. The columns are two words and a
    number, with or without a number of the row before them; a first line without a number where the
    judgement should be is a header, and then the columns may be anywhere under their usual names
    (word1, word2 and similarity, score, SimLex999, Human (mean) …). Where every word of the file
    ends in `-n`, `-v`, `-j` or `-a`, as in the lemma form of MEN, this part of speech is removed.

    Raises
    ------
    FormatError
        if a row does not have two words and a number, or the file is empty; the error has path and line.
    """
    path = Path(path)
    rows = _split_rows(path)
    columns = _find_columns(rows[0][1])
    if columns is None:
        has_row_number = len(rows[0][1]) == 4 and _is_number(rows[0][1][0])
        columns = (1, 2, 3) if has_row_number else (0, 1, 2)
    else:
        rows = rows[1:]
    pairs = [
        _read_pair(path, line, cells, columns)
        for line, cells in rows
        if any(cells[column] for column in columns if column < len(cells))  # spreadsheets pad
    ]
    if not pairs:
        raise FormatError(path, "there are no pairs of words below the names of the columns")
    if all(_PART_OF_SPEECH.search(word) for pair in pairs for word in pair[:2]):
        return [SimilarityPair(first[:-2], second[:-2], score) for first, second, score in pairs]
    return pairs


def _split_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Numbered rows of the table, split into cells."""
    lines = numbered_lines(path)
    separator = next((mark for mark in "\t;," if mark in lines[0][1]), None)
    if separator is None:
        return [(number, line.split()) for number, line in lines]
    cells = csv.reader((line for _, line in lines), delimiter=separator)
    return [(number, [cell.strip() for cell in row]) for (number, _), row in zip(lines, cells, strict=False)]


def _find_columns(cells: list[str]) -> tuple[int, int, int] | None:
    """Where a header says that the words and the judgement are; None if this is not a header."""
    if any(_is_number(cell) for cell in cells[2:]):
        return None
    names = [re.sub(r"[^a-z0-9]", "", cell.lower()) for cell in cells]
    if "word1" in names and "word2" in names:
        first, second = names.index("word1"), names.index("word2")
    else:
        first, second = 0, 1
    score = next((names.index(name) for name in _SCORE_COLUMNS if name in names), second + 1)
    return first, second, score


def _read_pair(path: Path, line: int, cells: list[str], columns: tuple[int, int, int]) -> SimilarityPair:
    first, second, score = columns
    if max(columns) >= len(cells) or not _is_number(cells[score]):
        raise FormatError(path, "a row needs two words and a number", line=line)
    return SimilarityPair(cells[first], cells[second], float(cells[score]))


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False
