"""What the kernels of GPUs become: instructions, registers, and files in the cache. It needs a compiler, but no GPU."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from firth.kernels.arguments import Sampling
from firth.kernels.cuda.training.arguments import CONTRAST, EXTRAS, NOISE, TREE
from source_tree import ROOT

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None or importlib.util.find_spec("nvidia") is None,
    reason="the compiler is not installed: pip install 'firth[cuda]'",
)


class Device:
    compute_capability = (9, 0)


@pytest.fixture(scope="module")
def cuda():
    """numba.cuda, which takes a GPU of compute capability 9.0 for present."""
    with pytest.MonkeyPatch.context() as patch:
        from numba.cuda import dispatcher

        patch.setattr(dispatcher, "get_current_device", lambda: Device)
        from numba import cuda

        yield cuda


def signature():
    """The types that CudaBackend calls the training kernel with."""
    from numba import types
    from numba.cuda.typing.typeof import typeof

    from firth.kernels.arguments import GroupNoise, SessionTargets, Tree
    from firth.kernels.cuda.training.arguments import Counters, Inputs, ReadWords, Schedule, TargetTables, Weights

    def array(kind, axes=1):
        return np.zeros((1,) * axes, kind)

    integers, numbers = array(np.int32), array(np.float32)
    read = ReadWords(integers, integers, integers, array(np.int32, 2), integers, 1, 1)
    sampling = Sampling(array(np.uint32), array(np.uint64), (5, 5), True, 5, np.uint64(1))
    counters = Counters(integers, array(np.int64), array(np.float64))
    long = array(np.int64)
    groups = GroupNoise(integers, long, integers, array(np.uint64), 0)
    tables = TargetTables(Tree(long, integers, 0), numbers, groups, SessionTargets(integers, 0.0), long)
    inputs = Inputs(long, integers, numbers, numbers, long, integers, 1, 1)
    arguments = read, sampling, tables, Schedule(0, 0.1, 0.1), Weights(numbers, numbers, 1), inputs, counters
    return types.void(*map(typeof, arguments)).args


def compiled(cuda, compute=(9, 0), composed=False, documents=False, **shape):
    """The PTX of the training kernel for a shape, and the shape."""
    from firth.kernels.cuda.training.epoch import train_kernel
    from firth.kernels.cuda.training.shape import most_registers, shape_of, with_inputs

    given = {"vector_size": 100, "most_targets": 6, "kind": NOISE, "cbow": False, "exact": False, "fours": True}
    made = with_inputs(shape_of(**given | shape), composed=composed, documents=documents)
    ptx, _ = cuda.compile_ptx(train_kernel(made, most_registers(made)).py_func, signature(), cc=compute)
    return ptx, made


@pytest.mark.parametrize("vector_size", [100, 300])
@pytest.mark.parametrize("cbow", [False, True])
def test_rows_stay_in_registers_and_are_added_four_numbers_at_a_time(cuda, vector_size, cbow):
    ptx, _ = compiled(cuda, vector_size=vector_size, cbow=cbow)
    assert ".local" not in ptx
    assert "red.global.add.v4.f32" in ptx
    assert "red.global.add.f32" not in ptx
    assert "ld.global.cg.v4.f32" in ptx


@pytest.mark.parametrize(("has", "loads"), [({}, 0), ({"documents": True}, 0), ({"composed": True}, 4)], ids=str)
def test_inputs_take_code_only_where_a_model_has_them(cuda, has, loads):
    """Rows of a composed word are loaded four at a time."""
    ptx, made = compiled(cuda, **has)
    assert ".local" not in ptx
    rows = made.targets + made.inputs * (1 + loads)
    assert ptx.count("ld.global.cg.v4.f32") == rows


def test_older_gpus_add_single_numbers(cuda):
    ptx, _ = compiled(cuda, (8, 0), fours=False)
    assert ".target sm_80" in ptx
    assert "red.global.add.v4.f32" not in ptx
    assert "red.global.add.f32" in ptx
    assert "ld.global.cg.v4.f32" in ptx


def assembler():
    """ptxas, from the package nvidia-cuda-nvcc."""
    spec = importlib.util.find_spec("nvidia")
    return next((file for folder in spec.submodule_search_locations for file in Path(folder).glob("*/bin/ptxas")), None)


@pytest.mark.parametrize(
    ("shape", "registers"),
    [
        ({}, 128),
        ({"cbow": True}, 128),
        ({"most_targets": 16}, 255),
        ({"most_targets": 61}, 128),
        ({"vector_size": 200}, 255),
        ({"vector_size": 384}, 255),
        ({"vector_size": 384, "cbow": True, "exact": True}, 255),
        ({"composed": True, "documents": True}, 128),
        ({"composed": True, "cbow": True, "documents": True}, 128),
        ({"composed": True, "vector_size": 300}, 255),
        ({"vector_size": 512}, 255),
        ({"vector_size": 768}, 255),
        ({"vector_size": 1024}, 255),
        ({"vector_size": 1024, "cbow": True}, 255),
        ({"kind": TREE}, 128),
        ({"kind": TREE, "cbow": True}, 128),
        ({"kind": TREE, "vector_size": 300}, 255),
        ({"kind": CONTRAST}, 128),
        ({"kind": CONTRAST, "cbow": True}, 128),
        ({"kind": EXTRAS, "most_targets": 12}, 255),
    ],
    ids=str,
)
def test_nothing_is_spilled(cuda, tmp_path, shape, registers):
    if assembler() is None:
        pytest.skip("ptxas is not installed: pip install nvidia-cuda-nvcc")
    ptx, _ = compiled(cuda, **shape)
    assert NO_SPILLS in assembled(ptx, registers, tmp_path)


NO_SPILLS = "0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads"


def assembled(ptx, registers, folder, architecture="sm_90"):
    """What ptxas reports."""
    (folder / "kernel.ptx").write_text(ptx)
    command = [assembler(), "-v", f"-arch={architecture}", f"--maxrregcount={registers}", folder / "kernel.ptx", "-o"]
    return subprocess.run([*command, folder / "kernel.cubin"], capture_output=True, text=True, check=True).stderr


@pytest.mark.parametrize("compute", [(9, 0), (8, 0)])
def test_the_search_sums_in_registers(cuda, tmp_path, compute):
    from numba import types
    from numba.cuda.typing.typeof import typeof

    from firth.kernels.arguments import Heaps
    from firth.kernels.cuda.search.batch import SearchedRows, keep_best, merge_parts

    numbers, rows = np.zeros(1, np.float32), np.zeros(1, np.int32)
    heaps = Heaps(np.zeros((1, 1), np.float32), np.zeros((1, 1), np.int32))
    searched = SearchedRows(numbers, numbers, rows, 1, 1)
    for kernel, arguments in ((keep_best, (searched, numbers, 1, 1, heaps)), (merge_parts, (heaps, 1, 1))):
        ptx, _ = cuda.compile_ptx(kernel.py_func, types.void(*map(typeof, arguments)).args, cc=compute)
        assert ".local" not in ptx
        if assembler() is not None:
            assert NO_SPILLS in assembled(ptx, 255, tmp_path, f"sm_{compute[0]}{compute[1]}")


@pytest.mark.parametrize("compute", [(9, 0), (8, 0)])
def test_next_item_vectors_are_trained_in_registers(cuda, tmp_path, compute):
    from numba import types
    from numba.cuda.typing.typeof import typeof

    from firth.kernels.cuda.recommend import products, sampled_softmax
    from firth.kernels.cuda.recommend.arguments import GpuBatch, GpuMatrix

    integers, numbers = np.zeros(1, np.int32), np.zeros(1, np.float32)
    kinds = dict.fromkeys(GpuBatch._fields, numbers)
    kinds |= {name: integers for name in ("lengths", "input_slots", "input_rows", "input_examples")}
    kinds |= {name: integers for name in ("own_slots", "output_rows", "output_examples")}
    kinds |= {"input_starts": np.zeros(1, np.int64), "output_starts": np.zeros(1, np.int64), "losses": np.zeros(1)}
    matrix, batch, factor = GpuMatrix(numbers, numbers), GpuBatch(**kinds), products.Factor(numbers, 1, 1, 1)
    for kernel, arguments in (
        (products.multiply, (factor, factor, 1, numbers)),
        (sampled_softmax.gather_drawn, (matrix, 1, batch)),
        (sampled_softmax.average_histories, (matrix, 1, batch)),
        (sampled_softmax.errors_of_examples, (matrix, 1, 1, batch)),
        (sampled_softmax.add_own_slopes, (matrix, 1, batch)),
        (sampled_softmax.move_inputs, (matrix, 1, batch, 0.1)),
        (sampled_softmax.move_outputs, (matrix, 1, 1, batch, 0.1)),
    ):
        ptx, _ = cuda.compile_ptx(kernel.py_func, types.void(*map(typeof, arguments)).args, cc=compute)
        assert ".local" not in ptx
        if assembler() is not None:
            assert NO_SPILLS in assembled(ptx, 255, tmp_path, f"sm_{compute[0]}{compute[1]}")


TWICE = """
import hashlib
from numba.cuda import codegen, dispatcher
from test_machine_code import Device, signature
dispatcher.get_current_device = lambda: Device
codegen.JITCUDACodegen.magic_tuple = lambda self: ("13.0", (9, 0))
codegen.CUDACodeLibrary._ensure_cc = lambda self, cc: (9, 0, "a")
from firth.kernels.cuda.training.epoch import train_kernel
from firth.kernels.cuda.training.arguments import NOISE
from firth.kernels.cuda.training.shape import shape_of
kernel = train_kernel(shape_of(8, 3, NOISE, cbow=True, exact=False, fours=True), 128)
found = kernel._cache.load_overload(signature(), kernel.targetctx)
if found is None:
    made = dispatcher._Kernel(kernel.py_func, signature(), max_registers=128)
    made._codelibrary.get_cubin()
    kernel._cache.save_overload(signature(), made)
print("loaded" if found else "compiled", kernel._cache.name(signature(), (9, 0)))
print(hashlib.sha256((found or made)._codelibrary.get_cubin().code).hexdigest())
"""


def test_the_next_process_finds_the_machine_code(tmp_path):
    paths = os.pathsep.join(map(str, (ROOT / "src", ROOT / "tests", Path(__file__).parent)))
    environment = {**os.environ, "PYTHONPATH": paths, "FIRTH_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", TWICE]
    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
        for _ in range(2)
    )
    assert (first[0], second[0]) == ("compiled", "loaded")
    assert first[1:] == second[1:]
