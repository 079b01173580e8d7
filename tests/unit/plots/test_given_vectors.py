"""What pictures take: word vectors, not a model; words, not a string or bytes."""

import pytest

import firth
from firth import SettingError
from firth.plots import (
    analogy_strips,
    colour_strips,
    neighbour_bars,
    points_and_arrows,
    similarity_matrix,
    sum_strips,
    two_axis_plot,
    word_map,
)


@pytest.mark.parametrize(
    "draw",
    [
        lambda vectors: analogy_strips(vectors, "a", "b", "c"),
        lambda vectors: colour_strips(vectors, ["a"]),
        lambda vectors: neighbour_bars(vectors, "a"),
        points_and_arrows,
        lambda vectors: similarity_matrix(vectors, ["a"]),
        lambda vectors: sum_strips(vectors, ["a"]),
        lambda vectors: two_axis_plot(vectors, ["a"]),
        word_map,
    ],
)
def test_a_model_in_place_of_vectors_is_an_error_with_advice(draw):
    with pytest.raises(
        SettingError, match=r"a Word2Vec where word vectors are needed: give its vectors, model\.vectors"
    ):
        draw(firth.Word2Vec())
    with pytest.raises(SettingError, match=r"firth\.load\(path\)"):
        draw("king-james.firth")


@pytest.mark.parametrize(
    ("words", "problem"),
    [("king", "list of words"), (b"king", "is bytes"), ({"king": 1}, "is a mapping"), (5, "5: must be")],
)
@pytest.mark.parametrize("draw", [colour_strips, similarity_matrix, two_axis_plot, word_map])
def test_words_are_a_list(plane, draw, words, problem):
    with pytest.raises(SettingError, match=problem):
        draw(plane, words)
