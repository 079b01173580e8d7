"""What is said of drivers in disorder, which the one in software can play."""

import os
import subprocess
import sys

import pytest

from gpu.present import IN_SOFTWARE

pytestmark = pytest.mark.skipif(not IN_SOFTWARE, reason="only the GPU in software can be brought into disorder")


def said_of(**variables):
    code = "from firth.kernels.cuda.present import why_no_gpu; print(why_no_gpu())"
    environment = {**os.environ, **variables}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "None"),
        ({"SG_COMPUTE": "8.0"}, "None"),
        ({"SG_INIT_ERROR": "803"}, "numba-cuda reports: Call to cuInit results in CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"),
        ({"SG_INIT_ERROR": "100"}, "numba-cuda reports: Call to cuInit results in CUDA_ERROR_NO_DEVICE"),
        ({"SG_DEVICES": "0"}, "the NVIDIA driver reports no GPU"),
        ({"SG_VERSION": "12040"}, "the NVIDIA driver runs code of CUDA 12.4, and the compiler makes that of CUDA 13."),
        ({"SG_COMPUTE": "6.1"}, "the GPU has compute capability 6.1, and 7.0 is needed"),
        ({"NUMBA_DISABLE_CUDA": "1"}, "numba-cuda reports: CUDA is disabled due to setting NUMBA_DISABLE_CUDA=1"),
        ({"LD_LIBRARY_PATH": ""}, "no NVIDIA driver, or no library that compiles for it, is found"),
    ],
    ids=str,
)
def test_why_there_is_no_gpu(variables, expected):
    assert said_of(**variables).startswith(expected)
