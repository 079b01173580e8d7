"""Ctrl-C during fit(): it ends, says so, and the model is usable."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import json, os, signal, threading
import numpy as np
from firth import TrainingInterrupted, Word2Vec

signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background has it ignored
learning = threading.Event()

def press_ctrl_c():
    learning.wait()
    os.kill(os.getpid(), signal.SIGINT)

def watch(progress):
    if progress.stage == "training" and progress.done > 0:
        learning.set()

corpus = [["the", "cat", "sat", "on", "a", "mat"]] * {sentences}
model = Word2Vec(vector_size=8, min_count=1, epochs=1_000_000_000, threads={threads}, subsample_threshold=0)
threading.Thread(target=press_ctrl_c, daemon=True).start()
try:
    model.fit(corpus, progress=watch)
except TrainingInterrupted as error:
    print(json.dumps({{
        "message": str(error),
        "is_keyboard_interrupt": isinstance(error, KeyboardInterrupt),
        "epochs": [record.epoch for record in model.history],
        "words": [record.words for record in model.history],
        "finite": bool(np.isfinite(model.vectors.matrix).all() and np.isfinite(model.context_vectors).all()),
        "nearest": model.vectors.most_similar("cat", count=1)[0].word,
        "vocabulary": list(model.vocabulary.words),
    }}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("sentences", "threads"), [(10, 1), (200_000, 2)], ids=["short epochs", "long epochs"])
def test_ctrl_c_leaves_a_usable_model(sentences, threads):
    script = SCRIPT.format(sentences=sentences, threads=threads)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed["message"].startswith("training stopped in epoch ")
    assert printed["is_keyboard_interrupt"]
    assert printed["epochs"] == list(range(1, len(printed["epochs"]) + 1))
    assert all(words == 6 * sentences for words in printed["words"][:-1]), "all epochs but the last are whole"
    assert 0 <= printed["words"][-1] <= 6 * sentences
    assert printed["finite"]
    assert set(printed["vocabulary"]) == {"the", "cat", "sat", "on", "a", "mat"}
    assert printed["nearest"] in printed["vocabulary"]
