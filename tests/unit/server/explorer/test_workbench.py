"""Daily use: many words at once, two models, evaluation, export."""

import io
import time
import zipfile

import numpy as np
import pytest

from firth import load
from firth.evaluation.suite import Suite, compare_scores, headline


def post(explorer, path, **body):
    answer = explorer.post(f"/explorer/workbench/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer


def test_neighbours_of_many_words(explorer, vectors):
    found = post(explorer, "neighbours", words=["cat", "taco", "sea", "cat"], count=3).json()
    assert [row["word"] for row in found["rows"]] == ["cat", "sea"]
    for row in found["rows"]:
        assert [(one["word"], one["similarity"]) for one in row["neighbours"]] == vectors.most_similar(row["word"], 3)
    assert [one["word"] for one in found["unknown"]] == ["taco"]
    assert post(explorer, "neighbours", words=["taco"]).json()["rows"] == []


def test_each_model_has_its_own_neighbours(explorer, two_models):
    found = post(explorer, "neighbours", words=["cat"], count=4, model=1).json()["rows"][0]["neighbours"]
    assert [one["word"] for one in found] == [word for word, _ in two_models.others[0].vectors.most_similar("cat", 4)]
    refused = explorer.post("/explorer/workbench/neighbours", json={"words": ["cat"], "model": 2})
    assert "there are 2 models" in refused.json()["error"]["message"]


def test_similarities_and_the_odd_one_out(explorer, vectors):
    words = ["cat", "dog", "cow", "river"]
    found = post(explorer, "similarity", words=[*words, "taco"]).json()
    np.testing.assert_allclose(found["cosines"], vectors.similarity_matrix(words))
    assert (found["words"], found["odd"], found["unknown"][0]["word"]) == (words, "river", "taco")
    assert post(explorer, "similarity", words=["cat", "dog"]).json()["odd"] is None
    assert post(explorer, "similarity", words=["taco"]).json()["cosines"] == []


def test_words_between_two_words(explorer, vectors):
    found = post(explorer, "between", first="cat", last="bread", count=5).json()
    assert [(one["word"], one["similarity"], one["position"]) for one in found["between"]] == [
        tuple(one) for one in vectors.between("cat", "bread", 5)
    ]
    assert post(explorer, "between", first="cat", last="taco").json()["unknown"][0]["word"] == "taco"


def test_an_evaluation_runs_in_the_background_and_compares_two_models(explorer, two_models):
    for _ in range(400):
        found = post(explorer, "evaluation", models=[0, 1]).json()
        if found["is_done"]:
            break
        time.sleep(0.05)
    assert (found["done"], found["total"]) == (6, 6)
    assert [model["name"] for model in found["models"]] == ["many", "few"]
    expected = Suite().evaluate(two_models.vectors)
    for test in found["models"][0]["tests"]:
        score = expected[test["name"]]
        assert (test["covered"], test["total"]) == (score.covered, score.total)
        values = (headline(score).value, *score.interval()[:2])
        assert test["measure"] == headline(score).measure
        assert (test["value"], test["low"], test["high"]) == (values if score.covered else (None, None, None))
    gender = next(one for one in found["models"][0]["tests"][0]["sections"] if one["name"] == "gender")
    assert gender["covered"] > 0
    assert found["models"][1]["tests"][0]["value"] is None  # it knows no word of the analogies
    compared = compare_scores(expected, Suite().evaluate(two_models.others[0].vectors))
    for one in found["differences"]:
        comparison = compared[one["name"]]
        assert one["covered"] == comparison.covered
        assert one["difference"] == (comparison.difference if comparison.covered else None)


def test_files_of_the_projector_in_a_zip_file(explorer, vectors, tmp_path):
    answer = post(explorer, "projector", words=["cat", "sea", "taco"])
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.namelist() == ["metadata.tsv", "vectors.tsv"]
        packed.extractall(tmp_path)
    found = load(tmp_path)
    assert list(found.words) == ["cat", "sea"]
    np.testing.assert_array_equal(found.matrix, vectors[["cat", "sea"]])
    assert found.counts.tolist() == vectors.counts[vectors.word_ids(["cat", "sea"])].tolist()
    first = post(explorer, "projector", top=7)
    with zipfile.ZipFile(io.BytesIO(first.content)) as packed:
        assert len(packed.read("vectors.tsv").splitlines()) == 7


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("neighbours", {"words": []}),
        ("neighbours", {"words": ["a"] * 201}),
        ("neighbours", {"words": ["a"], "count": 101}),
        ("similarity", {"words": ["a"] * 51}),
        ("between", {"first": "cat"}),
        ("evaluation", {"models": []}),
        ("evaluation", {"models": [0, 1, 0]}),
        ("projector", {"top": 50_001}),
    ],
)
def test_what_is_out_of_bounds_is_refused(explorer, path, body):
    assert explorer.post(f"/explorer/workbench/{path}", json=body).status_code == 422
