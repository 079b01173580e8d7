"""Chapter 9: one step with all its numbers, and steps after it."""

import numpy as np
import pytest

GIVEN = "/explorer/training/step"


def test_the_first_step_is_the_documents(client):
    answer = client.post(GIVEN, json={}).json()
    trace = answer["trace"]
    assert [one["word"] for one in trace["inputs"] + trace["outputs"]] == ["not", "thou", "aaron", "taco"]
    assert trace["dot_products"] == pytest.approx([0.2, -1.11, 0.74])
    assert np.round(trace["sigmoids"], 2).tolist() == [0.55, 0.25, 0.68]
    assert np.round(trace["errors"], 2).tolist() == [0.45, -0.25, -0.68]
    assert [(pair["input"], pair["output"]) for pair in answer["coming"]][:4] == [
        ("not", "thou"),
        ("not", "shalt"),
        ("not", "make"),
        ("not", "a"),
    ]


def test_a_step_moves_the_rows_that_it_looked_up_and_no_others(client):
    first, second = (client.post(GIVEN, json={"step": step}).json() for step in (0, 1))
    moved = {one["row"] for one in first["trace"]["inputs"]}
    for one in first["trace"]["inputs"]:
        assert second["embedding"][one["row"]] == pytest.approx(one["after"])
    for row in set(range(len(first["words"]))) - moved:
        assert second["embedding"][row] == first["embedding"][row]
    for one in first["trace"]["outputs"]:
        assert second["context"][one["row"]] == pytest.approx(one["after"])


def test_the_loss_falls(client):
    losses = client.post(GIVEN, json={"step": 460}).json()["losses"]
    assert np.mean(losses[-46:]) < 0.8 * np.mean(losses[:46])


def test_another_text_and_settings(client):
    answer = client.post(GIVEN, json={"text": "one two\nthree four", "negatives": 5, "window": 1}).json()
    assert answer["examples"] == 4
    assert len(answer["trace"]["outputs"]) == 6
    assert answer["words"] == ["one", "two", "three", "four", "aaron", "taco"]


@pytest.mark.parametrize("given", [{"text": "alone"}, {"text": ""}, {"step": 2001}, {"learning_rate": 0}])
def test_what_cannot_be_a_step_is_refused(client, given):
    assert client.post(GIVEN, json=given).status_code == 422
