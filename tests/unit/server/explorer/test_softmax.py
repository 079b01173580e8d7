"""Chapter 7: the three columns over the vocabulary, and the head of a large one."""

import numpy as np
import pytest

GIVEN = {"words": ["not", "thou", "aaron", "taco"], "center": "not", "neighbour": "thou"}


def test_predictions_add_up_to_1_and_errors_to_0(client):
    answer = client.post("/explorer/softmax", json=GIVEN).json()
    assert sum(answer["predictions"]) == pytest.approx(1)
    assert sum(answer["errors"]) == pytest.approx(0)
    assert answer["targets"] == [0, 1, 0, 0]
    assert np.subtract(answer["targets"], answer["predictions"]) == pytest.approx(answer["errors"])
    # The document's dot products of thou, aaron and taco.
    assert answer["scores"][1:] == pytest.approx([0.2, -1.11, 0.74])


def test_a_step_begins_where_the_one_before_ended(client):
    first, second = (client.post("/explorer/softmax", json={**GIVEN, "steps": steps}).json() for steps in (0, 1))
    assert second["predictions"] == pytest.approx(first["after"])
    assert len(second["losses"]) == 2
    assert second["losses"][1] < second["losses"][0] == first["losses"][0]


def test_many_steps_learn_the_pair(client):
    answer = client.post("/explorer/softmax", json={**GIVEN, "steps": 200}).json()
    assert answer["predictions"][1] > 0.98


def test_words_have_to_be_in_the_vocabulary(client):
    answer = client.post("/explorer/softmax", json={**GIVEN, "neighbour": "mind"})
    assert answer.status_code == 422
    assert "'mind' is not among the words" in answer.json()["error"]["message"]


def test_the_head_of_an_untrained_and_of_a_trained_model(client, opened, small_model):
    untrained = client.post("/explorer/softmax/large", json={"word": "king"}).json()
    assert not untrained["trained"]
    assert untrained["words"] == len(small_model.vocabulary)
    opened.trained = small_model
    trained = client.post("/explorer/softmax/large", json={"word": "king"}).json()
    assert trained["trained"]
    scores = small_model.context_vectors @ small_model.vectors["king"]
    best = small_model.vocabulary.words[int(np.argmax(scores))]
    assert trained["head"][0]["word"] == best
    assert sum(one["prediction"] for one in trained["head"]) + trained["rest"] == pytest.approx(1, abs=1e-5)
