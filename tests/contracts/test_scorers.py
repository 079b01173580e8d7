"""What holds for every scorer: the contract that a new one has to keep."""

import numpy as np
import pytest

from firth.recommend import Sequences, baselines
from firth.recommend.scorer import NEVER, Histories

SCORERS = baselines.all
NAMES = ["popularity", "sequential rules", "item-kNN", "VS-kNN"]


def playlists():
    """60 playlists of 40 tracks, some of which come again, and tracks that nobody plays in this part."""
    random = np.random.default_rng(3)
    listed = [[int(track) for track in (random.random(6) ** 2 * 40)] for _ in range(60)]
    sequences = Sequences.of([*listed, [90, 91]])
    return Sequences(sequences.items, sequences.ids[:-2], sequences.offsets[:-1])


def histories(items, seed=1):
    random = np.random.default_rng(seed)
    return Histories.of([random.integers(0, len(items), n).astype(np.int32) for n in (0, 1, 2, 3, 5, 30)])


@pytest.fixture(params=SCORERS, ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


class TestContract:
    def test_it_recommends_the_items_that_occur_most_frequent_first(self, kind):
        items = kind().fit(playlists()).items
        assert set(items.vocabulary) == {str(track) for row in playlists() for track in row}
        assert (np.diff(items.counts) <= 0).all() and items.counts.sum() == 360 and items.are_integers

    def test_scores_are_new_float32_and_never_nan(self, kind):
        scorer = kind().fit(playlists())
        questions = histories(scorer.items)
        scores = scorer.scores(questions)
        assert scores.shape == (6, len(scorer.items)) and scores.dtype == np.float32 and scores.flags.c_contiguous
        assert not np.isnan(scores).any() and (scores[scores != NEVER] > 0).all()
        scores[:] = 7
        assert not (scorer.scores(questions) == 7).any()

    def test_each_history_is_scored_by_itself(self, kind):
        scorer = kind().fit(playlists())
        questions = histories(scorer.items)
        together = scorer.scores(questions)
        for q in range(len(questions)):
            np.testing.assert_array_equal(scorer.scores(questions.some(q, q + 1))[0], together[q])
        assert scorer.scores(questions.some(2, 2)).shape == (0, len(scorer.items))

    def test_every_history_of_known_items_leads_somewhere(self, kind):
        scorer = kind().fit(playlists())
        assert (scorer.scores(histories(scorer.items))[1:].max(axis=1) > NEVER).all()

    def test_two_fits_are_equal_and_a_second_fit_forgets_the_first(self, kind):
        scorer = kind().fit(Sequences.of([["a", "b"], ["b", "c", "a"]]))
        scorer.fit(playlists())
        questions = histories(scorer.items)
        np.testing.assert_array_equal(scorer.scores(questions), kind().fit(playlists()).scores(questions))

    def test_its_arrays_make_the_same_scorer(self, kind):
        scorer = kind().fit(playlists())
        arrays = scorer.arrays()
        assert all(isinstance(array, np.ndarray) and array.dtype != object for array in arrays.values())
        again = kind.from_arrays(scorer.items, {name: array.copy() for name, array in arrays.items()})
        questions = histories(scorer.items)
        np.testing.assert_array_equal(again.scores(questions), scorer.scores(questions))

    def test_seen_items_are_never_recommended_where_nothing_comes_again(self, kind):
        scorer = kind().fit(Sequences.of([["a", "b", "c"], ["b", "a", "d"], ["c", "a", "b"]]))
        a, b = scorer.items.numbers(["a", "b"])
        scores = scorer.scores(Histories.of([np.array([a, b], np.int32)]))[0]
        assert scores[a] == scores[b] == NEVER and scores.max() > NEVER

    def test_seen_items_can_be_recommended_where_items_come_again(self, kind):
        scorer = kind().fit(Sequences.of([["a", "a", "b", "a"], ["b", "a", "b", "b"], ["c", "c", "a", "c"]]))
        scores = scorer.scores(Histories.of([scorer.items.numbers(["c"])]))[0]
        assert scores[scorer.items.number("c")] > NEVER

    def test_a_single_sequence_of_one_item(self, kind):
        scorer = kind().fit(Sequences.of([["a"]]))
        assert scorer.scores(Histories.of([np.zeros(0, np.int32), np.zeros(1, np.int32)])).shape == (2, 1)


def test_scorers_have_the_names_of_the_literature():
    assert [kind.name for kind in SCORERS] == NAMES
