import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from firth.errors import FormatError, SettingError
from firth.formats import native
from firth.formats.mapped import mapping_of, stored_in_memory
from firth.formats.stored import StoredVectors
from firth.formats.tensor_file import write_tensors
from firth.subwords.ngrams import Subwords

any_words = st.lists(st.text(st.characters(exclude_categories=())), unique=True, max_size=8)


def stored(words, vector_size=3, **more):
    matrix = np.arange(len(words) * vector_size, dtype=np.float32).reshape(-1, vector_size) / 7
    return StoredVectors(words, matrix, **more)


def small(path, **more):
    native.write(path, stored(["king", "queen", "water"], **more))
    return path


def edit_header(path, change):
    """Rewrite the JSON header; the tensors stay as they are."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])


@given(words=any_words, vector_size=st.integers(1, 5), data=st.data())
def test_any_words_and_numbers_come_back(tmp_path_factory, words, vector_size, data):
    path = tmp_path_factory.mktemp("native") / "a.firth"
    numbers = data.draw(
        st.lists(st.floats(width=32), min_size=len(words) * vector_size, max_size=len(words) * vector_size)
    )
    matrix = np.array(numbers, np.float32).reshape(len(words), vector_size)
    counts = np.arange(len(words), dtype=np.int64) * 2**40
    native.write(path, StoredVectors(words, matrix, counts, -matrix, {"a": [1, None, "ü"]}))
    back = native.read(path)
    assert list(back.words) == words
    assert [back.words[i] for i in range(len(words))] == words
    assert back.matrix.tobytes() == matrix.tobytes()
    assert back.context_vectors.tobytes() == (-matrix).tobytes()
    assert back.counts.tolist() == counts.tolist()
    assert back.metadata == {"a": [1, None, "ü"]}


@given(words=any_words, data=st.data())
def test_ngrams_that_occur_and_own_vectors_come_back(tmp_path_factory, words, data):
    path = tmp_path_factory.mktemp("native") / "a.firth"
    n_buckets = data.draw(st.sampled_from([40, 2_000_000, 2**32 - 1]))
    buckets = np.array(sorted(data.draw(st.sets(st.integers(0, n_buckets - 1), max_size=9))), np.uint32)
    rows = np.random.default_rng(5).normal(size=(len(buckets), 3)).astype(np.float32)
    own = np.random.default_rng(6).normal(size=(len(words), 3)).astype(np.float32)
    native.write(path, stored(words, subwords=Subwords(rows, 3, 6, buckets, n_buckets), own_vectors=own))
    back = native.read(path)
    assert back.own_vectors.tobytes() == own.tobytes()
    assert back.subwords.matrix.tobytes() == rows.tobytes()
    assert back.subwords.buckets.tolist() == buckets.tolist()
    assert (back.subwords.n_buckets, back.subwords.min_length, back.subwords.max_length) == (n_buckets, 3, 6)
    read = stored_in_memory(back)
    assert read.subwords.buckets.tolist() == buckets.tolist()
    assert read.own_vectors.tobytes() == own.tobytes()
    assert all(mapping_of(array) is None for array in (read.own_vectors, read.subwords.matrix, read.subwords.buckets))


def compact(path):
    buckets = np.array([3, 5], np.uint32)
    return small(path, subwords=Subwords(np.ones((2, 3), np.float32), 3, 6, buckets, 9))


def test_the_version_is_that_of_the_oldest_firth_that_reads_the_file_rightly(tmp_path):
    """An older one would take the rows of the n-grams that occur for those of all buckets."""
    assert load_metadata(small(tmp_path / "a.firth", subwords=Subwords(np.ones((2, 3), np.float32), 3, 6))) == "1"
    assert load_metadata(small(tmp_path / "a.firth", own_vectors=np.ones((3, 3), np.float32))) == "1"
    assert load_metadata(compact(tmp_path / "a.firth")) == "2"


def load_metadata(path):
    with safe_open(path, "np") as file:
        return file.metadata()["version"]


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("subword_buckets", {"shape": [1], "data_offsets": [0, 4]}, "begins at|takes"),
        ("subword_buckets", {"dtype": "I32"}, "is I32 with 1 dimensions instead of U32"),
        ("subword_buckets", None, "begins at"),
        ("__metadata__", {"subwords": '{"hash": "fasttext", "min_length": 3, "max_length": 6}'}, "None buckets"),
        (
            "__metadata__",
            {"subwords": '{"hash": "fasttext", "min_length": 3, "max_length": 6, "buckets": 5}'},
            "less than 5",
        ),
        (
            "__metadata__",
            {"subwords": '{"hash": "fasttext", "min_length": 3, "max_length": 6, "buckets": true}'},
            "True",
        ),
        ("__metadata__", {"subwords": "[]"}, "need both"),
    ],
)
def test_buckets_that_make_no_sense(tmp_path, name, change, problem):
    path = compact(tmp_path / "a.firth")
    edit_header(path, lambda header: header.pop(name) if change is None else header[name].update(change))
    with pytest.raises(FormatError, match=problem):
        native.read(path)


def test_own_vectors_have_the_shape_of_the_vectors(tmp_path):
    with pytest.raises(SettingError, match="own_vectors of shape"):
        stored(["a"], own_vectors=np.ones((2, 3), np.float32))
    path = small(tmp_path / "a.firth", own_vectors=np.ones((3, 3), np.float32))
    edit_header(path, lambda header: header["own_vectors"].update(shape=[1, 9]))
    with pytest.raises(FormatError, match="own_vectors has shape"):
        native.read(path)


def test_optional_parts_stay_absent(tmp_path):
    back = native.read(small(tmp_path / "a.firth"))
    assert back.counts is None
    assert back.context_vectors is None
    assert back.subwords is None
    assert back.metadata == {}


def test_arrays_are_aligned_read_only_views_of_the_mapped_file(tmp_path):
    path = small(tmp_path / "a.firth", counts=np.arange(3))
    back = native.read(path)
    for array in (back.matrix, back.counts):
        assert not array.flags.writeable
        assert not array.flags.owndata
        assert array.flags.aligned
        assert array.flags.c_contiguous
    with pytest.raises(ValueError):
        back.matrix.flags.writeable = True


def test_the_safetensors_library_opens_it(tmp_path):
    words = ["naïve", "", "two words", "x\ny"]
    native.write(tmp_path / "a.firth", stored(words, counts=np.arange(4)))
    tensors = load_file(tmp_path / "a.firth")
    assert set(tensors) == {"word_vectors", "counts", "words", "word_ends"}
    assert tensors["word_vectors"].dtype == np.float32
    ends = tensors["word_ends"].tolist()
    text = tensors["words"].tobytes()
    assert [text[a:b].decode() for a, b in zip([0, *ends], ends, strict=False)] == words


def test_a_file_the_safetensors_library_wrote_is_read(tmp_path):
    tensors = {
        "word_vectors": np.ones((2, 3), np.float32),
        "word_ends": np.array([1, 3]),
        "words": np.frombuffer(b"abc", np.uint8),
        "later_addition": np.zeros(5, np.float16),
    }
    save_file(tensors, tmp_path / "a", {"format": "firth", "version": "1", "history": "[0.5]"})
    back = native.read(tmp_path / "a")
    assert list(back.words) == ["a", "bc"]
    assert back.metadata == {"history": [0.5]}


def test_rows_with_padding_between_them_are_written_without_it(tmp_path):
    padded = np.arange(32, dtype=np.float32).reshape(2, 16)
    native.write(tmp_path / "a.firth", StoredVectors(["a", "b"], padded[:, :5]))
    assert native.read(tmp_path / "a.firth").matrix.tolist() == padded[:, :5].tolist()


def test_a_file_can_be_replaced_while_it_is_mapped(tmp_path):
    path = small(tmp_path / "a.firth")
    old = native.read(path)
    before = old.matrix.copy()
    native.write(path, StoredVectors(old.words, old.matrix * 2))
    assert (old.matrix == before).all()
    assert (native.read(path).matrix == before * 2).all()


def test_every_cut_is_noticed(tmp_path):
    path = small(tmp_path / "a.firth", counts=np.arange(3))
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(FormatError) as caught:
            native.read(path)
        assert str(path) in str(caught.value)


def test_bytes_too_many_are_noticed(tmp_path):
    path = small(tmp_path / "a.firth")
    path.write_bytes(path.read_bytes() + b"\0\0")
    with pytest.raises(FormatError, match="2 bytes too many"):
        native.read(path)


def test_a_newer_version_says_so(tmp_path):
    path = small(tmp_path / "a.firth")
    edit_header(path, lambda header: header["__metadata__"].update(version="4"))
    with pytest.raises(FormatError, match="newer Firth.*upgrade"):
        native.read(path)


def test_other_safetensors_files_are_distinguished(tmp_path):
    save_file({"embeddings": np.ones((2, 3), np.float32)}, tmp_path / "a")
    with pytest.raises(FormatError, match="not one of Firth's"):
        native.read(tmp_path / "a")


def shape_of(name, shape):
    return lambda header: header[name].update(shape=shape)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (shape_of("word_vectors", [3, 4]), "needs 48"),
        (shape_of("word_vectors", [9]), "dimensions"),
        (shape_of("word_vectors", [9, 1]), "word_ends has shape"),
        (shape_of("word_vectors", [3, -3]), "makes no sense"),
        (shape_of("word_vectors", [3, 3.0]), "makes no sense"),
        (shape_of("word_vectors", [True, 9]), "makes no sense"),
        (shape_of("word_vectors", [10**30, 3]), "needs"),
        (lambda h: h["word_vectors"].update(dtype="I32"), "I32"),
        (lambda h: h["word_vectors"].update(dtype="X9"), "makes no sense"),
        (lambda h: h["word_vectors"].pop("shape"), "makes no sense"),
        (lambda h: h.update(word_vectors=None), "makes no sense"),
        (lambda h: h["words"].update(data_offsets=[0, 14]), "instead of"),
        (lambda h: h["words"].update(data_offsets=[60]), "makes no sense"),
        (lambda h: h.pop("word_ends"), "no tensor 'word_ends'"),
        (lambda h: h["__metadata__"].update(format="other"), "not one of Firth's"),
        (lambda h: h.update(__metadata__=[1]), "not one of Firth's"),
        (lambda h: h["__metadata__"].update(version="one"), "not a whole number"),
        (lambda h: h["__metadata__"].update(history="{"), "'history' is not JSON"),
        (lambda h: h["__metadata__"].update(history=3), "'history' is not JSON"),
    ],
)
def test_a_header_that_lies_is_refused(tmp_path, change, problem):
    path = small(tmp_path / "a.firth")
    edit_header(path, change)
    with pytest.raises(FormatError, match=problem):
        native.read(path)


@pytest.mark.parametrize("ends", [[4, 3, 14], [-1, 3, 14], [4, 9, 15], [4, 9, 13]])
def test_word_ends_that_lie_are_refused(tmp_path, ends):
    path = small(tmp_path / "a.firth")
    right = np.array([4, 9, 14]).tobytes()
    path.write_bytes(path.read_bytes().replace(right, np.array(ends).tobytes()))
    with pytest.raises(FormatError, match="ends|end at"):
        native.read(path)


def test_words_that_are_not_utf8_stay_readable_and_different(tmp_path):
    path = small(tmp_path / "a.firth")
    path.write_bytes(path.read_bytes().replace(b"kingqueen", b"ki\xffgque\xfen"))
    assert list(native.read(path).words) == ["ki\\xffg", "que\\xfen", "water"]


def test_metadata_must_be_json_and_leave_our_names_alone(tmp_path):
    with pytest.raises(FormatError, match="'a' cannot be written as JSON"):
        small(tmp_path / "a.firth", metadata={"a": {1, 2}})
    with pytest.raises(FormatError, match="'version'"):
        small(tmp_path / "a.firth", metadata={"version": 7})
    assert not (tmp_path / "a.firth").exists()


@pytest.mark.parametrize(
    "parts",
    [
        {"matrix": np.ones((2, 3), np.float32)},
        {"matrix": np.ones(3, np.float32)},
        {"matrix": np.ones((3, 0), np.float32)},
        {"counts": np.ones(2, np.int64)},
        {"context_vectors": np.ones((3, 4), np.float32)},
        {"node_vectors": np.ones((3, 3), np.float32)},
    ],
)
def test_parts_that_do_not_fit_together_are_refused(parts):
    whole = {"words": ["a", "b", "c"], "matrix": np.ones((3, 3), np.float32)} | parts
    with pytest.raises(SettingError, match="must be"):
        StoredVectors(**whole)


@pytest.mark.parametrize("words", [1, 2, 5])
def test_node_vectors_come_back(tmp_path, words):
    matrix = np.arange(words * 3, dtype=np.float32).reshape(words, 3)
    path = tmp_path / "a.firth"
    native.write(path, StoredVectors([f"w{i}" for i in range(words)], matrix, node_vectors=matrix[1:]))
    back = native.read(path)
    assert back.node_vectors.tolist() == matrix[1:].tolist()
    assert back.context_vectors is None


def test_node_vectors_of_another_number_are_damage(tmp_path):
    matrix = np.ones((3, 2), np.float32)
    path = tmp_path / "a.firth"
    native.write(path, StoredVectors(["a", "b", "c"], matrix, context_vectors=matrix))
    edit_header(path, lambda header: header.update(node_vectors=header.pop("context_vectors")))
    with pytest.raises(
        FormatError, match=r"node_vectors has shape \(3, 2\), but word_vectors \(3, 2\) require \(2, 2\)"
    ):
        native.read(path)


NGRAMS = np.random.default_rng(2).normal(size=(7, 3)).astype(np.float32)


def test_subwords_come_back(tmp_path):
    path = small(tmp_path / "a.firth", subwords=Subwords(NGRAMS, 2, 5), metadata={"source": "here"})
    back = native.read(path)
    assert back.subwords.matrix.tobytes() == NGRAMS.tobytes()
    assert (back.subwords.min_length, back.subwords.max_length) == (2, 5)
    assert back.metadata == {"source": "here"}
    assert back.subwords.vector("kingly").tobytes() == Subwords(NGRAMS, 2, 5).vector("kingly").tobytes()
    assert load_file(path)["subword_vectors"].tobytes() == NGRAMS.tobytes()


def test_subwords_at_an_unaligned_address_are_written(tmp_path):
    odd = np.frombuffer(b"x" + NGRAMS.tobytes(), np.uint8)[1:].view(np.float32).reshape(-1, 3)
    path = small(tmp_path / "a.firth", subwords=Subwords(odd, 2, 5))
    assert native.read(path).subwords.matrix.tobytes() == NGRAMS.tobytes()


@pytest.mark.parametrize(
    ("subwords", "problem"),
    [
        (None, "need both the tensor 'subword_vectors' and the metadata"),
        ([3, 6], "need both"),
        ({"hash": "murmur", "min_length": 3, "max_length": 6}, "hashed by 'murmur'"),
        ({"hash": "fasttext", "min_length": 3}, "3 to None characters"),
        ({"hash": "fasttext", "min_length": 3.0, "max_length": 6}, "3.0 to 6 characters"),
        ({"hash": "fasttext", "min_length": 0, "max_length": 6}, "0 to 6 characters"),
        ({"hash": "fasttext", "min_length": 6, "max_length": 3}, "6 to 3 characters"),
    ],
)
def test_impossible_subwords_are_refused(tmp_path, subwords, problem):
    path = small(tmp_path / "a.firth", subwords=Subwords(NGRAMS, 2, 5))
    edit_header(path, lambda header: header["__metadata__"].update(subwords=json.dumps(subwords)))
    with pytest.raises(FormatError, match=problem):
        native.read(path)


def test_lengths_of_ngrams_without_their_vectors(tmp_path):
    path = small(tmp_path / "a.firth")
    lengths = json.dumps({"hash": "fasttext", "min_length": 3, "max_length": 6})
    edit_header(path, lambda header: header["__metadata__"].update(subwords=lengths))
    with pytest.raises(FormatError, match="need both"):
        native.read(path)


def test_ngrams_of_another_size_than_words(tmp_path):
    path = small(tmp_path / "a.firth", subwords=Subwords(NGRAMS, 2, 5))
    edit_header(path, lambda header: header["subword_vectors"].update(shape=[21, 1]))
    with pytest.raises(FormatError, match=r"subword_vectors has shape \(21, 1\)"):
        native.read(path)


def test_metadata_cannot_be_named_like_the_ngrams(tmp_path):
    with pytest.raises(FormatError, match="cannot be named 'subwords'"):
        small(tmp_path / "a.firth", metadata={"subwords": 1})


def test_other_files_of_ours_are_called_by_their_name(tmp_path):
    with (tmp_path / "a").open("wb") as file:
        write_tensors(
            file, {"counts": np.ones(3, np.int64)}, {"counts": "I64"}, {"format": "firth-ngrams", "version": "1"}
        )
    with pytest.raises(FormatError, match="no vectors: its format is 'firth-ngrams'"):
        native.read(tmp_path / "a")
