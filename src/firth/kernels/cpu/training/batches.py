"""From a stretch of the corpus to what the kernels train on: the words that are read, and how far each looks.

Source   Mikolov et al. 2013, arXiv:1310.4546, section 2.3 (subsampling of frequent words), as word2vec.c computes it.

Whether an occurrence is read and how wide its window is are functions of its position in the corpus (see random.py).
A stretch may therefore begin and end anywhere, in the middle of a sentence too: the words beyond its edges, which
windows still reach, are found without knowing who trains them. Sentences are never cut, however long.
"""

from numpy import empty, int32, int64, uint64

from firth.kernels.compile import scratch, step
from firth.kernels.cpu.training.random import below, draw

__all__ = ["BATCH", "gather_window", "new_batch", "read_batch", "sentence_of"]

BATCH = 1024  # most tokens in a batch: its arrays stay in the L1 and L2 caches
_LOW = uint64(0xFFFFFFFF)
_HALF = uint64(32)


@scratch
def new_batch(window):
    """Room for a batch: words read, their draws, their reach, and the ends of their sentences within the batch."""
    room = BATCH + 2 * window
    return empty(room, int32), empty(room, uint64), empty(room, int64), empty(room, int64)


@step
def sentence_of(position, sentence_offsets):
    """The last sentence that starts at or before a position."""
    low = int64(0)
    high = int64(len(sentence_offsets) - 1)
    while high - low > 1:
        middle = (low + high) // 2
        if sentence_offsets[middle] <= position:
            low = middle
        else:
            high = middle
    return low


@step
def _is_read(corpus, sampling, position):
    """The word at a position, its draw, and whether subsampling lets it be read."""
    word = corpus.ids[position]
    bits = draw(sampling.key, position)
    return word, bits, (bits >> _HALF) <= uint64(sampling.keep_thresholds[word])


@step
def _read_before(corpus, sampling, first, begin, words):
    """Up to `window` words read before `first` and not before `begin`, in order; returns how many."""
    n = int64(0)
    position = first - 1
    while position >= begin and n < sampling.window:
        word, _, is_read = _is_read(corpus, sampling, position)
        words[n] = word
        n += is_read
        position -= 1
    for i in range(n // 2):
        words[i], words[n - 1 - i] = words[n - 1 - i], words[i]
    return n


@step
def _read_after(corpus, sampling, last, end, words, n):
    """Up to `window` words read from `last` on, before `end`; returns the new n."""
    most = n + sampling.window
    position = last
    while position < end and n < most:
        word, _, is_read = _is_read(corpus, sampling, position)
        words[n] = word
        n += is_read
        position += 1
    return n


@step
def read_batch(corpus, sampling, first, last, sentence, batch):
    """Fill a batch with the words read in positions first .. last - 1, and those their windows may reach.

    batch    (words, draws, lefts, rights): the window of word i is words[lefts[i] : rights[i]] without i itself
    Returns  the first word to be a center, one past the last, how many words there are with those the last windows
             reach, and the sentence of position `last`.
    """
    words, draws, lefts, rights = batch
    offsets = corpus.sentence_offsets
    centers = _read_before(corpus, sampling, first, offsets[sentence], words)
    n = centers
    start = int64(0)
    position = first
    stop = centers
    while position < last:
        end = min(offsets[sentence + 1], last)
        begin = n
        for at in range(position, end):
            word, bits, is_read = _is_read(corpus, sampling, at)
            words[n] = word
            draws[n] = bits
            n += is_read  # no branch to mispredict
        position = end
        stop = n
        if end == offsets[sentence + 1]:
            sentence += 1
        else:
            n = _read_after(corpus, sampling, last, offsets[sentence + 1], words, n)
        for i in range(begin, stop):
            reach = int64(sampling.window)
            if sampling.shrink_window:
                reach = below(draws[i] & _LOW, sampling.window) + 1
            lefts[i] = max(start, i - reach)
            rights[i] = min(n, i + reach + 1)
        start = n
    return centers, stop, n, sentence


@step
def gather_window(i, batch, room):
    """inputs[:n] = the rows of the words around word i; returns n."""
    _, _, lefts, rights = batch
    n = int64(0)
    for c in range(lefts[i], rights[i]):
        room.inputs[n] = room.word_rows[c]
        n += c != i
    return n
