"""However a text is cut into batches, the windows are those of the whole text."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.illustrated.chance import Chance, positions, random_bits
from firth.kernels.arguments import Corpus, Sampling
from firth.kernels.compile import kernel
from firth.kernels.cpu.training.batches import BATCH, new_batch, read_batch, sentence_of

WORDS = 12


@kernel
def read_windows(corpus, sampling, cuts, ask_for_sentence, centers, draws, sizes, contexts):
    """Write what every center is trained on; returns how many centers there are.

    ask_for_sentence   look up each cut's sentence, as a thread does that takes a new stretch; else go on from the last
    """
    batch = new_batch(sampling.window)
    words, bits, lefts, rights = batch
    n = 0
    used = 0
    sentence = sentence_of(0, corpus.sentence_offsets)
    for c in range(len(cuts) - 1):
        if ask_for_sentence:
            sentence = sentence_of(cuts[c], corpus.sentence_offsets)
        first, stop, _, sentence = read_batch(corpus, sampling, cuts[c], cuts[c + 1], sentence, batch)
        for i in range(first, stop):
            centers[n] = words[i]
            draws[n] = bits[i]
            sizes[n] = rights[i] - lefts[i] - 1
            for j in range(lefts[i], rights[i]):
                if j != i:
                    contexts[used] = words[j]
                    used += 1
            n += 1
    return n


@st.composite
def texts(draw):
    """Sentences (empty ones too) of words of this vocabulary, what chance does, and places to cut."""
    sentences = draw(st.lists(st.lists(st.integers(0, WORDS - 1), max_size=25), min_size=1, max_size=8))
    tokens = sum(map(len, sentences))
    cuts = draw(st.lists(st.integers(0, tokens), max_size=8))
    keep = draw(st.lists(st.sampled_from([0, 2**31, 2**32 - 1]), min_size=WORDS, max_size=WORDS))
    window, shrink = draw(st.sampled_from([1, 2, 5, 40])), draw(st.booleans())
    key = draw(st.integers(0, 2**64 - 1))
    return sentences, sorted({0, *cuts, tokens}), np.array(keep, np.uint32), window, shrink, key


def compiled_windows(sentences, cuts, sampling, ask_for_sentence):
    """(draw, center, context) of every position that has a word beside it."""
    lengths = [len(sentence) for sentence in sentences]
    corpus = Corpus(
        np.array([word for sentence in sentences for word in sentence], np.int32),
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
    )
    tokens = len(corpus.ids)
    centers, sizes = np.empty(tokens, np.int32), np.empty(tokens, np.int64)
    draws, contexts = np.empty(tokens, np.uint64), np.empty(2 * sampling.window * tokens, np.int32)
    cuts = np.array(cuts, np.int64)
    n = read_windows(corpus, sampling, cuts, ask_for_sentence, centers, draws, sizes, contexts)
    ends = np.cumsum(sizes[:n])
    found = zip(draws[:n].tolist(), centers[:n].tolist(), ends - sizes[:n], ends, strict=True)
    return [(bits, center, contexts[begin:end].tolist()) for bits, center, begin, end in found if end > begin]


def twin_windows(sentences, chance):
    found = positions(sentences, chance)
    return [(random_bits(chance.key, place.place), place.center, place.context) for place in found]


@settings(max_examples=200)
@given(text=texts(), ask_for_sentence=st.booleans())
def test_cuts_do_not_change_the_windows(text, ask_for_sentence):
    sentences, cuts, keep, window, shrink, key = text
    noise = np.zeros(WORDS, np.uint64)
    sampling = Sampling(keep, noise, window, shrink, 0, np.uint64(key))
    expected = twin_windows(sentences, Chance(keep, noise, window, shrink, 0, key))
    assert compiled_windows(sentences, cuts, sampling, ask_for_sentence) == expected


def test_sentences_much_longer_than_a_batch():
    rng = np.random.default_rng(3)
    sentences = [rng.integers(0, WORDS, length).tolist() for length in (3, 4 * BATCH, 1, 7, 2 * BATCH)]
    keep = rng.integers(2**29, 2**32, WORDS, dtype=np.uint32)
    noise = np.zeros(WORDS, np.uint64)
    tokens = sum(map(len, sentences))
    expected = twin_windows(sentences, Chance(keep, noise, 7, True, 0, 1))
    for size in (BATCH, BATCH - 1, 37):
        cuts = [*range(0, tokens, size), tokens]
        sampling = Sampling(keep, noise, 7, True, 0, np.uint64(1))
        assert compiled_windows(sentences, cuts, sampling, False) == expected


@given(
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=12),
    place=st.integers(0, 10**6),
)
def test_the_sentence_of_a_position(lengths, place):
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    if offsets[-1] == 0:
        return
    place %= int(offsets[-1])
    sentence = sentence_of(place, offsets)
    assert offsets[sentence] <= place < offsets[sentence + 1]
