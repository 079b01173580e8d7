"""Analogies and word pairs scored as gensim does, with what it counts as known, skipped and correct.

firth.evaluation has other test sets, confidence intervals and comparisons.
"""

import logging
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from firth.evaluation.correlation import p_value, pearson, spearman
from firth.formats.compressed import open_decompressed
from firth.gensim.queries import Queries

__all__ = ["Correlation", "accuracy", "log_pairs", "score_analogies", "score_pairs"]

logger = logging.getLogger(__name__)

_METHODS = {"most_similar": "3cosadd", "most_similar_cosmul": "3cosmul"}
_PREDICTED = 5  # the first of so many that is a known word is the answer

Section = dict[str, Any]


class Correlation(NamedTuple):
    """A correlation, and the probability of one as far from 0 between unrelated numbers."""

    statistic: float
    pvalue: float


def _known(vectors: Queries, restrict: int, case_insensitive: bool) -> dict[str, int]:
    """The rows of the first words; of words that differ in case alone, the first one's."""
    words = [str(word) for word in vectors.index_to_key[:restrict]]
    return {word.upper() if case_insensitive else word: row for row, word in reversed(list(enumerate(words)))}


def _lines(path: str | Path, encoding: str) -> Iterator[str]:
    with open_decompressed(path) as file:
        for line in file:
            yield line.decode(encoding)


def score_analogies(
    vectors: Queries,
    path: str | Path,
    restrict: int,
    case_insensitive: bool,
    dummy4unknown: bool,
    similarity_function: str,
) -> tuple[float, list[Section]]:
    """The share of correct answers, and the questions of each section and of all."""
    if similarity_function not in _METHODS:
        raise ValueError(f"similarity_function={similarity_function!r}: must be one of {', '.join(_METHODS)}")
    known = _known(vectors, restrict, case_insensitive)
    sections, questions, unknown = _read_questions(path, known, case_insensitive)
    known_ones = [words for _, words, are_known in questions if are_known]
    method: Any = _METHODS[similarity_function]
    rows = np.array([[known[word] for word in words[:3]] for words in known_ones], np.int64).reshape(-1, 3)
    answers = vectors.best_of_sums(rows, method, _PREDICTED, restrict) if known_ones else []
    correct = iter(
        _is_correct([str(one) for one in answer], words, known, case_insensitive)
        for words, answer in zip(known_ones, answers, strict=True)
    )
    for number, words, are_known in questions:
        if are_known:
            sections[number]["correct" if next(correct) else "incorrect"].append(words)
        elif dummy4unknown:
            sections[number]["incorrect"].append(words)
    total: Section = {"section": "Total accuracy", "correct": [], "incorrect": []}
    for name in ("correct", "incorrect"):
        total[name] = list(chain.from_iterable(section[name] for section in sections))
    for section in sections:
        accuracy(section)
    logger.info("Quadruplets with out-of-vocabulary words: %.1f%%", 100.0 * unknown / max(len(questions), 1))
    return accuracy(total), [*sections, total]


def _read_questions(
    path: str | Path, known: dict[str, int], case_insensitive: bool
) -> tuple[list[Section], list[tuple[int, tuple[str, ...], bool]], int]:
    """Sections; for each question its section, its words and whether all are known; and how many are not."""
    sections: list[Section] = []
    questions: list[tuple[int, tuple[str, ...], bool]] = []
    for number, line in enumerate(_lines(path, "utf8")):
        if line.startswith(": "):
            sections.append({"section": line.lstrip(": ").strip(), "correct": [], "incorrect": []})
            continue
        if not sections:
            raise ValueError(f"Missing section header before line #{number} in {path}")
        words = tuple((line.upper() if case_insensitive else line).split())
        if len(words) != 4:
            logger.info("Skipping invalid line #%i in %s", number, path)
            continue
        questions.append((len(sections) - 1, words, all(word in known for word in words)))
    return sections, questions, sum(not are_known for _, _, are_known in questions)


def _is_correct(answer: Iterable[str], words: tuple[str, ...], known: dict[str, int], case_insensitive: bool) -> bool:
    predicted = None
    for word in answer:
        predicted = word.upper() if case_insensitive else word
        if predicted in known and predicted not in words[:3]:
            break
    return predicted == words[3]


def accuracy(section: Section) -> float:
    """The share of correct answers of a section, which is logged; 0 without questions."""
    correct, all_of_them = len(section["correct"]), len(section["correct"]) + len(section["incorrect"])
    if all_of_them == 0:
        return 0.0
    logger.info("%s: %.1f%% (%i/%i)", section["section"], 100.0 * correct / all_of_them, correct, all_of_them)
    return correct / all_of_them


def score_pairs(
    vectors: Queries,
    path: str | Path,
    delimiter: str,
    encoding: str,
    restrict: int,
    case_insensitive: bool,
    dummy4unknown: bool,
) -> tuple[Correlation, Correlation, float]:
    """Pearson's and Spearman's correlation of cosines with people's judgements, and the percentage of unknown pairs."""
    known = _known(vectors, restrict, case_insensitive)
    judged, computed, unknown = [], [], 0
    for number, line in enumerate(_lines(path, encoding)):
        if line.startswith("#"):
            continue
        fields = (line.upper() if case_insensitive else line).split(delimiter)
        try:
            a, b, judgement = fields[0], fields[1], float(fields[2])
            if len(fields) != 3:
                raise ValueError
        except (ValueError, IndexError):
            logger.info("Skipping invalid line #%d in %s", number, path)
            continue
        if a in known and b in known:
            judged.append(judgement)
            computed.append(float(vectors.similarity_of_rows(known[a], known[b])))
            continue
        unknown += 1
        if dummy4unknown:
            judged.append(judgement)
            computed.append(0.0)
    if not judged:
        raise ValueError(
            f"No valid similarity judgements found in {path}: either invalid format or all are out-of-vocabulary in "
            f"{vectors}"
        )
    pairs = len(judged) if dummy4unknown else len(judged) + unknown
    values = np.array(judged), np.array(computed)
    found = [Correlation(value, p_value(value, len(judged))) for value in (pearson(*values), spearman(*values))]
    log_pairs(found[0], found[1], 100.0 * unknown / pairs, path)
    return found[0], found[1], 100.0 * unknown / pairs


def log_pairs(pearson_found: Any, spearman_found: Any, unknown: float, pairs: Any) -> None:
    """Log two correlations, each with its p-value, and the percentage of unknown pairs."""
    logger.info("Pearson correlation coefficient against %s: %.4f", pairs, pearson_found[0])
    logger.info("Spearman rank-order correlation coefficient against %s: %.4f", pairs, spearman_found[0])
    logger.info("Pairs with unknown words ratio: %.1f%%", unknown)
