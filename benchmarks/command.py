"""The complete `firth train`, from a text file to saved vectors, 5 epochs: time and peak memory, compared with gensim.

    python benchmarks/command.py CORPUS

Every run is a separate process, Firth and gensim alternating; seconds are by the clock, and peak memory is what the
system reports for the process.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import median, save

GENSIM = """
import sys
from gensim.models import Word2Vec
model = Word2Vec(corpus_file=sys.argv[1], sg=1, vector_size=100, window=5, min_count=5, negative=5, sample=1e-3,
                 workers=int(sys.argv[3]), epochs=5)
model.save(sys.argv[2])
"""


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak resident megabytes of a process."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:4])} … ended with {process.returncode}")
    return seconds, usage.ru_maxrss * 1024 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    threads = str(arguments.threads)
    results = {"firth": [], "gensim": [], "firth_megabytes": [], "gensim_megabytes": []}
    with tempfile.TemporaryDirectory() as folder:
        ours = [sys.executable, "-m", "firth", "train", arguments.corpus, "-o", str(Path(folder, "a.firth"))]
        ours += ["--tokenizer", "whitespace", "--threads", threads]
        theirs = [sys.executable, "-c", GENSIM, arguments.corpus, str(Path(folder, "b.model")), threads]
        run(ours)  # compiles
        for _ in range(arguments.rounds):
            for name, command in (("gensim", theirs), ("firth", ours)):
                seconds, megabytes = run(command)
                results[name].append(seconds)
                results[f"{name}_megabytes"].append(megabytes)
                print(f"{name:<7} {seconds:7.2f} s  {megabytes:5.0f} MB", flush=True)
    results["ratio"] = median(results["gensim"]) / median(results["firth"])
    print(f"ratio {results['ratio']:.1f}")
    save("command", {"threads": arguments.threads, **results})


if __name__ == "__main__":
    main()
