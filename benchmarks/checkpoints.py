"""What checkpoints cost: training with and without them, alternately, on a text that is encoded once.

    python benchmarks/checkpoints.py CORPUS [--every 10] [--epochs 5] [--threads 2] [--repetitions 5]

Every epoch's end has a checkpoint, so that short epochs show the most. The seconds are those of fit(), to the last
checkpoint on the disk. Where other programs use the cores, CPU seconds (of all threads) are the better measure.
"""

import argparse
import tempfile
import time
from pathlib import Path

from firth import Word2Vec
from firth.corpus import encode
from report import median, save

TARGET = 0.02  # of the time without checkpoints


def measure(corpus, settings: dict, **options) -> dict:
    model = Word2Vec(**settings)
    start, cpu_start = time.perf_counter(), time.process_time()
    model.fit(corpus, progress=False, **options)
    return {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu_start}


def compare(corpus, settings: dict, every: float, repetitions: int) -> dict:
    runs: dict[str, list[dict]] = {"without": [], "with": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.firth"
        for _ in range(repetitions):
            runs["without"].append(measure(corpus, settings))
            runs["with"].append(measure(corpus, settings, checkpoint=path, every=every))
        megabytes = path.stat().st_size / 1e6
    results = {"megabytes": megabytes, "every": every, "epochs": settings["epochs"], "runs": runs}
    for unit in ("seconds", "cpu_seconds"):
        without, with_them = (median(run[unit] for run in runs[name]) for name in ("without", "with"))
        ratios = [two["with"][unit] / two["without"][unit] for two in paired(runs)]
        results[unit] = {"without": without, "with": with_them, "cost": median(ratios) - 1}
    return results


def paired(runs: dict) -> list[dict]:
    """The runs that were made one after the other."""
    return [dict(zip(runs, two, strict=True)) for two in zip(*runs.values(), strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--every", type=float, default=10)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    corpus = encode(arguments.corpus)
    settings = {"epochs": arguments.epochs, "threads": arguments.threads}
    Word2Vec(**{**settings, "epochs": 1}).fit(corpus, progress=False)  # compiles, if necessary
    results = compare(corpus, settings, arguments.every, arguments.repetitions)
    for unit in ("seconds", "cpu_seconds"):
        found = results[unit]
        print(f"{unit:12} without {found['without']:7.2f}, with {found['with']:7.2f}: {found['cost']:+.1%}")
    print(f"{results['megabytes']:.0f} MB a checkpoint; wanted: at most {TARGET:.0%}")
    save("checkpoints", results)


if __name__ == "__main__":
    main()
