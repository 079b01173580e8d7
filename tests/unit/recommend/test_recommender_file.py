"""The file of a Recommender: round trips and damage."""

import json

import numpy as np
import pytest

import firth
from firth.errors import FormatError
from firth.recommend import Recommender


@pytest.fixture(scope="module")
def model():
    random = np.random.default_rng(1)
    model = Recommender(vector_size=5, epochs=1, threads=1, seed=3)
    return model.fit(random.integers(0, 30, (60, 6)).tolist(), progress=False).build_index(progress=False)


@pytest.fixture
def path(model, tmp_path):
    path = tmp_path / "shop.firth"
    model.save(path)
    return path


def parts(path):
    """The header of a safetensors file, and its data."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def write(path, header, data):
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def test_a_loaded_model_is_the_same(model, path):
    loaded = Recommender.load(path)
    assert loaded.settings == model.settings and loaded.weights == model.weights
    histories = [[3], [1, 2, 3], [7, 7, 29], [99], []]
    before, after = model.recommend_many(histories, 8), loaded.recommend_many(histories, 8)
    assert (before.numbers == after.numbers).all() and (before.scores == after.scores).all()
    assert type(loaded.recommend([3])[0].item) is int
    assert loaded.explain([1, 2], 3) == model.explain([1, 2], 3)
    assert loaded.similar_items(3) == model.similar_items(3)
    again = path.with_name("again.firth")
    loaded.save(again)
    assert again.read_bytes() == path.read_bytes()


def test_integers_and_strings_stay_what_they_are(tmp_path):
    model = Recommender(epochs=1, threads=1).fit([["7", "8"], ["7", "8", "9"]], progress=False)
    model.save(tmp_path / "x")
    assert Recommender.load(tmp_path / "x").recommend(["7"], count=1).items == ["8"]


def test_other_readers_name_what_it_is(path, tmp_path):
    with pytest.raises(FormatError, match=r"recommender.*Recommender\.load"):
        firth.load(path)
    firth.WordVectors(["a"], [[1.0]]).save(tmp_path / "v.firth")
    with pytest.raises(FormatError, match=r"word vectors.*firth\.load"):
        Recommender.load(tmp_path / "v.firth")
    (tmp_path / "text").write_text("no model at all")
    with pytest.raises(FormatError, match="not a recommender"):
        Recommender.load(tmp_path / "text")
    with pytest.raises(FormatError, match="a folder"):
        Recommender.load(tmp_path)
    with pytest.raises(FileNotFoundError):
        Recommender.load(tmp_path / "none")


def test_every_missing_tensor_and_metadata_are_reported(path):
    header, data = parts(path)
    for name in header["__metadata__"]:
        broken = {
            **header,
            "__metadata__": {key: value for key, value in header["__metadata__"].items() if key != name},
        }
        write(path, broken, data)
        if name == "index":  # as in a file without one
            assert Recommender.load(path).index_recall is None
            continue
        with pytest.raises(FormatError):
            Recommender.load(path)
    for name in header:
        if name != "__metadata__":
            renamed = {("other" if key == name else key): value for key, value in header.items()}
            write(path, renamed, data)
            with pytest.raises(FormatError, match="shop.firth"):
                Recommender.load(path)


@pytest.mark.parametrize("value", [255, 127])
def test_numbers_out_of_range_are_reported_or_harmless(path, value):
    """Every tensor in turn is filled with one byte: -1, NaN, or numbers far too large."""
    header, data = parts(path)
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        if end == begin:
            continue
        write(path, header, data[:begin] + bytes([value]) * (end - begin) + data[end:])
        try:
            loaded = Recommender.load(path)
        except FormatError:
            continue
        assert entry["dtype"] in ("U8", "BOOL", "I64", "F64"), name  # counts, flags and amounts that lead nowhere else
        loaded.recommend([3, 1, 2])


def test_sequences_that_are_listed_with_items_they_lack_are_harmless(path):
    """Such a list leads from an item to sequences in which nothing of the history is found."""
    header, data = parts(path)
    begin, end = header["sessions.sequences"]["data_offsets"]
    write(path, header, data[:begin] + bytes(end - begin) + data[end:])  # of each item, the first sequence
    loaded = Recommender.load(path)
    for history in ([3], list(range(30))):
        assert np.isfinite([score for _, score in loaded.recommend(history, 5)]).all()


def test_truncated_files_are_reported(path):
    content = path.read_bytes()
    for length in (0, 7, 9, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(FormatError):
            Recommender.load(path)


def test_newer_files_are_reported(path):
    header, data = parts(path)
    header["__metadata__"]["version"] = "2"
    write(path, header, data)
    with pytest.raises(FormatError, match="newer"):
        Recommender.load(path)


def test_a_target_that_cannot_be_written_is_reported(model, tmp_path):
    with pytest.raises((FormatError, OSError)):
        model.save(tmp_path / "none" / "shop.firth")
