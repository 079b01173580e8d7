"""Several test sets at once: names, scores and comparisons by test set."""

import pytest

from firth.errors import SettingError
from firth.evaluation.suite import Suite, compare_scores, headline


def test_a_suite_has_the_test_sets_of_its_files(clustered, tmp_path):
    (tmp_path / "c.txt").write_text("fruits: apple pear plum\nmetals: iron tin zinc\n")
    (tmp_path / "o.txt").write_text("apple pear iron\n")
    (tmp_path / "s.csv").write_text("apple,pear,9\napple,iron,1\nplum,tin,2\n")
    (tmp_path / "q.txt").write_text("apple pear iron tin\n")
    suite = Suite.read([tmp_path / "q.txt"], [tmp_path / "s.csv"], [tmp_path / "c.txt"], [tmp_path / "o.txt"])
    scores = suite.evaluate(clustered(0.05))
    assert {name: headline(score).measure for name, score in scores.items()} == {
        "q.txt": "accuracy",
        "s.csv": "Spearman",
        "c.txt": "purity",
        "o.txt": "accuracy",
    }
    assert headline(scores["o.txt"]).value == 1
    comparisons = compare_scores(scores, suite.evaluate(clustered(50.0)))
    assert {name: comparison.covered for name, comparison in comparisons.items()} == {
        "q.txt": 1,
        "s.csv": 3,
        "c.txt": 6,
        "o.txt": 1,
    }


def test_an_empty_suite_has_the_built_in_test_sets(clustered):
    scores = Suite().evaluate(clustered(0.05))
    assert list(scores) == ["built-in analogies", "built-in categories", "built-in odd words"]


def test_scores_of_different_suites_cannot_be_compared(clustered):
    vectors = clustered(0.05)
    one = Suite(odd_words={"mine": [["apple", "pear", "iron"]]}).evaluate(vectors)
    other = Suite(categories={"mine": {"fruits": ["apple"], "metals": ["tin"]}}).evaluate(vectors)
    with pytest.raises(SettingError, match="OddOneOutScore and CategorisationScore cannot be compared"):
        compare_scores(one, other)
    with pytest.raises(SettingError, match="with the same suite"):
        compare_scores(one, {})


def test_two_test_sets_of_one_name_are_an_error(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "q.txt").write_text("cat mat dog log\n")
    with pytest.raises(SettingError, match=r"q\.txt: two test sets"):
        Suite.read([tmp_path / "one" / "q.txt", tmp_path / "two" / "q.txt"])
