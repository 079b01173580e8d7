"""What tests of several folders need."""

import struct

import numpy as np
import pytest

FASTTEXT_SETTINGS = {"dim": 2, "ws": 5, "epoch": 5, "minCount": 1, "neg": 5, "wordNgrams": 1, "loss": 2, "model": 2}
FASTTEXT_SETTINGS |= {"bucket": 3, "minn": 2, "maxn": 3, "lrUpdateRate": 100}


def fasttext_content(
    version=12,
    settings=None,
    entries=((b"one", 4, 0), (b"tw\xc3\xb6", 3, 0)),
    sizes=None,
    pruned=-1,
    quantised=0,
    input_shape=(5, 2),
    numbers=range(10),
    output_shape=(2, 2),
    end=b"",
):
    """The bytes of a fastText model of two words and three rows for n-grams, with changes."""
    settings = FASTTEXT_SETTINGS | (settings or {})
    n_labels = sum(kind for _, _, kind in entries)
    sizes = sizes or (len(entries), len(entries) - n_labels, n_labels, 7)
    content = struct.pack("<2i", 793712314, version)
    content += struct.pack("<12id", *settings.values(), 1e-4)
    content += struct.pack("<3i2q", *sizes, pruned)
    content += b"".join(word + struct.pack("<Bqb", 0, count, kind) for word, count, kind in entries)
    content += bytes(8 * max(0, pruned)) + struct.pack("<B2q", quantised, *input_shape)
    content += np.array(numbers, "<f4").tobytes() + struct.pack("<B2q", 0, *output_shape)
    return content + np.arange(20, 24, dtype="<f4").tobytes() + end


@pytest.fixture(scope="session")
def made_by_hand():
    return fasttext_content
