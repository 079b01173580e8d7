"""Groups of items and targets of sessions: what they do to a model, and what is refused."""

import random

import numpy as np
import pytest

from firth import CorpusError, FirthWarning, Groups, Sessions, SettingError, Word2Vec
from firth.corpus import encode

QUICK = {"vector_size": 16, "subsample_threshold": 0, "min_count": 1, "threads": 1, "shrink_window": False}


def sessions_of(seed=1, n=1500):
    """Sessions of five items of one of two markets; the last item of a market's session is always its bargain."""
    rng = random.Random(seed)
    markets = {market: [f"{market}{i}" for i in range(12)] for market in "ab"}
    return [rng.sample(markets[rng.choice("ab")], 4) for _ in range(n)]


def fit(sequences, epochs=4, **options):
    return Word2Vec(**QUICK, epochs=epochs).fit(sequences, progress=False, **options)


def test_every_position_predicts_the_target_of_its_session():
    sequences = sessions_of()
    targets = ["a0" if sequence[0].startswith("b") else "b0" for sequence in sequences]
    plain, with_targets = fit(sequences), fit(sequences, sessions=Sessions(targets))

    def dots(model):
        """How strongly items of market b predict the one of market a that their sessions lead to."""
        items = [f"b{i}" for i in range(1, 12)]
        return float((model.vectors[items] @ model.context_vectors[model.vocabulary.id_of("a0")]).mean())

    assert dots(with_targets) > dots(plain) + 1
    assert with_targets.history[-1].pairs == plain.history[-1].pairs


def test_a_small_weight_has_a_small_effect():
    sequences = sessions_of(n=300)
    targets = ["a0"] * len(sequences)
    plain, light, heavy = (
        fit(sequences, sessions=Sessions(targets, weight) if weight else None).context_vectors
        for weight in (0, 1e-3, 1)
    )
    assert np.abs(light - plain).max() < 0.1 * np.abs(heavy - plain).max()


def test_noise_from_the_own_group_distinguishes_its_members():
    sequences = sessions_of()
    groups = {f"{market}{i}": market for market in "ab" for i in range(12)}
    plain, grouped = fit(sequences, epochs=8), fit(sequences, epochs=8, groups=Groups(groups, negatives=3))

    def within(model):
        ids = model.vocabulary.ids_of([f"a{i}" for i in range(12)])
        vectors = model.vectors.matrix[ids].astype(float)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return float((vectors @ vectors.T).mean())

    assert within(grouped) < within(plain)


def test_targets_follow_their_sequences_when_some_are_left_out():
    """Sequences without any known item are not in the encoded corpus; the targets of the others stay theirs."""
    sequences = [["x", "y"], ["rare"], ["y", "x"], ["x", "x"]] * 3
    sequences[1] = ["rarest"]
    encoded = encode(sequences, min_count=2)
    found = Sessions(["x", "y", None, "y"] * 3).encoded(sequences, encoded)
    names = [None if i < 0 else encoded.vocabulary.words[i] for i in found.targets]
    assert names == ["x", None, "y", "x", "y", None, "y", "x", "y", None, "y"]


def test_what_is_refused():
    sequences = sessions_of(n=10)
    with pytest.raises(CorpusError, match="3 targets for 10 sequences"):
        fit(sequences, sessions=Sessions(["a0"] * 3))
    with pytest.raises(CorpusError, match="must be a list of lists of tokens"):
        fit(iter(sequences), sessions=Sessions(["a0"] * 10))
    with pytest.raises(SettingError, match="none of the 1 items with a group is in the vocabulary"):
        fit(sequences, groups=Groups({"zz": 1}))
    with pytest.raises(SettingError, match="groups: only with objective='negative_sampling', not 'nce'"):
        Word2Vec(**QUICK, objective="nce").fit(sequences, progress=False, groups=Groups({"a0": 1}))
    for wrong in ({"of": {}}, {"of": ["a"]}, {"of": {"a": 1}, "negatives": 0}):
        with pytest.raises(SettingError, match="must be"):
            Groups(**wrong)
    for wrong in ({"targets": "abc"}, {"targets": ["a"], "weight": 0}):
        with pytest.raises(SettingError, match="must be"):
            Sessions(**wrong)


def test_unknown_targets_are_counted():
    sequences = sessions_of(n=10)
    with pytest.warns(FirthWarning, match="2 of 3 targets are not in the vocabulary"):
        fit(sequences, sessions=Sessions(["zz", "a0", "yy"] + [None] * 7))
