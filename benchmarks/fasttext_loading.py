"""Opening a fastText .bin, compared with the fasttext package and gensim: time and peak memory.

    python benchmarks/fasttext_loading.py [--vector-size 100] [--buckets 2000000] [--words N] [--rounds 3]

The file is made here: the 400,000 words of the GloVe data package (or the first N) and random numbers, in the layout
of a skip-gram model with n-grams of 3 to 6 characters. Every measurement is a separate process, the systems
alternate, and the file is in the page cache. Seconds are those of the one call, after all imports. Firth and gensim
compute the vectors of all words when they open a file; the fasttext package computes each when it is queried, so
it is measured without and with a query for every word. Peak memory is that of the entire process, including the parts
of the mapped file that are in memory.
"""

import argparse
import json
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from report import median, save

SYSTEMS = ("firth", "fasttext, opened", "fasttext", "gensim")
PROBES = 5  # words whose vectors all systems must agree on
NUMBERS_AT_ONCE = 1 << 24
SETTINGS = {"ws": 5, "epoch": 5, "minCount": 5, "neg": 5, "wordNgrams": 1, "loss": 2, "model": 2}


def write_numbers(file, rows: int, columns: int, rng) -> None:
    """Write a matrix in the layout of the file: its shape, then random numbers."""
    file.write(struct.pack("<2q", rows, columns))
    left = rows * columns
    while left:
        count = min(left, NUMBERS_AT_ONCE)
        file.write((rng.random(count, np.float32) - np.float32(0.5)).tobytes())
        left -= count


def write_model(path: Path, words: list[str], buckets: int, vector_size: int) -> None:
    """Write a file in fastText's format."""
    rng = np.random.default_rng(1)
    with path.open("wb") as file:
        file.write(struct.pack("<2i", 793712314, 12))
        file.write(struct.pack("<12id", vector_size, *SETTINGS.values(), buckets, 3, 6, 100, 1e-4))
        file.write(struct.pack("<3i2q", len(words), len(words), 0, 10**9, -1))
        for rank, word in enumerate(words):
            file.write(word.encode() + struct.pack("<Bqb", 0, 10**9 // (rank + 1), 0))
        file.write(b"\0")
        write_numbers(file, len(words) + buckets, vector_size, rng)
        file.write(b"\0")
        write_numbers(file, len(words), vector_size, rng)


def peak_megabytes() -> float:
    """The most memory that this process had; ru_maxrss would also count what its parent had before it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def measure(system: str, path: str) -> dict:
    """Open the file once."""
    if system == "firth":
        from firth import load
    elif system == "gensim":
        from gensim.models.fasttext import load_facebook_vectors as load
    else:
        import fasttext

        fasttext.FastText.eprint = lambda *_: None  # a warning about its own interface
        from fasttext import load_model as load
    begun = time.perf_counter()
    model = load(path)
    if system == "fasttext":
        words = model.get_words()
        matrix = np.empty((len(words), model.get_dimension()), np.float32)
        for i, word in enumerate(words):
            matrix[i] = model.get_word_vector(word)
    seconds = time.perf_counter() - begun
    peak = peak_megabytes()
    words = ["king", "naïveté", "unseenest", "the", "fürstin"][:PROBES]
    if system == "firth":
        model.fallback = "subword"
    vectors = [model.get_word_vector(word) if "fasttext" in system else model[word] for word in words]
    return {"seconds": seconds, "megabytes": peak, "probes": [[float(number) for number in row] for row in vectors]}


def in_child(system: str, path: Path) -> dict:
    command = [sys.executable, __file__, "--measure", system, "--file", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(path: Path, rounds: int) -> dict:
    """Run all rounds of all systems, and check that their vectors agree."""
    in_child("firth", path)  # compiles if necessary, and reads the file into the page cache
    results = {system: {"seconds": [], "megabytes": []} for system in SYSTEMS}
    expected = None
    for _ in range(rounds):
        for system in SYSTEMS:
            found = in_child(system, path)
            expected = found["probes"] if expected is None else expected
            np.testing.assert_allclose(found["probes"], expected, atol=1e-5)
            for key in ("seconds", "megabytes"):
                results[system][key].append(found[key])
            print(f"{system:<32} {found['seconds']:7.2f} s  {found['megabytes']:6.0f} MB", flush=True)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vector-size", type=int, default=100)
    parser.add_argument("--buckets", type=int, default=2_000_000)
    parser.add_argument("--words", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", choices=SYSTEMS, help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure, arguments.file)))
        return
    from firth.datasets import glove_50d

    words = list(glove_50d().words)[: arguments.words]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.bin")
        write_model(path, words, arguments.buckets, arguments.vector_size)
        facts = {"words": len(words), "buckets": arguments.buckets, "vector_size": arguments.vector_size}
        facts["file_megabytes"] = path.stat().st_size / 1e6
        numbers = (
            2 * len(words) + arguments.buckets
        ) * arguments.vector_size  # the table, and the words computed from it
        facts["matrices_megabytes"] = 4 * numbers / 1e6
        results = compare(path, arguments.rounds)
    for system in SYSTEMS[1:]:
        ratio = median(results[system]["seconds"]) / median(results["firth"]["seconds"])
        print(f"{system}: {ratio:.1f} times the time of Firth")
    save("fasttext_loading", {**facts, "systems": results})


if __name__ == "__main__":
    main()
