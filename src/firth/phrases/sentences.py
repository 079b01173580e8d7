"""Texts as lists of words with phrases joined, block by block: no more of a text is in memory than one block."""

from collections.abc import Iterator, Sequence

import numpy as np

from firth.arrays import WordIds
from firth.corpus.blocks import sentence_blocks
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import Tokenizer
from firth.kernels.arguments import EncodedIds
from firth.kernels.cpu.text.tokens import keep_known
from firth.phrases.joining import blocks_of, join_block
from firth.phrases.numbering import GrowingWords, joiners_of
from firth.phrases.settings import PhraseSettings
from firth.phrases.table import Phrase

__all__ = ["joined_sentences"]


def joined_sentences(
    corpus: "CorpusInput | EncodedCorpus", tokenizer: Tokenizer, table: Sequence[Phrase], settings: PhraseSettings
) -> Iterator[list[str]]:
    """The sentences of a corpus with the phrases of a table joined.

    Raises   CorpusError if it cannot be read.
    """
    best = settings.overlaps == "best"
    if isinstance(corpus, EncodedCorpus):
        words = GrowingWords(corpus.vocabulary.words)
        joiners = joiners_of(table, words, settings.delimiter, best=best)
        text = EncodedIds(corpus.ids, corpus.sentence_offsets)
        for block in blocks_of(text):
            yield from _sentences(join_block(text, block, joiners), words.words)
        return
    # The words of the table come first, those of the text behind them as they appear.
    words = GrowingWords(dict.fromkeys(word for phrase in table for word in phrase.words))
    joiners = joiners_of(table, words, settings.delimiter, best=best)
    ids = np.empty(0, np.int32)  # of the words of the text
    for stream, new_words in sentence_blocks(corpus, tokenizer):
        ids = np.concatenate((ids, np.array([words.add(word, 0) for word in new_words], np.int32)))
        text = _without_marks(stream, ids)
        yield from _sentences(join_block(text, (0, len(text.sentence_offsets) - 1), joiners), words.words)


def _without_marks(stream: WordIds, ids: WordIds) -> EncodedIds:
    """A stream of provisional ids, with marks at the ends of sentences, as ids and offsets."""
    kept, offsets = np.empty(len(stream) + 1, np.int32), np.zeros(len(stream) + 1, np.int64)
    n, n_sentences = keep_known(stream, ids, 0, 0, kept, offsets[1:])
    return EncodedIds(kept[:n], offsets[: n_sentences + 1])


def _sentences(text: EncodedIds, words: Sequence[str]) -> Iterator[list[str]]:
    ends = text.sentence_offsets.tolist()
    ids = text.ids.tolist()
    for start, stop in zip(ends[:-1], ends[1:], strict=True):
        yield [words[word] for word in ids[start:stop]]
