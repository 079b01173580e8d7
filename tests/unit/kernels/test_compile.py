"""What is known of compiled kernels, and what happens where compiling is switched off."""

import os
import subprocess
import sys

from firth.corpus import encode
from firth.kernels.compile import is_compiled


def test_a_kernel_is_compiled_once_it_has_run():
    encode(iter(["words to number"]), min_count=1)
    assert is_compiled("tokens.number_words")
    assert not is_compiled("tokens.no_such_kernel")


def test_compiling_switched_off_is_an_error_of_one_sentence():
    command = [sys.executable, "-m", "firth", "doctor"]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    message = "firth: NUMBA_DISABLE_JIT=1 switches compiling off, and Firth cannot run without compiled code: unset it"
    assert (done.returncode, done.stderr.strip()) == (2, message)
