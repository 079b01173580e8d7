"""Everything a corpus may be, and what is said of things that it may not be."""

import bz2
import gzip
import io
import lzma
import os
import pathlib
import sys
import threading

import pytest
import zstandard

from firth.corpus import encode
from firth.corpus.pieces import BlockSizes
from firth.errors import CorpusError, FirthWarning, MissingExtraError

TEXT = "The cat sat.\nThe dog’s bone\n\nünïcode CAT\n"
SENTENCES = [["the", "cat", "sat"], ["the", "dog's", "bone"], ["ünïcode", "cat"]]
COMPRESS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: zstandard.ZstdCompressor(write_checksum=True).compress(data),
}


def sentences(corpus, **options):
    encoded = encode(corpus, min_count=1, **options)
    return [encoded.sentence(i) for i in range(encoded.n_sentences)]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_paths(path, monkeypatch):
    assert sentences(path) == SENTENCES
    assert sentences(str(path)) == SENTENCES
    assert sentences([path, str(path)]) == SENTENCES * 2
    assert sentences((str(path), str(path))) == SENTENCES * 2
    assert sentences(p for p in [path, path]) == SENTENCES * 2
    monkeypatch.chdir(path.parent)
    assert sentences("text.txt") == SENTENCES


def test_folder_is_read_in_order_of_names_without_hidden_files(tmp_path):
    for name, text in {"b.txt": "two", "a/z.txt": "one", "c": "three", ".hidden": "no", ".git/x": "no"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert sentences(tmp_path) == [["one"], ["two"], ["three"]]
    assert sentences(str(tmp_path)) == [["one"], ["two"], ["three"]]


def test_glob(tmp_path):
    for name in ("2.txt", "1.txt", "3.md", "deep/er/4.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(f"from{name[0]}")
    assert sentences(str(tmp_path / "*.txt")) == [["from1"], ["from2"]]
    assert sentences(tmp_path / "**" / "*.txt") == [["from1"], ["from2"], ["fromd"]]


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("blocks", [BlockSizes(), BlockSizes(3, 10, 4)])
def test_compression_is_detected_from_the_content(tmp_path, kind, blocks):
    data = COMPRESS[kind](TEXT.encode()) + COMPRESS[kind](b"second frame")
    (tmp_path / "a.txt").write_bytes(data)
    (tmp_path / "b.gz").write_text("plain text in spite of its name")
    wanted = [*SENTENCES, ["second", "frame"]]
    assert sentences(tmp_path / "a.txt", blocks=blocks) == wanted
    assert len(sentences(tmp_path, blocks=blocks, threads=2)) == len(wanted) + 1
    assert sentences(io.BytesIO(data), blocks=blocks) == wanted


@pytest.mark.parametrize("kind", COMPRESS)
def test_damaged_compressed_file(tmp_path, kind):
    whole = COMPRESS[kind](TEXT.encode() * 100)
    (tmp_path / "cut").write_bytes(whole[: len(whole) * 2 // 3])
    (tmp_path / "odd").write_bytes(whole[:20] + b"?" * 9 + whole[29:])
    for name in ("cut", "odd"):
        with pytest.raises(CorpusError, match=f"{name}: the .* data are damaged"):
            encode(tmp_path / name)


def test_zstd_without_its_package(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(COMPRESS["zst"](b"text"))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingExtraError, match=r"firth\[zstd\]"):
        encode(tmp_path / "a")


def test_open_files(path, monkeypatch):
    with path.open("rb") as binary, path.open(encoding="utf-8") as text:
        assert sentences(binary) == SENTENCES
        assert sentences(text, blocks=BlockSizes(5, 5, 5)) == SENTENCES
        assert not binary.closed
    with path.open("rb", buffering=0) as raw:
        raw.seek(13)
        assert sentences(raw) == SENTENCES[1:]
    assert sentences(io.StringIO("\ufeffmark first")) == [["mark", "first"]]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode()), encoding="ascii"))
    assert sentences("-") == SENTENCES


def test_closed_file(path):
    with path.open("rb") as file:
        pass
    with pytest.raises(CorpusError, match="closed file"):
        encode(file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a Unix thing")
def test_named_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(TEXT.encode(),))
    writer.start()
    assert sentences(tmp_path / "pipe") == SENTENCES
    writer.join()


def test_texts():
    texts = ["The cat sat.\nThe dog’s bone", "", "ünïcode CAT"]
    assert sentences(texts) == SENTENCES
    assert sentences(iter(texts)) == SENTENCES
    assert sentences((text for text in texts), blocks=BlockSizes(4, 4, 4)) == SENTENCES
    assert sentences(["one\r\ntwo"], tokenizer="whitespace") == [["one"], ["two"]]
    with pytest.warns(FirthWarning, match="3 of .* bytes are not UTF-8"):
        assert encode(["a\ud800b"], tokenizer="whitespace", min_count=1).invalid_bytes == 3


def test_token_lists():
    lists = [["New York", "a\nb", ""], (), ("New York", "x"), iter(["x"])]
    wanted = [["New York", "a\nb", ""], ["New York", "x"], ["x"]]
    assert sentences(lists) == wanted
    assert sentences((sentence for sentence in [["b", "a"], ["a"]]), blocks=BlockSizes(1, 1, 1)) == [["b", "a"], ["a"]]


def test_callable_tokenizer(path):
    lines = []

    def letters(line):
        lines.append(line)
        return list(line[:2])

    assert sentences(path, tokenizer=letters)[0] == ["T", "h"]
    assert lines == TEXT.splitlines()
    path.write_bytes(b"a b\r\n\xff c\xe2\x80")
    for blocks in (BlockSizes(), BlockSizes(1, 1, 1)):
        with pytest.warns(FirthWarning, match="3 of .* bytes are not UTF-8"):
            corpus = encode(path, tokenizer=str.split, min_count=1, blocks=blocks)
        assert [corpus.sentence(0), corpus.sentence(1)] == [["a", "b"], ["\ufffd", "c\ufffd"]]
        assert corpus.invalid_bytes == 3
    for text in (TEXT, "a\n\nb", "a\r\nb\r\n"):  # a byte at a time, as from a slow pipe
        for corpus in (io.BytesIO(text.encode()), io.StringIO(text, newline=""), [text], iter([text])):
            lines.clear()
            encode(corpus, tokenizer=letters, min_count=1, blocks=BlockSizes(1, 1, 1))
            assert lines == text.splitlines()
    assert sentences(["x-y\nz"], tokenizer=lambda line: line.split("-")) == [["x", "y"], ["z"]]
    with path.open("rb") as file, pytest.warns(FirthWarning, match="UTF-8"):
        assert sentences(file, tokenizer=str.split) == [["a", "b"], ["\ufffd", "c\ufffd"]]


def test_a_string_that_is_not_a_path_is_refused():
    for text in ["the cat sat on the mat", "", "nul\0", "x" * 10_000, "two\nlines"]:
        with pytest.raises(CorpusError, match=r"no such file, folder or pattern.*\[text\]"):
            encode(text)
    with pytest.raises(CorpusError, match="no file matches"):
        encode("nowhere/*.txt")
    with pytest.raises(CorpusError, match="no such file"):
        encode([pathlib.Path("missing.txt")])


def test_list_that_is_half_paths(path):
    with pytest.raises(CorpusError, match=r"item 1 .* names an existing file, but item 0, 'missing.txt', does not"):
        encode(["missing.txt", str(path)])
    many = [str(path)] * 150 + ["not a path"]
    with pytest.raises(CorpusError, match="item 150, 'not a path', does not"):
        encode(many)
    assert sentences(iter([str(path.name), "no path"]))[1] == ["no", "path"]
    with pytest.raises(CorpusError, match="item 1 is 5 of type int, but the items before are paths"):
        encode([path, 5])


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        (b"bytes", "io.BytesIO"),
        (5, "of type int"),
        (None, "of type NoneType"),
        ([], "empty"),
        ([None], "None"),
        ([b"bytes"], "item 0 .* of type bytes"),
        ([3], "item 0 .* 3 of type int"),
        (["text", None], "item 1 of the corpus is None"),
        (["text", ["a"]], "item 1 .* of type list"),
        ([["a"], "text"], "sentence 1 is 'text'"),
        ([["a"], None], "sentence 1 is None"),
        ([["a", "b"], ["c", None]], "sentence 1, token 1 is None of type NoneType"),
        ([["a", b"b"]], "sentence 0, token 1 is b'b' of type bytes"),
        ([["a"], ["b", 7]], r"sentence 1, token 1 is 7 of type int: tokens must be strings; str\(token\)"),
        ([["a", ["b"]]], r"sentence 0, token 1 is \['b'\] of type list"),
        ([iter(["a", 7])], "sentence 0, token 1: tokens must be strings"),
    ],
)
def test_objects_that_are_not_a_corpus_are_refused(corpus, message):
    with pytest.raises(CorpusError, match=message):
        encode(corpus)


def test_error_in_the_users_generator():
    def broken():
        yield "some text"
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        encode(broken())
