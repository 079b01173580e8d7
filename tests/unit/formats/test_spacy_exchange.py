"""spaCy itself makes a pipeline of the text."""

import gzip
import json
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from firth.errors import FormatError
from firth.formats import spacy_text
from firth.formats.detect import read_any
from firth.formats.stored import StoredVectors

WORDS = ["2", "new york", "the", "naïve", "東京", "e-mail", "root", "a\u00a0b", "…", ". . ."]
MATRIX = np.random.default_rng(8).normal(size=(len(WORDS), 5)).astype(np.float32)

# The lines that docs/formats.md shows.
SHOW = """
import json, sys, spacy, firth
nlp = spacy.load(sys.argv[1])
keys, rows = zip(*nlp.vocab.vectors.key2row.items())
vectors = firth.WordVectors([nlp.vocab.strings[key] for key in keys], nlp.vocab.vectors.data[list(rows)])
vectors.save("back.firth")
print(json.dumps([nlp.vocab[word].vector.tolist() for word in json.loads(sys.argv[2])]))
"""


@pytest.mark.skipif(find_spec("spacy") is None, reason="spacy is not installed (it lags behind new versions of Python)")
def test_spacy_init_vectors_takes_the_text(tmp_path):
    spacy_text.write(tmp_path / "words.txt.gz", StoredVectors(WORDS, MATRIX))
    command = [sys.executable, "-m", "spacy", "init", "vectors", "en", "words.txt.gz", "pipeline"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    command = [sys.executable, "-c", SHOW, "pipeline", json.dumps(WORDS)]
    shown = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    np.testing.assert_array_equal(np.array(json.loads(shown), np.float32), MATRIX)
    back = read_any(tmp_path / "back.firth")
    assert list(back.words) == WORDS
    assert back.matrix.tobytes() == MATRIX.tobytes()
    with pytest.raises(FormatError, match=r"folder of spaCy's.*spacy\.load"):
        read_any(tmp_path / "pipeline")


def test_compressed_and_plain_are_the_same(tmp_path):
    for name in ("words.txt", "words.txt.gz"):
        spacy_text.write(tmp_path / name, StoredVectors(WORDS, MATRIX))
    assert gzip.decompress((tmp_path / "words.txt.gz").read_bytes()) == (tmp_path / "words.txt").read_bytes()
    assert list(read_any(tmp_path / "words.txt.gz").words) == WORDS


def test_the_first_line_counts(tmp_path):
    spacy_text.write(tmp_path / "a", StoredVectors(["2", "new york"], MATRIX[:2, :1]))
    assert (tmp_path / "a").read_text().splitlines()[0] == "2 1"
