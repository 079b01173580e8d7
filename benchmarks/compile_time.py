"""Seconds of compiling: each training kernel with an empty cache, and the first fit of a new installation.

    python benchmarks/compile_time.py [--rounds 3] [--only cbow] [--json]

Every measurement is a process of its own with an empty FIRTH_CACHE_DIR. A kernel's time is that of a fit less that of
the same fit again, on a text that is encoded already, in processor seconds of one thread, which other work on the
machine hardly changes. The first fit is what a user waits for, by the clock: importing Firth, reading the text and
training, with every kernel compiled on the way. Only the public API is used, so that
`PYTHONPATH=/path/to/another/checkout/src` measures that checkout; --json prints the results and saves nothing.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile

ARCHITECTURES = ("skipgram", "cbow")
OBJECTIVES = ("negative_sampling", "hierarchical_softmax", "softmax", "nce")

KERNEL = """
import json, sys, time
import firth
from firth.corpus import encode
text = encode(["a b c d e f g h i j " * 10] * 20)
def fit():
    begun = time.process_time()
    firth.Word2Vec(epochs=1, threads=1, **json.loads(sys.argv[1])).fit(text, progress=False)
    return time.process_time() - begun
first = fit()
print(first - fit())
"""

FIRST_FIT = """
import time
begun = time.perf_counter()
import firth
firth.Word2Vec(epochs=1, threads=2).fit(["a b c d e f g h i j " * 10] * 20, progress=False)
print(time.perf_counter() - begun)
"""


def seconds_of(script: str, *arguments: str) -> float:
    """What the script prints, run with an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-c", script, *arguments]
        environment = {**os.environ, "FIRTH_CACHE_DIR": cache}
        return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout)


def measure(rounds: int, chosen: str, quiet: bool) -> dict[str, list[float]]:
    """Seconds by name, one per round."""
    jobs = {"first fit": (FIRST_FIT,)}
    for architecture, objective in itertools.product(ARCHITECTURES, OBJECTIVES):
        settings = {"architecture": architecture, "objective": objective}
        jobs[f"{architecture}, {objective}"] = (KERNEL, json.dumps(settings))
    results = {name: [] for name in jobs if chosen in name}
    for name in results:
        results[name] = [seconds_of(*jobs[name]) for _ in range(rounds)]
        if not quiet:
            each = " ".join(f"{seconds:.1f}" for seconds in results[name])
            print(f"{name:<31} {statistics.median(results[name]):5.1f} s   ({each})", flush=True)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="only kernels whose name contains this")
    parser.add_argument("--json", action="store_true", help="print the results as JSON and save nothing")
    arguments = parser.parse_args()
    results = measure(arguments.rounds, arguments.only, arguments.json)
    if arguments.json:
        print(json.dumps(results, indent=2))
    elif not arguments.only:
        from report import save  # not at the top: it needs a Firth of the same checkout

        save("compile_time", results)


if __name__ == "__main__":
    main()
