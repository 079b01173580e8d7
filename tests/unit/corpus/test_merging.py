"""A vocabulary that grows with a new text, whatever form the text has."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.corpus import EncodedCorpus, Vocabulary, encode, pieces_of_ids
from firth.corpus.merging import merge, renumber
from firth.corpus.pieces_of_ids import count_ids, pieces
from firth.errors import CorpusError, SettingError

WORDS = [f"w{i}" for i in range(12)]
SENTENCES = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), min_size=1, max_size=8)


def counted(sentences):
    """The words of a text by first appearance, with their counts."""
    counts = {}
    for sentence in sentences:
        for word in sentence:
            counts[word] = counts.get(word, 0) + 1
    return counts


def expected(old, sentences, min_count, max_vocabulary):
    """Words and counts of the old vocabulary extended by a text: the rule, in plain Python."""
    counts = {word: int(count) for word, count in zip(old.words, old.counts, strict=True)}
    for word, count in counted(sentences).items():
        if word in counts:
            counts[word] += count
        elif count >= min_count:
            counts[word] = count
    words = sorted(counts, key=lambda word: -counts[word])[:max_vocabulary]  # stable: ties as they came
    return words, [counts[word] for word in words]


@settings(max_examples=40)
@given(SENTENCES, SENTENCES, st.integers(1, 3), st.integers(1, 3), st.one_of(st.none(), st.integers(1, 9)))
def test_words_and_counts_of_both(old_sentences, sentences, old_min_count, min_count, max_vocabulary):
    old_min_count = min(old_min_count, max(counted(old_sentences).values()))
    old = encode(old_sentences, min_count=old_min_count).vocabulary
    words, counts = expected(old, sentences, min_count, max_vocabulary)
    if not set(words) & {word for sentence in sentences for word in sentence}:
        with pytest.raises(CorpusError, match="none of its"):
            encode(sentences, vocabulary=old, extend=True, min_count=min_count, max_vocabulary=max_vocabulary)
        return
    corpus = encode(sentences, vocabulary=old, extend=True, min_count=min_count, max_vocabulary=max_vocabulary)
    assert (list(corpus.vocabulary.words), corpus.vocabulary.counts.tolist()) == (words, counts)
    assert (corpus.vocabulary.min_count, corpus.vocabulary.max_vocabulary) == (min_count, max_vocabulary)
    n_words = sum(map(len, sentences))
    assert (corpus.total_words, corpus.vocabulary.total_words) == (n_words, old.total_words + n_words)
    kept = [[word for word in sentence if word in words] for sentence in sentences]
    assert [corpus.sentence(i) for i in range(corpus.n_sentences)] == [sentence for sentence in kept if sentence]


@pytest.mark.parametrize("threads", [1, 2])
def test_files_texts_and_token_lists_give_the_same(tmp_path, threads):
    rng = np.random.default_rng(3)
    sentences = [[f"w{int(word)}" for word in row] for row in rng.random((3000, 9)) ** 3 * 400]
    old = encode(sentences[:300], min_count=2).vocabulary
    paths = []
    for part, first in enumerate(range(300, 3000, 900)):
        paths.append(tmp_path / f"{part}.txt")
        paths[-1].write_text("\n".join(map(" ".join, sentences[first : first + 900])), encoding="utf-8")
    tokens, *others = (
        encode(corpus, vocabulary=old, extend=True, min_count=3, threads=threads)
        for corpus in (sentences[300:], paths, iter(map(" ".join, sentences[300:])))
    )
    assert len(tokens.vocabulary) > len(old) + 10
    for other in others:
        assert list(other.vocabulary.words) == list(tokens.vocabulary.words)
        assert (other.vocabulary.counts == tokens.vocabulary.counts).all()
        assert (other.ids == tokens.ids).all()
        assert (other.sentence_offsets == tokens.sentence_offsets).all()


def test_words_that_no_text_contains_are_kept():
    old = Vocabulary(["New York", "a\x01b", "new"], np.array([9, 8, 7]))
    corpus = encode(iter(["new words, new words"]), vocabulary=old, extend=True, min_count=2)
    assert list(corpus.vocabulary.words) == ["New York", "new", "a\x01b", "words"]
    assert corpus.vocabulary.counts.tolist() == [9, 9, 8, 2]
    assert corpus.sentence(0) == ["new", "words", "new", "words"]


def test_a_vocabulary_is_needed():
    with pytest.raises(SettingError, match="extend=True: give the vocabulary"):
        encode([["a", "b"]], extend=True)


@settings(max_examples=50)
@given(SENTENCES, st.integers(1, 4), st.lists(st.integers(-1, 6), min_size=12, max_size=12), st.booleans())
def test_renumbered(sentences, at_once, numbers, in_files):
    corpus = encode(sentences, min_count=1)
    numbers = np.array(numbers[: len(corpus.vocabulary)], np.int32)
    corpus = EncodedCorpus(corpus.vocabulary, corpus.ids, corpus.sentence_offsets, 99, 1, in_files)
    other = Vocabulary([f"v{i}" for i in range(7)], np.ones(7))
    wanted = [[f"v{numbers[word]}" for word in ids if numbers[word] >= 0] for ids in sentences_of_ids(corpus)]
    wanted = [sentence for sentence in wanted if sentence]
    patch = pytest.MonkeyPatch()
    patch.setattr("firth.corpus.merging.WORDS_AT_ONCE", at_once)
    try:
        if not wanted:
            with pytest.raises(CorpusError, match="none of the .* words of the encoded corpus"):
                renumber(corpus, numbers, other)
            return
        got = renumber(corpus, numbers, other)
    finally:
        patch.undo()
    assert [got.sentence(i) for i in range(got.n_sentences)] == wanted
    assert (got.total_words, got.invalid_bytes, got.memory_mapped) == (99, 1, in_files)
    got.check()


def sentences_of_ids(corpus):
    return [ids.tolist() for ids in np.split(corpus.ids, corpus.sentence_offsets[1:-1])]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=20), st.integers(1, 12))
def test_pieces_are_of_whole_sentences_and_not_too_long(lengths, words):
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    found = list(pieces(offsets, words))
    assert [first for first, _ in found] == [0, *(stop for _, stop in found[:-1])]
    assert found[-1][1] == len(lengths)
    for first, stop in found:
        assert stop == first + 1 or offsets[stop] - offsets[first] <= words
        assert stop == len(lengths) or offsets[stop + 1] - offsets[first] > words, "another one would not fit"


def test_ids_are_counted_in_pieces(monkeypatch):
    monkeypatch.setattr(pieces_of_ids, "WORDS_AT_ONCE", 3)
    assert count_ids(np.array([0, 3, 3, 1, 0, 3, 3], np.int32), 5).tolist() == [2, 1, 0, 4, 0]


def test_merging_counts_what_is_given():
    old = Vocabulary(["a", "b", "c"], np.array([5, 4, 3]), total_words=20)
    merged = merge(old, np.array([0, 1, 9]), ["d", "e"], np.array([5, 6]), (2, 4), 30)
    assert list(merged.vocabulary.words) == ["c", "e", "a", "b"]
    assert merged.vocabulary.counts.tolist() == [12, 6, 5, 5]
    assert merged.old_ids.tolist() == [2, 3, 0]
    assert merged.new_ids.tolist() == [-1, 1], "the old words come first among equals; the fifth is beyond the limit"
    assert merged.vocabulary.unknown_words == 50 - 28
