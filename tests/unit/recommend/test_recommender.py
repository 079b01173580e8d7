"""Recommender: lists, scores and explanations against each other and against plain NumPy."""

import dataclasses
import inspect

import numpy as np
import pytest

from firth.errors import CorpusError, NotFittedError, SettingError, UnknownWordError
from firth.recommend import Recommender, Sequences
from firth.recommend.recommender_settings import RecommenderSettings
from firth.recommend.scorer import NEVER, Histories

PAIRS = 12


def walks(random, repeats=False):
    """Walks where item a_k is followed by b_k, and that by another pair; an item comes again only where asked for."""
    walk = []
    for pair in random.permutation(PAIRS)[:3].tolist():
        walk += [f"a{pair}", f"b{pair}"]
        if repeats:
            walk += [f"a{pair}"]
    return walk


@pytest.fixture(scope="module")
def visits():
    random = np.random.default_rng(5)
    return [walks(random) for _ in range(150)]


@pytest.fixture(scope="module")
def model(visits):
    return Recommender(vector_size=12, threads=1).fit(visits, progress=False)


@pytest.fixture(scope="module")
def repeating():
    random = np.random.default_rng(6)
    visits = [walks(random, repeats=True) for _ in range(150)]
    return Recommender(vector_size=12, epochs=2, threads=1).fit(visits, progress=False)


def numbered(model, history):
    return Histories.of([model.items.numbers(history)])


def reference_scores(model, history):
    """The scores (N,) of all items after a history of known ids, in float64 with plain NumPy."""
    learned, weights = model.learned, model.learned.weights_for(None).astype(float)
    numbers = model.items.numbers(history)
    n, evidence = len(model.items), learned.evidence

    def row(table, item):
        dense, part = np.zeros(n), slice(*table.offsets[item : item + 2])
        dense[table.columns[part]] = table.values[part]
        return dense

    last = numbers[-10:]
    decay = 0.8 ** np.arange(len(last))[::-1]
    query = decay @ learned.vectors.item_vectors[last] / decay.sum()
    scores = weights[0] * (learned.next_vectors @ query) + weights[4] * np.log(model.items.counts)
    table, _ = evidence.rules.kernel_inputs
    rules = sum(0.75**lag * row(table, item) for lag, item in enumerate(numbers[::-1]))
    scores += weights[1] * np.log1p(rules)
    neighbours = sum(0.8**lag * row(evidence.neighbours, item) for lag, item in enumerate(numbers[::-1]))
    scores += weights[2] * np.log1p(5 * neighbours)
    sessions = evidence.sessions
    sessions_score = sessions.votes(Histories.of([numbers]))[0].astype(float)
    scores += weights[3] * np.log1p(0.3 * np.where(sessions_score == -np.inf, 0, sessions_score))
    for number in set(numbers.tolist()):
        lag = len(numbers) - max(np.flatnonzero(numbers == number))
        scores[number] += weights[4 + min(lag, 4)]
    return scores


def test_what_always_follows_is_first(model):
    for pair in range(PAIRS):
        assert model.recommend([f"a{pair}"], count=1).items == [f"b{pair}"]
        other = (pair + 1) % PAIRS
        assert model.recommend([f"a{other}", f"b{other}", f"a{pair}"], count=1).items == [f"b{pair}"]


@pytest.mark.parametrize("history", [["a1"], ["a1", "b1", "a2"], ["a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4"]])
def test_scores_equal_those_of_plain_numpy(model, repeating, history):
    for some in (model, repeating):
        np.testing.assert_allclose(
            some.scores(numbered(some, history))[0], reference_scores(some, history), rtol=1e-4, atol=1e-4
        )


def test_lists_are_the_best_of_all_scores(repeating):
    random = np.random.default_rng(1)
    items = repeating.items
    histories = [items.list_of(random.integers(0, len(items), n)) for n in (1, 2, 3, 5, 8, 13, 40)] * 20
    lists = repeating.recommend_many(histories, count=7)
    assert lists.numbers.shape == (140, 7) and len(lists) == 140 and len(lists[:2]) == 2
    for history, found in zip(histories, lists, strict=True):
        scores = repeating.scores(numbered(repeating, history))[0]
        assert np.allclose([score for _, score in found], np.sort(scores)[::-1][:7], atol=1e-4)
        assert np.allclose(scores[items.numbers(found.items)], [score for _, score in found], atol=1e-4)
        assert repeating.recommend(history, count=7).items == found.items


def test_more_than_there_are_is_all_that_may_be_recommended(model):
    assert sorted(model.recommend(["a1"], count=1000).items) == sorted(set(model.items.vocabulary) - {"a1"})


def test_seen_items_come_again_only_where_they_did(model, repeating):
    assert "a1" not in model.recommend(["a1", "b1"], count=100).items
    assert repeating.recommend(["a1", "b1"], count=1).items == ["a1"]
    assert "a1" not in repeating.recommend(["a1", "b1"], count=100, exclude_seen=True).items
    assert "a1" in model.recommend(["a1", "b1"], count=100, exclude_seen=False).items
    assert (model.scores(numbered(model, ["a1", "b1"]))[0] == NEVER).sum() == 2


def test_repeats_can_be_set(visits):
    settings = {"vector_size": 4, "epochs": 1, "threads": 1}
    never = Recommender(repeats=False, **settings).fit([[*row, row[0]] for row in visits], progress=False)
    assert "a1" not in never.recommend(["a1", "b1"], count=100).items
    always = Recommender(repeats=True, **settings).fit(visits, progress=False)
    assert "a1" in always.recommend(["a1", "b1"], count=100).items


def test_only_and_never(model):
    assert set(model.recommend(["a1"], only=["b1", "b2"], count=5).items) == {"b1", "b2"}
    assert model.recommend(["a1"], only=["b1", "b2"], never=["b1"]).items == ["b2"]
    assert "b1" not in model.recommend(["a1"], never=np.array(["b1"]), count=100).items
    assert model.recommend(["a1"], only=[]) == []
    with pytest.raises(UnknownWordError, match=r"'b99' is not among the 24 items; near spellings: b\d"):
        model.recommend(["a1"], only=["b99"])
    with pytest.raises(UnknownWordError, match="items"):
        model.recommend(["a1"], never=["zzzzzzzzz"])


def test_unknown_items_are_skipped_and_reported(model):
    found = model.recommend(["x", "a1", "y"], count=3)
    assert found == model.recommend(["a1"], count=3) and found.skipped == ["x", "y"]
    assert found.note == "2 unknown items of the history were skipped: x, y" and not found.is_popularity
    many = model.recommend_many([["x", "a1", "y"], ["a2"]], count=3)
    assert many.skipped.tolist() == [2, 0] and many[0] == found


def test_of_nothing_known_the_most_frequent_items_follow(model):
    found = model.recommend(["x"], count=3, never=["b0"])
    counts = {item: count for item, count in zip(model.items.vocabulary, model.items.counts, strict=True)}
    best = sorted((count for item, count in counts.items() if item != "b0"), reverse=True)[:3]
    assert [counts[item] for item in found.items] == best and found.is_popularity
    assert "most frequent" in found.note and "most frequent" in found._repr_html_()
    assert model.recommend_many([["x"], ["a1"]], count=30).is_popularity.tolist() == [True, False]


@pytest.mark.parametrize("history", ["a1", 5, {"a1": 1}])
def test_a_history_is_a_list(model, history):
    with pytest.raises(SettingError, match="a list of items"):
        model.recommend(history)


@pytest.mark.parametrize("count", [0, -1, True, 1.5])
def test_impossible_counts(model, count):
    for call in (lambda: model.recommend(["a1"], count), lambda: model.goes_with("a1", count)):
        with pytest.raises(SettingError, match="at least 1"):
            call()


def test_contributions_sum_to_the_score(model, repeating):
    for some, history in ((model, ["a1", "b1", "a2"]), (repeating, ["a1", "b1", "a1", "a2", "b2", "x"])):
        scores = some.scores(numbered(some, [item for item in history if item != "x"]))[0]
        for item in ("b2", "a5", "a1"):
            found = some.explain(history, item)
            assert found.score == pytest.approx(scores[some.items.number(item)], abs=1e-4)
            assert sum(found.by_item().values()) == pytest.approx(found.score)
            assert sum(found.by_component().values()) == pytest.approx(found.score)
    rules = [part for part in model.explain(["a1", "b1", "a2"], "b2") if part.component == "sequential rules"]
    assert rules[0].item == "a2"
    with pytest.raises(SettingError, match="nothing to explain"):
        model.explain(["x"], "b2")


def test_single_items(model):
    assert "b1" in model.goes_with("a1", 3).items
    assert "a1" not in model.goes_with("a1", 100).items and len(model.goes_with("a1", 100)) == 23
    similar = model.similar_items("a1", 5)
    vectors = model.learned.vectors.item_vectors
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = units @ units[model.items.number("a1")]
    assert np.allclose([cosine for _, cosine in similar], np.sort(cosines)[::-1][1:6], atol=1e-6)
    assert np.allclose(cosines[model.items.numbers(similar.items)], [cosine for _, cosine in similar], atol=1e-6)
    with pytest.raises(UnknownWordError, match="near spellings"):
        model.similar_items("a99")
    assert model.item_vectors["a1"].shape == model.next_vectors["a1"].shape == (12,)


def test_integers_come_back_as_integers(visits):
    visits = [[int(item[1:]) * 2 + (item[0] == "b") for item in row] for row in visits]
    model = Recommender(vector_size=4, epochs=1, threads=1).fit(Sequences.of(visits), progress=False)
    assert type(model.recommend([2])[0].item) is int
    assert model.recommend([2], count=1, only=np.array([3, 5])).items == [3]
    assert all(type(item) is int for item in model.similar_items(2).items)


def test_no_questions_leave_the_default_weights():
    model = Recommender(held_out_events=0, epochs=1, threads=1).fit([["a", "b"], ["a", "b", "c"]], progress=False)
    assert model.weights["vectors"] == pytest.approx(0.3) and model.weights["seen 1 ago"] == 0
    few = Recommender(epochs=1, threads=1).fit([["a", "b"], ["a", "b", "c"]], progress=False)
    assert few.recommend(["a"], count=1).items == ["b"]


def test_the_signature_has_the_settings():
    parameters = inspect.signature(Recommender).parameters
    described = {field.name: field.default for field in dataclasses.fields(RecommenderSettings)}
    assert {name: parameter.default for name, parameter in parameters.items()} == described


def test_errors():
    with pytest.raises(NotFittedError, match="not fitted"):
        Recommender().recommend(["a"])
    with pytest.raises(SettingError, match="two events"):
        Recommender().fit([["a"], ["b"]], progress=False)
    with pytest.raises(CorpusError):
        Recommender().fit([], progress=False)
    with pytest.raises(SettingError, match="repeats"):
        Recommender(repeats="often")
    with pytest.raises(SettingError, match="near spellings: epochs"):
        Recommender(epoch=3)
