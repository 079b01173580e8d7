"""A corpus to ids, in one reading: tokenize, count, choose the vocabulary, renumber.

    sources.py    recognises what the user gave: a source
    scan.py       reads the source: pieces of text (pieces.py) or lists of tokens to provisional ids; counts words
    final_ids.py  chooses one vocabulary from the words of all threads, and final ids for the provisional ones

Words get provisional ids while the corpus is read, because only at its end is known how frequent they are.
"""

from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from firth.corpus.advice import warn_of_invalid_bytes, warn_of_script
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.final_ids import choose_vocabulary, renumber_scanned
from firth.corpus.merging import merge
from firth.corpus.pieces import BlockSizes
from firth.corpus.scan import Scanned, ScanOptions, scan
from firth.corpus.sources import CorpusInput, TokenLists, recognise
from firth.corpus.spool import MemoryBudget
from firth.corpus.tokenizers import Tokenizer, check_tokenizer
from firth.corpus.vocabulary import Vocabulary, check_limits
from firth.errors import CorpusError, SettingError
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
            vocabulary, final_ids = choose_vocabulary(scanned, source.name, min_count, max_vocabulary)
        elif extend:
            vocabulary, final_ids = _extend(scanned, source.name, vocabulary, (min_count, max_vocabulary))
        else:
            final_ids = _known(scanned, source.name, vocabulary)
        if not isinstance(source, TokenLists) and not callable(tokenizer):
            warn_of_script(scanned, source.name)
        return renumber_scanned(scanned, vocabulary, final_ids, (memory_limit, empty_sentences), resources)


def _n_threads(threads: int | None) -> int:
    if threads is None:
        return available_cores()
    if threads < 1:
        raise SettingError(f"threads={threads}: must be at least 1, or None for all cores")
    return threads


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
