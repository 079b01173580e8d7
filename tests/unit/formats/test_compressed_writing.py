"""Files are compressed where their suffix says so, and are else what they would have been."""

import bz2
import gzip
import lzma
import sys

import numpy as np
import pytest
import zstandard

import firth
from firth.errors import FormatError, MissingExtraError, SettingError

VECTORS = firth.WordVectors(["the", "naïve", "東京"], np.eye(3, 4, dtype=np.float32), [3, 2, 1], metadata={"a": 1})
UNPACKERS = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
    ".zst": lambda content: zstandard.ZstdDecompressor().decompressobj().decompress(content),
}


@pytest.mark.parametrize("packing", UNPACKERS)
@pytest.mark.parametrize("suffix", [".firth", ".txt", ".vec", ".bin", ".glove"])
def test_the_suffix_before_the_last_tells_the_format(tmp_path, suffix, packing):
    plain, packed = tmp_path / f"a{suffix}", tmp_path / f"b.1{suffix}{packing}"
    VECTORS.save(plain)
    VECTORS.save(packed)
    assert UNPACKERS[packing](packed.read_bytes()) == plain.read_bytes()
    assert firth.load(packed).words == VECTORS.words
    assert firth.load(packed).matrix.tobytes() == VECTORS.matrix.tobytes()


@pytest.mark.parametrize("format", ["fasttext-vec", "spacy", "glove"])
def test_a_named_format_is_compressed_too(tmp_path, format):
    VECTORS.save(tmp_path / "a", format)
    VECTORS.save(tmp_path / "b.GZ", format)
    assert gzip.decompress((tmp_path / "b.GZ").read_bytes()) == (tmp_path / "a").read_bytes()


def test_the_same_content_makes_the_same_file(tmp_path):
    VECTORS.save(tmp_path / "a.txt.gz")
    VECTORS.save(tmp_path / "b.txt.gz")
    assert (tmp_path / "a.txt.gz").read_bytes() == (tmp_path / "b.txt.gz").read_bytes()


@pytest.mark.parametrize("name", ["a.gz", "a.jpeg.gz", ".gz"])
def test_a_suffix_of_compression_alone_is_not_a_format(tmp_path, name):
    with pytest.raises(SettingError, match=r"must be one of.*\.glove"):
        VECTORS.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("packing", UNPACKERS)
def test_a_failure_leaves_the_old_file(tmp_path, packing):
    path = tmp_path / f"a.txt{packing}"
    VECTORS.save(path)
    before = path.read_bytes()
    with pytest.raises(FormatError, match="'new york'"):
        firth.WordVectors(["new york"], [[1.0]]).save(path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_zstd_without_its_package_is_explained(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingExtraError, match=r"writing a.txt.zst .*firth\[zstd\]"):
        VECTORS.save(tmp_path / "a.txt.zst")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("packing", UNPACKERS)
def test_whole_models_too(tmp_path, packing):
    text = ["the cat sat", "the dog sat"] * 9
    model = firth.Word2Vec(vector_size=8, min_count=1, epochs=1, threads=1, subsample_threshold=0)
    model.fit(text, progress=False)
    model.save(tmp_path / f"a.firth{packing}")
    again = firth.Word2Vec.load(tmp_path / f"a.firth{packing}")
    assert again.vectors.matrix.tobytes() == model.vectors.matrix.tobytes()
    assert again.hyperparameters == model.hyperparameters
