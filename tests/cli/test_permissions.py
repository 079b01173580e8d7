"""Files that may not be read: one line that names the file, whoever opens it."""

import os
import shutil
import subprocess
import sys

import pytest

COMMANDS = {
    "similar": ["similar", "a.firth", "tea"],
    "info": ["info", "a.firth"],
    "people": ["people", "a.firth"],
    "lm predict": ["lm", "predict", "a.firth", "tea"],
    "train": ["train", "a.firth", "-o", "m.firth"],
}


def as_an_ordinary_user():
    """What to put before a command, so that permissions hold for root, too."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions are those of POSIX")
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root may read everything, and setpriv is not installed")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_may_not_be_read(tmp_path, command):
    (tmp_path / "a.firth").write_bytes(b"secret")
    (tmp_path / "a.firth").chmod(0)
    words = [*as_an_ordinary_user(), sys.executable, "-m", "firth", *COMMANDS[command]]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr.startswith("firth: a.firth: ")
    assert done.stderr.endswith("ermission denied\n")
    assert done.stderr.count("\n") == 1
