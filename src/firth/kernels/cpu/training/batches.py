"""From a stretch of the corpus to the words that are trained on, and how far the window of each reaches.

Source      Mikolov et al. 2013, arXiv:1310.4546, section 2.3 (subsampling), with the formula of word2vec.c.
Reference   firth.illustrated.draws

Whether an occurrence is read and how wide its window is are functions of its position in the corpus (see random.py).
A stretch may therefore begin and end anywhere, in the middle of a sentence too: the words beyond its edges, which
windows still reach, are found without knowing which thread trains them. Sentences are never cut, however long.
"""

from numpy import float32, int64, uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.training.arguments import Centers
from firth.kernels.cpu.training.random import below, draw

__all__ = ["BATCH", "add_documents", "drawn_reach", "gather_window", "is_kept", "read_batch", "sentence_of"]
__all__ += ["shares_of_window", "words_around"]

BATCH = 1024  # most tokens in a batch: its arrays stay in the L1 and L2 caches
_LOW = uint64(0xFFFFFFFF)
_HALF = uint64(32)


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
def is_kept(word, bits, sampling):
    """Whether subsampling keeps an occurrence of a word, by the random bits of its position."""
    return (bits >> _HALF) <= uint64(sampling.keep_thresholds[word])


@step
def _is_read(corpus, sampling, position):
    """The word at a position, its random bits, and whether subsampling keeps it."""
    word = corpus.ids[position]
    bits = draw(sampling.key, position)
    return word, bits, is_kept(word, bits, sampling)


@step
def _read_before(corpus, sampling, first, begin, words):
    """The words read before `first` and not before `begin` that a window may reach, in order; returns how many."""
    n = int64(0)
    position = first - 1  # backwards: how far back to go depends on how many words subsampling skips
    while position >= begin and n < sampling.window[0]:
        word, _, is_read = _is_read(corpus, sampling, position)
        words[n] = word
        n += is_read
        position -= 1
    for i in range(n // 2):
        words[i], words[n - 1 - i] = words[n - 1 - i], words[i]
    return n


@step
def _read_after(corpus, sampling, last, end, words, n):
    """Append the words read from `last` on, before `end`, that a window may reach; returns the new n."""
    most = n + sampling.window[1]
    position = last
    while position < end and n < most:
        word, _, is_read = _is_read(corpus, sampling, position)
        words[n] = word
        n += is_read
        position += 1
    return n


@step
def _drawn(most, bits):
    """A distance from 1 to the largest one; 0 if that is 0."""
    return below(bits & _LOW, most) + int64(most > 0)


@step
def drawn_reach(sampling, bits):
    """How far the window of a position reaches to the left and to the right.

    The upper half of the bits decided whether its word is read; the lower half decides its window.
    """
    before, after = sampling.window
    if sampling.shrink_window:
        return _drawn(before, bits), _drawn(after, bits)
    return int64(before), int64(after)


@step
def _note(first, stop, sentence, sentences):
    for i in range(first, stop):
        sentences[i] = sentence


@step
def _note_sentence(first, stop, sentence, sentences, sessions, documents):
    """Note the sentence of centers, where something depends on it."""
    if sessions is not None or documents is not None:
        _note(first, stop, sentence, sentences)


@step
def read_batch(corpus, sampling, first, last, sentence, batch, of_sentences):
    """Fill a batch with the words read in positions first .. last - 1, and those that their windows may reach.

    sentence       of position `first`
    of_sentences   SessionTargets and Documents, or None
    """
    words, draws, lefts, rights, _, _ = batch
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
            words[n] = word  # written in any case, overwritten by the next word where this one is skipped
            draws[n] = bits
            n += is_read  # no branch to mispredict
        position = end
        stop = n
        _note_sentence(begin, stop, sentence, batch.sentences, of_sentences[0], of_sentences[1])
        if end == offsets[sentence + 1]:
            sentence += 1
        else:
            n = _read_after(corpus, sampling, last, offsets[sentence + 1], words, n)
        for i in range(begin, stop):
            left, right = drawn_reach(sampling, draws[i])
            lefts[i] = max(start, i - left)
            rights[i] = min(n, i + right + 1)
        start = n
    return Centers(centers, stop, n, sentence)


@kernel
def words_around(corpus, sampling, first, stop, words):
    """The words that the windows of positions first .. stop - 1 may reach outside: those before, then those after.

    words   has as many elements as the window has to both sides

    Returns how many there are before, and in all.
    """
    offsets = corpus.sentence_offsets
    before = _read_before(corpus, sampling, first, offsets[sentence_of(first, offsets)], words)
    end = offsets[sentence_of(stop - 1, offsets) + 1]
    return before, _read_after(corpus, sampling, stop, end, words, before)


@step
def gather_window(i, batch, inputs):
    """inputs[:n] = the rows of the words around word i; returns n."""
    n = int64(0)
    for c in range(batch.lefts[i], batch.rights[i]):
        inputs[n] = batch.rows[c]
        n += c != i  # the center is overwritten: no branch here either
    return n


@step
def _rows_in_window(i, n, batch, rows_of_words, shares):
    if rows_of_words is None:
        return None
    words = int64(0)
    for c in range(batch.lefts[i], batch.rights[i]):
        shares[words] = rows_of_words[batch.words[c]]
        words += c != i
    for document in range(words, n):
        shares[document] = float32(1)
    return shares


@step
def shares_of_window(i, n, workspace, mean):
    """How much each of the n inputs of word i weighs in their mean; None: all alike."""
    if mean is None:
        return None
    return _rows_in_window(i, n, workspace.batch, mean.rows_of_words, workspace.shares)


@step
def add_documents(i, n, batch, inputs, stride, documents):
    """Append the rows of the document of word i to its n inputs; returns the new n."""
    if documents is None:
        return n
    sentence = batch.sentences[i]
    for at in range(documents.starts[sentence], documents.starts[sentence + 1]):
        inputs[n] = (documents.first + int64(documents.tags[at])) * stride
        n += 1
    return n
