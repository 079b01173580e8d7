"""A corpus to ids, in one reading: tokenize, count, choose the vocabulary, renumber.

    sources.py    recognises what the user gave: a source
    scan.py       reads the source: pieces of text (pieces.py) or lists of tokens to provisional ids; counts words
    here          chooses one vocabulary from the words of all threads, and final ids for the provisional ones

Words get provisional ids while the corpus is read, because only at its end is known how frequent they are.
"""

from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from firth.corpus.advice import too_rare, warn_of_invalid_bytes, warn_of_script
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.merging import merge
from firth.corpus.pieces import BlockSizes
from firth.corpus.scan import Scanned, ScanOptions, scan
from firth.corpus.sources import CorpusInput, TokenLists, recognise
from firth.corpus.spool import ArrayInFile, ArrayInMemory, GrowingArray, MemoryBudget
from firth.corpus.tokenizers import Tokenizer, check_tokenizer
from firth.corpus.vocabulary import Vocabulary, check_limits, most_frequent
from firth.errors import CorpusError, SettingError
from firth.kernels.cpu.text.tokens import END_OF_SENTENCE, keep_known
from firth.parallel import available_cores
from firth.progress import ProgressOption, open_progress

__all__ = ["MEMORY_LIMIT", "encode"]

MEMORY_LIMIT = 1 << 30  # bytes of ids and sentence offsets: some 250 million words


def encode(
    corpus: CorpusInput,
    *,
    tokenizer: Tokenizer = "words",
    min_count: int = 5,
    max_vocabulary: int | None = None,
    threads: int | None = None,
    vocabulary: Vocabulary | None = None,
    extend: bool = False,
    memory_limit: int = MEMORY_LIMIT,
    progress: ProgressOption = False,
    blocks: BlockSizes | None = None,
    empty_sentences: bool = False,
) -> EncodedCorpus:
    """Turn any text, or sentences of tokens, into ids.

    Parameters
    ----------
    corpus : a path, folder, glob, "-" for standard input, an open file, a list of paths; or an iterable (read once)
        of strings, each a text, or of lists of strings, each a sentence. Files may be .gz, .bz2, .xz or .zst.
    tokenizer : "words" (lower case, punctuation dropped), "whitespace", or a function from a line to its tokens.
        A function cannot be given with lists of tokens; the built-in ones are not used on them.
    min_count : words that occur less often are left out.
    max_vocabulary : keep at most this many words, the most frequent; None for no limit.
    threads : operating-system threads; None for all cores this process may use. The result does not depend on it.
    vocabulary : use its words and ids instead of choosing words; min_count and max_vocabulary are then not used.
    extend : add to that vocabulary: its words, and those that occur min_count times in the corpus, by falling count,
        and counts that are the sums of both. Of words beyond max_vocabulary, the rarest by these counts are left out.
    memory_limit : bytes; ids and offsets beyond that go to temporary files, and are memory-mapped in the end.
    progress : False shows nothing; None or True a bar (a line where none can be drawn); a function is called with a
        Progress about ten times a second, from the calling thread. The stage is "reading", in bytes.
    blocks : sizes of the portions in which the corpus is processed; for measurements and tests.
    empty_sentences : of lists of tokens, keep the ends of sentences without a word of the vocabulary: sentence n of the
        result is then list n.

    Raises   CorpusError if the corpus cannot be read or no word of it is kept; SettingError for impossible options.
    """
    check_tokenizer(tokenizer)
    check_limits(min_count, max_vocabulary)
    if memory_limit < 0:
        raise SettingError(f"memory_limit={memory_limit}: must be a number of bytes, 0 or more")
    if extend and vocabulary is None:
        raise SettingError("extend=True: give the vocabulary that is to be extended")
    source = recognise(corpus)
    with ExitStack() as resources, open_progress(progress) as reporter:
        budget = MemoryBudget(memory_limit)
        blocks = blocks or BlockSizes()
        options = ScanOptions(vocabulary, not extend, _n_threads(threads), budget, blocks, reporter, resources)
        scanned = scan(source, tokenizer, options)
        if scanned.total_words == 0:
            raise CorpusError(f"{source.name}: there are no words in it")
        warn_of_invalid_bytes(scanned, source.name)
        if vocabulary is None:
            vocabulary, final_ids = _choose(scanned, source.name, min_count, max_vocabulary)
        elif extend:
            vocabulary, final_ids = _extend(scanned, source.name, vocabulary, (min_count, max_vocabulary))
        else:
            final_ids = _known(scanned, source.name, vocabulary)
        if not isinstance(source, TokenLists) and not callable(tokenizer):
            warn_of_script(scanned, source.name)
        return _renumber(scanned, vocabulary, final_ids, (memory_limit, empty_sentences), resources)


def _n_threads(threads: int | None) -> int:
    if threads is None:
        return available_cores()
    if threads < 1:
        raise SettingError(f"threads={threads}: must be at least 1, or None for all cores")
    return threads


def _choose(
    scanned: Scanned, name: str, min_count: int, max_vocabulary: int | None
) -> tuple[Vocabulary, NDArray[np.int32]]:
    """The vocabulary, and the final id of each provisional one (-1: left out)."""
    counts, first = scanned.tally.counts, scanned.tally.first
    chosen, final_ids = most_frequent(counts, first, min_count, max_vocabulary)
    if not len(chosen):
        raise too_rare(scanned, name, min_count)
    vocabulary = Vocabulary(scanned.tally.words(chosen), counts[chosen], min_count, max_vocabulary, scanned.total_words)
    return vocabulary, final_ids


def _extend(
    scanned: Scanned, name: str, old: Vocabulary, limits: tuple[int, int | None]
) -> tuple[Vocabulary, NDArray[np.int32]]:
    """The old vocabulary with frequent words of the corpus, and the final id of each provisional one (-1: left out)."""
    counts, first, known_ids = scanned.tally.counts, scanned.tally.first, scanned.known_ids
    assert known_ids is not None
    known = len(known_ids)
    more = np.zeros(len(old), np.int64)
    more[known_ids] = counts[:known]
    new = known + np.flatnonzero(counts[known:] >= limits[0])
    new = new[np.argsort(first[new], kind="stable")]
    merged = merge(old, more, scanned.tally.words(new), counts[new], limits, scanned.total_words)
    final_ids = np.full(len(counts), -1, np.int32)
    final_ids[:known] = merged.old_ids[known_ids]
    final_ids[new] = merged.new_ids
    if not counts[final_ids >= 0].any():
        raise CorpusError(
            f"{name}: none of its {scanned.total_words:,} words is among the {len(old):,} of the vocabulary, and none "
            f"occurs min_count={limits[0]} times: was that made with another tokenizer, or from another language?"
        )
    return merged.vocabulary, final_ids


def _known(scanned: Scanned, name: str, vocabulary: Vocabulary) -> NDArray[np.int32]:
    """The final ids, where the vocabulary was given."""
    if scanned.known_ids is None or not scanned.tally.counts.any():
        raise CorpusError(
            f"{name}: none of its {scanned.total_words:,} words is among the {len(vocabulary):,} of the vocabulary: "
            "was that made with another tokenizer, or from another language?"
        )
    return scanned.known_ids


def _renumber(
    scanned: Scanned,
    vocabulary: Vocabulary,
    final_ids: NDArray[np.int32],
    options: tuple[int, bool],
    resources: ExitStack,
) -> EncodedCorpus:
    """Provisional ids to final ones; what is not in the vocabulary vanishes, and so do empty sentences.

    options : the memory limit, and whether empty sentences stay.
    """
    memory_limit, empty_sentences = options
    n_words = int(scanned.tally.counts[final_ids >= 0].sum())
    n_written = sum(chunk.length for chunk, _ in scanned.chunks)  # words and sentence ends
    most_sentences = n_written - int(scanned.tally.counts.sum())
    most_sentences = most_sentences if empty_sentences else min(n_words, most_sentences)
    mapped = 4 * n_words + 8 * (most_sentences + 1) > memory_limit
    ids: GrowingArray = ArrayInFile(np.int32) if mapped else ArrayInMemory(np.int32, n_words + 1)
    resources.callback(ids.close)
    offsets: GrowingArray = ArrayInFile(np.int64) if mapped else ArrayInMemory(np.int64, most_sentences + 3)
    resources.callback(offsets.close)
    write = _write_every_sentence if empty_sentences else _write_final
    write(scanned, final_ids, ids, offsets)
    return EncodedCorpus(
        vocabulary,
        ids.finish(),
        offsets.finish(),
        scanned.total_words,
        scanned.invalid_bytes,
        mapped,
    )


def _write_final(scanned: Scanned, final_ids: NDArray[np.int32], ids: GrowingArray, offsets: GrowingArray) -> None:
    offsets.append(np.zeros(1, np.int64))
    written = last_end = 0
    for chunk, tally_ids in scanned.chunks:
        stream = chunk.spool.take(chunk.index)
        numbers = final_ids if tally_ids is None else final_ids[tally_ids]
        ends = offsets.reserve(len(stream) + 1)
        kept, ended = keep_known(stream, numbers, written, last_end, ids.reserve(len(stream) + 1), ends)
        last_end = int(ends[ended - 1]) if ended else last_end
        written += kept
        ids.keep(kept)
        offsets.keep(ended)
    if written > last_end:
        offsets.append(np.array([written], np.int64))


def _write_every_sentence(
    scanned: Scanned, final_ids: NDArray[np.int32], ids: GrowingArray, offsets: GrowingArray
) -> None:
    """The same with the ends of all sentences."""
    offsets.append(np.zeros(1, np.int64))
    written = 0
    for chunk, _ in scanned.chunks:
        stream = chunk.spool.take(chunk.index)
        is_word = stream >= 0
        final = np.full(len(stream), -1, np.int32)
        final[is_word] = final_ids[stream[is_word]]
        known = final >= 0
        offsets.append(written + np.cumsum(known)[stream == END_OF_SENTENCE])
        ids.append(final[known])
        written += int(known.sum())
