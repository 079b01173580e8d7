"""From provisional ids to final ones: a vocabulary is chosen from counted words, and what was read is renumbered."""

from contextlib import ExitStack
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.corpus.advice import too_rare
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.scan import Scanned
from firth.corpus.spool import ArrayInFile, ArrayInMemory, GrowingArray
from firth.corpus.vocabulary import Vocabulary, most_frequent
from firth.kernels.cpu.text.tokens import END_OF_SENTENCE, keep_known

__all__ = ["FinalIds", "choose_vocabulary", "final_ids_of", "renumber_scanned"]


class FinalIds(NamedTuple):
    """A text, or some parts of it, as ids.

    ends : of each part that was read, by its number: where its words and its sentences end.
    """

    ids: WordIds
    sentence_offsets: Offsets
    memory_mapped: bool
    ends: dict[int, tuple[int, int]]


def choose_vocabulary(
    scanned: Scanned, name: str, min_count: int, max_vocabulary: int | None
) -> tuple[Vocabulary, NDArray[np.int32]]:
    """The vocabulary, and the final id of each provisional one (-1: left out)."""
    counts, first = scanned.tally.counts, scanned.tally.first
    chosen, final_ids = most_frequent(counts, first, min_count, max_vocabulary)
    if not len(chosen):
        raise too_rare(scanned, name, min_count)
    vocabulary = Vocabulary(scanned.tally.words(chosen), counts[chosen], min_count, max_vocabulary, scanned.total_words)
    return vocabulary, final_ids


def renumber_scanned(
    scanned: Scanned,
    vocabulary: Vocabulary,
    final_ids: NDArray[np.int32],
    options: tuple[int, bool],
    resources: ExitStack,
) -> EncodedCorpus:
    """Provisional ids to final ones; what is not in the vocabulary vanishes, and so do empty sentences.

    options : the memory limit, and whether empty sentences stay.
    """
    found = final_ids_of(scanned, final_ids, options, resources)
    return EncodedCorpus(
        vocabulary,
        found.ids,
        found.sentence_offsets,
        scanned.total_words,
        scanned.invalid_bytes,
        found.memory_mapped,
    )


def final_ids_of(
    scanned: Scanned, final_ids: NDArray[np.int32], options: tuple[int, bool], resources: ExitStack
) -> FinalIds:
    """The ids themselves; see renumber_scanned."""
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
    ends = write(scanned, final_ids, ids, offsets)
    return FinalIds(ids.finish(), offsets.finish(), mapped, ends)


def _write_final(
    scanned: Scanned, final_ids: NDArray[np.int32], ids: GrowingArray, offsets: GrowingArray
) -> dict[int, tuple[int, int]]:
    """Returns where the words and the sentences of each part end."""
    offsets.append(np.zeros(1, np.int64))
    written = last_end = sentences = 0
    part_ends = {}
    for chunk, tally_ids in scanned.chunks:
        stream = chunk.spool.take(chunk.index)
        numbers = final_ids if tally_ids is None else final_ids[tally_ids]
        ends = offsets.reserve(len(stream) + 1)
        kept, ended = keep_known(stream, numbers, written, last_end, ids.reserve(len(stream) + 1), ends)
        last_end = int(ends[ended - 1]) if ended else last_end
        written += kept
        sentences += ended
        ids.keep(kept)
        offsets.keep(ended)
        part_ends[chunk.part] = written, sentences
    if written > last_end:
        offsets.append(np.array([written], np.int64))
    return part_ends


def _write_every_sentence(
    scanned: Scanned, final_ids: NDArray[np.int32], ids: GrowingArray, offsets: GrowingArray
) -> dict[int, tuple[int, int]]:
    """The same with the ends of all sentences."""
    offsets.append(np.zeros(1, np.int64))
    written = sentences = 0
    part_ends = {}
    for chunk, _ in scanned.chunks:
        stream = chunk.spool.take(chunk.index)
        is_word = stream >= 0
        final = np.full(len(stream), -1, np.int32)
        final[is_word] = final_ids[stream[is_word]]
        known = final >= 0
        ends = written + np.cumsum(known)[stream == END_OF_SENTENCE]
        offsets.append(ends)
        ids.append(final[known])
        written, sentences = written + int(known.sum()), sentences + len(ends)
        part_ends[chunk.part] = written, sentences
    return part_ends
