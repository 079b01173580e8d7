"""Analogy questions: read from files in the format of Google's test set, or built in.

A question file has lines of four words, `Athens Greece Oslo Norway`, under section lines that begin with a colon. The
built-in set is made from pairs of words: a file of the folder `pairs/` has a pair on each line, and every two of its
pairs, in both orders, make one question. analogies.py evaluates the questions.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np

from firth.errors import FormatError, SettingError, quoted
from firth.evaluation.question_file import question_lines, split_words
from firth.vectors.given import as_list

__all__ = [
    "AnalogyQuestion",
    "AnalogySource",
    "built_in_pairs",
    "built_in_questions",
    "load_questions",
    "questions_from_pairs",
    "read_questions",
]


class AnalogyQuestion(NamedTuple):
    """`a` is to `b` as `c` is to `d`; `section` names the kind of relation."""

    section: str
    a: str
    b: str
    c: str
    d: str


# A question file, questions, or None for the built-in set.
AnalogySource: TypeAlias = str | os.PathLike[str] | Iterable[AnalogyQuestion] | None

_UNNAMED = "questions"  # section of lines that come before the first section line


def load_questions(source: AnalogySource) -> list[AnalogyQuestion]:
    """The questions of a file, of an iterable, or the built-in ones for None.

    Raises   FormatError for a file of another kind; SettingError for a question that does not have five parts.
    """
    if source is None:
        return built_in_questions()
    if isinstance(source, str | os.PathLike):
        return list(read_questions(source))
    questions = as_list(source, "a file, or a list of questions")
    for question in questions:
        is_five = isinstance(question, Sequence | np.ndarray) and len(question) == 5
        if isinstance(question, str) or not is_five or not all(isinstance(word, str) for word in question):
            raise SettingError(f"question {quoted(question)}: must be (section, a, b, c, d), all of them strings")
    return [AnalogyQuestion(*question) for question in questions]


def read_questions(path: str | os.PathLike[str]) -> Iterator[AnalogyQuestion]:
    """Questions of a file in the format of Google's `questions-words.txt`, in its order.

    Raises
    ------
    FormatError
        if a line has neither four words nor a section name, or nothing is in the file; path and line are named.
    """
    section = _UNNAMED
    for number, line in question_lines(path):
        if line.lstrip().startswith(":"):
            section = line.strip()[1:].strip() or _UNNAMED
            continue
        words = split_words(Path(path), number, line)
        if len(words) != 4:
            raise FormatError(
                Path(path),
                f"{len(words)} words; a question has four, and a section begins with a colon",
                line=number,
            )
        yield AnalogyQuestion(section, *words)


def built_in_pairs() -> dict[str, list[tuple[str, str]]]:
    """The built-in relations: name to pairs, for instance `capitals` to `("france", "paris")`."""
    relations: dict[str, list[tuple[str, str]]] = {}
    folder = resources.files("firth.evaluation") / "pairs"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".txt"):
            continue
        pairs = []
        for line in file.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                first, second = line.split()
                pairs.append((first, second))
        relations[file.name.removesuffix(".txt")] = pairs
    return relations


def built_in_questions() -> list[AnalogyQuestion]:
    """The 21,040 questions that the built-in pairs make, in 16 sections."""
    return [
        question for relation, pairs in built_in_pairs().items() for question in questions_from_pairs(relation, pairs)
    ]


def questions_from_pairs(relation: str, pairs: Iterable[tuple[str, str]]) -> Iterator[AnalogyQuestion]:
    """Every two of `pairs`, in both orders, as one question, except where they share a word.

    The words of a question are excluded from its candidates, so `germany euro, france euro` could not be answered
    correctly.
    """
    pairs = list(pairs)
    for a, b in pairs:
        for c, d in pairs:
            if len({a, b, c, d}) == 4:
                yield AnalogyQuestion(relation, a, b, c, d)
