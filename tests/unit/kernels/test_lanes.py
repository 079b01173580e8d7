"""The register width that $FIRTH_LANES sets; `make test-kernels` runs kernel tests at each width."""

import os
import subprocess
import sys

import pytest


def lanes_with(setting):
    """A process that prints the width: one process has one width."""
    command = [sys.executable, "-c", "from firth.simd.lanes import LANES; print(LANES)"]
    return subprocess.run(command, env={**os.environ, "FIRTH_LANES": setting}, capture_output=True, text=True)


@pytest.mark.parametrize("width", ["4", "8", "16"])
def test_every_width_can_be_set(width):
    assert lanes_with(width).stdout == f"{width}\n"


def test_an_impossible_width_is_an_error():
    assert "FIRTH_LANES=5: must be 4, 8 or 16" in lanes_with("5").stderr
