"""Tests of this folder run in the simulator of numba-cuda only; tests/unit/backends/test_cuda.py starts them."""

import os

collect_ignore_glob = [] if os.environ.get("NUMBA_ENABLE_CUDASIM") == "1" else ["test_*.py"]
