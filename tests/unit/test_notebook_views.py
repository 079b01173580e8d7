"""Notebook views: tables of escaped text, and lists that are still lists."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest

from firth import Word2Vec, WordVectors
from firth.colours import DIVERGING, diverging_colour, fitting_limit
from firth.evaluation import (
    SimilarityPair,
    compare_analogies,
    evaluate_analogies,
    evaluate_categorisation,
    evaluate_odd_one_out,
    evaluate_similarity,
)
from firth.notebook import colour_strip, html_table
from firth.training.history import EpochRecord, History

EVIL = "<img src=x onerror=alert(1)>"


class Cells(HTMLParser):
    """The texts of a table by row, and all its tags."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.tags, self.open = [], [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += text


@pytest.fixture(scope="module")
def vectors():
    words = ["king", EVIL, "queen", *(f"word{i}" for i in range(17))]
    return WordVectors(words, np.random.default_rng(1).normal(0, 0.3, (20, 80)))


def test_vectors_are_shown_as_a_table_of_the_first_words_with_colour_strips(vectors):
    table = Cells(vectors._repr_html_())
    assert [row[0] for row in table.rows] == ["word", *vectors.words[:8], "…"]
    assert "20 words × 80 numbers" in vectors._repr_html_()
    assert "the first 60 of 80 numbers: blue at −1 and below" in table.rows[0][1]
    assert "img" not in table.tags
    assert table.tags.count("div") == 8
    assert "…" not in WordVectors(["a", "b"], [[1.0], [float("nan")]])._repr_html_()
    assert WordVectors([], np.empty((0, 3)))._repr_html_()


def test_neighbours_are_a_list_with_a_table(vectors):
    found = vectors.most_similar("king", 19)
    assert found == list(found)
    assert isinstance(found, list)
    assert repr(found) == repr(list(found))
    table = Cells(found._repr_html_())
    assert [row[0] for row in table.rows[1:]] == [neighbour.word for neighbour in found]
    assert EVIL in [row[0] for row in table.rows]
    assert "img" not in table.tags
    assert table.rows[1][1] == f"{found[0].similarity:.4f}"
    many = vectors.most_similar(["king", "queen"], 2)
    assert all(Cells(some._repr_html_()).rows for some in many)


def test_neighbours_in_a_terminal_have_no_control_characters():
    from IPython.lib.pretty import pretty

    vectors = WordVectors(["a", "long word", "\x1b[31mred"], [[1.0, 0], [1, 0.1], [0.9, -0.4]])
    assert pretty(vectors.most_similar("a")) == "long word     0.9950\n\\x1b[31mred   0.9138"
    assert pretty(WordVectors(["a"], [[1.0]]).most_similar("a")) == "[]"


def test_history_is_a_table_with_a_row_per_epoch():
    history = History([EpochRecord(1, 2.51234, 1000, 5000, 0.5, 0.02), EpochRecord(2, 2.4, 1000, 5000, 0.0, 0.01)])
    assert Cells(history._repr_html_()).rows[1:] == [
        ["1", "2.5123", "2,000", "0.02", "0.5 s"],
        ["2", "2.4000", "0", "0.01", "0.0 s"],
    ]
    assert history == list(history)
    assert json.loads(json.dumps(history)) == [list(record) for record in history]
    model = Word2Vec(vector_size=7)
    assert isinstance(model.history, History)
    assert ["vocabulary", "not fitted"] in Cells(model._repr_html_()).rows
    assert ["numbers per vector", "7"] in Cells(model._repr_html_()).rows


def test_scores_have_a_short_text_and_a_table(vectors):
    words = ["king", "man", "queen", "woman", "boy", "girl"]
    plane = WordVectors(words, [[2.0, 0, 1], [1, 0, 1], [2, 1, 1], [1, 1, 1], [1, 0, 0.5], [1, 1, 0.5]])
    analogies = evaluate_analogies(plane)
    assert repr(analogies).startswith("AnalogyScore(accuracy ")
    assert f"{analogies.covered:,} of {analogies.total:,} covered" in repr(analogies)
    assert any(row[0] == "gender" for row in Cells(analogies._repr_html_()).rows)
    pairs = [SimilarityPair("king", "queen", 9), SimilarityPair("king", "girl", 2), SimilarityPair("man", "woman", 8)]
    similarity = evaluate_similarity(plane, pairs)
    assert [row[0] for row in Cells(similarity._repr_html_()).rows] == ["measure", "Spearman", "Pearson"]
    assert repr(similarity).endswith("3 of 3 covered)")
    categories = evaluate_categorisation(plane, {"rulers": ["king", "queen"], "children": ["boy", "girl"]})
    assert Cells(categories._repr_html_()).rows[1][0] == "purity"
    odd = evaluate_odd_one_out(plane, [["king", "queen", "boy"]])
    assert Cells(odd._repr_html_()).rows[1][3] == "1 of 1"
    comparison = compare_analogies(analogies, analogies)
    assert Cells(comparison._repr_html_()).rows[1][3] == "+0.000"


def test_text_in_cells_is_escaped():
    table = Cells(html_table(EVIL, [EVIL, "n"], [(EVIL, "&amp;")]))
    assert table.rows == [[EVIL, "n"], [EVIL, "&amp;"]]
    assert set(table.tags) == {"p", "b", "table", "thead", "tbody", "tr", "th", "td"}


def test_colours_of_numbers():
    assert [diverging_colour(value, 2) for value in (-2, -1, 0, 1, 2)] == list(DIVERGING)
    assert diverging_colour(-99, 2) == DIVERGING[0]
    assert diverging_colour(float("inf"), 2) == DIVERGING[-1]
    assert diverging_colour(0.5, 2) == "#fad2c0"  # half way from white to #f4a582
    assert colour_strip([0.0, 1.0], 1).count("#") == 2
    for numbers, limit in [
        ([0.0], 1),
        ([], 1),
        ([0.3, -0.2], 0.5),
        ([1.9] * 99 + [50], 2),
        ([0.0021], 0.005),
        ([7e-9], 1e-8),
    ]:
        assert fitting_limit(numbers) == pytest.approx(limit, rel=1e-9)
