"""Train every architecture and objective on a small text, with one thread, and print loss and digest of each as JSON.

portability/run.py runs it as other processors do, and compares.
"""

import hashlib
import json
import sys

import numpy as np

from firth import Word2Vec
from firth.simd.lanes import LANES
from firth.training.hyperparameters import ARCHITECTURES, OBJECTIVES

WORDS = 200
SENTENCES = 200


def text() -> list[list[str]]:
    """Sentences of words whose frequencies follow Zipf's law."""
    generator = np.random.default_rng(1)
    frequencies = 1 / np.arange(1, WORDS + 1)
    drawn = generator.choice(WORDS, (SENTENCES, 20), p=frequencies / frequencies.sum())
    return [[f"word{number}" for number in sentence] for sentence in drawn.tolist()]


def main() -> None:
    found = {}
    for architecture in ARCHITECTURES:
        for objective in OBJECTIVES:
            model = Word2Vec(
                architecture=architecture, objective=objective, min_count=1, vector_size=20, epochs=2, threads=1
            )
            model.fit(text(), progress=False)
            digest = hashlib.sha256(model.vectors.matrix.tobytes()).hexdigest()[:16]
            found[f"{architecture} {objective}"] = [model.history[-1].loss, digest]
    json.dump({"lanes": LANES, "trained": found}, sys.stdout)


if __name__ == "__main__":
    main()
