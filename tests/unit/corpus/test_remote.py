"""Files at addresses, read through fsspec: the same corpus as from files of this machine."""

import gzip
import io
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.corpus.encoding import encode
from firth.corpus.pieces import BlockSizes
from firth.corpus.remote import FileAtAddress
from firth.errors import CorpusError

fsspec = pytest.importorskip("fsspec")

TEXT = "\n".join(f"wörd{i % 7} tea{i % 5} with milk{i % 3}" for i in range(900))


@pytest.fixture
def bucket():
    """A folder of files in memory, at memory://bucket."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    files.pipe(
        {
            "/bucket/a.txt": b"\xef\xbb\xbf" + TEXT.encode(),
            "/bucket/deep/b.txt.gz": gzip.compress(TEXT.encode()),
            "/bucket/deep/c.txt": b"late words\r\nlate words",
            "/bucket/.hidden/d.txt": b"hidden",
        }
    )
    yield files
    files.store.clear()


@pytest.fixture
def folder(bucket, tmp_path):
    """The same files on this machine."""
    for name in bucket.find("/bucket"):
        path = tmp_path / name.removeprefix("/bucket/")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bucket.cat_file(name))
    return tmp_path


def assert_equal(found, expected):
    assert list(found.vocabulary.words) == list(expected.vocabulary.words)
    np.testing.assert_array_equal(found.ids, expected.ids)
    np.testing.assert_array_equal(found.sentence_offsets, expected.sentence_offsets)


@pytest.mark.parametrize("threads", [1, 3])
def test_addresses_are_read_as_files_are(bucket, folder, threads):
    options = {"min_count": 1, "threads": threads, "blocks": BlockSizes(piece=100, part=1000)}
    for address, path in (
        ("memory://bucket/a.txt", folder / "a.txt"),
        ("memory://bucket", folder),
        ("memory://bucket/*/*.txt*", str(folder / "*/*.txt*")),
        (["memory://bucket/deep/c.txt", "memory://bucket/a.txt"], [folder / "deep/c.txt", folder / "a.txt"]),
        ([folder / "a.txt", "memory://bucket/deep/b.txt.gz"], [folder / "a.txt", folder / "deep/b.txt.gz"]),
        ((folder / "deep/c.txt").as_uri(), folder / "deep/c.txt"),
    ):
        assert_equal(encode(address, **options), encode(path, **options))


def test_a_function_reads_lines_of_addresses(bucket, folder):
    found = encode("memory://bucket/deep", tokenizer=str.split, min_count=1)
    assert_equal(found, encode(folder / "deep", tokenizer=str.split, min_count=1))


def test_a_file_that_changes_is_found(bucket, monkeypatch):
    original, opened = FileAtAddress.open, []

    def change_after(self, *arguments, **options):
        opened.append(self)
        if len(opened) == 2:
            bucket.pipe_file("/bucket/a.txt", TEXT.replace("tea", "TEA").encode() + b" ")
        return original(self, *arguments, **options)

    monkeypatch.setattr(FileAtAddress, "open", change_after)
    with pytest.raises(CorpusError, match=r"memory://bucket/a.txt: changed while it was read"):
        encode("memory://bucket/a.txt", blocks=BlockSizes(part=1000), min_count=1)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("memory://bucket/none.txt", "'memory://bucket/none.txt': there is no such file"),
        ("memory://bucket/*.csv", "no file is found there"),
        ("nowhere://a/b.txt", r"is an address that fsspec cannot read \(Protocol not known: nowhere\)"),
    ],
)
def test_what_cannot_be_read_is_named(bucket, address, message):
    with pytest.raises(CorpusError, match=message):
        encode(address)


def test_errors_of_storage_are_errors_of_the_file(bucket, monkeypatch):
    class NoCredentialsError(Exception):
        pass

    def refuse(path, start, end):
        raise NoCredentialsError("sign in first")

    monkeypatch.setattr(bucket, "cat_file", refuse)
    with pytest.raises(CorpusError, match=r"memory://bucket/a.txt: cannot be read: NoCredentialsError: sign in first"):
        encode("memory://bucket/a.txt")


def test_without_fsspec_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(CorpusError) as error:
        encode("s3://bucket/a.txt")
    assert str(error.value) == (
        "'s3://bucket/a.txt' is an address, and what reads it is not installed (fsspec): pip install fsspec s3fs; "
        "or download it first, and give the file"
    )


@given(st.binary(max_size=5000), st.lists(st.tuples(st.integers(0, 5200), st.integers(0, 900)), max_size=12))
def test_any_range_of_bytes_can_be_read(content, reads):
    fsspec.filesystem("memory").pipe_file("/ranges/a", content)
    plain = io.BytesIO(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("firth.corpus.remote._LEAST_READ", 64)
        patch.setattr("firth.corpus.remote._MOST_READ", 300)
        with FileAtAddress("memory://ranges/a").open() as file:
            assert file.read() == content
            for at, length in reads:
                assert (file.seek(at), file.read(length)) == (plain.seek(at), plain.read(length))
