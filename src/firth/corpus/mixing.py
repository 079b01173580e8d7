"""Two texts in one: sentences of an old text, drawn at random, among those of a new one.

A model that reads new text alone forgets some of what it had learned; reading a part of the old text again prevents
that (Robins 1995, "Catastrophic forgetting, rehearsal and pseudorehearsal", Connection Science 7).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.pieces_of_ids import WORDS_AT_ONCE, new_array, pieces

__all__ = ["Mixed", "draw_sentences", "mix"]


def draw_sentences(offsets: Offsets, words: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Different sentences in random order, as few as have at least so many words; all of them if there are fewer.

    offsets : (S + 1,) where sentences begin and end.
    """
    drawn = rng.permutation(len(offsets) - 1)
    read = np.cumsum(offsets[drawn + 1] - offsets[drawn])
    return drawn[: int(np.searchsorted(read, words)) + 1 if words > 0 else 0]


class Mixed(NamedTuple):
    """Two texts in one.

    sentences : (S,) where each comes from: its number in the new text, or behind all of those that in the old one.
    """

    corpus: EncodedCorpus
    sentences: NDArray[np.int64]


def mix(new: EncodedCorpus, old: EncodedCorpus, words: int, rng: np.random.Generator) -> Mixed:
    """All sentences of a new text in their order, and between them, evenly spread, drawn sentences of an old text.

    new, old : with the ids of one vocabulary, that of `new`.
    words : how many of the old text; as draw_sentences() counts them.

    Raises   CorpusError if a temporary file cannot be written.
    """
    drawn = draw_sentences(old.sentence_offsets, words, rng)
    starts = np.concatenate([new.sentence_offsets[:-1], old.sentence_offsets[drawn]])
    lengths = np.concatenate([np.diff(new.sentence_offsets), np.diff(old.sentence_offsets)[drawn]])
    order = np.argsort(
        np.concatenate([_positions(lengths[: new.n_sentences]), _positions(lengths[new.n_sentences :])]), kind="stable"
    )
    starts, lengths, is_old = starts[order], lengths[order], order >= new.n_sentences
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    mapped = new.memory_mapped or old.memory_mapped
    with new_array(np.int32, int(offsets[-1]), in_file=mapped) as ids:
        for first, stop in pieces(offsets, WORDS_AT_ONCE):
            length = lengths[first:stop]
            from_old = np.repeat(is_old[first:stop], length)
            shifts = starts[first:stop] - offsets[first:stop]
            sources = np.repeat(shifts, length) + np.arange(offsets[first], offsets[stop])
            piece = ids.reserve(len(sources))[: len(sources)]
            piece[from_old] = old.ids[sources[from_old]]
            piece[~from_old] = new.ids[sources[~from_old]]
            ids.keep(len(sources))
        mixed = ids.finish()
    total = new.total_words + int(lengths[is_old].sum())
    corpus = EncodedCorpus(new.vocabulary, mixed, offsets, total, new.invalid_bytes, mapped)
    return Mixed(corpus, np.concatenate([np.arange(new.n_sentences), new.n_sentences + drawn])[order])


def _positions(lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """(S,) the middle of each sentence, between 0 and 1 from the first word to the last."""
    ends = np.cumsum(lengths)
    return (ends - lengths / 2) / max(int(ends[-1]) if len(ends) else 0, 1)
