"""One thread and a seed decide every bit."""

import os
import subprocess
import sys

import numpy as np
import pytest

from firth import Word2Vec

CORPUS = [[f"w{int(word)}" for word in row] for row in (np.random.default_rng(5).random((300, 12)) ** 3 * 40)]
SETTINGS = {"vector_size": 20, "min_count": 1, "epochs": 2, "threads": 1, "subsample_threshold": 1e-2}

SCRIPT = """
import hashlib, sys
from firth import Word2Vec
corpus = [line.split() for line in sys.stdin]
model = Word2Vec(architecture={architecture!r}, seed={seed}, **{settings}).fit(corpus, progress=False)
for matrix in (model.vectors.matrix, model.context_vectors):
    print(hashlib.sha256(matrix.tobytes()).hexdigest())
print(model.vocabulary.words[:5], [record.loss for record in model.history])
"""


def in_a_new_process(architecture, seed, hash_seed):
    """Digests of both matrices, some words and the losses."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(architecture=architecture, seed=seed, settings=SETTINGS)],
        input="\n".join(" ".join(sentence) for sentence in CORPUS),
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_the_same_bits_in_two_processes(architecture):
    first = in_a_new_process(architecture, seed=4, hash_seed=1)
    assert first.count("\n") == 3
    assert in_a_new_process(architecture, seed=4, hash_seed=2) == first


def fitted(**settings):
    return Word2Vec(**{**SETTINGS, **settings}).fit(CORPUS, progress=False)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_another_seed_gives_other_vectors(architecture):
    one, same, other = (fitted(architecture=architecture, seed=seed) for seed in (4, 4, 5))
    assert one.vectors.matrix.tobytes() == same.vectors.matrix.tobytes()
    assert one.context_vectors.tobytes() == same.context_vectors.tobytes()
    assert (one.vectors.matrix != other.vectors.matrix).mean() > 0.99
    assert one.history[0].pairs != other.history[0].pairs, "other windows and other words left out"


@pytest.mark.parametrize("objective", ["hierarchical_softmax", "softmax", "nce"])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_every_objective_repeats_every_bit(architecture, objective):
    one, same = (fitted(architecture=architecture, objective=objective) for _ in range(2))
    assert one.vectors.matrix.tobytes() == same.vectors.matrix.tobytes()
    assert one.history[-1].loss == same.history[-1].loss


def test_seeds_are_any_64_bits():
    vectors = [fitted(seed=seed, epochs=1).vectors.matrix.tobytes() for seed in (-1, 2**64 - 1, 0, 2**63, -(2**63))]
    assert vectors[0] == vectors[1]
    assert vectors[3] == vectors[4]
    assert len(set(vectors)) == 3


def test_how_often_progress_is_shown_changes_nothing():
    shown = []
    watched = Word2Vec(**SETTINGS).fit(CORPUS, progress=shown.append)
    assert shown
    assert watched.vectors.matrix.tobytes() == fitted().vectors.matrix.tobytes()
