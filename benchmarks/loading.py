"""Speed and memory of opening and writing vector files, compared with gensim.

    python benchmarks/loading.py [--rounds 3] [--words 400000]

Every measurement is a separate process, Firth and gensim alternating; the median is shown. The files are made first,
from glove_50d() and from random numbers, and are in the page cache. Both sides have imported everything and opened a
small file before the clock starts ("first" is the extra time of Firth's first large text file in a process: loading
Numba and compiled code). Both have also allocated, filled and freed 512 MB: a virtual machine gets its memory when it
is first touched, which takes between 0.03 and 0.5 s for the 240 MB of the larger matrix, for either library. Memory is
the peak while the file is opened, above the memory in use before, as a multiple of the size of the matrix; files that
are memory-mapped need almost none.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from report import median, save

WANTED = {"GloVe text": 1 / 25, "word2vec binary": 1 / 4}  # of gensim's seconds
MOST_MEMORY = 1.2  # of the matrix
MOST_MILLISECONDS = 10  # for a native file
SMALL_LINES = 40_000
TOUCHED = 1 << 29  # bytes


def make_files(folder: Path, words: int) -> None:
    from gensim.models import KeyedVectors

    import firth
    from firth.datasets import glove_50d

    glove = glove_50d()
    glove = firth.WordVectors(glove.words[:words], glove.matrix[:words])
    half = max(1, words // 2)
    wide = firth.WordVectors(glove.words[:half], np.random.default_rng(1).normal(size=(half, 300)).astype(np.float32))
    glove.save(folder / "text.glove")
    wide.save(folder / "wide.bin")
    wide.save(folder / "wide.firth")
    theirs = KeyedVectors(50)
    theirs.add_vectors(glove.words, glove.matrix)
    theirs.save(str(folder / "own.kv"), separately=["vectors"])
    wide_theirs = KeyedVectors(300)
    wide_theirs.add_vectors(wide.words, wide.matrix)
    wide_theirs.save(str(folder / "wide.kv"), separately=["vectors"])
    (folder / "small.glove").write_text("".join(f"word{i} {i}.5 -1 2e-3\n" for i in range(SMALL_LINES)))


# The measured call of each side, by the name of the measurement; `folder` holds the files.


def firth_jobs(folder: Path) -> dict:
    import firth

    return {
        "GloVe text": lambda: firth.load(folder / "text.glove").matrix,
        "word2vec binary": lambda: firth.load(folder / "wide.bin").matrix,
        "native": lambda: firth.load(folder / "wide.firth").matrix,
        "gensim's .kv": lambda: firth.load(folder / "own.kv").matrix,
        "writing GloVe text": lambda vectors: vectors.save(folder / "written.glove"),
    }


def gensim_jobs(folder: Path) -> dict:
    from gensim.models import KeyedVectors

    read_text = KeyedVectors.load_word2vec_format
    return {
        "GloVe text": lambda: read_text(str(folder / "text.glove"), no_header=True).vectors,
        "word2vec binary": lambda: read_text(str(folder / "wide.bin"), binary=True).vectors,
        "native": lambda: KeyedVectors.load(str(folder / "wide.kv"), mmap="r").vectors,
        "gensim's .kv": lambda: KeyedVectors.load(str(folder / "own.kv"), mmap="r").vectors,
        "writing GloVe text": lambda vectors: vectors.save_word2vec_format(
            str(folder / "theirs.glove"), write_header=False
        ),
    }


def prepare(system: str, name: str, folder: Path) -> tuple[list, float]:
    """Import and compile everything; returns what is to be written, and the seconds a small file took."""
    start = time.perf_counter()
    if system == "firth":
        import firth

        firth.load(folder / "small.glove")
        first = time.perf_counter() - start
        return ([firth.load(folder / "text.glove")] if name.startswith("writing") else []), first
    from gensim.models import KeyedVectors

    KeyedVectors.load_word2vec_format(str(folder / "small.glove"), no_header=True, limit=100)
    if name.startswith("writing"):
        return [KeyedVectors.load(str(folder / "own.kv"))], 0.0
    return [], 0.0


def memory(field: str) -> int:
    """Bytes of this process, VmRSS now or VmHWM at its peak."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition(f"{field}:")[2].split()[0])


def measure(system: str, name: str, folder: Path) -> dict:
    warnings.simplefilter("ignore")
    arguments, first = prepare(system, name, folder)
    job = (firth_jobs if system == "firth" else gensim_jobs)(folder)[name]
    np.ones(TOUCHED, np.uint8)
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak
    before = memory("VmRSS")
    start = time.perf_counter()
    matrix = job(*arguments)
    seconds = time.perf_counter() - start
    result = {"seconds": seconds, "first": first}
    if matrix is not None:
        result["memory"] = (memory("VmHWM") - before) / matrix.nbytes
    return result


def in_child(system: str, name: str, folder: str) -> dict:
    command = [sys.executable, __file__, "--measure", system, name, folder]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(folder: str, rounds: int) -> list[dict]:
    in_child("firth", "writing GloVe text", folder)  # compiles if necessary
    rows = []
    for name in firth_jobs(Path(folder)):
        runs = {"firth": [], "gensim": []}
        for _ in range(rounds):
            for system in ("gensim", "firth"):
                runs[system].append(in_child(system, name, folder))
        row = {"name": name}
        for system, found in runs.items():
            row[system] = [run["seconds"] for run in found]
            row[f"{system}_memory"] = max((run.get("memory", 0.0) for run in found), default=0.0)
        row["first"] = median(run["first"] for run in runs["firth"])
        row["ratio"] = median(row["gensim"]) / median(row["firth"])
        rows.append(row)
        show(row)
    return rows


def show(row: dict) -> None:
    wanted = f"  wanted {1 / WANTED[row['name']]:.0f}×" if row["name"] in WANTED else ""
    print(
        f"{row['name']:20} Firth {median(row['firth']):8.3f} s  {row['firth_memory']:.2f} of the matrix   "
        f"gensim {median(row['gensim']):7.3f} s  {row['gensim_memory']:.2f}   {row['ratio']:.1f}×{wanted}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--words", type=int, default=400_000, help="fewer for a trial, which is not saved")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        system, name, folder = arguments.measure
        print(json.dumps(measure(system, name, Path(folder))))
        return
    with tempfile.TemporaryDirectory() as folder:
        make_files(Path(folder), arguments.words)
        rows = compare(folder, arguments.rounds)
    if arguments.words == 400_000:
        wanted = {"share_of_gensim": WANTED, "memory": MOST_MEMORY, "native_milliseconds": MOST_MILLISECONDS}
        save("loading", {"rows": rows, "wanted": wanted})


if __name__ == "__main__":
    main()
