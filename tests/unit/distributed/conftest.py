"""A text in which words of one of a few topics follow one another, in files."""

import numpy as np
import pytest

TOPICS, WORDS = 8, 24  # a word of a topic is drawn by Zipf's law


@pytest.fixture(scope="session")
def topical_text(tmp_path_factory):
    """The path of 6,000 lines of 6 words."""
    rng = np.random.default_rng(5)
    ranks = np.minimum((rng.pareto(1.0, (6000, 6)) * 2).astype(int), WORDS - 1)
    topics = rng.integers(0, TOPICS, 6000)
    lines = [" ".join(f"t{topic}w{rank}" for rank in row) for topic, row in zip(topics, ranks, strict=True)]
    path = tmp_path_factory.mktemp("text") / "topical.txt"
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return path
