"""Chapter 8: noise words and the model that always says 1."""

import numpy as np
import pytest

from firth.training.sampling_tables import noise_probabilities


def targets(answer):
    """The rows as (input, output, target)."""
    return [(row["input"], row["output"], row["target"]) for row in answer["rows"]]


def test_the_first_rows_are_those_of_the_document(client):
    answer = client.post("/explorer/noise", json={"exponent": 0.75}).json()
    assert targets(answer)[:3] == [("not", "thou", 1), ("not", "aaron", 0), ("not", "taco", 0)]
    assert [row for row in targets(answer) if row[2]] == [("not", w, 1) for w in ("thou", "shalt", "make", "a")]


def test_noise_words_are_of_the_open_model(client, small_model):
    answer = client.post("/explorer/noise", json={"exponent": 0.75, "negatives": 3, "draw": 7}).json()
    drawn = [row[1] for row in targets(answer) if not row[2]]
    assert len(drawn) == 12
    assert set(drawn) <= set(small_model.vocabulary.words)
    again = client.post("/explorer/noise", json={"exponent": 0.75, "negatives": 3, "draw": 7}).json()
    other = client.post("/explorer/noise", json={"exponent": 0.75, "negatives": 3, "draw": 8}).json()
    assert targets(again) == targets(answer) != targets(other)


@pytest.mark.parametrize("exponent", [-1, 0, 0.75, 1, 2])
def test_shares_are_those_that_training_uses(client, small_model, exponent):
    answer = client.post("/explorer/noise", json={"exponent": exponent, "words": ["queen", "taco"]}).json()
    counts = small_model.vocabulary.counts
    wanted = noise_probabilities(counts, exponent)
    ids = [small_model.vocabulary.id_of(share["word"]) for share in answer["shares"]]
    assert [share["noise"] for share in answer["shares"]] == pytest.approx(wanted[ids])
    assert [share["text"] for share in answer["shares"]] == pytest.approx(counts[ids] / counts.sum())
    assert "queen" in {share["word"] for share in answer["shares"]}
    assert answer["unknown"] == ["taco"]


def test_without_noise_the_model_is_always_right_and_learns_nothing(client):
    answer = client.post("/explorer/smart-alec", json={"negatives": 0}).json()
    assert answer["accuracy"] == answer["always"] == 1
    assert answer["alike"] > 0.9
    assert all(pair["similarity"] > 0.9 for pair in answer["pairs"])


def test_with_noise_topics_are_told_apart(client):
    answer = client.post("/explorer/smart-alec", json={"negatives": 2}).json()
    king_queen, cat_dog, apart = (pair["similarity"] for pair in answer["pairs"])
    assert min(king_queen, cat_dog) > apart + 0.2
    assert answer["always"] == pytest.approx(1 / 3)
    assert np.shape(answer["embedding"]) == (len(answer["words"]), 10)
