import json
import re

import numpy as np

import firth as firth_package
from firth.formats import native
from firth.formats.stored import StoredVectors
from firth.recommend import Recommender
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


def test_other_models_are_described(firth, tmp_path):
    """Those of documents, recommenders and language models; what they are not is one line."""
    settings = {"min_count": 1, "epochs": 1, "threads": 1}
    documents = firth_package.Doc2Vec(vector_size=4, subsample_threshold=0, **settings)
    documents.fit({"x": "a b", "y": "b c b"}, progress=False, checkpoint=tmp_path / "d.firth")
    found = json.loads(firth("info", "d.firth", "--json").stdout)
    assert (found["kind"], found["documents"], found["words"]) == ("model of documents", 2, 3)
    assert found["first_documents"] == ["x", "y"] and found["first_words"] == ["b", "a", "c"]
    assert found["settings"]["vector_size"] == 4 and len(found["history"]) == 1 and found["training"]["finished"]
    shown = firth("info", "d.firth").stdout
    assert "first documents" in shown and "x y\n" in shown and shown.count("vector size") == 1

    model = Recommender(vector_size=3, epochs=1, threads=1)
    model.fit([["tea", "cup"], ["cup", "jug"]] * 9, progress=False).save(tmp_path / "r.firth")
    found = json.loads(firth("info", "r.firth", "--json").stdout)
    assert (found["kind"], found["items"], found["vector_size"]) == ("recommender", 3, 3)
    assert sorted(found["first_items"]) == ["cup", "jug", "tea"] and "popularity" in found["weights"]

    firth_package.NgramModel(min_count=1).fit(["a b c"], progress=False).save(tmp_path / "n.lm")
    assert "n-grams" in firth("info", "n.lm").stdout

    for name, advice in (("d.firth", "firth documents"), ("r.firth", "firth recommend"), ("n.lm", "firth lm")):
        refused = firth("similar", name, "b", code=2).stderr
        assert f"use `{advice}`" in refused and len(refused.splitlines()) == 1
