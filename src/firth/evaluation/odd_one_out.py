"""Odd one out: which word does not belong with the others?

The odd word is the one least similar to the mean of all, each scaled to length 1. Questions come from a file, or are
made from the built-in categories (categories.py).
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from firth.errors import FormatError, SettingError, quoted
from firth.evaluation.categories import load_categories
from firth.evaluation.known_words import KnownWords, find_known_words, unit_rows
from firth.evaluation.question_file import question_lines, split_words
from firth.evaluation.score import AccuracyScore, warn_if_uncovered
from firth.vectors.given import as_list, listed_words
from firth.vectors.word_vectors import WordVectors

__all__ = [
    "OddOneOutScore",
    "evaluate_odd_one_out",
    "odd_questions_from_categories",
    "read_odd_questions",
]

# A file of questions; lists of words of which the last does not belong; or None for the built-in set.
OddSource: TypeAlias = str | os.PathLike[str] | Iterable[Sequence[str]] | None


@dataclass(frozen=True, repr=False)
class OddOneOutScore(AccuracyScore):
    """The answers of one model to Q questions: lists of words of which the last does not belong."""


def evaluate_odd_one_out(
    vectors: WordVectors,
    source: OddSource = None,
    *,
    top: int | None = None,
    ignore_case: bool = True,
) -> OddOneOutScore:
    """Find the word that does not belong, for each question.

    Parameters
    ----------
    source : a file (see `read_odd_questions`), lists of words of which the last does not belong, or None for 1,000
        questions from the built-in categories.
    top : only the `top` most frequent words are considered; None for all.
    ignore_case : a word that is not there as it is spelled is looked up in any case, and means the most frequent
        spelling.

    Raises
    ------
    FormatError
        if a line of the file has fewer than three words.
    SettingError
        if a question that is given has fewer, or `top` is less than 1.
    """
    given = source is not None
    if source is None:
        source = odd_questions_from_categories(load_categories(None))
    elif isinstance(source, str | os.PathLike):
        source = read_odd_questions(source)
    questions = [listed_words(words) for words in as_list(source, "a file, or lists of words")]
    short = next((words for words in questions if len(words) < 3), None)
    if short is not None:
        raise SettingError(
            f"question {quoted(short)}: must have at least three words, the last of which does not belong"
        )
    known = find_known_words(vectors, top, ignore_case)
    answers = [_find_odd(vectors, known, words) for words in questions]
    right = [answer == words[-1] for answer, words in zip(answers, questions, strict=True)]
    score = OddOneOutScore(questions, answers, np.array(right, bool))
    if given:
        warn_if_uncovered(score, "questions", (word for words in questions for word in words))
    return score


def read_odd_questions(path: str | os.PathLike[str]) -> Iterator[list[str]]:
    """Questions of a file: on each line three or more words, the last of which does not belong.

    Raises
    ------
    FormatError
        if a line has fewer than three words, or the file is empty; the error has path and line.
    """
    for number, line in question_lines(path):
        words = split_words(Path(path), number, line)
        if len(words) < 3:
            raise FormatError(Path(path), "a question has at least three words", line=number)
        yield words


def odd_questions_from_categories(
    categories: dict[str, list[str]], count: int = 1000, size: int = 4, seed: int = 1
) -> Iterator[list[str]]:
    """`count` random questions: `size` words of one category, then one word of another."""
    random = np.random.default_rng(seed)
    lists = [words for words in categories.values() if len(words) >= size]
    for _ in range(count):
        home, other = random.choice(len(lists), 2, replace=False)
        members = random.choice(lists[home], size, replace=False).tolist()
        yield [*members, str(random.choice(lists[other]))]


def _find_odd(vectors: WordVectors, known: KnownWords, words: Sequence[str]) -> str | None:
    """The odd word; None if one of the words is unknown."""
    ids = known.find_all(words)
    if (ids < 0).any():
        return None
    units = unit_rows(vectors.matrix[ids])
    return words[int((units @ units.mean(axis=0)).argmin())]
