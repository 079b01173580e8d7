import json

import numpy as np
import pytest

from firth.errors import FormatError
from firth.formats import projector
from firth.formats.detect import read_any
from firth.formats.stored import StoredVectors

WORDS = ["king", "new york", "東京"]
MATRIX = np.array([[1, -2], [0.1, 1e-30], [3e38, 6.5]], np.float32)
STORED = StoredVectors(WORDS, MATRIX)
COUNTED = StoredVectors(WORDS, MATRIX, np.array([9, 5, 2]))


def test_a_single_column_has_no_line_of_names(tmp_path):
    projector.write_tsv(tmp_path / "a", STORED)
    assert (tmp_path / "a" / "vectors.tsv").read_text() == "1.0\t-2.0\n0.1\t1e-30\n3e+38\t6.5\n"
    assert (tmp_path / "a" / "metadata.tsv").read_text() == "king\nnew york\n東京\n"


def test_two_columns_have_one(tmp_path):
    projector.write_tsv(tmp_path / "a", COUNTED)
    assert (tmp_path / "a" / "metadata.tsv").read_text() == "word\tcount\nking\t9\nnew york\t5\n東京\t2\n"


def test_tensor_bytes_and_their_configuration(tmp_path):
    projector.write_bytes(tmp_path / "a", COUNTED, name="cities")
    assert (tmp_path / "a" / "tensors.bytes").read_bytes() == MATRIX.astype("<f4").tobytes()
    assert json.loads((tmp_path / "a" / "projector_config.json").read_text()) == {
        "embeddings": [
            {
                "tensorName": "cities",
                "tensorShape": [3, 2],
                "tensorPath": "tensors.bytes",
                "metadataPath": "metadata.tsv",
            }
        ]
    }
    back = read_any(tmp_path / "a")
    assert not back.matrix.flags.owndata  # mapped
    assert back.counts.tolist() == [9, 5, 2]


def test_the_pair_that_gensim_writes(tmp_path):
    gensim = pytest.importorskip("gensim.scripts.word2vec2tensor")
    theirs = gensim.gensim.models.KeyedVectors(2)
    theirs.add_vectors(["king", "naïve", "東京"], MATRIX)
    theirs.save_word2vec_format(tmp_path / "text")
    (tmp_path / "pair").mkdir()
    gensim.word2vec2tensor(str(tmp_path / "text"), str(tmp_path / "pair" / "cities"))
    back = read_any(tmp_path / "pair")
    assert list(back.words) == ["king", "naïve", "東京"]
    assert back.matrix.tobytes() == MATRIX.tobytes()


def test_a_configuration_may_name_a_tsv_file(tmp_path):
    projector.write_tsv(tmp_path / "a", COUNTED)
    entry = {"tensorPath": "vectors.tsv", "metadataPath": "metadata.tsv"}
    (tmp_path / "a" / "projector_config.json").write_text(json.dumps({"embeddings": [entry]}))
    assert read_any(tmp_path / "a").matrix.tobytes() == MATRIX.tobytes()


@pytest.mark.parametrize(
    ("metadata", "counts"),
    [
        ("id\tWord\n1\tking\n2\tqueen\n3\twater\n", None),
        ("count\tlabel\n7\tking\n6\tqueen\n5\twater\n", [7, 6, 5]),
        ("any\tcount\nking\tmany\nqueen\t1\nwater\t1\n", None),
        ("king\r\nqueen\r\nwater\r\n", None),
    ],
)
def test_columns_of_others(tmp_path, metadata, counts):
    projector.write_tsv(tmp_path / "a", STORED)
    (tmp_path / "a" / "metadata.tsv").write_bytes(metadata.encode())
    back = read_any(tmp_path / "a")
    assert list(back.words) == ["king", "queen", "water"]
    assert counts is None if back.counts is None else back.counts.tolist() == counts


def test_no_words_are_refused(tmp_path):
    with pytest.raises(FormatError, match="no words"):
        projector.write_tsv(tmp_path / "a", StoredVectors([], MATRIX[:0]))


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("vectors.tsv", "1\t2\n3\n5\t6\n", r"vectors.tsv, line 2: 1 numbers, but 2 on the first line"),
        ("vectors.tsv", "1\t2\n3\tx\n5\t6\n", r"line 2: 'x' is not a finite number"),
        ("vectors.tsv", "1\t2\n3\t4\n5\tnan\n", r"line 3: 'nan' is not a finite number"),
        ("vectors.tsv", "1\t2\n3\t4\n5\t1e99\n", r"line 3: '1e99' is not a finite number"),
        ("vectors.tsv", "1\t2\n3\t4\n5\t1_0\n", r"line 3: '1_0' is not a finite number"),
        ("vectors.tsv", "1\t2\n3\t4\n", "has 3 words, but there are 2 vectors in vectors.tsv"),
        ("vectors.tsv", "", "empty"),
        ("vectors.tsv", "\n", "not a finite number"),
        ("metadata.tsv", "a\nb\nc\nd\n", "has 4 words, but there are 3 vectors"),
        ("metadata.tsv", "a\nb\na\n", "line 3: 'a' again"),
        ("metadata.tsv", "word\tcount\na\t1\na\t2\nb\t3\n", "line 3: 'a' again: it is already on line 2"),
        ("metadata.tsv", "word\tcount\na\t1\nb\nc\t3\n", "line 3: 1 columns instead of 2"),
        ("metadata.tsv", "a\n\nb\n", "line 2: the line is empty"),
    ],
)
def test_damaged_pairs_name_the_line(tmp_path, name, content, problem):
    projector.write_tsv(tmp_path / "a", STORED)
    (tmp_path / "a" / name).write_text(content)
    with pytest.raises(FormatError, match=problem):
        read_any(tmp_path / "a")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"tensorShape": [10**12, 300]}, "take 1,200,000,000,000,000"),
        ({"tensorShape": [10**30, 10**30]}, "must be JSON like"),
        ({"tensorShape": [2, 2]}, "the tensorShape is wrong"),
        ({"tensorShape": [3, 2.0]}, "must be JSON like"),
        ({"tensorShape": [True, 2]}, "must be JSON like"),
        ({"tensorShape": None}, "has no tensorShape"),
        ({"tensorPath": "../secret"}, "not in the same folder"),
        ({"tensorPath": "/etc/hostname"}, "not in the same folder"),
        ({"tensorPath": "https://example.com/tensors.bytes"}, "not in the same folder"),
        ({"tensorPath": "gone.bytes"}, "'gone.bytes', which is not in the same folder"),
        ({"tensorPath": "a\0b"}, "not in the same folder"),
        ({"metadataPath": None}, "must be JSON like"),
    ],
)
def test_damaged_configurations_are_explained(tmp_path, change, problem):
    folder = tmp_path / "a"
    projector.write_bytes(folder, STORED)
    config = json.loads((folder / "projector_config.json").read_text())
    config["embeddings"][0] |= change
    (folder / "projector_config.json").write_text(json.dumps(config))
    with pytest.raises(FormatError, match=problem):
        read_any(folder)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"embeddings": []}', '{"embeddings": [1, 2]}', "[" * 100_000])
def test_malformed_configurations_are_refused(tmp_path, content):
    projector.write_bytes(tmp_path / "a", STORED)
    (tmp_path / "a" / "projector_config.json").write_text(content)
    with pytest.raises(FormatError, match="must be JSON like"):
        read_any(tmp_path / "a")


def test_several_pairs_are_not_chosen_from(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}_tensor.tsv").write_text("1\t2\n")
        (tmp_path / f"{name}_metadata.tsv").write_text("a\n")
    with pytest.raises(FormatError, match="several files of vectors"):
        read_any(tmp_path)
