"""Word2Vec.fit where the system starts fewer threads than wanted."""

import subprocess
import sys

import pytest

PROGRAM = """
import re, resource, threading, warnings
import numpy as np
from firth import Word2Vec

rng = np.random.default_rng(3)
text = [[f"w{{int(word)}}" for word in row] for row in rng.random(({sentences}, 30)) ** 2 * 50]
settings = {{"vector_size": 8, "epochs": 1, "min_count": 1, "subsample_threshold": 0}}
one = Word2Vec(threads=1, **settings).fit(text, progress=False)  # imports and compiles what it needs
threading.stack_size(1 << 30)  # of each new thread
used = int(re.search(r"VmSize:\\s+(\\d+)", open("/proc/self/status").read())[1]) << 10
resource.setrlimit(resource.RLIMIT_AS, (used + ({startable} << 30) + (1 << 29),) * 2)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    few = Word2Vec(threads={wanted}, **settings).fit(text, progress=False)
print(*(warning.message for warning in caught))
print(few.history[0].words == one.history[0].words, few.hyperparameters.threads)
print((few.vectors.matrix == one.vectors.matrix).all(), abs(few.history[0].loss / one.history[0].loss - 1) < 0.1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory as Linux has them")
@pytest.mark.parametrize(
    ("wanted", "sentences", "startable", "trained"),
    [(4, 300, 0, 1), (4, 300, 2, 2), (8, 20_000, 3, 3)],
    ids=["none", "two", "of groups"],
)
def test_it_trains_with_those_that_start(wanted, sentences, startable, trained):
    program = PROGRAM.format(wanted=wanted, sentences=sentences, startable=startable)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    warning, *facts = done.stdout.splitlines()
    started = max(startable, 1)
    assert warning == f"the system starts {started} of {wanted} threads: training with {trained}"
    assert facts == [f"True {wanted}", f"{trained == 1} True"]
