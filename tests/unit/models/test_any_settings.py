"""Whatever the corpus and the settings: no crash, finite vectors, every word counted, or no pair and an error."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth import CorpusError, FirthWarning, Word2Vec

words = st.text(min_size=1, max_size=8)


@st.composite
def corpora(draw):
    """A few sentences of arbitrary strings; together 1, 2, 4 or at least 6 words, for which kernels are compiled."""
    size = draw(st.sampled_from([1, 2, 4, 6, 9, 30]))
    vocabulary = draw(st.lists(words, min_size=size, max_size=size, unique=True))
    sentences = draw(st.lists(st.lists(st.sampled_from(vocabulary), max_size=12), max_size=10))
    return [vocabulary, *sentences]


choices = st.fixed_dictionaries(
    {
        "architecture": st.sampled_from(["skipgram", "cbow"]),
        "cbow_gradient": st.sampled_from(["word2vec", "exact"]),
        "vector_size": st.integers(1, 40),
        "window": st.integers(1, 12),
        "shrink_window": st.booleans(),
        "negative_samples": st.sampled_from([1, 3, 5]),
        "noise_exponent": st.floats(-10, 10),
        "objective": st.sampled_from(["negative_sampling", "nce", "hierarchical_softmax", "softmax"]),
        "subsample_threshold": st.sampled_from([0, 1e-9, 1e-3, 0.1, 1]),
        "learning_rate": st.floats(1e-3, 0.1),  # several times the defaults; steps of 0.5 may run away
        "epochs": st.integers(1, 3),
        "threads": st.integers(1, 6),
        "seed": st.integers(-(2**63), 2**64 - 1),
    }
)


@settings(max_examples=80)
@given(corpus=corpora(), chosen=choices)
def test_training_never_fails(corpus, chosen):
    for name, other, applies in (
        ("negative_samples", "objective", ("negative_sampling", "nce")),
        ("noise_exponent", "objective", ("negative_sampling", "nce")),
        ("cbow_gradient", "architecture", ("cbow",)),
    ):
        if chosen[other] not in applies:
            chosen = {**chosen, name: None}
    model = Word2Vec(**chosen, min_count=1, final_learning_rate=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FirthWarning)  # that such a text teaches little
        if max(map(len, corpus)) == 1:
            with pytest.raises(CorpusError, match="no word has a neighbour"):
                model.fit(corpus, progress=False)
            return
        model.fit(corpus, progress=False)
    tokens = sum(map(len, corpus))
    assert set(model.vectors.words) == {word for sentence in corpus for word in sentence}
    assert np.isfinite(model.vectors.matrix).all()
    has_nodes = chosen["objective"] == "hierarchical_softmax"
    assert np.isfinite(model.node_vectors if has_nodes else model.context_vectors).all()
    assert model.vectors.matrix.shape == (len(corpus[0]), chosen["vector_size"])
    assert len(model.history) == chosen["epochs"]
    assert sum(record.words for record in model.history) == tokens * chosen["epochs"]
    for record in model.history:
        assert record.pairs == 0 or record.loss >= 0
        assert (record.pairs == 0) == np.isnan(record.loss)
