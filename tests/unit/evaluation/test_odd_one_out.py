"""Odd one out, on vectors whose clusters are known."""

import pytest

from firth.errors import FormatError, SettingError
from firth.evaluation.odd_one_out import evaluate_odd_one_out, odd_questions_from_categories, read_odd_questions


def test_odd_words_are_those_of_the_vectors_own_method(clustered, categories):
    vectors = clustered(0.9)
    questions = list(odd_questions_from_categories(categories, count=50, size=3))
    score = evaluate_odd_one_out(vectors, questions)
    assert list(score.answers) == [vectors.odd_one_out(words) for words in questions]
    assert 0 < score.correct < score.covered == 50
    low, high, _ = score.interval()
    assert low < score.accuracy < high
    assert evaluate_odd_one_out(clustered(0.05), questions).accuracy == 1


def test_questions_with_unknown_words_are_not_covered(clustered):
    score = evaluate_odd_one_out(clustered(0.05), [["apple", "PEAR", "iron"], ["a", "b", "c"]])
    assert (score.answers, score.coverage) == (["iron", None], 0.5)


def test_generated_questions_end_with_a_word_of_another_category(categories):
    category_of = {word: name for name, words in categories.items() for word in words}
    for *members, odd in odd_questions_from_categories(categories, count=20):
        assert len({category_of[word] for word in members}) == 1
        assert len(set(members)) == 4
        assert category_of[odd] != category_of[members[0]]


def test_questions_have_at_least_three_words(clustered, tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text("apple pear iron\n\ntin lead\n", encoding="utf-8")
    with pytest.raises(FormatError, match="line 3"):
        list(read_odd_questions(path))
    with pytest.raises(SettingError, match=r"\['apple'\]: must have at least three words"):
        evaluate_odd_one_out(clustered(0.1), [["apple", "pear", "tin"], ["apple"]])
