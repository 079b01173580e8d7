import json
import re

import numpy as np

import firth as firth_package
from firth.formats import native
from firth.formats.stored import StoredVectors
from firth.subwords.ngrams import Subwords


def test_subwords_are_shown(firth, tmp_path):
    matrix = np.ones((4, 2), np.float32)
    native.write(tmp_path / "a.firth", StoredVectors(["a"], matrix[:1], subwords=Subwords(matrix, 3, 6)))
    assert "n-grams of 3 to 6 characters, hashed to 4 buckets\n" in firth("info", "a.firth").stdout
    facts = json.loads(firth("info", "a.firth", "--json").stdout)
    assert facts["subwords"] == {"rows": 4, "buckets": 4, "min_length": 3, "max_length": 6}
    occurring = Subwords(matrix, 3, 6, np.arange(4, dtype=np.uint32), 2_000_000)
    native.write(tmp_path / "a.firth", StoredVectors(["a"], matrix[:1], subwords=occurring))
    assert "hashed to 2,000,000 buckets, 4 of which have a row" in firth("info", "a.firth").stdout


def test_each_fact_is_shown_once_and_lists_as_words(firth, tmp_path):
    vectors = firth_package.WordVectors(["a"], [[1, 2]], metadata={"vector_size": 2, "columns": ["up", "down"]})
    vectors.save(tmp_path / "a.firth")
    lines = firth("info", "a.firth").stdout.splitlines()
    assert sum(line.startswith("vector size") for line in lines) == 1
    assert lines[-1].split(maxsplit=1) == ["columns", "up, down"]


def test_settings_of_a_model_in_words(firth, tmp_path):
    model = firth_package.Word2Vec(min_count=1, vector_size=4, epochs=2, threads=1, subsample_threshold=0)
    model.fit(["a b c", "b c a"] * 9, progress=False).save(tmp_path / "a.firth")
    lines = dict(re.split(r" {2,}", line, maxsplit=1) for line in firth("info", "a.firth").stdout.splitlines()[1:])
    assert lines["shrink window"] == "yes"
    assert lines["subwords"] == "no n-grams"
    assert lines["max vocabulary"] == "no limit"
    assert "subword buckets" not in lines
    assert lines["last epoch"] == "2"
    assert float(lines["last epoch: loss"]) > 0
