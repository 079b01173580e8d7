"""Kernels that numba-cuda compiles, run without a GPU, against NumPy."""

import importlib.util
import math
from itertools import count

import numpy as np
import pytest

from software_gpu.hand_written import needs_gcc
from software_gpu.library import Library
from software_gpu.translate import compile_ptx

pytestmark = [
    needs_gcc,
    pytest.mark.skipif(
        importlib.util.find_spec("numba_cuda") is None or importlib.util.find_spec("nvidia") is None,
        reason="the compiler of CUDA is not installed: pip install 'firth[cuda]'",
    ),
]


class Device:
    compute_capability = (9, 0)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """run(kernel, grid, block, *arguments): compile and launch a function."""
    folder, numbers = tmp_path_factory.mktemp("kernels"), count()
    with pytest.MonkeyPatch.context() as patch:
        from numba.cuda import dispatcher

        patch.setattr(dispatcher, "get_current_device", lambda: Device)
        from numba import cuda, types
        from numba.cuda.typing.typeof import typeof

        def compile_and_run(kernel, grid, block, *arguments):
            ptx, _ = cuda.compile_ptx(kernel, types.void(*map(typeof, arguments)).args, cc=(9, 0))
            file = folder / f"{next(numbers)}.so"
            compile_ptx(ptx, file)
            Library(file).launch(grid, block, *arguments)

        yield compile_and_run


def test_products(run):
    from numba import cuda

    def multiply(a, b, out):
        i, j = cuda.grid(2)
        if i < a.shape[0] and j < b.shape[1]:
            total = 0
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            out[i, j] = total

    random = np.random.default_rng(0)
    a, b, out = random.integers(-99, 99, (33, 17)), random.integers(-99, 99, (17, 41)), np.zeros((33, 41), np.int64)
    run(multiply, (5, 6), (8, 8), a, b, out)
    np.testing.assert_array_equal(out, a @ b)


def test_exchanges_between_lanes(run):
    from numba import cuda

    def exchange(given, numbers, flags):
        lane = cuda.threadIdx.x
        numbers[0, lane] = cuda.shfl_up_sync(0xFFFFFFFF, given[lane], 3)
        numbers[1, lane] = cuda.shfl_down_sync(0xFFFFFFFF, given[lane], 3)
        numbers[2, lane] = cuda.shfl_xor_sync(0xFFFFFFFF, given[lane], 5)
        numbers[3, lane] = cuda.shfl_sync(0xFFFFFFFF, given[lane], (lane * 7) % 32)
        numbers[4, lane] = cuda.shfl_sync(0xFFFFFFFF, given[lane], 4)
        flags[0, lane] = cuda.ballot_sync(0xFFFFFFFF, given[lane] > 0)
        flags[1, lane] = cuda.match_any_sync(0xFFFFFFFF, lane % 5)
        if lane >= 16:
            flags[2, lane] = cuda.activemask()

    given, lanes = np.random.default_rng(0).normal(size=32).astype(np.float32), np.arange(32)
    numbers, flags = np.zeros((5, 32), np.float32), np.zeros((3, 32), np.uint32)
    run(exchange, 1, 32, given, numbers, flags)
    sources = [np.maximum(lanes - 3, lanes % 3 * (lanes < 3)), np.where(lanes + 3 < 32, lanes + 3, lanes), lanes ^ 5]
    for found, source in zip(numbers, [*sources, lanes * 7 % 32, lanes * 0 + 4], strict=True):
        np.testing.assert_array_equal(found, given[source])
    assert (flags[0] == sum(1 << lane for lane in lanes.tolist() if given[lane] > 0)).all()
    np.testing.assert_array_equal(flags[1], [sum(1 << i for i in range(32) if i % 5 == lane % 5) for lane in range(32)])
    np.testing.assert_array_equal(flags[2], np.where(lanes >= 16, 0xFFFF0000, 0))


def test_atomic_operations(run):
    from numba import cuda

    def change(given, whole, single, double):
        one = given[cuda.grid(1)]
        cuda.atomic.add(whole, one % 16, 1)
        cuda.atomic.max(whole, 16, one)
        cuda.atomic.min(whole, 17, one)
        cuda.atomic.exch(whole, 18, one)
        cuda.atomic.cas(whole, 19, 0, 7)
        cuda.atomic.or_(whole, 20, 1 << one % 30)
        cuda.atomic.inc(whole, 21, 9)
        cuda.atomic.add(single, 0, np.float32(1))
        cuda.atomic.add(double, 0, 0.5)
        cuda.atomic.max(double, 1, float(one))

    given = np.random.default_rng(0).integers(0, 10_000, 64 * 500).astype(np.uint32)
    whole, single, double = np.zeros(22, np.uint32), np.zeros(1, np.float32), np.zeros(2)
    whole[17] = 99_999
    run(change, 500, 64, given, whole, single, double)
    np.testing.assert_array_equal(whole[:16], np.bincount(given % 16))
    assert whole[16:18].tolist() == [given.max(), given.min()]
    assert whole[18] in given
    assert whole[19:].tolist() == [7, 2**30 - 1, 0]
    assert (single[0], *double) == (32_000, 16_000, given.max())


def test_sums_of_blocks(run):
    from numba import cuda, float32

    def add_up(given, out):
        shared, thread = cuda.shared.array(256, float32), cuda.threadIdx.x
        i = cuda.blockIdx.x * 256 + thread
        shared[thread] = given[i] if i < given.size else 0
        cuda.syncthreads()
        half = 128
        while half > 0:
            if thread < half:
                shared[thread] += shared[thread + half]
            cuda.syncthreads()
            half //= 2
        if thread == 0:
            out[cuda.blockIdx.x] = shared[0]

    given, out = np.arange(10_000, dtype=np.float32), np.zeros(40, np.float32)
    run(add_up, 40, 256, given, out)
    np.testing.assert_array_equal(out, np.resize(np.append(given, np.zeros(240)), (40, 256)).sum(1))


def test_loops_of_different_length(run):
    from numba import cuda

    def steps(given, out):
        i = cuda.grid(1)
        if i < given.size:
            n, number = 0, given[i]
            while number != 1:
                number = number // 2 if number % 2 == 0 else 3 * number + 1
                n += 1
            out[i] = n

    given, out = np.arange(1, 1001), np.zeros(1000, np.int64)
    run(steps, 8, 128, given, out)
    assert out[[0, 1, 2, 26, 870, 999]].tolist() == [0, 1, 7, 111, 178, 111]


def test_functions_of_floats(run):
    from numba import cuda

    def compute(given, out):
        i = cuda.grid(1)
        x = given[i]
        out[0, i] = math.exp(x)
        out[1, i] = math.log(x)
        out[2, i] = math.tanh(x)
        out[3, i] = math.sqrt(x)
        out[4, i] = math.log1p(x)
        out[5, i] = x**2.5
        out[6, i] = math.erf(x)

    erf = np.vectorize(math.erf)
    functions = [np.exp, np.log, np.tanh, np.sqrt, np.log1p, lambda x: x ** x.dtype.type(2.5), erf]
    for kind in (np.float32, np.float64):
        given = np.array(
            [*np.linspace(-3, 90, 54), 0, -0.0, 1e-30, 1e30, np.inf, -np.inf, np.nan, 1e-40, 1e6, -80], kind
        )
        out = np.zeros((7, 64), kind)
        run(compute, 2, 32, given, out)
        with np.errstate(all="ignore"):
            for found, function in zip(out, functions, strict=True):
                wanted = function(given.astype(np.float64)).astype(kind)
                np.testing.assert_allclose(found, wanted, rtol=3e-7 if kind == np.float32 else 1e-14, atol=1e-45)


def test_whole_numbers(run):
    from numba import cuda

    def compute(a, b, out):
        i = cuda.grid(1)
        out[0, i] = a[i] // b[i]
        out[1, i] = a[i] % b[i]
        out[2, i] = a[i] >> (b[i] & 63)
        out[3, i] = a[i] * b[i] + (a[i] << 3)
        out[4, i] = cuda.popc(a[i])
        out[5, i] = cuda.clz(b[i])

    random = np.random.default_rng(0)
    a, b = (random.integers(-(2**63), 2**63 - 1, 256) >> random.integers(0, 62, 256) for _ in range(2))
    b[b == 0] = 1
    out = np.zeros((6, 256), np.int64)
    run(compute, 2, 128, a, b, out)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(out[:4], [a // b, a % b, a >> (b & 63), a * b + (a << 3)])
    np.testing.assert_array_equal(out[4], np.bitwise_count(a.view(np.uint64)))
    np.testing.assert_array_equal(out[5], [64 - int(one).bit_length() for one in b.view(np.uint64)])
