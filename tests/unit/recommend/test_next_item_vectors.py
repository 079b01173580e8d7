"""Vectors that predict the next item: toy data with a known answer, and what must hold for any data."""

import numpy as np
import pytest

from firth.errors import CorpusError, DivergenceError, NotFittedError, SettingError, TrainingInterrupted
from firth.recommend.attributes import Attributes
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


def test_a_history_may_be_longer_than_all_there_are(rings):
    """As in a damaged file: no memory is taken for positions that no history has."""
    settings = rings.settings.to_json() | {"history": 2**53}
    longer = NextItemVectors.from_arrays(rings.items, rings.arrays(), settings)
    asked = history(rings, "1", "2", "3")
    np.testing.assert_array_equal(longer.query_vectors(asked), rings.query_vectors(asked))


def test_items_that_are_never_next_and_all_items_after_an_empty_history_score_never():
    vectors = NextItemVectors(**SMALL, epochs=2).fit(Sequences.of([["first", "a"], ["b"], ["a", "c"], ["a", "a"]]))
    scores = vectors.scores(history(vectors, ["a"], []))
    never = vectors.items.numbers(["first", "b"])
    assert (scores[0, never] == NEVER).all() and np.isfinite(np.delete(scores[0], never)).all()
    assert (scores[1] == NEVER).all()


def test_items_that_are_never_followed_by_another_add_nothing_to_a_history():
    vectors = NextItemVectors(**SMALL, epochs=2).fit(Sequences.of([["a", "b", "end"], ["b", "a", "b"], ["a", "a"]]))
    alone, followed = vectors.query_vectors(history(vectors, ["a"], ["a", "end"]))
    assert not vectors.item_vectors[vectors.items.number("end")].any()
    np.testing.assert_allclose(followed, alone * 0.8 / 1.8, rtol=1e-5)


def test_equal_seeds_give_equal_bits_and_other_seeds_others():
    first, again, other = (NextItemVectors(**SMALL, epochs=1, seed=seed).fit(chains()) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.item_vectors, again.item_vectors)
    np.testing.assert_array_equal(first.next_vectors, again.next_vectors)
    assert not np.array_equal(first.next_vectors, other.next_vectors)


def test_any_number_of_threads_gives_the_same_bits():
    settings = {**SMALL, "epochs": 2, "batch_size": 700}
    one, many = (NextItemVectors(**settings, threads=threads).fit(chains(2000)) for threads in (1, 3))
    np.testing.assert_array_equal(one.item_vectors, many.item_vectors)
    np.testing.assert_array_equal(one.next_vectors, many.next_vectors)


def test_held_out_events_are_unknown_before_the_last_epoch_and_learned_in_it():
    sequences = Sequences.of([["a", "b"]] * 200 + [["a", "b", "c"]] * 200)
    held_out = np.zeros(sequences.n_events, bool)
    held_out[sequences.offsets[201:] - 1] = True
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


def with_attributes(side_weights="equal"):
    """Each item of the rings has a value of its own; x, which nobody has chosen, has that of b, and y a new one."""
    names = [("twins", name) for name in "abcdstu"] + [("twins", "new")]
    listed = [*"abcdstu", "x", "y"]
    attributes = Attributes(listed, np.arange(10), np.array([*range(7), 1, 7], np.int32), names)
    return NextItemVectors(**SMALL, epochs=10, side_weights=side_weights).fit(chains(), attributes), attributes


@pytest.mark.parametrize("side_weights", ["equal", "learned"])
def test_an_item_that_nobody_has_chosen_has_the_vectors_of_its_values(side_weights):
    vectors, attributes = with_attributes(side_weights)
    b = vectors.items.number("b")
    given, following = vectors.cold_vectors(attributes.of(7))
    assert np.corrcoef(following, vectors.next_vectors[b])[0, 1] > 0.7
    assert vectors.items.item((vectors.next_vectors @ given).argmax()) == "c"
    assert vectors.cold_vectors(attributes.of(8)) is None and vectors.cold_vectors(np.empty(0, np.int32)) is None
    again = NextItemVectors.from_arrays(vectors.items, vectors.arrays(), vectors.settings.to_json())
    np.testing.assert_array_equal(again.cold_vectors(attributes.of(7)), (given, following))


def test_the_booked_item_is_a_target_of_every_position_of_its_sequence():
    sequences = Sequences.of([["a", "b", "c", "x"], ["d", "b", "c", "y"]] * 60)
    events = np.where(np.isin(sequences.ids, sequences.items.numbers("xy")), 1, 0).astype(np.int16)
    booked = Sequences(sequences.items, sequences.ids, sequences.offsets, events=events, event_names=("click", "book"))
    plain, further = (NextItemVectors(**SMALL, epochs=5, target_event=kind).fit(booked) for kind in (None, "book"))
    x, y = further.items.numbers("xy")
    after_a = further.scores(history(further, ["a"]))[0]
    assert after_a[x] > after_a[y] + 1 and set(np.argsort(after_a)[-2:]) == {x, further.items.number("b")}
    assert plain.scores(history(plain, ["a"]))[0].argmax() == plain.items.number("b")
    with pytest.raises(SettingError, match="'sell': no event is of this kind; the kinds are 'click', 'book'"):
        NextItemVectors(target_event="sell").fit(booked)
    with pytest.raises(SettingError, match="read them from a table"):
        NextItemVectors(target_event="book").fit(sequences)


def test_negatives_from_a_market_need_that_attribute():
    names = [("market", "x"), ("market", "y")]
    attributes = Attributes(list("abcdst"), np.arange(7), np.array([0, 0, 0, 0, 1, 1], np.int32), names)
    vectors = NextItemVectors(**SMALL, epochs=10, negatives_from="market").fit(chains(), attributes)
    for item, expected in ("ab", "st", "us"):
        assert vectors.items.item(vectors.scores(history(vectors, [item]))[0].argmax()) == expected
    with pytest.raises(SettingError, match="'city': there is no such attribute; there are 'market'"):
        NextItemVectors(negatives_from="city").fit(chains(), attributes)
    with pytest.raises(SettingError, match="give fit"):
        NextItemVectors(negatives_from="market").fit(chains())


def test_without_attributes_there_are_no_cold_vectors(rings):
    assert rings.cold_vectors(np.array([0], np.int32)) is None


def test_from_arrays_scores_the_same(rings):
    again = NextItemVectors.from_arrays(rings.items, rings.arrays(), rings.settings.to_json())
    asked = history(rings, ["a", "b"], ["s"])
    np.testing.assert_array_equal(again.scores(asked), rings.scores(asked))


def test_progress_reports_the_loss_of_every_epoch():
    records = []
    sequences = chains(40)
    NextItemVectors(**SMALL, epochs=2).fit(sequences, progress=records.append)
    assert {record.stage for record in records} == {"training"}
    answers = sequences.n_events - len(sequences)
    assert [record.done for record in records if record.facts["epoch_done"]] == [answers, 2 * answers]
    first, last = (record.facts["loss"] for record in records if record.facts["epoch_done"])
    assert 0 < last < first < np.log(7) + 0.1


@pytest.mark.parametrize("sequences", [[["a"]], [["a"], ["b"]]])
def test_sequences_without_any_next_item_teach_nothing(sequences):
    with pytest.raises(CorpusError, match="no sequence has two events"):
        NextItemVectors(**SMALL).fit(Sequences.of(sequences))


def test_long_sequences_and_a_single_item_can_be_learned():
    ring = list("abcde") * 200
    vectors = NextItemVectors(**SMALL, epochs=3).fit(Sequences.of([ring]))
    assert vectors.items.item(vectors.scores(history(vectors, ["c"]))[0].argmax()) == "d"
    alone = NextItemVectors(**SMALL, epochs=1).fit(Sequences.of([["a", "a"]]))
    assert np.isfinite(alone.scores(history(alone, ["a"]))).all()


def test_a_learning_rate_that_is_far_too_high_is_reported():
    with pytest.raises(DivergenceError, match="try a tenth"):
        NextItemVectors(**{**SMALL, "learning_rate": 1e30}, epochs=3).fit(chains(100))


def test_after_ctrl_c_the_vectors_so_far_can_be_used():
    def interrupt(progress):
        if progress.facts["epoch"] == 2:
            raise KeyboardInterrupt

    vectors = NextItemVectors(**SMALL, epochs=3)
    with pytest.raises(TrainingInterrupted, match="epoch 2"):
        vectors.fit(chains(), progress=interrupt)
    assert vectors.items.item(vectors.scores(history(vectors, ["a"]))[0].argmax()) == "b"


def test_unfitted_vectors_and_wrong_arguments_are_refused():
    with pytest.raises(NotFittedError, match="call fit"):
        NextItemVectors().item_vectors  # noqa: B018
    with pytest.raises(SettingError, match="held_out"):
        NextItemVectors().fit(chains(), held_out=np.zeros(3, bool))
    with pytest.raises(SettingError, match="recency=0: must be"):
        NextItemVectors(recency=0)


def test_a_gpu_refuses_what_it_does_not_train_by_name():
    with pytest.raises(SettingError, match="negatives_from: backend='cuda' trains without groups"):
        NextItemVectors(backend="cuda", negatives_from="market")
    attributes = Attributes(["a"], np.arange(2), np.zeros(1, np.int32), ["colour: red"])
    with pytest.raises(SettingError, match="attributes: backend='cuda' trains a vector for each item"):
        NextItemVectors(backend="cuda").fit(chains(), attributes)
    with pytest.raises(SettingError, match="backend='gpu'"):
        NextItemVectors(backend="gpu")
    assert "backend" not in NextItemVectors(backend="cuda").settings.to_json()
