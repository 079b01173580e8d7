"""float16 and int8 in native files: what is kept, what is lost, what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open

import firth
from firth.errors import FormatError, SettingError
from firth.formats import native
from firth.formats.compact_numbers import compact, restored
from firth.formats.mapped import mapping_of
from firth.formats.stored import StoredVectors
from firth.subwords.ngrams import Subwords

WORDS = [f"w{i}" for i in range(500)]
MATRIX = np.random.default_rng(5).normal(size=(500, 30)).astype(np.float32)

numbers_in_float16 = st.floats(-60000, 60000, width=16)


def loaded(path, numbers, matrix=MATRIX, **more):
    native.write(path, StoredVectors([f"w{i}" for i in range(len(matrix))], matrix, **more), numbers=numbers)
    return native.read(path)


@given(rows=st.lists(st.lists(numbers_in_float16, min_size=3, max_size=3), min_size=1, max_size=5))
def test_numbers_of_float16_are_kept_bit_for_bit(tmp_path_factory, rows):
    matrix = np.array(rows, np.float32)
    assert loaded(tmp_path_factory.mktemp("a") / "a", "float16", matrix).matrix.tobytes() == matrix.tobytes()


@given(
    rows=st.lists(st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=3, max_size=3), min_size=1, max_size=5)
)
def test_int8_is_off_by_half_a_step_at_most(rows):
    matrix = np.array(rows, np.float32)
    back = restored(*compact(matrix, "int8"))
    steps = np.abs(matrix).max(axis=1, keepdims=True) / 127
    assert (np.abs(back - matrix) <= 0.5001 * steps + 2e-43).all()  # where steps are below the smallest float32
    assert (back[matrix == 0] == 0).all()


@pytest.mark.parametrize(("numbers", "saved", "recall"), [("float16", 2 * 15_000, 0.98), ("int8", 43_000, 0.93)])
def test_files_are_smaller_and_neighbours_hardly_change(tmp_path, numbers, saved, recall):
    vectors = firth.WordVectors(WORDS, MATRIX, np.arange(500, 0, -1), metadata={"a": [1]})
    vectors.save(tmp_path / "a.firth")
    vectors.save(tmp_path / "b.firth", numbers=numbers)
    full, small = ((tmp_path / name).stat().st_size for name in ("a.firth", "b.firth"))
    assert abs(full - small - saved) <= 128  # the headers differ
    back = firth.load(tmp_path / "b.firth")
    assert list(back) == WORDS and back.counts.tolist() == vectors.counts.tolist() and back.metadata == {"a": [1]}
    assert back.matrix.dtype == np.float32 and mapping_of(back.matrix) is None
    pairs = zip(back.most_similar(WORDS), vectors.most_similar(WORDS), strict=True)
    assert np.mean([len({near.word for near in ours} & {near.word for near in theirs}) for ours, theirs in pairs]) > (
        10 * recall
    )


@pytest.mark.parametrize("numbers", ["float16", "int8"])
@pytest.mark.parametrize("buckets", [None, np.array([3, 5], np.uint32)])
def test_vectors_of_n_grams_and_the_output_side_go_along(tmp_path, numbers, buckets):
    grams = np.array([[1, 0, -1], [0.5, 0.25, 1]], np.float32)
    subwords = Subwords(grams, 3, 6) if buckets is None else Subwords(grams, 3, 6, buckets, 9)
    back = loaded(tmp_path / "a", numbers, MATRIX[:2, :3], context_vectors=MATRIX[2:4, :3], subwords=subwords)
    assert back.context_vectors.tobytes() == MATRIX[2:4, :3].tobytes()  # they are not compact
    np.testing.assert_allclose(back.subwords.matrix, grams, atol=0.005)
    assert back.context_vectors.flags.aligned and back.matrix.flags.aligned
    with safe_open(tmp_path / "a", "np") as file:
        assert file.metadata()["version"] == "3"
        assert file.get_tensor("word_vectors").dtype == np.dtype(numbers)


def test_rows_of_zeros_and_the_safetensors_library(tmp_path):
    assert not loaded(tmp_path / "a", "int8", np.zeros((2, 3), np.float32)).matrix.any()
    loaded(tmp_path / "a", "int8")
    with safe_open(tmp_path / "a", "np") as file:
        product = file.get_tensor("word_vectors") * file.get_tensor("word_scales")[:, None]
    assert product.tobytes() == native.read(tmp_path / "a").matrix.tobytes()


@pytest.mark.parametrize(
    ("numbers", "value"), [("float16", 1e5), ("float16", np.nan), ("int8", np.inf), ("int8", np.nan)]
)
def test_numbers_that_do_not_fit_are_refused_before_anything_is_written(tmp_path, numbers, value):
    matrix = np.ones((3, 2), np.float32)
    matrix[1, 1] = value
    with pytest.raises(FormatError, match=f"row 1 has a number that {numbers} cannot hold"):
        native.write(tmp_path / "a", StoredVectors(["a", "b", "c"], matrix), numbers=numbers)
    assert not list(tmp_path.iterdir())


def test_other_numbers_and_other_formats_are_refused(tmp_path):
    vectors = firth.WordVectors(["a"], [[1.0]])
    with pytest.raises(SettingError, match="numbers='int4': must be one of float32, float16, int8"):
        vectors.save(tmp_path / "a.firth", numbers="int4")
    with pytest.raises(SettingError, match="'word2vec-text' cannot have them; save as 'firth'"):
        vectors.save(tmp_path / "a.txt", numbers="int8")
    with pytest.raises(SettingError, match="'parquet' cannot have them; save as 'firth', or leave it out"):
        vectors.save(tmp_path / "a.parquet", numbers="int8")
    with pytest.raises(SettingError, match="'glove' cannot have them; save as 'firth' or 'parquet' or 'arrow'"):
        vectors.save(tmp_path / "a.glove", numbers="float16")


@pytest.mark.parametrize("missing", [True, False])
def test_scales_must_fit_to_the_rows(tmp_path, missing):
    from safetensors.numpy import load_file, save_file

    loaded(tmp_path / "a", "int8", MATRIX[:4])
    tensors = load_file(tmp_path / "a")
    if missing:
        del tensors["word_scales"]
    else:
        tensors["word_scales"] = tensors["word_scales"][:3]
    save_file(tensors, tmp_path / "b", {"format": "firth", "version": "3"})
    with pytest.raises(FormatError, match="word_vectors of I8, and no others, need word_scales"):
        native.read(tmp_path / "b")
