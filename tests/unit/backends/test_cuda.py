"""Training and searching on a GPU, without a GPU: in the simulator of numba-cuda, in a process of its own.

The simulator must be chosen before Numba is imported. It runs kernels in Python: texts are tiny.
What needs a GPU is in tests/gpu.
"""

import importlib.util
import os
import subprocess
import sys

import pytest

from source_tree import ROOT

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None, reason="numba-cuda is not installed: there is none for macOS"
)


def run_tests(*files, **variables):
    command = [sys.executable, "-m", "pytest", *files, "-q", "-p", "no:cacheprovider", "-p", "lanes", "-rf"]
    folders = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests/simulated")])
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": folders, **variables}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_contract_of_backends_in_the_simulator():
    run_tests("tests/contracts/test_backends.py", FIRTH_TEST_BACKENDS="cuda")


def test_kernels_in_the_simulator():
    run_tests("tests/simulated")
