"""The graph of items and random walks on it, compared with the reference implementation."""

import random

import numpy as np
import pytest

from firth import Word2Vec
from firth.errors import CorpusError, SettingError
from firth.illustrated.walks import step_probabilities, transitions, walk
from firth.recommend import ItemGraph, Sequences

SEQUENCES = [["a", "b", "c", "a"], ["a", "c", "c", "d"], ["b", "a", "b", "d"], ["d", "a", "b"]]


def as_dictionary(graph):
    return {item: dict(graph.following(item)) for item in graph.items.vocabulary if graph.following(item)}


def test_transitions_are_counted():
    graph = Sequences.of(SEQUENCES).graph()
    assert as_dictionary(graph) == transitions(SEQUENCES)
    assert graph.following("a") == [("b", 3.0), ("c", 1.0)] and graph.following("tea") == []
    assert repr(graph) == "ItemGraph(4 items, 8 transitions)"


def test_weights_of_events_are_those_of_the_targets():
    sequences = Sequences.of([["a", "b"], ["a", "b"], ["a", "c"]])
    weights = np.array([9, 5, 9, 1, 9, 2], np.float32)
    graph = ItemGraph.of(sequences.items, sequences.ids, sequences.offsets, weights)
    assert graph.following("a") == [("b", 6.0), ("c", 2.0)]


@pytest.mark.parametrize(("p", "q"), [(1.0, 1.0), (0.25, 4.0), (4.0, 0.25), (1000.0, 1.0)])
def test_steps_have_the_probabilities_of_the_reference(p, q):
    graph = Sequences.of(SEQUENCES).graph()
    corpus = graph.walks(count=4000, length=6, p=p, q=q, seed=3, threads=2)
    reference = transitions(SEQUENCES)
    counted = {}
    for number in range(corpus.n_sentences):
        items = corpus.sentence(number)
        for place in range(1, len(items)):
            previous = items[place - 2] if place > 1 else None
            found = counted.setdefault((previous, items[place - 1]), {})
            found[items[place]] = found.get(items[place], 0) + 1
    assert len(counted) > 10
    for (previous, current), found in counted.items():
        expected = step_probabilities(reference, previous, current, p, q)
        total = sum(found.values())
        assert set(found) <= set(expected)
        for item, chance in expected.items():
            deviation = 4.5 * np.sqrt(max(chance * (1 - chance), 1e-4) / total)  # one in 100,000 is beyond
            assert abs(found.get(item, 0) / total - chance) < deviation, (previous, current, item)


def test_walks_that_almost_never_may_go_back_still_do_where_there_is_no_other_way():
    graph = Sequences.of([["a", "b", "a"]]).graph()
    corpus = graph.walks(count=2, length=5, p=1e9, q=1e-9)
    assert {tuple(corpus.sentence(number)) for number in range(4)} == {
        ("a", "b", "a", "b", "a"),
        ("b", "a", "b", "a", "b"),
    }


def test_walks_are_the_same_for_any_number_of_threads():
    graph = Sequences.of(SEQUENCES).graph()
    one, two = (graph.walks(count=50, length=5, q=0.5, seed=7, threads=threads) for threads in (1, 3))
    other = graph.walks(count=50, length=5, q=0.5, seed=8)
    assert np.array_equal(one.ids, two.ids) and np.array_equal(one.sentence_offsets, two.sentence_offsets)
    assert not np.array_equal(one.ids[:100], other.ids[:100])


def test_each_item_that_leads_anywhere_begins_so_many_walks_and_dead_ends_end_them():
    graph = Sequences.of([["a", "b"], ["c", "b"]]).graph()
    corpus = graph.walks(count=3, length=4)
    walks = sorted(tuple(corpus.sentence(number)) for number in range(corpus.n_sentences))
    assert walks == [("a", "b")] * 3 + [("c", "b")] * 3


def test_a_model_learns_from_walks():
    rows = [["a", "b", "c"], ["c", "b", "a"], ["x", "y", "z"], ["z", "y", "x"]]
    corpus = Sequences.of(rows).graph().walks(count=200, length=8)
    model = Word2Vec(vector_size=16, min_count=1, epochs=5, subsample_threshold=0, threads=1, seed=1)
    vectors = model.fit(corpus, progress=False).vectors
    assert {neighbour.word for neighbour in vectors.most_similar("a", 2)} == {"b", "c"}


def test_the_reference_walks_along_transitions():
    graph = transitions(SEQUENCES)
    items = walk(graph, "a", 20, 1.0, 2.0, random.Random(1))
    assert len(items) == 20 and all(after in graph[item] for item, after in zip(items, items[1:], strict=False))
    assert walk({"a": {"b": 1.0}}, "a", 5, 1.0, 1.0, random.Random(1)) == ["a", "b"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"count": 0}, "count=0"),
        ({"length": 1}, "length=1"),
        ({"p": 0}, "p=0: must be a number, greater than 0"),
        ({"q": -1}, "q=-1"),
        ({"seed": -1}, "seed=-1"),
        ({"threads": 0}, "threads=0"),
    ],
)
def test_impossible_walks(options, problem):
    with pytest.raises(SettingError, match=problem):
        Sequences.of(SEQUENCES).graph().walks(**options)


def test_sequences_without_transitions():
    with pytest.raises(CorpusError, match="no sequence has two different items"):
        Sequences.of([["a"], ["b", "b"]]).graph()
