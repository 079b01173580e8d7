"""Sentences of an old text among those of a new one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.corpus import EncodedCorpus, Vocabulary
from firth.corpus.mixing import draw_sentences, mix

LENGTHS = st.lists(st.integers(1, 9), min_size=1, max_size=30)


def text_of(lengths, first_id, mapped=False):
    """A text of which every word is different."""
    vocabulary = Vocabulary([f"w{i}" for i in range(1000)], np.ones(1000))
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return EncodedCorpus(
        vocabulary, np.arange(first_id, first_id + offsets[-1], dtype=np.int32), offsets, -1, 0, mapped
    )


def sentences(corpus):
    return [tuple(ids.tolist()) for ids in np.split(corpus.ids, corpus.sentence_offsets[1:-1])]


@given(LENGTHS, LENGTHS, st.integers(0, 300), st.integers(1, 20), st.booleans())
def test_all_of_the_new_text_and_enough_of_the_old(new_lengths, old_lengths, words, at_once, mapped):
    new, old = text_of(new_lengths, 0), text_of(old_lengths, 500, mapped)
    patch = pytest.MonkeyPatch()
    patch.setattr("firth.corpus.mixing.WORDS_AT_ONCE", at_once)
    try:
        mixed, origins = mix(new, old, words, np.random.default_rng(1))
    finally:
        patch.undo()
    mixed.check()
    assert mixed.memory_mapped == mapped
    found = sentences(mixed)
    assert found == [(sentences(new) + sentences(old))[origin] for origin in origins]
    assert [sentence for sentence in found if sentence[0] < 500] == sentences(new), "in their order"
    drawn = [sentence for sentence in found if sentence[0] >= 500]
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= set(sentences(old))
    read = sum(map(len, drawn))
    assert read >= min(words, old.n_words)
    assert words == 0 or read - len(drawn[-1]) < words or any(read - len(one) < words for one in drawn)
    assert mixed.total_words == new.n_words + read


@given(LENGTHS, st.integers(0, 300), st.integers(0, 10))
def test_no_more_sentences_than_needed(lengths, words, seed):
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    drawn = draw_sentences(offsets, words, np.random.default_rng(seed))
    taken = np.array(lengths)[drawn]
    assert taken.sum() >= min(words, sum(lengths))
    assert taken[:-1].sum() < max(words, 1), "one sentence fewer would be too few"
    assert (drawn == draw_sentences(offsets, words, np.random.default_rng(seed))).all()


def test_every_sentence_is_drawn_with_the_same_chance():
    counts = np.zeros(10)
    for seed in range(2000):
        counts[draw_sentences(np.arange(11), 3, np.random.default_rng(seed))] += 1
    assert counts.sum() == 6000
    assert abs(counts - 600).max() < 5 * np.sqrt(600 * 0.7)


@pytest.mark.parametrize("words", [100, 400])
def test_evenly_mixed(words):
    """In every stretch of the mixture, old and new words are in the same proportion, give or take a sentence."""
    new, old = text_of([5] * 40, 0), text_of([4] * 125, 500)
    mixed = mix(new, old, words, np.random.default_rng(2)).corpus
    is_old = mixed.ids >= 500
    wanted = np.arange(1, len(is_old) + 1) * words / (200 + words)
    assert abs(np.cumsum(is_old) - wanted).max() <= 5
    order = [sentence[0] for sentence in sentences(mixed) if sentence[0] >= 500]
    assert order != sorted(order), "the old sentences are drawn at random"
