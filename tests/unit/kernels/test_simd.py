"""Registers, blocks of rows and shared memory against NumPy."""

import mmap
import os
import threading

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.kernels.compile import kernel
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE, add_atomically, aligned_zeros, read_atomically
from firth.simd.operations import (
    absolute,
    add,
    choose,
    div,
    exponent_of,
    float_bits,
    fma,
    fraction_of,
    lanes_above,
    load,
    maximum,
    mul,
    nearest,
    power_of_two,
    splat,
    store,
    sub,
    sum_lanes,
)
from firth.simd.rows import (
    BLOCK_ROWS,
    fma_rows,
    load_rows,
    splat_row,
    store_pair_of_sums,
    store_rows,
    store_sums,
    take,
    weighted_sum,
    zero_rows,
)

EPSILON = 2.0**-23  # from 1 to the next float32


@kernel
def all_operations(a, b, c, exponents, out):
    x = load(a, 0)
    y = load(b, 0)
    z = load(c, 0)
    store(out, 0, add(x, y))
    store(out, LANES, sub(x, y))
    store(out, 2 * LANES, mul(x, y))
    store(out, 3 * LANES, div(x, y))
    store(out, 4 * LANES, fma(x, y, z))
    store(out, 5 * LANES, absolute(x))
    store(out, 6 * LANES, nearest(x))
    store(out, 7 * LANES, maximum(x, y))
    store(out, 8 * LANES, choose(x, y, z))
    store(out, 9 * LANES, power_of_two(x, load(exponents, 0)))
    store(out, 10 * LANES, splat(a[1]))
    return sum_lanes(x)


def registers(seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(3, LANES)).astype(np.float32), rng.integers(-100, 100, LANES).astype(np.float32)


def run_operations(a, b, c, exponents):
    out = np.empty((11, LANES), np.float32)
    return all_operations(a, b, c, exponents, out.reshape(-1)), out


@pytest.mark.parametrize("seed", range(5))
def test_operations_are_those_of_numpy(seed):
    (a, b, c), exponents = registers(seed)
    total, out = run_operations(a, b, c, exponents)
    exact = [a + b, a - b, a * b, a / b]
    fused = (a.astype(np.float64) * b + c).astype(np.float32)  # a product of two float32 is exact in float64
    exact += [fused, np.abs(a), np.rint(a), np.maximum(a, b), np.where(a < 0, b, c), a * 2**exponents]
    np.testing.assert_array_equal(out, [*exact, np.full(LANES, a[1])])
    assert total == pytest.approx(a.sum(dtype=np.float64), abs=LANES * EPSILON)


def test_fma_rounds_once():
    a = np.full(LANES, 1 + 2.0**-12, np.float32)
    _, out = run_operations(a, a, np.full(LANES, -1 - 2.0**-11, np.float32), np.zeros(LANES, np.float32))
    assert (out[4] == 2.0**-24).all()  # gone if the product is rounded first


@kernel
def bits_of_lanes_above(a, b):
    return lanes_above(load(a, 0), load(b, 0))


@pytest.mark.parametrize("seed", range(5))
def test_lanes_above(seed):
    (a, b, _), _ = registers(seed)
    a[0] = b[0]
    b[1] = np.nan  # above nothing, and nothing is above it
    assert bits_of_lanes_above(a, b) == sum(1 << i for i in range(LANES) if a[i] > b[i])


@kernel
def parts_of(x, exponents, fractions):
    store(exponents, 0, exponent_of(load(x, 0)))
    store(fractions, 0, fraction_of(load(x, 0)))
    return float_bits(x[0])


@pytest.mark.parametrize("first", [1.0, 2.0**-126, 3.4e38, 0.1, 1.9999999])
def test_the_parts_of_a_number(first):
    x = np.geomspace(first, 1.0, LANES).astype(np.float32)
    exponents, fractions = np.empty((2, LANES), np.float32)
    bits = parts_of(x, exponents, fractions)
    mantissas, powers = np.frexp(x)
    np.testing.assert_array_equal(exponents, powers - 1)
    np.testing.assert_array_equal(fractions, 2 * mantissas)
    assert bits == x[:1].view(np.int32)[0]


def test_halves_go_to_the_even_number():
    a = np.resize(np.array([0.5, 1.5, -0.5, -2.5], np.float32), LANES)
    _, out = run_operations(a, a, a, np.zeros(LANES, np.float32))
    assert (out[6] == np.resize([0, 2, 0, -2], LANES)).all()


# ---------------------------------------------------------------- blocks of 1 to 8 rows


@kernel
def all_row_operations(block, matrix, starts, scalars, x, sums, moved, total):
    rows = take(block, starts, 1)
    loaded = load_rows(matrix, rows, LANES)
    vector = load(x, 0)
    weights = splat_row(block, scalars, 2)
    store_rows(moved, rows, LANES, fma_rows(vector, weights, loaded))
    store(total, 0, weighted_sum(weights, loaded, vector))
    store_sums(sums, 1, loaded)
    products = fma_rows(vector, loaded, zero_rows(block))
    store_pair_of_sums(sums, 3 * BLOCK_ROWS, products, loaded)


@pytest.mark.parametrize("n", range(1, BLOCK_ROWS + 1))
def test_rows(n):
    rng = np.random.default_rng(n)
    columns = 3 * LANES
    matrix = rng.normal(size=(12, columns)).astype(np.float32)
    chosen = rng.permutation(12)[:n]
    starts = np.append([-1], chosen * columns).astype(np.int64)
    scalars, x = rng.normal(size=12).astype(np.float32), rng.normal(size=LANES).astype(np.float32)
    sums = np.full(6 * BLOCK_ROWS + 2 * LANES, np.nan, np.float32)
    moved, total = np.zeros_like(matrix), np.empty(LANES, np.float32)
    all_row_operations((0,) * n, matrix.reshape(-1), starts, scalars, x, sums, moved.reshape(-1), total)

    rows = matrix[chosen, LANES : 2 * LANES].astype(np.float64)
    weights = scalars[2 : 2 + n].astype(np.float64)
    rounding = 8 * LANES * EPSILON  # as many numbers near 1 are added in float32
    expected = np.zeros_like(moved)
    expected[chosen, LANES : 2 * LANES] = rows + np.outer(weights, x)
    np.testing.assert_allclose(moved, expected, atol=rounding)
    assert not moved[expected == 0].any(), "only the chosen columns of the chosen rows are written"
    np.testing.assert_allclose(total, x + weights @ rows, atol=rounding)

    np.testing.assert_allclose(sums[1 : 1 + n], rows.sum(axis=1), atol=rounding)
    written = max(BLOCK_ROWS, LANES)
    assert not sums[1 + n : 1 + min(BLOCK_ROWS, written)].any(), "sums of absent rows are 0"
    pair = sums[3 * BLOCK_ROWS : 5 * BLOCK_ROWS].reshape(2, BLOCK_ROWS)
    np.testing.assert_allclose(pair[:, :n], [rows @ x, rows.sum(axis=1)], atol=rounding)
    assert np.isnan(sums[5 * BLOCK_ROWS + LANES :]).all(), "nothing is written beyond"


# ---------------------------------------------------------------- bounds, with NUMBA_BOUNDSCHECK=1


@kernel
def load_and_sum(array, offset):
    return sum_lanes(load(array, offset))


@kernel
def write_eight_zeros(block, array, start):
    store_sums(array, start, zero_rows(block))


@pytest.mark.skipif(
    not numba.config.BOUNDSCHECK, reason="reads past the end unless NUMBA_BOUNDSCHECK=1 (make test-bounds)"
)
@pytest.mark.parametrize("beyond", [-1, 1])
def test_registers_that_leave_the_array_are_errors_when_bounds_are_checked(beyond):
    array = np.ones(3 * LANES, np.float32)
    assert load_and_sum(array, 2 * LANES) == LANES
    at = -1 if beyond < 0 else 2 * LANES + 1
    with pytest.raises(IndexError):
        load_and_sum(array, at)
    with pytest.raises(IndexError):
        write_eight_zeros((0, 0), array, -1 if beyond < 0 else 3 * LANES - 1)
    assert (array == 1).all()


# ---------------------------------------------------------------- memory


@given(rows=st.integers(0, 300), lines=st.integers(1, 8))
def test_matrices_start_on_a_cache_line_and_are_zero(rows, lines):
    matrix = aligned_zeros(rows, lines * CACHE_LINE)
    assert matrix.shape == (rows, lines * CACHE_LINE)
    assert matrix.dtype == np.float32
    assert matrix.ctypes.data % (4 * CACHE_LINE) == 0
    assert matrix.flags.c_contiguous
    assert matrix.flags.writeable
    assert not matrix.any()


def test_large_matrices_share_no_memory():
    first, second = aligned_zeros(20_000, 48), aligned_zeros(20_000, 48)
    first[:] = 1
    assert not second.any()
    assert first.sum(dtype=np.float64) == 20_000 * 48


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only processes that fork share memory")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the child only writes numbers
def test_a_forked_process_changes_its_own_copy():
    matrix = aligned_zeros(20_000, 48)
    child = os.fork()
    if child == 0:
        matrix[:] = 1
        os._exit(0)
    os.waitpid(child, 0)
    assert not matrix.any()


def test_a_system_without_large_pages_gives_small_ones(monkeypatch):
    monkeypatch.setattr(mmap, "MADV_HUGEPAGE", -1, raising=False)  # advice that no system knows: EINVAL
    assert aligned_zeros(20_000, 48).shape == (20_000, 48)


def test_products_and_sums_need_no_instruction_that_old_processors_lack():
    """`llvm.fma` would be a call of fmaf() for each lane there."""

    @numba.njit
    def multiply_and_add(out, a, b, c):
        store(out, 0, fma(load(a, 0), load(b, 0), load(c, 0)))

    arrays = [np.full(LANES, number, np.float32) for number in (0, 2, 3, 4)]
    multiply_and_add(*arrays)
    assert (arrays[0] == 10).all()
    (code,) = multiply_and_add.inspect_llvm().values()
    assert "llvm.fmuladd" in code or "fmul" in code
    assert "llvm.fma." not in code


@kernel
def take_numbers(counter, numbers):
    for i in range(len(numbers)):
        numbers[i] = add_atomically(counter, 1, 1)


@kernel
def wait_for_a_change(shared):
    while read_atomically(shared, 1) == 0:
        pass
    return read_atomically(shared, 0)


def test_several_threads_add_without_losing_anything():
    counter, numbers = np.zeros(3, np.int64), np.empty((4, 200_000), np.int64)
    take_numbers(np.zeros(3, np.int64), numbers[0, :1])  # compiled before the threads start together
    threads = [threading.Thread(target=take_numbers, args=(counter, row)) for row in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.tolist() == [0, numbers.size, 0]
    assert (np.sort(numbers, axis=None) == np.arange(numbers.size)).all(), "no two threads got the same number"


def test_a_loop_sees_what_another_thread_writes():
    shared = np.zeros(2, np.int64)
    found = []
    waiting = threading.Thread(target=lambda: found.append(wait_for_a_change(shared)), daemon=True)
    waiting.start()
    shared[0] = 7
    shared[1] = 1
    waiting.join(timeout=60)
    assert found == [7]
