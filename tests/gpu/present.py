"""Whether there is a GPU, and how much work the tests give it."""

import pytest

from firth.kernels.cuda.present import is_installed, present_gpu, why_no_gpu

REASON = why_no_gpu() if is_installed() else "numba-cuda is not installed"
needs_gpu = pytest.mark.skipif(REASON is not None, reason=f"no GPU: {REASON}")
IN_SOFTWARE = REASON is None and present_gpu().name == "software GPU"  # tests/software_gpu


def sized(on_gpu, in_software):
    """The first value, or the second one where a processor does the work of the GPU."""
    return in_software if IN_SOFTWARE else on_gpu
