"""Zip and tar archives of vectors: which file is read, and what is refused."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

import firth
from firth.errors import FirthWarning, FormatError
from firth.formats.detect import is_foreign_vectors

GLOVE = b"king 1 2\nqueen 3 4\n"
VEC = b"2 2\nking 1 2\nqueen 3 4\n"
WORDS = ["king", "queen"]


def zipped(path, files, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path, files, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


PACKERS = {
    "a.vec.zip": zipped,
    "stored.zip": lambda path, files: zipped(path, files, zipfile.ZIP_STORED),
    "lzma.zip": lambda path, files: zipped(path, files, zipfile.ZIP_LZMA),
    "a.tar": tarred,
    "a.tar.gz": lambda path, files: tarred(path, files, "w:gz"),
    "a.tar.xz": lambda path, files: tarred(path, files, "w:xz"),
}


@pytest.fixture(params=PACKERS)
def pack(request, tmp_path):
    """Makes an archive of files by name."""
    return lambda files: PACKERS[request.param](tmp_path / request.param, files)


def test_the_only_file_of_vectors_is_read(pack):
    archive = pack({"README.md": b"#", "folder/a.vec": VEC, "__MACOSX/._a.vec": b"\0", "folder/LICENSE.txt": b"MIT"})
    vectors = firth.load(archive)
    assert list(vectors) == WORDS and vectors.matrix.tolist() == [[1, 2], [3, 4]]
    assert vectors.metadata["archive_member"] == "folder/a.vec"
    assert is_foreign_vectors(archive)


def test_of_several_files_one_has_to_be_named(pack):
    archive = pack({"glove.6B.50d.txt": GLOVE, "glove.6B.100d.txt": b"king 1 2 3\n", "README": b"x"})
    with pytest.raises(
        FormatError, match=r"has 2 files of vectors; give one, .*/glove.6B.50d.txt for instance: 'glove"
    ):
        firth.load(archive)
    assert firth.load(archive / "glove.6B.100d.txt").vector_size == 3
    assert list(firth.load(f"{archive}/glove.6B.50d.txt")) == WORDS
    assert is_foreign_vectors(archive / "glove.6B.100d.txt")
    with pytest.raises(FormatError, match=r"has no file 'glove.6B.300d.txt'; it has 'glove.6B.50d.txt' \(0.0 MB\)"):
        firth.load(archive / "glove.6B.300d.txt")


def test_of_files_that_differ_in_their_suffix_the_best_is_read_with_a_warning(pack, tmp_path):
    firth.WordVectors(WORDS, [[1, 2], [3, 4]]).save(tmp_path / "model.bin")
    binary = (tmp_path / "model.bin").read_bytes()
    archive = pack({"model.txt": GLOVE, "model.bin": binary, "meta.json": b"{}"})
    with pytest.warns(FirthWarning, match="'model.bin' is read; there is also .*/model.txt"):
        assert list(firth.load(archive)) == WORDS


@pytest.mark.parametrize("suffix", ["firth", "bin", "parquet", "arrow", "glove.gz"])
def test_files_of_every_kind_and_no_mapped_temporary_file(pack, tmp_path, suffix):
    vectors = firth.WordVectors(WORDS, [[1, 2], [3, 4]], metadata={"a": 1} if suffix == "firth" else {})
    vectors.save(tmp_path / f"x.{suffix}")
    back = firth.load(pack({f"x.{suffix}": (tmp_path / f"x.{suffix}").read_bytes()}))
    assert list(back) == WORDS and back.matrix.tobytes() == vectors.matrix.tobytes()
    assert back.metadata == {**vectors.metadata, "archive_member": f"x.{suffix}"}


def test_errors_name_the_archive_the_file_and_the_line(pack):
    with pytest.raises(FormatError, match=r"/glove.txt, line 3: 1 numbers instead of 2") as caught:
        firth.load(pack({"glove.txt": b"king 1 2\nmen 5 6\nqueen 3\n"}))
    assert caught.value.line == 3
    assert firth.load(pack({"glove.txt": b"king 1 2\nmen 5 6\nqueen 3\n"}), on_error="skip").skipped.count == 1


@pytest.mark.parametrize("files", [{}, {"README.md": b"x"}, {"empty.txt": b""}, {"folder/.hidden": b"a 1"}])
def test_archives_without_vectors_are_refused(pack, files):
    with pytest.raises(FormatError):
        firth.load(pack(files))


def test_names_that_lead_elsewhere_write_nothing(pack, tmp_path):
    archive = pack({"../../evil.txt": GLOVE})
    before = sorted(tmp_path.parent.rglob("*"))
    assert list(firth.load(archive)) == WORDS
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_links_and_devices_in_a_tar_are_no_files(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, kind in (("a.txt", tarfile.SYMTYPE), ("b.txt", tarfile.LNKTYPE), ("c.txt", tarfile.CHRTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    with pytest.raises(FormatError, match="without a file of vectors; it has no files"):
        firth.load(tmp_path / "a.tar")


@pytest.mark.parametrize("inner", ["b.zip", "b.tar.gz"])
def test_an_archive_in_an_archive_is_refused(pack, tmp_path, inner):
    content = PACKERS["a.vec.zip" if inner == "b.zip" else "a.tar.gz"](tmp_path / inner, {"a.vec": VEC}).read_bytes()
    with pytest.raises(FormatError, match=f"{inner}: is an archive in an archive"):
        firth.load(pack({inner: content}))


@pytest.mark.parametrize("name", ["a.vec.zip", "a.tar.gz"])
def test_files_that_expand_too_far_are_refused(tmp_path, name):
    archive = PACKERS[name](tmp_path / name, {"a.txt": bytes(80_000_000)})
    with pytest.raises(FormatError, match="FIRTH_MAX_EXPANSION"):
        firth.load(archive)


def test_a_password_is_reported(tmp_path):
    content = bytearray(zipped(tmp_path / "a.zip", {"a.txt": GLOVE}).read_bytes())
    content[6] |= 1  # the flag in the file's own header, and that in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(FormatError, match="an archive with a password"):
        firth.load(tmp_path / "a.zip")


def test_damaged_archives_are_refused(pack):
    archive = pack({"a.vec": VEC * 20, "b.md": b"x"})
    content = archive.read_bytes()
    for length in range(0, len(content), max(1, len(content) // 25)):
        archive.write_bytes(content[:length])
        try:
            firth.load(archive)
        except FormatError as error:
            assert archive.name in str(error)
    for position in range(0, len(content), max(1, len(content) // 25)):
        archive.write_bytes(content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :])
        try:
            firth.load(archive)
        except FormatError as error:
            assert archive.name in str(error)


def test_a_path_below_a_file_that_is_no_archive(tmp_path):
    (tmp_path / "a.txt").write_bytes(GLOVE)
    with pytest.raises(FormatError, match="a.txt: is no archive, so there is no b in it"):
        firth.load(tmp_path / "a.txt" / "b")


# ---------------------------------------------------------------- published vectors


@pytest.fixture
def gensim_data(tmp_path, monkeypatch):
    """What gensim's downloader leaves."""
    folder = tmp_path / "gensim-data" / "glove-wiki-gigaword-50"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('this must not run')")
    (folder / "glove-wiki-gigaword-50.gz").write_bytes(gzip.compress(VEC))
    monkeypatch.setenv("GENSIM_DATA_DIR", str(tmp_path / "gensim-data"))
    monkeypatch.chdir(tmp_path)
    return folder


def test_what_gensims_downloader_left_is_found_by_its_name(gensim_data, monkeypatch, tmp_path):
    assert list(firth.load("glove-wiki-gigaword-50")) == WORDS
    monkeypatch.delenv("GENSIM_DATA_DIR")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert list(firth.load("glove-wiki-gigaword-50")) == WORDS
    firth.WordVectors(["own"], np.ones((1, 2))).save("glove-wiki-gigaword-50", "firth")
    assert list(firth.load("glove-wiki-gigaword-50")) == ["own"]  # a file of this name comes first


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("word2vec-google-news-300", r"word2vec-google-news-300.gz, and docs/published-vectors.md has addresses"),
        ("glove.6B.zip", "published vectors, which Firth does not download: docs/published-vectors.md"),
        ("data/GoogleNews-vectors-negative300.bin.gz", "docs/published-vectors.md"),
        ("cc.de.300.vec.gz", "docs/published-vectors.md"),
        ("wiki-news-300d-1M.vec.zip", "docs/published-vectors.md"),
        ("../glove-wiki-gigaword-50", "docs/published-vectors.md"),
        ("mine.txt", "mine.txt: there is no such file$"),
    ],
)
def test_published_vectors_that_are_not_there(gensim_data, name, message):
    with pytest.raises(FileNotFoundError, match=message):
        firth.load(name)
