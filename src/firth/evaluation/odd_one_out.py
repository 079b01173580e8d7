"""Odd one out: which word does not belong with the others?

The odd word is the one least similar to the mean of all, each scaled to length 1.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from firth.errors import FormatError, SettingError
from firth.evaluation.answered import AnsweredQuestions
from firth.evaluation.categories import load_categories
from firth.evaluation.intervals import Interval, percentile_interval, resampled_ratio
from firth.evaluation.lookup import Lookup, look_up_words, unit_rows
from firth.evaluation.numbered_lines import numbered_lines
from firth.vectors.word_vectors import WordVectors

__all__ = [
    "OddOneOutScore",
    "evaluate_odd_one_out",
    "odd_questions_from_categories",
    "read_odd_questions",
]

# Words of which the last does not belong; a file of such lines; or None for the built-in set.
OddSource: TypeAlias = str | os.PathLike[str] | Iterable[Sequence[str]] | None


@dataclass(frozen=True, repr=False)
class OddOneOutScore(AnsweredQuestions):
    """The answers of one model to Q questions: words of which the last does not belong."""

    def interval(self, level: float = 0.95, seed: int = 1) -> Interval:
        """Bootstrap confidence interval of the accuracy, drawing questions."""
        hits = self.right[self.was_asked].astype(np.float64)
        return percentile_interval(resampled_ratio(hits, np.ones_like(hits), seed=seed), level)


def evaluate_odd_one_out(
    vectors: WordVectors,
    source: OddSource = None,
    *,
    top: int | None = None,
    ignore_case: bool = True,
) -> OddOneOutScore:
    """Ask a model which word does not belong.

    Parameters
    ----------
    source : a file (see `read_odd_questions`), questions, or None for 1,000 from the built-in
        categories.
    top : only the `top` most frequent words are considered; None for all.
    ignore_case : treat spellings that differ in case alone as one word, the most frequent one.

    Raises
    ------
    FormatError
        if a line of the file has fewer than three words.
    SettingError
        if a question that is given has.
    """
    if source is None:
        source = odd_questions_from_categories(load_categories(None))
    elif isinstance(source, str | os.PathLike):
        source = read_odd_questions(source)
    questions = [list(words) for words in source]
    short = next((words for words in questions if len(words) < 3), None)
    if short is not None:
        raise SettingError(f"question {short!r}: must have at least three words, the last of which does not belong")
    lookup = look_up_words(vectors, top, ignore_case)
    answers = [_find_odd(vectors, lookup, words) for words in questions]
    right = [answer == words[-1] for answer, words in zip(answers, questions, strict=True)]
    return OddOneOutScore(questions, answers, np.array(right, bool))


def read_odd_questions(path: str | os.PathLike[str]) -> Iterator[list[str]]:
    """Questions of a file: on each line three or more words, the last of which does not belong.

    Raises
    ------
    FormatError
        if a line has fewer than three words, or nothing is in the file; path and line are named.
    """
    for number, line in numbered_lines(path):
        words = line.split()
        if len(words) < 3:
            raise FormatError(Path(path), "a question has at least three words", line=number)
        yield words


def odd_questions_from_categories(
    categories: dict[str, list[str]], count: int = 1000, size: int = 4, seed: int = 1
) -> Iterator[list[str]]:
    """`count` questions of `size` words from one category and then one from another."""
    random = np.random.default_rng(seed)
    lists = [words for words in categories.values() if len(words) >= size]
    for _ in range(count):
        home, other = random.choice(len(lists), 2, replace=False)
        members = random.choice(lists[home], size, replace=False).tolist()
        yield [*members, str(random.choice(lists[other]))]


def _find_odd(vectors: WordVectors, lookup: Lookup, words: Sequence[str]) -> str | None:
    ids = lookup.find_all(words)
    if (ids < 0).any():
        return None
    units = unit_rows(vectors.matrix[ids])
    return words[int((units @ units.mean(axis=0)).argmin())]
