"""However a text is cut into batches, the windows are those of the whole text."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.illustrated.draws import Draws, positions, random_bits
from firth.kernels.arguments import EncodedIds, Sampling
from firth.kernels.compile import kernel
from firth.kernels.cpu.training.arguments import Objective
from firth.kernels.cpu.training.batches import BATCH, read_batch, sentence_of
from firth.kernels.cpu.training.workspace import new_workspace

WORDS = 12


@kernel
def read_windows(corpus, sampling, cuts, find_sentences, batch, out):
    """Write what every center is trained on; returns how many centers there are.

    find_sentences   look up each cut's sentence, as a thread does that takes a new chunk; else continue from the last
    out              centers, draws, sizes, contexts
    """
    centers, draws, sizes, contexts = out
    n = 0
    used = 0
    sentence = sentence_of(0, corpus.sentence_offsets)
    for c in range(len(cuts) - 1):
        if find_sentences:
            sentence = sentence_of(cuts[c], corpus.sentence_offsets)
        found = read_batch(corpus, sampling, cuts[c], cuts[c + 1], sentence, batch, (None, None))
        sentence = found.sentence
        for i in range(found.first, found.stop):
            centers[n] = batch.words[i]
            draws[n] = batch.draws[i]
            sizes[n] = batch.rights[i] - batch.lefts[i] - 1
            for j in range(batch.lefts[i], batch.rights[i]):
                if j != i:
                    contexts[used] = batch.words[j]
                    used += 1
            n += 1
    return n


@st.composite
def texts(draw):
    """Sentences (empty ones too) of words of this vocabulary, what is drawn, and positions to cut at."""
    sentences = draw(st.lists(st.lists(st.integers(0, WORDS - 1), max_size=25), min_size=1, max_size=8))
    tokens = sum(map(len, sentences))
    cuts = draw(st.lists(st.integers(0, tokens), max_size=8))
    keep = draw(st.lists(st.sampled_from([0, 2**31, 2**32 - 1]), min_size=WORDS, max_size=WORDS))
    window, shrink = (
        draw(st.sampled_from([(1, 1), (2, 2), (5, 5), (40, 40), (5, 0), (0, 3), (1, 7)])),
        draw(st.booleans()),
    )
    key = draw(st.integers(0, 2**64 - 1))
    return sentences, sorted({0, *cuts, tokens}), np.array(keep, np.uint32), window, shrink, key


def compiled_windows(sentences, cuts, sampling, find_sentences):
    """(draw, center, context) of every position that has a context word."""
    lengths = [len(sentence) for sentence in sentences]
    corpus = EncodedIds(
        np.array([word for sentence in sentences for word in sentence], np.int32),
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
    )
    tokens = len(corpus.ids)
    centers, sizes = np.empty(tokens, np.int32), np.empty(tokens, np.int64)
    draws, contexts = np.empty(tokens, np.uint64), np.empty(sum(sampling.window) * tokens, np.int32)
    cuts = np.array(cuts, np.int64)
    batch = new_workspace(sampling, Objective(None, None, None, None), 16, 0).batch
    n = read_windows(corpus, sampling, cuts, find_sentences, batch, (centers, draws, sizes, contexts))
    ends = np.cumsum(sizes[:n])
    found = zip(draws[:n].tolist(), centers[:n].tolist(), ends - sizes[:n], ends, strict=True)
    return [(bits, center, contexts[begin:end].tolist()) for bits, center, begin, end in found if end > begin]


def reference_windows(sentences, draws):
    found = positions(sentences, draws)
    return [(random_bits(draws.key, position.position), position.center, position.context) for position in found]


@settings(max_examples=200)
@given(text=texts(), find_sentences=st.booleans())
def test_cuts_do_not_change_the_windows(text, find_sentences):
    sentences, cuts, keep, window, shrink, key = text
    noise = np.zeros(WORDS, np.uint64)
    sampling = Sampling(keep, noise, window, shrink, 0, np.uint64(key))
    expected = reference_windows(sentences, Draws(keep, noise, window, shrink, 0, key))
    assert compiled_windows(sentences, cuts, sampling, find_sentences) == expected


def test_sentences_much_longer_than_a_batch():
    rng = np.random.default_rng(3)
    sentences = [rng.integers(0, WORDS, length).tolist() for length in (3, 4 * BATCH, 1, 7, 2 * BATCH)]
    keep = rng.integers(2**29, 2**32, WORDS, dtype=np.uint32)
    noise = np.zeros(WORDS, np.uint64)
    tokens = sum(map(len, sentences))
    expected = reference_windows(sentences, Draws(keep, noise, (7, 7), True, 0, 1))
    for size in (BATCH, BATCH - 1, 37):
        cuts = [*range(0, tokens, size), tokens]
        sampling = Sampling(keep, noise, (7, 7), True, 0, np.uint64(1))
        assert compiled_windows(sentences, cuts, sampling, False) == expected


@kernel
def find_sentence(position, offsets):
    return sentence_of(position, offsets)


@given(
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=12),
    position=st.integers(0, 10**6),
)
def test_the_sentence_of_a_position(lengths, position):
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    if offsets[-1] == 0:
        return
    position %= int(offsets[-1])
    sentence = find_sentence(position, offsets)
    assert offsets[sentence] <= position < offsets[sentence + 1]
