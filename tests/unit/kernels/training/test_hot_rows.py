"""Copies of the hottest rows: what each thread learns in its own is added to the common rows, once."""

from typing import NamedTuple

import numpy as np
import pytest

from firth.kernels.compile import kernel
from firth.kernels.cpu.training.arguments import HotRows, Weights
from firth.kernels.cpu.training.hot_rows import (
    exchange_hot_rows,
    input_row,
    merge_hot_rows,
    output_row,
    rows_to_exchange,
)
from firth.simd.memory import CACHE_LINE, aligned_zeros

WORDS = 9
HOT = 5  # rows that have copies
STRIDE = 3 * CACHE_LINE
COLUMNS = 2 * CACHE_LINE  # the numbers of a row that are used; the rest is padding


class Setup(NamedTuple):
    """Both matrices (rows, STRIDE), and for each thread where its copies are."""

    matrices: tuple[np.ndarray, np.ndarray]  # WORDS common rows, then HOT copies for each thread, then a row of zeros
    weights: Weights
    hot: list[HotRows]

    def copies(self, thread):
        """This thread's copies in both matrices."""
        first = WORDS + thread * HOT
        return [matrix[first : first + HOT, :COLUMNS] for matrix in self.matrices]

    def common(self):
        """The rows of all words in both matrices."""
        return [matrix[:WORDS, :COLUMNS] for matrix in self.matrices]


def set_up(threads, least=2):
    """Common rows of small whole numbers, whose sums float32 holds exactly; copies and snapshots of zeros."""
    rng = np.random.default_rng(threads)
    rows = WORDS + threads * HOT + 1
    word, context = matrices = tuple(aligned_zeros(rows, STRIDE) for _ in range(2))
    for matrix in matrices:
        matrix[:WORDS, :COLUMNS] = rng.integers(-50, 50, (WORDS, COLUMNS))
    weights = Weights(word.reshape(-1), context.reshape(-1), STRIDE, COLUMNS)
    hot = [
        HotRows(HOT, *[WORDS + thread * HOT] * 2, least, rows - 1, *np.zeros((2, HOT * STRIDE), np.float32))
        for thread in range(threads)
    ]
    return Setup(matrices, weights, hot)


def changes(rng):
    """What a thread learned in its copies of both matrices."""
    return rng.integers(-9, 10, (2, HOT, COLUMNS)).astype(np.float32)


@kernel
def exchange(weights, hot, rows):
    exchange_hot_rows(weights, hot, rows, None)


@kernel
def rows_before(batch, hot):
    return rows_to_exchange(batch, hot)


@kernel
def rows_of(word, weights, hot):
    return input_row(word, weights, hot), output_row(word, weights, hot)


def test_the_first_exchange_fills_the_copies():
    state = set_up(threads=2)
    before = [matrix.copy() for matrix in state.common()]
    for thread in range(2):
        merge_hot_rows(state.weights, state.hot[thread], None)
        for copy, original in zip(state.copies(thread), before, strict=True):
            np.testing.assert_array_equal(copy, original[:HOT])
    for matrix, original in zip(state.common(), before, strict=True):
        np.testing.assert_array_equal(matrix, original)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_what_all_threads_learned_is_added_up_exactly_once(threads):
    """Threads learn and exchange in any order, some rows more often than others; the end merges what is left."""
    rng = np.random.default_rng(threads)
    state = set_up(threads)
    expected = [matrix.copy() for matrix in state.common()]
    for hot in state.hot:
        exchange(state.weights, hot, HOT)
    for _ in range(40):
        thread = rng.integers(threads)
        for copy, total, change in zip(state.copies(thread), expected, changes(rng), strict=True):
            copy += change
            total[:HOT] += change
        exchange(state.weights, state.hot[rng.integers(threads)], rng.integers(HOT + 1))
    for hot in state.hot:
        merge_hot_rows(state.weights, hot, None)
    for matrix, total in zip(state.common(), expected, strict=True):
        np.testing.assert_array_equal(matrix, total)
    for hot in state.hot:  # nothing new was learned, so that nothing is added
        merge_hot_rows(state.weights, hot, None)
    for matrix, total in zip(state.common(), expected, strict=True):
        np.testing.assert_array_equal(matrix, total)


def test_after_an_exchange_a_thread_goes_on_from_what_all_have_learned():
    rng = np.random.default_rng(0)
    state = set_up(threads=2)
    for hot in state.hot:
        merge_hot_rows(state.weights, hot, None)
    for thread in range(2):
        for copy, change in zip(state.copies(thread), changes(rng), strict=True):
            copy += change
    for hot in [*state.hot, state.hot[0]]:
        merge_hot_rows(state.weights, hot, None)
    for thread in range(2):
        for copy, matrix in zip(state.copies(thread), state.common(), strict=True):
            np.testing.assert_array_equal(copy, matrix[:HOT])


@pytest.mark.parametrize("rows", range(HOT + 1))
def test_only_the_given_number_of_rows_is_exchanged(rows):
    rng = np.random.default_rng(rows)
    state = set_up(threads=1)
    merge_hot_rows(state.weights, state.hot[0], None)
    before = [matrix.copy() for matrix in state.common()]
    learned = changes(rng)
    for copy, change in zip(state.copies(0), learned, strict=True):
        copy += change
    exchange(state.weights, state.hot[0], rows)
    for matrix, original, change in zip(state.common(), before, learned, strict=True):
        np.testing.assert_array_equal(matrix[:rows], original[:rows] + change[:rows])
        np.testing.assert_array_equal(matrix[rows:], original[rows:])


def test_padding_and_all_other_rows_stay_as_they_are():
    state = set_up(threads=2)
    for matrix in state.matrices:
        matrix[:, COLUMNS:] = 7
    before = [matrix.copy() for matrix in state.matrices]
    merge_hot_rows(state.weights, state.hot[1], None)
    first = WORDS + HOT
    for matrix, original in zip(state.matrices, before, strict=True):
        original[first : first + HOT, :COLUMNS] = original[:HOT, :COLUMNS]
        np.testing.assert_array_equal(matrix, original)


@pytest.mark.parametrize(
    ("count", "least", "expected"),
    [
        (512, 128, [512, 128, 256, 128, 512, 128, 256, 128, 512]),
        (300, 128, [300, 128, 256, 128, 300, 128, 256, 128, 300]),
        (100, 128, [100] * 9),  # fewer words than are exchanged before every batch
        (0, 128, [0] * 9),
    ],
)
def test_hotter_rows_are_exchanged_more_often(count, least, expected):
    hot = set_up(threads=1).hot[0]._replace(count=count, least=least)
    assert [rows_before(batch, hot) for batch in range(9)] == expected


def test_hot_words_are_found_in_the_copies_and_others_in_their_own_rows():
    state = set_up(threads=2)
    hot = state.hot[1]._replace(first_output=100)
    found = [rows_of(np.int32(word), state.weights, hot) for word in range(WORDS)]
    assert [row // STRIDE for row, _ in found] == [*range(WORDS + HOT, WORDS + 2 * HOT), *range(HOT, WORDS)]
    assert [row // STRIDE for _, row in found] == [*range(100, 100 + HOT), *range(HOT, WORDS)]
