"""Tests of this folder run in the simulator of numba-cuda, which tests/unit/backends/test_cuda.py starts, and on a GPU,
with FIRTH_TEST_BACKENDS=cuda, as tests/gpu does.
"""

import os

IS_WANTED = os.environ.get("NUMBA_ENABLE_CUDASIM") == "1" or os.environ.get("FIRTH_TEST_BACKENDS") == "cuda"
collect_ignore_glob = [] if IS_WANTED else ["test_*.py"]
