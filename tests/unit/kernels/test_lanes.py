"""The register width: by $FIRTH_LANES, or that of the processor that Numba is made to compile for.

`make test-kernels` runs kernel tests at each width.
"""

import os
import platform
import subprocess
import sys

import pytest


def lanes_with(setting, **environment):
    """A process that prints the width: one process has one width."""
    command = [sys.executable, "-c", "from firth.simd.lanes import LANES; print(LANES)"]
    environment = {**os.environ, "FIRTH_LANES": setting, **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("width", ["4", "8", "16"])
def test_every_width_can_be_set(width):
    assert lanes_with(width).stdout == f"{width}\n"


@pytest.mark.parametrize("setting", ["5", "eight"])
def test_an_impossible_width_is_an_error(setting):
    assert f"SettingError: FIRTH_LANES={setting}: must be 4, 8 or 16" in lanes_with(setting).stderr


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names of x86 processors")
@pytest.mark.parametrize(("processor", "width"), [("nehalem", "4"), ("sandybridge", "8"), ("skylake-avx512", "16")])
def test_the_width_is_that_of_the_processor_compiled_for(processor, width):
    assert lanes_with("", NUMBA_CPU_NAME=processor, NUMBA_CPU_FEATURES="").stdout == f"{width}\n"
