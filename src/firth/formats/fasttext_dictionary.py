"""The dictionary of a fastText model: its words and labels, and how often each occurs.

    int32 × 3    entries, words, labels
    int64 × 2    tokens of the text; pairs of the pruning index, or -1 without one
    entries      bytes up to a 0, int64 how often it occurs, int8 0 for a word or 1 for a label; words first
    int32 × 2    for each pair of the pruning index

Shapes  V words.
"""

import struct
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from firth.arrays import Counts, Offsets
from firth.formats.byte_cursor import ByteCursor
from firth.formats.packed_words import PackedWords, WordCollector, decode_word, hash_words

__all__ = ["Dictionary", "read_dictionary", "write_dictionary"]

BLOCK = 1 << 22  # bytes of entries taken apart at once
LONGEST_WORD = 1 << 20  # bytes: without a 0 among them, the file is something else
ENTRY_END = 10  # bytes behind a word: a 0, its count and its type
WORD, LABEL = 0, 1
WORDS_AT_ONCE = 1 << 14  # written


class Dictionary(NamedTuple):
    """The words and their counts; labels are skipped."""

    words: PackedWords  # V
    counts: Counts  # (V,)
    n_labels: int
    n_tokens: int
    is_pruned: bool  # whether n-grams were left out


class _Size(NamedTuple):
    n_entries: int
    n_words: int
    n_labels: int
    n_tokens: int
    n_pairs: int


def read_dictionary(cursor: ByteCursor) -> Dictionary:
    """Read the dictionary and skip the pruning index after it. Raises FormatError, naming the byte."""
    size = _read_size(cursor)
    start = cursor.position
    collector = WordCollector()
    counts = [np.empty(0, np.int64)]
    done = 0
    while done < size.n_entries:
        entries = _Entries(cursor, done, size)
        kept = max(0, min(size.n_words - done, len(entries.ends)))
        if kept:
            text, ends = entries.words(kept)
            collector.add(text, ends, hash_words(text, ends))
            counts.append(entries.counts[:kept])
        done += len(entries.ends)
    words, repetitions = collector.finish()
    for word, first, second in repetitions:
        byte = start + int(words.ends[second - 1]) + ENTRY_END * second
        raise cursor.error(f"word {second:,} is {word!r}, like word {first:,}; the file is damaged", byte)
    n_index_bytes = 8 * max(0, size.n_pairs)
    cursor.refuse_impossible(n_index_bytes, f"{size.n_pairs:,} pruned n-grams", start - 8)
    cursor.position += n_index_bytes
    return Dictionary(words, np.concatenate(counts), size.n_labels, size.n_tokens, size.n_pairs >= 0)


def _read_size(cursor: ByteCursor) -> _Size:
    begin = cursor.position
    size = _Size(*cursor.take("<3i2q", "the size of the dictionary"))
    if min(size[:4]) < 0 or size.n_entries != size.n_words + size.n_labels or size.n_pairs < -1:
        raise cursor.error(
            f"a dictionary of {size.n_entries:,} entries with {size.n_words:,} words, {size.n_labels:,} labels, "
            f"{size.n_tokens:,} tokens and {size.n_pairs:,} pruned n-grams makes no sense; the file is damaged",
            begin,
        )
    cursor.refuse_impossible(ENTRY_END * size.n_entries, f"{size.n_entries:,} words and labels", begin)
    return size


class _Entries:
    """The complete entries at the beginning of a block, cut off the file."""

    ends: Offsets  # where each word ends in the block
    counts: Counts

    def __init__(self, cursor: ByteCursor, first: int, size: _Size) -> None:
        block = cursor.content[cursor.position : cursor.position + BLOCK].tobytes()
        ends, position = [], 0
        for _ in range(size.n_entries - first):
            end = block.find(b"\0", position, position + LONGEST_WORD)
            if end < 0 or end + ENTRY_END > len(block):
                break
            ends.append(end)
            position = end + ENTRY_END
        if not ends:
            what = "the file ends in the middle of it"
            if len(block) > LONGEST_WORD + ENTRY_END:
                what = f"its word is longer than {LONGEST_WORD:,} bytes"
            raise cursor.error(f"entry {first:,} of the dictionary: {what}; the file is cut short or damaged")
        self._block = np.frombuffer(block, np.uint8)
        self.ends = np.array(ends, np.int64)
        self.counts = sliding_window_view(self._block, 8)[self.ends + 1].view("<i8")[:, 0].astype(np.int64)
        self._check(cursor, first, size.n_words)
        cursor.position += position

    def _check(self, cursor: ByteCursor, first: int, n_words: int) -> None:
        types = self._block[self.ends + ENTRY_END - 1]
        expected = np.where(np.arange(first, first + len(types)) < n_words, WORD, LABEL)
        wrong = np.flatnonzero((self.counts < 0) | (types != expected))
        if len(wrong):
            i = int(wrong[0])
            begin = int(self.ends[i - 1]) + ENTRY_END if i else 0
            word = decode_word(self._block[begin : self.ends[i]][:40].tobytes())
            raise cursor.error(
                f"entry {first + i:,} of the dictionary, {word!r}, has count {self.counts[i]:,} and type {types[i]}, "
                f"instead of a count of at least 0 and type {expected[i]}; the file is damaged",
                cursor.position + begin,
            )

    def words(self, count: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint8]], Offsets]:
        """The first `count` words end to end, and where they end."""
        is_text = np.ones(int(self.ends[count - 1]), bool)
        for i in range(ENTRY_END):
            is_text[self.ends[: count - 1] + i] = False
        return self._block[: len(is_text)][is_text], self.ends[:count] - ENTRY_END * np.arange(count)


def write_dictionary(file: BinaryIO, words: PackedWords, counts: Counts, n_tokens: int) -> None:
    """Write the dictionary of a model without labels, whose words have no 0 in them."""
    file.write(struct.pack("<3i2q", len(words), len(words), 0, n_tokens, -1))
    begin = 0
    for first in range(0, len(words), WORDS_AT_ONCE):
        some = slice(first, first + WORDS_AT_ONCE)
        entries = []
        for end, count in zip(words.ends[some].tolist(), counts[some].tolist(), strict=True):
            entries += [words.text[begin:end].tobytes(), struct.pack("<bqb", 0, count, WORD)]
            begin = end
        file.write(b"".join(entries))
