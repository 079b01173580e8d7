"""Vocabulary, ids and offsets; options; limits of memory; what is said when nothing is left."""

import mmap
import os
import subprocess
import sys
import tempfile
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.corpus import Vocabulary, encode
from firth.corpus.pieces import BlockSizes
from firth.corpus.spool import MemoryBudget
from firth.errors import CorpusError, FirthWarning, SettingError
from threads_left import threads_left

SENTENCES = [["b", "a", "c"], ["c", "a", "d"], ["d", "e"], ["e"]]
words = st.sampled_from(["a", "b", "New York", "c c", "", "ü"])


def write(path, n_lines=4000, seed=1):
    """A text whose words fall off as in real text; returns its sentences."""
    random = np.random.default_rng(seed)
    lines = [[f"w{min(word, 3000)}" for word in random.zipf(1.3, random.integers(0, 20))] for _ in range(n_lines)]
    path.write_text("\n".join(" ".join(line) for line in lines))
    return [line for line in lines if line]


def same(corpus, wanted):
    words, counts, ids, offsets = wanted
    assert list(corpus.vocabulary.words) == words
    assert corpus.vocabulary.counts.tolist() == counts
    np.testing.assert_array_equal(corpus.ids, ids)
    np.testing.assert_array_equal(corpus.sentence_offsets, offsets)
    assert corpus.ids.dtype == np.int32
    assert corpus.sentence_offsets.dtype == corpus.vocabulary.counts.dtype == np.int64


@given(st.lists(st.lists(words), min_size=1), st.integers(1, 3), st.none() | st.integers(1, 3), st.booleans())
def test_token_lists_agree_with_reference(reference, sentences, min_count, max_vocabulary, one_by_one):
    wanted = reference.encode(sentences, min_count, max_vocabulary)
    options = {"min_count": min_count, "max_vocabulary": max_vocabulary, "memory_limit": 40}
    blocks = BlockSizes(1, 1, 1) if one_by_one else BlockSizes()
    if not wanted[0]:
        with pytest.raises(CorpusError):
            encode(sentences, **options)
    else:
        same(encode(sentences, blocks=blocks, **options), wanted)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize(("min_count", "max_vocabulary"), [(1, None), (5, None), (2, 37), (400, 1)])
def test_text_agrees_with_reference(reference, tmp_path, threads, min_count, max_vocabulary):
    sentences = write(tmp_path / "a")
    corpus = encode(
        tmp_path / "a",
        min_count=min_count,
        max_vocabulary=max_vocabulary,
        threads=threads,
        blocks=BlockSizes(700, 5000, 2000),
    )
    same(corpus, reference.encode(sentences, min_count, max_vocabulary))
    vocabulary = corpus.vocabulary
    assert corpus.total_words == vocabulary.total_words == sum(map(len, sentences))
    assert corpus.unknown_words == vocabulary.unknown_words == corpus.total_words - corpus.n_words
    assert (vocabulary.min_count, vocabulary.max_vocabulary) == (min_count, max_vocabulary)
    assert corpus.n_sentences == len(corpus.sentence_offsets) - 1


def test_ties_go_by_first_appearance():
    corpus = encode(SENTENCES, min_count=1)
    assert corpus.vocabulary.words == ["a", "c", "d", "e", "b"]
    assert encode([" ".join(s) for s in SENTENCES], min_count=1).vocabulary.words == ["a", "c", "d", "e", "b"]


def test_given_vocabulary_is_kept_to(tmp_path):
    vocabulary = Vocabulary(["e", "unseen", "a", "New York", "x\0", "\0"], np.array([9, 8, 7, 6, 5, 4]))
    wanted = [["a"], ["a"], ["e"], ["e"]]
    (tmp_path / "a").write_text("\n".join(" ".join(s) for s in SENTENCES))
    for source in (SENTENCES, tmp_path / "a", iter(SENTENCES)):
        corpus = encode(source, vocabulary=vocabulary, threads=3, blocks=BlockSizes(3, 4, 5), min_count=99)
        assert corpus.vocabulary is vocabulary
        assert [corpus.sentence(i) for i in range(corpus.n_sentences)] == wanted
        assert (corpus.total_words, corpus.unknown_words) == (9, 5)
    assert encode([["New York"]], vocabulary=vocabulary).ids.tolist() == [3]
    assert encode(["x\0 y \0"], tokenizer="whitespace", vocabulary=vocabulary).ids.tolist() == [4, 5]
    for nothing in (["none known"], [["none"]]):
        with pytest.raises(CorpusError, match=r"none of its . words is among the 6 of the vocabulary"):
            encode(nothing, vocabulary=vocabulary)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("as_tokens", [False, True])
def test_corpus_ten_times_the_memory_limit_is_mapped(reference, tmp_path, threads, as_tokens):
    sentences = write(tmp_path / "a")
    source = iter(sentences) if as_tokens else tmp_path / "a"
    blocks = BlockSizes(piece=2000, part=20_000, stream=1000)
    limit = 4 * sum(map(len, sentences)) // 10
    corpus = encode(source, min_count=3, threads=threads, memory_limit=limit, blocks=blocks)
    assert corpus.memory_mapped
    assert not encode(sentences, min_count=3).memory_mapped
    same(corpus, reference.encode(sentences, 3))
    assert corpus.ids.flags.writeable  # compiled code would treat read-only arrays as another type
    for array in (corpus.ids, corpus.sentence_offsets):
        while isinstance(array, np.ndarray):
            array = array.base
        assert isinstance(array.obj if isinstance(array, memoryview) else array, mmap.mmap)


@pytest.mark.parametrize("memory_limit", [0, 1 << 30])
def test_temporary_files_vanish(tmp_path, monkeypatch, memory_limit):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    corpus = encode(SENTENCES, min_count=1, memory_limit=memory_limit)
    assert corpus.memory_mapped == (memory_limit == 0)
    with pytest.raises(CorpusError):
        encode([["a"], [None]], memory_limit=memory_limit, blocks=BlockSizes(1, 1, 1))
    del corpus
    assert list(folder.iterdir()) == []


def test_temporary_folder_that_cannot_hold_the_ids(monkeypatch):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    many = SENTENCES * 2000
    for setting in ({"blocks": BlockSizes(stream=10)}, {}):
        try:
            resource.setrlimit(
                resource.RLIMIT_FSIZE, (10_000, limits[1])
            )  # as a full disk: a write fails, or is cut short
            with pytest.raises(CorpusError, match="cannot hold the encoded corpus .*TMPDIR"):
                encode(many, memory_limit=0, min_count=1, **setting)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert encode(many, memory_limit=0, min_count=1).n_words == 18_000
    monkeypatch.setattr(tempfile, "tempdir", os.path.join(tempfile.gettempdir(), "nowhere"))  # noqa: PTH118
    with pytest.raises(CorpusError, match="nowhere cannot hold the encoded corpus .*TMPDIR"):
        encode(SENTENCES, memory_limit=0)


def test_temporary_folder_is_tried_before_a_long_text_is_read(tmp_path, monkeypatch):
    with pytest.warns(FirthWarning, match="GB left, perhaps too little for the ids of .*TMPDIR"):
        MemoryBudget(1 << 30).check_space(1 << 60)
    MemoryBudget(1 << 30).check_space(1 << 30)
    write(tmp_path / "a", n_lines=10)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(CorpusError, match="TMPDIR"):
        encode(tmp_path / "a", memory_limit=10, progress=lambda progress: pytest.fail("the text was read"))


GROWTH = """
import resource, sys
from firth.corpus import encode
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
encode(sys.argv[1], memory_limit=0, min_count=1)
before = peak()
corpus = encode(sys.argv[2], memory_limit=1 << 20, min_count=1)
assert corpus.memory_mapped
print(corpus.ids.nbytes, peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in other units elsewhere")
def test_memory_does_not_grow_with_the_corpus(tmp_path):
    write(tmp_path / "small")
    text = (tmp_path / "small").read_bytes()
    with (tmp_path / "large").open("wb") as file:
        for _ in range(300):
            file.write(text + b"\n")
    command = [sys.executable, "-c", GROWTH, tmp_path / "small", tmp_path / "large"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    ids, growth = map(int, result.stdout.split())
    assert ids > 40 << 20
    assert growth < ids / 2  # two workers' buffers take some 16 MB, the ids alone would take all of it


def test_progress(tmp_path):
    write(tmp_path / "a")
    size = (tmp_path / "a").stat().st_size
    calls = []

    def note(progress):
        assert threading.current_thread() is threading.main_thread()
        assert progress.stage == "reading"
        calls.append((progress.done, progress.total))

    encode(tmp_path / "a", progress=note)
    assert calls[-1] == (size, size)
    assert all(0 <= done <= total for done, total in calls)
    for source in ([["a"] * 9], ["text " * 9], open(tmp_path / "a", "rb")):  # noqa: SIM115, PTH123
        calls.clear()
        encode(source, progress=note)
        assert calls[-1][0] > 0
        assert calls[-1][1] is None
    source.close()


def test_error_in_progress_stops_everything(tmp_path):
    write(tmp_path / "a")
    before = threading.active_count()

    def interrupt(progress):
        raise KeyboardInterrupt

    for source in (tmp_path / "a", ["text"] * 9):
        with pytest.raises(KeyboardInterrupt):
            encode(source, progress=interrupt)
    assert threads_left(before) == before


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        (["", "\n\n", "..."], "there are no words in it"),
        ([[], []], "there are no words in it"),
        (["a b b"], r"none of the 2 distinct words \(3 in all\) occurs min_count=5 times.*'b', occurs 2 times"),
        ([["a", "b", "b"]], r"'b', occurs 2 times: give more text or a smaller min_count"),
    ],
)
def test_nothing_left(corpus, message):
    with pytest.raises(CorpusError, match=message):
        encode(corpus)


def test_empty_file(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(CorpusError, match="no words"):
        encode(tmp_path / "a")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_count": 0}, "min_count=0: must be at least 1; use 1"),
        ({"max_vocabulary": 0}, "max_vocabulary=0"),
        ({"threads": 0}, "threads=0"),
        ({"threads": -1}, "threads=-1"),
        ({"memory_limit": -1}, "memory_limit=-1"),
        ({"tokenizer": "word"}, "tokenizer='word': must be 'words', 'whitespace' or a function"),
        ({"tokenizer": None}, "tokenizer=None"),
        ({"tokenizer": str.split}, "already consists of lists of tokens"),
    ],
)
def test_impossible_options(options, message):
    with pytest.raises(SettingError, match=message):
        encode(SENTENCES, **options)


def test_compiled_code_is_reused_by_the_next_process(tmp_path):
    environment = dict(os.environ, FIRTH_CACHE_DIR=str(tmp_path))
    command = [sys.executable, "-c", "from firth.corpus import encode; encode(['a ü'], min_count=1)"]
    for _ in range(2):
        subprocess.run(command, check=True, env=environment)
        compiled = sorted(file.name for file in tmp_path.rglob("*.nbc"))
        assert len(compiled) == len({name.split("-")[0] for name in compiled}), "compiled twice"
