"""Sums of words, and completions of what is typed."""

import numpy as np
import pytest


def analogy(explorer, *terms, **options):
    body = {"terms": [{"word": word, "sign": sign} for word, sign in terms], **options}
    answer = explorer.post("/explorer/analogies", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_answers_are_those_of_the_library(explorer, vectors):
    found = analogy(explorer, ("king", 1), ("man", -1), ("woman", 1), count=5)
    expected = vectors.most_similar(positive=["king", "woman"], negative=["man"], count=5)
    assert [(one["word"], one["similarity"]) for one in found["answers"]] == expected
    assert found["nearest"]["word"] == expected[0].word
    total = vectors["king"].astype(float) - vectors["man"] + vectors["woman"]
    np.testing.assert_allclose(found["sum"], total, atol=1e-6)
    assert [row["word"] for row in found["rows"]] == ["king", "man", "woman"]


def test_the_plane_has_the_terms_the_sum_and_answers(explorer):
    plane = analogy(explorer, ("king", 1), ("man", -1), ("woman", 1))["plane"]
    assert [point["kind"] for point in plane] == ["term"] * 3 + ["sum"] + ["answer"] * 6
    king, man, woman, total = (np.array([point["x"], point["y"]]) for point in plane[:4])
    np.testing.assert_allclose(king - man, total - woman, atol=1e-9)


def test_unknown_words_are_named_and_nothing_is_computed(explorer):
    found = analogy(explorer, ("kinng", 1), ("man", 1))
    assert found["unknown"][0]["word"] == "kinng"
    assert found["unknown"][0]["near"][0] == "king"
    assert (found["answers"], found["sum"], found["plane"], found["nearest"]) == ([], [], [], None)
    assert [row["word"] for row in found["rows"]] == ["man"]


def test_nothing_is_near_to_nothing(explorer):
    assert analogy(explorer, ("king", 1), ("cat", 1), ("king", -1), ("cat", -1))["answers"] == []


@pytest.mark.parametrize("terms", [[], [{"word": "a"}] * 21, [{"word": ""}], [{"word": "a", "sign": 2}], None])
def test_what_is_no_sum_is_refused(explorer, terms):
    assert explorer.post("/explorer/analogies", json={"terms": terms}).status_code == 422


def test_completions_or_else_near_spellings(explorer):
    assert explorer.get("/explorer/complete?prefix=c").json() == {"words": ["cat", "cow", "cheese", "cake"], "near": []}
    assert explorer.get("/explorer/complete?prefix=qeen").json() == {"words": [], "near": ["queen"]}
    assert explorer.get("/explorer/complete?prefix=").status_code == 422
