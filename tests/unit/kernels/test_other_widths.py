"""Narrower registers than this processor's train the same vectors."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
KERNELS = HERE / "training" / "test_epoch.py"


@pytest.mark.parametrize("lanes", [4, 8])
def test_kernels_equal_their_twins_at_other_widths(lanes):
    """A kernel of each architecture, softmax, all operations on rows; a process has one width, so it takes others."""
    chosen = [
        f"{KERNELS}::test_every_vector_size[50-skipgram-word2vec]",
        f"{KERNELS}::test_every_vector_size[50-cbow-exact]",
        f"{KERNELS}::test_every_objective[7-skipgram-word2vec-softmax]",
        str(HERE / "test_simd.py"),
        str(HERE / "training" / "test_activation.py"),
        str(HERE / "search" / "test_single.py"),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen],
        env={**environment, "FIRTH_LANES": str(lanes)},
        cwd=HERE.parents[2],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


def test_an_impossible_width_is_an_error():
    environment = {**os.environ, "FIRTH_LANES": "5"}
    command = [sys.executable, "-c", "import firth.simd.lanes"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert "FIRTH_LANES=5: must be 4, 8 or 16" in done.stderr
