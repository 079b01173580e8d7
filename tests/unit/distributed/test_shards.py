"""A text in shards is the text: the same bytes, and in the end the same vocabulary and ids as of one reading."""

import gzip
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.corpus.encoding import encode
from firth.corpus.paths import Files
from firth.distributed import shards as sharding
from firth.distributed.in_process import LocalCluster
from firth.distributed.reading import read_shared
from firth.distributed.shards import Shard, deal, in_place, shards_of
from firth.distributed.text import HeldText, Reading
from firth.errors import CorpusError, FirthWarning
from firth.progress import Reporter
from firth.training.hyperparameters import Hyperparameters

ENDS = st.sampled_from(["\n", "\r\n", "\n\n", " \n"])
LINES = st.lists(st.tuples(st.text("ab é\t.", max_size=9), ENDS), max_size=40)


@pytest.fixture
def short_shards(monkeypatch):
    monkeypatch.setattr(sharding, "_LEAST_BYTES", 7)


def content_of(shards):
    """The bytes that are read for each shard: from behind the line end at its start to the one at its end."""
    found = []
    for shard in shards:
        for path, start, stop, size, _, _ in shard.portions:
            first, last = start + (start > 0), stop + (stop < size)
            found.append(path.read_bytes()[first:last])
    return found


@given(lines=LINES)
def test_shards_are_the_text_and_end_with_lines(lines, tmp_path_factory):
    path = tmp_path_factory.mktemp("cut") / "text.txt"
    path.write_bytes("".join(line + end for line, end in lines).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sharding, "_LEAST_BYTES", 5)
        patch.setattr(sharding, "_SEARCHED", 3)
        shards = shards_of(Files((path,)))
    content = content_of(shards)
    assert b"".join(content) == path.read_bytes()
    assert all(piece.endswith(b"\n") for piece in content[:-1])
    assert [shard.number for shard in shards] == list(range(len(shards)))


def test_a_large_text_has_a_limited_number_of_shards(topical_text):
    assert 10 < len(shards_of(Files((topical_text,)))) <= 257


def test_a_text_without_lines_is_one_shard(tmp_path, short_shards):
    path = tmp_path / "text8"
    path.write_text("a b c " * 50)
    assert len(shards_of(Files((path,)))) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CorpusError, match="a pipe can be read only once"):
        shards_of(Files((tmp_path / "pipe",)))


@given(sizes=st.lists(st.integers(0, 100), max_size=30), readers=st.integers(1, 9))
def test_consecutive_shards_are_dealt_once_each(sizes, readers):
    shards = [Shard(number, [Portion(size)]) for number, size in enumerate(sizes)]
    hands = deal(shards, readers)
    assert [shard for hand in hands for shard in hand] == shards and len(hands) == readers
    shares = [sum(shard.size for shard in hand) for hand in hands]
    assert max(shares) <= sum(sizes) / readers + max(sizes, default=0) + 1e-9


class Portion:
    def __init__(self, size):
        self.start, self.stop = 0, size


def test_files_of_another_size_are_found(tmp_path, short_shards):
    path = tmp_path / "a.txt"
    path.write_text("a b\nc d\n")
    shard = shards_of(Files((path,)))[0]
    assert in_place(shard) == shard
    path.write_text("a b\nc d\ne f\n")
    with pytest.raises(CorpusError, match="has 12 bytes here, and 8 where the training was started"):
        in_place(shard)
    path.unlink()
    with pytest.raises(CorpusError, match=r"a\.txt: cannot be read"):
        in_place(shard)


# ---------------------------------------------------------------- read by several nodes


def texts_in(folder):
    """Files of many kinds: counts with ties, other line ends, a byte order mark, no line end at the end, compressed."""
    rng = np.random.default_rng(3)
    words = np.array([f"wörd{i}" for i in range(60)])
    some = [" ".join(words[rng.integers(0, 60, rng.integers(0, 9))]) for _ in range(400)]
    (folder / "a.txt").write_bytes("\r\n".join(some[:150]).encode())
    (folder / "b.txt").write_bytes(b"\xef\xbb\xbf" + "\n".join(some[150:250]).encode() + b"\n\n")
    (folder / "c.txt.gz").write_bytes(gzip.compress("\n".join(some[250:300]).encode()))
    (folder / "d.txt").write_bytes(b"")
    (folder / "e.txt").write_bytes("\n".join(some[300:]).encode() + b" zuletzt zuletzt")
    return Files(tuple(sorted(folder.iterdir())))


def read_by(files, nodes, **settings):
    """What nodes hold: one reading of all of them."""
    settings = Hyperparameters(threads=1, **settings)
    machines = LocalCluster(nodes).open(settings)
    text = read_shared(machines, files, settings, Reporter())
    return text, [node.node._text for node in machines.nodes]


@pytest.mark.parametrize("nodes", [1, 3, 7])
@pytest.mark.parametrize("limits", [{"min_count": 1}, {"min_count": 9, "max_vocabulary": 20}])
def test_nodes_read_the_vocabulary_and_the_ids_of_one_reading(tmp_path, short_shards, nodes, limits):
    files = texts_in(tmp_path)
    expected = encode(files, threads=1, **limits)
    text, held = read_by(files, nodes, **limits)
    assert list(text.vocabulary.words) == list(expected.vocabulary.words)
    assert text.vocabulary.counts.tolist() == expected.vocabulary.counts.tolist()
    assert text.vocabulary.total_words == expected.total_words
    np.testing.assert_array_equal(np.concatenate([one.corpus.ids for one in held]), expected.ids)
    lengths = [np.diff(one.corpus.sentence_offsets) for one in held]
    np.testing.assert_array_equal(np.concatenate(lengths), np.diff(expected.sentence_offsets))
    assert text.positions[-1] == expected.n_words
    assert sum(size.sentences for size in text.sizes.values()) == expected.n_sentences


def held_of(shards, vocabulary):
    return Reading(shards, "text", "words", 1, vocabulary).encoded()


def assert_equal_texts(one: HeldText, other: HeldText):
    assert one.spans == other.spans and one.digests() == other.digests()
    for mine, theirs in zip(one.corpus, other.corpus, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_shards_that_are_taken_over_or_given_away_are_as_if_read_at_once(tmp_path, short_shards):
    files = texts_in(tmp_path)
    vocabulary, shards = encode(files, min_count=2).vocabulary, shards_of(files)
    has, wants = shards[:30], shards[10:50:2]
    new = [shard for shard in wants if shard not in has]
    found = held_of(has, vocabulary).with_shards(wants, held_of(new, vocabulary))
    assert_equal_texts(found, held_of(wants, vocabulary))
    fewer = held_of(has, vocabulary).with_shards(has[5:9], None)
    assert_equal_texts(fewer, held_of(has[5:9], vocabulary))


def test_pieces_are_stretches_without_a_gap(tmp_path, short_shards):
    files = texts_in(tmp_path)
    vocabulary, shards = encode(files, min_count=1).vocabulary, shards_of(files)
    held = held_of(shards, vocabulary)
    positions = np.cumsum([0, *(size.words for size in held.sizes().values())])
    assert held.pieces(positions) == [(0, positions[-1], 0)]
    middle = held.with_shards([*shards[4:9], *shards[12:20]], None)
    gap = positions[9] - positions[4]
    assert middle.pieces(positions) == [
        (0, gap, positions[4]),
        (gap, gap + positions[20] - positions[12], positions[12]),
    ]


def test_nodes_without_work_are_left_out(tmp_path):
    (tmp_path / "a.txt").write_text("a b c d\n" * 9)
    with pytest.warns(FirthWarning, match="3 of 4 nodes have nothing to do"):
        text, held = read_by(Files((tmp_path / "a.txt",)), 4)
    assert len(held) == len(text.hands) == 1


def test_words_that_are_all_alone_are_an_error(tmp_path, short_shards):
    (tmp_path / "a.txt").write_text("a\nb\n" * 9)
    with pytest.raises(CorpusError, match="no word has a neighbour: each of the 18 sentences"):
        read_by(Files((tmp_path / "a.txt",)), 2)


def test_errors_name_the_node(tmp_path, short_shards, monkeypatch):
    files = texts_in(tmp_path)
    shards = shards_of(files)
    (tmp_path / "e.txt").write_text("changed")
    monkeypatch.setattr("firth.distributed.reading.shards_of", lambda files: shards)
    with pytest.raises(CorpusError, match=r"node 2: .*e\.txt: has 7 bytes here"):
        read_by(files, 3)
