"""The kernels of firth.corpus, by themselves: where they stop, and how they continue."""

import numpy as np
import pytest

from firth.kernels.arguments import CleanText, CodePointTable, EdgeWorkspace, WordArrays
from firth.kernels.cpu.text import tokens, unicode

SENTENCE_END = tokens.END_OF_SENTENCE


def new_table(words=4, arena=64):
    return WordArrays(
        slots=np.zeros(4 * words, np.uint64),
        counts=np.empty(words, np.int64),
        first=np.empty(words, np.int64),
        ends=np.zeros(words + 1, np.int64),
        arena=np.empty(arena + tokens.PADDING, np.uint8),
        sizes=np.zeros(4, np.int64),
    )


def number(text, table, at=0, stream=None, n=0, origin=0):
    clean = np.frombuffer(text + b" " * tokens.PADDING, np.uint8).copy()
    stream = np.empty(len(text) + 2, np.int32) if stream is None else stream
    edges = EdgeWorkspace(*np.empty((2, tokens.SCRATCH + tokens.PADDING), np.int64))
    at, n, full = tokens.number_words(CleanText(clean, origin), at, len(text), table, stream, n, edges)
    return at, stream[:n].tolist(), full


def test_words_are_numbered_counted_and_placed():
    table = new_table()
    at, stream, full = number(b"to be or\n\nnot to be ", table, origin=100)
    assert (at, full) == (20, False)
    assert stream == [0, 1, 2, SENTENCE_END, 3, 0, 1]
    assert table.counts.tolist() == [2, 2, 1, 1]
    assert table.first.tolist() == [100, 103, 106, 110]
    assert bytes(table.arena[: table.ends[4]]) == b"tobeornot"


def test_an_unfinished_word_is_left_for_the_next_call():
    table = new_table()
    assert number(b"to be", table) == (3, [0], False)
    assert number(b"to be\n", table, at=3) == (6, [1, SENTENCE_END], False)
    assert number(b"", table) == (0, [], False)
    assert number(b"   ", table) == (3, [], False)


@pytest.mark.parametrize(("words", "arena"), [(2, 64), (4, 5)])
def test_full_table_stops_before_the_word(words, arena):
    table = new_table(words, arena)
    at, stream, full = number(b"to be\nto or not ", table)
    assert (at, stream, full) == (9, [0, 1, SENTENCE_END, 0], True)
    larger = new_table(8)
    tokens.refill_slots(table.slots, larger.slots)
    for old, new in zip(table[1:], larger[1:], strict=True):
        new[: len(old)] = old
    assert number(b"to be\nto or not ", larger, at=at) == (16, [2, 3], False)
    assert larger.counts[:4].tolist() == [2, 1, 1, 1]


def test_a_closed_table_counts_unknown_words():
    table = new_table()
    number(b"to be ", table)
    table.sizes[tokens.CLOSED] = 1
    assert number(b"not to be or not\n", table)[1] == [0, 1, SENTENCE_END]
    assert table.sizes[tokens.UNKNOWN_SEEN] == 3


def test_words_of_every_length_are_distinguished():
    """Words that differ in one byte, or are another's beginning, around the sizes at which hashing changes."""
    letters = b"abcdefghijklmnopqrstuvwxyz" * 3
    words = [letters[:n] for n in range(1, 70)] + [letters[: n - 1] + b"!" for n in range(1, 70)]
    words += [b"!" + letters[1:n] for n in range(2, 70)]
    table = new_table(256, 1 << 14)
    _, stream, _ = number(b" ".join(words * 2) + b" ", table)
    assert stream == list(range(len(words))) * 2


@pytest.mark.parametrize("offset", range(0, 200, 7))
def test_words_across_blocks(offset):
    """Edges are found 64 bytes, and SCRATCH bytes, at a time."""
    text = b"x" * offset + b" " + b" ".join(b"w%d" % (i % 50) for i in range(900)) + b"\n"
    table = new_table(64, 1 << 12)
    _, stream, _ = number(text, table)
    words = text.split()
    order = list(dict.fromkeys(words))
    assert stream == [order.index(word) for word in words] + [SENTENCE_END]


def test_final_ids_leave_out_rare_words_and_empty_sentences():
    stream = np.array([0, 1, -1, 1, -1, 2, tokens.UNKNOWN, 0], np.int32)
    ids, ends = np.empty(9, np.int32), np.empty(9, np.int64)
    final = np.array([1, -1, 0], np.int32)
    n, n_ends = tokens.keep_known(stream, final, 10, 10, ids, ends)
    assert ids[:n].tolist() == [1, 0, 1]
    assert ends[:n_ends].tolist() == [11]


def clean(data, table, words_only=1, state=None):
    raw = np.frombuffer(data, np.uint8).copy()
    state = np.array([0, 0, -1]) if state is None else state
    out = np.empty(3 * len(raw) + 64, np.uint8)
    at, n = unicode.clean_text(raw, 0, len(raw), out, 0, CodePointTable(table, words_only), state)
    return at, bytes(out[:n]), state


def test_text_is_cleaned_up_to_a_code_point_that_is_not_in_the_table():
    table = np.zeros(0x110000, np.uint64)
    letters = {ord("a"): ord("b"), 0x130: 0x69}
    for code, lower in letters.items():
        table[code] = unicode.LETTER << unicode.CLASS_SHIFT | lower
    table[0x130] |= np.uint64(0x307 << unicode.SECOND_SHIFT)
    table[ord(" ")] = unicode.SEPARATOR << unicode.CLASS_SHIFT
    at, text, state = clean("aİ  aé".encode(), table)
    assert (at, text.decode(), state[unicode.MISSING]) == (6, "bi\u0307 b", 0xE9)
    assert clean(b"aa\xc3", table)[:2] == (2, b"bb")  # half a character is left for the next call
