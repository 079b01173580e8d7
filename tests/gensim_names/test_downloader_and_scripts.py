"""firth.gensim.downloader on a folder as gensim leaves it, and the scripts as programs."""

import gzip
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest

pytest.importorskip("gensim")

import gensim.models
import gensim.scripts.glove2word2vec
import gensim.scripts.word2vec2tensor

from firth.errors import FormatError
from firth.gensim import KeyedVectors, Word2Vec, downloader
from firth.gensim.scripts.glove2word2vec import get_glove_info, glove2word2vec
from firth.gensim.scripts.word2vec2tensor import word2vec2tensor

GLOVE = "the 0.1 -0.25 1e-05\nküche 3 4 5\nof 0.125 7 -1\n"


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A folder of gensim's downloader with vectors, binary vectors and the corpus text8."""
    monkeypatch.setattr(downloader, "BASE_DIR", str(tmp_path))
    vectors = KeyedVectors(2)
    vectors.add_vectors(["b", "a"], [[3, 4], [1, 0]])
    for name, binary in (("glove-wiki-gigaword-50", False), ("word2vec-google-news-300", True)):
        (tmp_path / name).mkdir()
        vectors.save_word2vec_format(tmp_path / name / f"{name}.gz", binary=binary)
        (tmp_path / name / "__init__.py").write_text("raise SystemExit")
    (tmp_path / "text8").mkdir()
    (tmp_path / "text8" / "text8.gz").write_bytes(gzip.compress(b"anarchism originated as"))
    return tmp_path


def test_what_is_on_disk_is_loaded(data):
    for name in ("glove-wiki-gigaword-50", "word2vec-google-news-300"):
        vectors = downloader.load(name)
        assert vectors.index_to_key == ["b", "a"]
        assert vectors["b"].tolist() == [3, 4]
        assert vectors.get_vecattr("b", "count") == 2
        assert downloader.load(name, return_path=True) == str(data / name / f"{name}.gz")
    assert list(downloader.load("text8")) == [["anarchism", "originated", "as"]]


def test_what_is_not_there_is_an_error_that_says_where_it_is(data):
    with pytest.raises(FileNotFoundError, match=r"Firth does not download.*docs/published-vectors\.md"):
        downloader.load("glove-twitter-25")
    for name in ("no-such-vectors", "../glove-wiki-gigaword-50", ""):
        with pytest.raises(ValueError, match="Incorrect model/corpus name"):
            downloader.load(name)


def test_the_list_of_names_is_that_of_gensim_where_it_left_one(data):
    assert "glove-twitter-25" in downloader.info(name_only=True)["models"]
    assert downloader.info("glove-twitter-25")["file_name"] == "glove-twitter-25.gz"
    listed = {"corpora": {"wiki": {"parts": 4}}, "models": {"new": {"latest": True}, "old": {"latest": False}}}
    (data / "information.json").write_text(json.dumps(listed))
    assert downloader.info() == {"corpora": {"wiki": {"parts": 4}}, "models": {"new": {"latest": True}}}
    assert downloader.info(show_only_latest=False) == listed
    assert downloader.info("wiki") == {"parts": 4}
    with pytest.raises(FileNotFoundError, match="Firth downloads nothing"):
        downloader.load("wiki")
    with pytest.raises(ValueError, match="Incorrect"):
        downloader.info("glove-twitter-25")
    for damaged in ("{", "[]", '{"corpora": 1, "models": {}}', '{"models": {"a": 1}, "corpora": {}}'):
        (data / "information.json").write_text(damaged)
        with pytest.raises(FormatError, match="must be JSON"):
            downloader.info()


def test_glove_is_converted_as_by_gensim(tmp_path):
    source, ours, theirs = (str(tmp_path / name) for name in ("glove.txt", "ours.txt", "theirs.txt"))
    (tmp_path / "glove.txt").write_text(GLOVE, encoding="utf8")
    assert get_glove_info(source) == (3, 3)
    assert glove2word2vec(source, ours) == (3, 3)
    with warnings.catch_warnings(action="ignore"):  # it is deprecated, and leaves the file open
        gensim.scripts.glove2word2vec.glove2word2vec(source, theirs)
    found, expected = (gensim.models.KeyedVectors.load_word2vec_format(path) for path in (ours, theirs))
    assert found.index_to_key == expected.index_to_key == ["the", "küche", "of"]
    assert np.array_equal(found.vectors, expected.vectors)


@pytest.mark.parametrize("binary", [False, True])
def test_vectors_become_tensors_as_by_gensim(binary, tmp_path):
    vectors = KeyedVectors(3)
    vectors.add_vectors(["the", "küche", "日本"], np.random.default_rng(1).normal(size=(3, 3)) * [1e-9, 1, 1e9])
    vectors.save_word2vec_format(tmp_path / "vectors", binary=binary)
    for convert, name in ((word2vec2tensor, "a"), (gensim.scripts.word2vec2tensor.word2vec2tensor, "b")):
        convert(str(tmp_path / "vectors"), str(tmp_path / name), binary)
    read = [(tmp_path / f"{name}_metadata.tsv").read_bytes() for name in "ab"]
    assert read[0] == read[1]
    numbers = [np.loadtxt(tmp_path / f"{name}_tensor.tsv", np.float32, delimiter="\t") for name in "ab"]
    assert np.array_equal(numbers[0], numbers[1])


def run(name, *arguments):
    command = [sys.executable, "-m", f"firth.gensim.scripts.{name}", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_scripts_run_as_programs(tmp_path):
    (tmp_path / "glove.txt").write_text(GLOVE, encoding="utf8")
    text = tmp_path / "text.txt"
    text.write_text("one two three\ntwo three four\n" * 50)
    done = run("glove2word2vec", "-i", tmp_path / "glove.txt", "-o", tmp_path / "vectors.txt")
    assert done.returncode == 0, done.stderr
    done = run("word2vec2tensor", "-i", tmp_path / "vectors.txt", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out_metadata.tsv").read_text(encoding="utf8") == "the\nküche\nof\n"
    options = ("-train", text, "-size", 8, "-iter", 1, "-cbow", 0, "-threads", 1)
    done = run("word2vec_standalone", *options)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert len(Word2Vec.load(tmp_path / "text.model").wv) == 4
    assert len(KeyedVectors.load_word2vec_format(tmp_path / "text.model.txt")) == 4
    done = run("word2vec_standalone", *options, "-output", tmp_path / "no folder" / "vectors.txt")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: ")
