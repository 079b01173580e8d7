"""What the driver in software notices, and what it does late: a real one need do neither."""

import os
import subprocess
import sys

import pytest

from gpu.present import IN_SOFTWARE
from source_tree import ROOT

pytestmark = pytest.mark.skipif(not IN_SOFTWARE, reason="not the GPU in software")

START = """
import ctypes
import numpy as np
from numba import cuda
cuda.current_context()
from cuda.bindings import driver
source = np.zeros(100, np.uint8)
address = int(driver.cuMemAlloc(64)[1])
def show(result): print(result[0].name)
"""


def run(code, **variables):
    command = [sys.executable, "-c", START + code]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split(), done.stderr


@pytest.mark.parametrize(
    ("code", "result", "message"),
    [
        ("driver.cuMemFree(address); show(driver.cuMemFree(address))", "INVALID_VALUE", "not allocated any more"),
        ("show(driver.cuMemFree(address + 8))", "INVALID_VALUE", "not allocated"),
        ("show(driver.cuMemcpyHtoD(address, source.ctypes.data, 65))", "INVALID_VALUE", "is shorter"),
        (
            "show(driver.cuMemcpyDtoH(source.ctypes.data, source.ctypes.data, 5))",
            "INVALID_VALUE",
            "is not on the device",
        ),
        (
            "driver.cuMemFree(address); show(driver.cuMemcpyDtoH(source.ctypes.data, address, 5))",
            "INVALID_VALUE",
            "was freed",
        ),
        ("ctypes.memset(address, 0, 65); show(driver.cuMemFree(address))", "LAUNCH_FAILED", "written outside memory"),
        ("show(driver.cuMemAlloc(1 << 40))", "OUT_OF_MEMORY", ""),
        ("show(driver.cuMemAllocManaged(64, 1))", "NOT_SUPPORTED", "cuMemAllocManaged is not part of this driver"),
    ],
)
def test_wrong_calls_are_refused_and_named(code, result, message):
    printed, errors = run(code)
    assert printed == [f"CUDA_ERROR_{result}"]
    assert message in errors


def test_new_memory_is_full_of_nan():
    printed, _ = run("print(np.isnan(cuda.device_array(5, np.float32).copy_to_host()).all())")
    assert printed == ["True"]


def test_copies_that_are_made_as_late_as_cuda_allows():
    environment = {**os.environ, "FIRTH_TEST_BACKENDS": "cuda", "SG_PAGEABLE": "1", "SG_DELAY": "1"}
    chosen = "cuda-1 and (given or replaced or parts)"
    command = [sys.executable, "-m", "pytest", "tests/contracts/test_backends.py", "-q", "-k", chosen]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-6000:]
