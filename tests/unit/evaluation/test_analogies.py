"""Analogy questions: the answers are those of gensim, question by question."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firth.errors import FormatError, SettingError
from firth.evaluation.analogies import AnalogyScore, evaluate_analogies
from firth.evaluation.analogy_questions import (
    AnalogyQuestion,
    built_in_pairs,
    built_in_questions,
    questions_from_pairs,
    read_questions,
)
from firth.evaluation.odd_one_out import OddOneOutScore
from firth.vectors.word_vectors import WordVectors

# Gender is one direction and rank another: every analogy holds exactly.
PLANE = {
    "man": (1, 0, 1),
    "woman": (1, 1, 1),
    "king": (2, 0, 1.5),
    "queen": (2, 1, 1.5),
    "apple": (-1, 0.3, 0.2),
}


def plane() -> WordVectors:
    return WordVectors(list(PLANE), np.array(list(PLANE.values()), np.float32))


def noisy_world(words: int = 400, size: int = 12) -> tuple[list[str], np.ndarray]:
    """Words in mixed case, some of which differ in case alone, and vectors with enough structure
    that some analogies hold."""
    random = np.random.default_rng(7)
    spellings = [f"Word{i}" if i % 3 else f"word{i}" for i in range(words - 40)]
    spellings += [spelling.swapcase() for spelling in spellings[:40]]
    grid = random.standard_normal((20, size))[np.arange(words) % 20]
    lifted = grid + random.standard_normal((20, size))[np.arange(words) // 20 % 20]
    return spellings, (lifted + 0.3 * random.standard_normal((words, size))).astype(np.float32)


def write_questions(path: Path, words: list[str], count: int = 600) -> Path:
    random = np.random.default_rng(8)
    lines = [": first"]
    for number in range(count):
        if number == count // 2:
            lines.append(": second")
        row, column, other = random.integers(0, 20, 3)
        # Corners of a rectangle in the grid of the noisy world; some are unknown words.
        corners = [row * 20 + column, row * 20 + other, 40 + column, 40 + other]
        lines.append(" ".join(words[i].title() if i < 330 else f"no{i}" for i in corners))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def gensim_vectors(words: list[str], matrix: np.ndarray) -> Any:
    vectors = pytest.importorskip("gensim.models").KeyedVectors(matrix.shape[1])
    vectors.add_vectors(words, matrix)
    return vectors


@pytest.mark.parametrize("top", [None, 250])
def test_same_answers_as_gensim(tmp_path, top):
    words, matrix = noisy_world()
    path = write_questions(tmp_path / "questions.txt", words)
    _, sections = gensim_vectors(words, matrix).evaluate_word_analogies(str(path), restrict_vocab=top or 300_000)
    score = evaluate_analogies(WordVectors(words, matrix), path, top=top)

    for section in sections[:-1]:
        ours = {True: [], False: []}
        for question, covered, right in zip(score.questions, score.is_covered, score.right, strict=True):
            if covered and question.section == section["section"]:
                ours[bool(right)].append(tuple(word.upper() for word in question[1:]))
        assert ours[True] == section["correct"]
        assert ours[False] == section["incorrect"]
    assert 0 < score.correct < score.covered < score.total


@pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`:DeprecationWarning")
def test_same_products_as_gensim():
    """Compared with most_similar_cosmul, because gensim's evaluation has only 3CosAdd."""
    words, matrix = noisy_world()
    words = [word.lower() + str(i) for i, word in enumerate(words)]  # no two spellings of a word
    theirs = gensim_vectors(words, matrix)
    ids = np.random.default_rng(9).integers(0, len(words), (150, 4))
    questions = [AnalogyQuestion("", *(words[i] for i in row)) for row in ids]
    score = evaluate_analogies(WordVectors(words, matrix), questions, method="3cosmul")
    for (_, a, b, c, _), answer in zip(questions, score.answers, strict=True):
        assert answer == theirs.most_similar_cosmul(positive=[b, c], negative=[a])[0][0]


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul"])
def test_of_equal_words_the_most_frequent_answers(method):
    """Every vector three times: the answer is the first copy that is not excluded as a word of the question."""
    words, matrix = noisy_world(words=300)
    copies = [f"{word}-{i}-{copy}" for copy in range(3) for i, word in enumerate(words)]
    ids = np.random.default_rng(10).integers(0, 900, (200, 3))
    questions = [AnalogyQuestion("", *(copies[i] for i in row), "none") for row in ids]
    vectors = WordVectors([*copies, "none"], np.vstack((matrix, matrix, matrix, np.zeros((1, 12)))))
    score = evaluate_analogies(vectors, questions, method=method, ignore_case=False)
    for row, answer in zip(ids, score.answers, strict=True):
        found = copies.index(answer)
        assert all(earlier in row for earlier in range(found % 300, found, 300))


def test_exact_analogies_are_solved_and_unknown_words_lower_coverage_only():
    questions = [
        AnalogyQuestion("gender", "man", "woman", "king", "queen"),
        AnalogyQuestion("gender", "King", "QUEEN", "man", "woman"),
        AnalogyQuestion("gender", "man", "woman", "king", "apple"),
        AnalogyQuestion("fruit", "man", "woman", "pear", "apple"),
    ]
    score = evaluate_analogies(plane(), questions)
    assert score.answers == ["queen", "woman", "queen", None]
    assert score.right.tolist() == [True, True, False, False]
    assert (score.correct, score.covered, score.total) == (2, 3, 4)
    assert score.accuracy == pytest.approx(2 / 3)
    assert score.coverage == pytest.approx(3 / 4)
    gender, fruit = score.sections
    assert (gender.section, gender.correct, gender.covered, gender.total) == ("gender", 2, 3, 3)
    assert (fruit.coverage, np.isnan(fruit.accuracy)) == (0, True)


@pytest.mark.filterwarnings("ignore:none of the")
def test_case_matters_only_without_ignore_case():
    question = [AnalogyQuestion("", "Man", "woman", "king", "queen")]
    assert evaluate_analogies(plane(), question).covered == 1
    assert evaluate_analogies(plane(), question, ignore_case=False).covered == 0


@pytest.mark.filterwarnings("ignore:none of the")
def test_top_restricts_known_words_and_candidates():
    questions = [AnalogyQuestion("", "man", "woman", "king", "queen")]
    score = evaluate_analogies(plane(), questions, top=3)
    assert (score.words_considered, score.covered) == (3, 0)


def test_a_question_without_candidates_is_covered_and_wrong():
    vectors = WordVectors(["a", "b", "c"], np.eye(3, dtype=np.float32))
    score = evaluate_analogies(vectors, [AnalogyQuestion("", "a", "b", "c", "a")])
    assert (score.covered, score.correct, score.answers) == (1, 0, [""])


def test_zero_vectors_are_never_the_answer():
    words = [*PLANE, "nothing"]
    matrix = np.array([*PLANE.values(), (0, 0, 0)], np.float32)
    score = evaluate_analogies(WordVectors(words, matrix), [AnalogyQuestion("", "man", "woman", "king", "queen")])
    assert score.answers == ["queen"]


def test_the_interval_resamples_pairs_not_questions():
    """Ten pairs of nine questions, each pair all right or all wrong: 90 questions have the information of ten."""
    questions = [AnalogyQuestion("", f"a{i}", f"b{i}", f"c{j}", f"d{j}") for i in range(10) for j in range(9)]
    right = np.repeat(np.arange(10) < 5, 9)
    low, high, level = AnalogyScore(questions, ["x"] * 90, right, "3cosadd", 40).interval()
    alone = OddOneOutScore(questions, ["x"] * 90, right).interval()  # resamples questions
    assert (low < 0.5 < high, level) == (True, 0.95)
    assert high - low > 2.5 * (alone.high - alone.low)  # 3, the root of 9, but for the resampling


def test_a_seed_repeats_the_interval():
    score = OddOneOutScore([["a", "b", "c"]] * 40, ["c"] * 40, np.arange(40) < 25)
    assert score.interval(seed=2) == score.interval(seed=2)
    assert score.interval(level=0.5).low > score.interval(level=0.99).low


def test_impossible_settings():
    with pytest.raises(SettingError, match="top=0"):
        evaluate_analogies(plane(), [], top=0)
    with pytest.raises(SettingError, match="3cosdiv"):
        evaluate_analogies(plane(), [], method="3cosdiv")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"must be \(section, a, b, c, d\)"):
        evaluate_analogies(plane(), [("gender", "man", "woman")])  # type: ignore[list-item]


def test_an_empty_test_set_has_no_accuracy():
    score = evaluate_analogies(plane(), [])
    assert score.total == 0
    assert np.isnan(score.accuracy)
    assert np.isnan(score.interval().low)


def test_errors_of_bad_files_have_the_line(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text(": good\na b c d\n\n# comment\na b c\n", encoding="utf-8")
    with pytest.raises(FormatError, match="line 5: 3 words"):
        list(read_questions(path))
    path.write_bytes(b": x\nab\xff\xfe c d e\n")
    with pytest.raises(FormatError, match="UTF-8"):
        list(read_questions(path))


def test_reading_keeps_sections_and_order(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text("\ufeffa b c d\r\n: capital cities\r\ne f g h\r\n", encoding="utf-8")
    assert list(read_questions(path)) == [
        ("questions", "a", "b", "c", "d"),
        ("capital cities", "e", "f", "g", "h"),
    ]


def test_built_in_pairs_are_many_lower_case_and_distinct():
    relations = built_in_pairs()
    assert len(relations) >= 12
    for name, pairs in relations.items():
        assert len(pairs) >= 25, name
        assert len(set(pairs)) == len(pairs), name
        firsts = [first for first, _ in pairs]
        assert len(set(firsts)) == len(firsts), name
        for pair in pairs:
            assert pair[0] != pair[1], (name, pair)
            assert all(word == word.lower() and word.isalpha() for word in pair), (name, pair)


def test_questions_never_share_words():
    pairs = [("france", "euro"), ("germany", "euro"), ("japan", "yen")]
    made = [question[1:] for question in questions_from_pairs("currency", pairs)]
    assert made == [
        ("france", "euro", "japan", "yen"),
        ("germany", "euro", "japan", "yen"),
        ("japan", "yen", "france", "euro"),
        ("japan", "yen", "germany", "euro"),
    ]
    assert len(built_in_questions()) > 8000
