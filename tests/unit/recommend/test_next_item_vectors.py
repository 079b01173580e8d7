"""Vectors that predict the next item: toy data with a known answer, and what must hold for any data."""

import numpy as np
import pytest

from firth.errors import NotFittedError, SettingError
from firth.recommend.next_item_vectors import NextItemVectors
from firth.recommend.scorer import NEVER, Histories
from firth.recommend.sequences import Sequences

SMALL = {"vector_size": 16, "negative_samples": 8, "batch_size": 32, "learning_rate": 0.3}


def chains(count=400, seed=1):
    """Walks on two rings, a -> b -> c -> d -> a and s -> t -> u -> s."""
    random = np.random.default_rng(seed)
    walks = []
    for ring in ("abcd", "stu"):
        for start in random.integers(0, len(ring), count // 2):
            walks.append([ring[(start + i) % len(ring)] for i in range(random.integers(2, 6))])
    return Sequences.of(walks)


def history(vectors, *histories):
    return Histories.of([vectors.items.numbers(items) for items in histories])


@pytest.fixture(scope="module")
def rings():
    return NextItemVectors(**SMALL, epochs=10).fit(chains())


@pytest.mark.parametrize(("items", "expected"), [("a", "b"), ("b", "c"), ("cd", "a"), ("tu", "s"), ("tus", "t")])
def test_the_next_item_of_a_ring_has_the_highest_score(rings, items, expected):
    (scores,) = rings.scores(history(rings, list(items)))
    assert rings.items.item(scores.argmax()) == expected


def test_scores_are_products_of_weighted_means_of_the_last_items(rings):
    rings_of_two = NextItemVectors(**SMALL, epochs=1, history=2, recency=0.5).fit(chains())
    (scores,) = rings_of_two.scores(history(rings_of_two, ["s", "a", "b"]))
    a, b = rings_of_two.item_vectors[rings_of_two.items.numbers(["a", "b"])]
    np.testing.assert_allclose(scores, rings_of_two.next_vectors @ ((0.5 * a + b) / 1.5), rtol=1e-4, atol=1e-6)


def test_items_that_are_never_next_and_all_items_after_an_empty_history_score_never():
    vectors = NextItemVectors(**SMALL, epochs=2).fit(Sequences.of([["first", "a"], ["b"], ["a", "c"], ["a", "a"]]))
    scores = vectors.scores(history(vectors, ["a"], []))
    never = vectors.items.numbers(["first", "b"])
    assert (scores[0, never] == NEVER).all() and np.isfinite(np.delete(scores[0], never)).all()
    assert (scores[1] == NEVER).all()


def test_equal_seeds_give_equal_bits_and_other_seeds_others():
    first, again, other = (NextItemVectors(**SMALL, epochs=1, seed=seed).fit(chains()) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.item_vectors, again.item_vectors)
    np.testing.assert_array_equal(first.next_vectors, again.next_vectors)
    assert not np.array_equal(first.next_vectors, other.next_vectors)


def test_held_out_events_are_unknown_before_the_last_epoch_and_learned_in_it():
    sequences = Sequences.of([["a", "b"]] * 30 + [["a", "b", "c"]] * 30)
    held_out = np.zeros(sequences.n_events, bool)
    held_out[sequences.offsets[31:] - 1] = True
    seen = []

    def look(vectors):
        seen.append(vectors.scores(history(vectors, ["a", "b"]))[0])

    vectors = NextItemVectors(**SMALL, epochs=3).fit(sequences, held_out=held_out, on_held_out=look)
    c = vectors.items.number("c")
    assert len(seen) == 1 and seen[0][c] == NEVER
    assert vectors.scores(history(vectors, ["a", "b"]))[0].argmax() == c


def test_weights_of_events_weigh_their_losses():
    sequences = Sequences.of([["a", "b"], ["a", "c"]] * 50)
    weights = np.where(sequences.ids == sequences.items.number("c"), 5, 1).astype(np.float32)
    weighted = Sequences(sequences.items, sequences.ids, sequences.offsets, weights=weights)
    vectors = NextItemVectors(**SMALL, epochs=10).fit(weighted)
    (scores,) = vectors.scores(history(vectors, ["a"]))
    assert scores[vectors.items.number("c")] > scores[vectors.items.number("b")] + 0.5


def test_from_arrays_scores_the_same(rings):
    again = NextItemVectors.from_arrays(rings.items, rings.arrays(), rings.settings.to_json())
    asked = history(rings, ["a", "b"], ["s"])
    np.testing.assert_array_equal(again.scores(asked), rings.scores(asked))


def test_unfitted_vectors_and_wrong_arguments_are_refused():
    with pytest.raises(NotFittedError, match="call fit"):
        NextItemVectors().item_vectors  # noqa: B018
    with pytest.raises(SettingError, match="held_out"):
        NextItemVectors().fit(chains(), held_out=np.zeros(3, bool))
    with pytest.raises(SettingError, match="recency=0: must be"):
        NextItemVectors(recency=0)
