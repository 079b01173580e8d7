"""Files that hold no text are refused or left out, and text that may be meant otherwise is read with a warning."""

import gzip
import io
import os
import pickle
import sqlite3
import tarfile
import threading
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

import firth
from firth.corpus import encode
from firth.corpus.content import SAMPLE, doubt_about, invalid_utf8, why_not_text
from firth.corpus.file_parts import file_parts
from firth.corpus.pieces import BlockSizes, range_pieces
from firth.corpus.sources import recognise
from firth.errors import CorpusError, FirthWarning

TEXT = "the cat drinks tea\nand the dog drinks milk\n" * 30
GERMAN = "Das Café in Zürich hat schöne Stühle und süßen Tee\n" * 50
RUSSIAN = "Мама мыла раму и пила чай\n" * 50
VECTORS = firth.WordVectors(["tea", "milk"], np.random.default_rng(1).normal(size=(2, 50)))


def zipped(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", TEXT)


def archived(path, mode="w"):
    with tarfile.open(path, mode) as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(TEXT)
        archive.addfile(entry, io.BytesIO(TEXT.encode()))


def database(path):
    connection = sqlite3.connect(path)
    connection.execute("create table t (text)")
    connection.commit()
    connection.close()


# What writes a file, and what is said of it.
NO_TEXT = {
    "zip archive": zipped,
    "tar archive": archived,
    "tar archive ": lambda path: archived(path, "w:gz"),
    "compressed twice": lambda path: path.write_bytes(gzip.compress(gzip.compress(TEXT.encode()))),
    "PDF": lambda path: path.write_bytes(b"%PDF-1.7\n" + TEXT.encode()),
    "RTF": lambda path: path.write_bytes(b"{\\rtf1 " + TEXT.encode()),
    "Parquet": lambda path: pa.parquet.write_table(pa.table({"text": ["green tea"]}), path),
    "SQLite": database,
    "NumPy array": lambda path: path.write_bytes(b"\x93NUMPY\x01\x00" + TEXT.encode()),
    "pickle": lambda path: path.write_bytes(pickle.dumps([TEXT])),
    "pointer of Git LFS": lambda path: path.write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n"
    ),
    "binary": lambda path: path.write_bytes(np.random.default_rng(1).normal(size=2000).astype("<f4").tobytes()),
    r"vectors \(safetensors\)": lambda path: VECTORS.save(path, format="firth"),
    r"vectors \(safetensors\) ": lambda path: path.write_bytes(gzip.compress(saved("firth"))),
    "text file of vectors": lambda path: path.write_bytes(saved("word2vec-text")),
    "text file of vectors ": lambda path: path.write_bytes(saved("glove")),
    "UTF-16 text": lambda path: path.write_text(TEXT, encoding="utf-16"),
    "UTF-16 text without": lambda path: path.write_text(TEXT, encoding="utf-16-le"),
    "UTF-16 text without ": lambda path: path.write_text(TEXT, encoding="utf-16-be"),
    "UTF-16 text without  ": lambda path: path.write_text(RUSSIAN, encoding="utf-16-le"),
    "UTF-32 text": lambda path: path.write_text(TEXT, encoding="utf-32"),
    "another encoding": lambda path: path.write_text(RUSSIAN, encoding="cp1251"),
}


def saved(format):
    """The bytes of a file of vectors."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        VECTORS.save(f"{folder}/vectors", format=format)
        with open(f"{folder}/vectors", "rb") as file:  # noqa: PTH123
            return file.read()


@pytest.mark.parametrize("meaning", NO_TEXT)
def test_what_is_no_text_is_refused_where_it_was_named(tmp_path, meaning):
    path = tmp_path / "a"
    NO_TEXT[meaning](path)
    for corpus in (path, [path], path.open("rb")):
        for tokenizer in ("words", str.split):
            with pytest.raises(CorpusError, match=f"this is .*{meaning.strip()}"):
                encode(corpus, min_count=1, tokenizer=tokenizer)
            if hasattr(corpus, "seek"):
                corpus.seek(0)
    corpus.close()


@pytest.mark.parametrize("meaning", NO_TEXT)
@pytest.mark.parametrize("as_pattern", [False, True])
def test_what_is_no_text_is_left_out_of_a_folder(tmp_path, meaning, as_pattern):
    (tmp_path / "a.txt").write_text(TEXT)
    wanted = encode(tmp_path).vocabulary.words
    NO_TEXT[meaning](tmp_path / "b")
    with pytest.warns(FirthWarning, match=rf"left out of the text: .*b \(.*{meaning.strip()}"):
        assert encode(tmp_path / "*" if as_pattern else tmp_path).vocabulary.words == wanted
    (tmp_path / "a.txt").unlink()
    with pytest.raises(CorpusError, match="no file holds text"), pytest.warns(FirthWarning):
        encode(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a Unix thing")
def test_a_named_pipe_is_examined_as_well(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"PK\x03\x04" + b"x" * 20_000,))
    writer.start()
    with pytest.raises(CorpusError, match="zip archive"):
        encode(tmp_path / "pipe")
    writer.join()


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_bytes_that_are_not_utf8_are_counted_and_reported(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_text(GERMAN, encoding=encoding)
    for tokenizer in ("words", "whitespace", str.split):
        with pytest.warns(FirthWarning, match="300 of 2,550 bytes are not UTF-8"):
            assert encode(path, tokenizer=tokenizer).invalid_bytes == 300
    with pytest.warns(FirthWarning, match="300 of 2,550 bytes"):
        firth.Word2Vec(vector_size=4, epochs=1, threads=1).fit(path, progress=False)
    with path.open(encoding=encoding) as file:
        assert "schöne" in encode(file).vocabulary


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        GERMAN,
        RUSSIAN,
        "",
        "a\0b, where the rest is text, as is most of it\n" * 90,  # the tokenizer "whitespace" keeps it in its word
        "field\x1fof\x1ethe\x1frecord\n" * 90,
        "\x1b[31mred\x1b[0m text of a terminal\n" * 90,
        "2 3\ntea 1\n",
        "3 1\nchapter 1\n",
        "1.5 2.5 3.5 " * 30,
        "日本語のテキスト。" * SAMPLE,  # a character is cut off by the end of the sample
    ],
)
def test_text_is_text(text):
    assert why_not_text(text.encode()[:SAMPLE]) is None


def test_invalid_bytes_are_those_that_python_replaces():
    for data, invalid in [(b"a\xff\xc0\x80b", 3), (b"\xe2\x80", 2), ("ü".encode() * 9, 0), (b"\xf0\x9f\x98 x", 3)]:
        assert invalid_utf8(data, final=True) == invalid
    assert invalid_utf8(b"x\xe2\x80") == 0
    assert invalid_utf8(b"\xff" * 1_000_000) == 1_000_000  # in linear time


@pytest.mark.parametrize("end", ["\r", "\x85", "\u2028"])
def test_line_ends_that_end_no_sentence_are_reported(tmp_path, end):
    (tmp_path / "a").write_text("a b c" + end + end.join("def") + end, encoding="utf-8", newline="")
    for tokenizer in ("words", str.split):
        with pytest.warns(FirthWarning, match="lines end in .*all of it is one sentence"):
            assert encode(tmp_path / "a", tokenizer=tokenizer, min_count=1).n_sentences == 1
    assert doubt_about(b"a\r\nb\r\nc\r\nd\r\n", is_tokenized_in_lines=False) is None


@pytest.mark.parametrize(
    "markup", ['{"text": "green tea"}\n', '[{"text": "tea"}]', "<!DOCTYPE html><p>tea", "<?xml ?>"]
)
def test_names_of_fields_and_tags_are_reported(tmp_path, markup):
    (tmp_path / "a").write_text(markup)
    (tmp_path / "b").write_text(markup)
    with pytest.warns(FirthWarning, match=r"a, .*b: this looks like (JSON|HTML or XML)") as warnings:
        encode(tmp_path, min_count=1)
    assert len(warnings) == 1
    encode(tmp_path, min_count=1, tokenizer=str.split)  # a function may well read it


def changed(path, how):
    """Change a file that has been examined."""
    before = path.stat()
    if how == "cut":
        os.truncate(path, before.st_size // 2)
    elif how == "grown":
        with path.open("a") as file:
            file.write("more\n")
    elif how == "rewritten":
        with path.open("r+") as file:
            file.write("THE")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000_000))
    else:
        other = path.with_suffix(".new")
        other.write_text("x" * before.st_size)
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(path)


@pytest.mark.parametrize("how", ["cut", "grown", "rewritten", "replaced"])
@pytest.mark.parametrize("compressed", [False, True])
def test_a_file_that_changes_while_it_is_read_is_an_error(tmp_path, how, compressed):
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(os.urandom(9000).hex().encode()) if compressed else TEXT.encode() * 9)
    blocks = BlockSizes(piece=100, part=3000)
    (*_, portions) = file_parts(recognise(path), blocks.part)
    pieces = range_pieces(portions[-1], blocks, lambda n_bytes: None)
    first = b"" if how == "replaced" else next(pieces)
    changed(path, how)
    with pytest.raises(CorpusError, match=r"changed while it was read: it had .* bytes at the start, now"):
        list(pieces)
    assert len(first) <= 100


def test_a_file_that_shrinks_while_a_tokenizer_reads_it_is_an_error(tmp_path):
    path = tmp_path / "a"
    path.write_text(TEXT)

    def cutting(line):
        os.truncate(path, 100)
        return line.split()

    with pytest.raises(CorpusError, match="changed while it was read"):
        encode(path, tokenizer=cutting, min_count=1, blocks=BlockSizes(piece=100))
