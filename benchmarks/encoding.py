"""Speed of encoding text as ids, compared with gensim's vocabulary scan, which counts words but writes no ids.

    python benchmarks/encoding.py CORPUS [--threads 2] [--repetitions 5]

Every measurement is a separate process; the systems alternate. Seconds are those of the one call, with the file in
the page cache and Firth's compiled code loaded (the first call of a process takes "first call" seconds more). Peak
memory is that of the entire process, Python and its libraries included. Where other programs use the cores, CPU
seconds (of all threads) are the better measure.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import median, save

TARGETS = {"whitespace": 1 / 6, "words": 1 / 3}  # of gensim's seconds
SYSTEMS = ("gensim", *TARGETS)


def measure_gensim(path: str, threads: int) -> dict:
    from gensim.models import Word2Vec

    model = Word2Vec(min_count=5, workers=threads)
    start, cpu_start = time.perf_counter(), time.process_time()
    total, _ = model.scan_vocab(corpus_file=path, workers=threads)
    return {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu_start, "words": total}


def measure_firth(tokenizer: str, path: str, threads: int) -> dict:
    from firth.corpus import encode

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        (Path(folder) / "small").write_text("a few words to load all compiled code, é")
        encode(Path(folder) / "small", tokenizer=tokenizer, min_count=1, threads=threads)
        first_call = time.perf_counter() - start
    start, cpu_start = time.perf_counter(), time.process_time()
    corpus = encode(path, tokenizer=tokenizer, min_count=5, threads=threads)
    result = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu_start}
    return result | {"first_call_seconds": first_call, "words": corpus.total_words}


def measure(system: str, path: str, threads: int) -> dict:
    result = measure_gensim(path, threads) if system == "gensim" else measure_firth(system, path, threads)
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    result["peak_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return result


def in_child(system: str, path: str, threads: int) -> dict:
    command = [sys.executable, __file__, path, "--threads", str(threads), "--measure", system]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def summary(runs: list[dict]) -> dict:
    return {key: median(run[key] for run in runs) for key in runs[0]} | {"runs": [run["seconds"] for run in runs]}


def compare(path: str, threads: int, repetitions: int) -> dict:
    in_child("words", path, threads)  # compiles if necessary, and reads the file into the page cache
    runs: dict[str, list[dict]] = {system: [] for system in SYSTEMS}
    for _ in range(repetitions):
        for system in SYSTEMS:
            runs[system].append(in_child(system, path, threads))
    results = {system: summary(runs[system]) for system in SYSTEMS}
    for system, target in TARGETS.items():
        results[system]["share_of_gensim"] = results[system]["seconds"] / results["gensim"]["seconds"]
        results[system]["target_share"] = target
    return results


def show(results: dict, megabytes: float) -> None:
    print(f"{'':12} {'seconds':>8} {'CPU s':>6} {'MB/s':>6} {'peak MB':>8} {'gensim / this':>14} {'wanted':>7}")
    for system, result in results.items():
        faster = f"{1 / result['share_of_gensim']:.1f}" if "share_of_gensim" in result else ""
        wanted = f"{1 / result['target_share']:.0f}" if "target_share" in result else ""
        seconds = f"{result['seconds']:8.3f} {result['cpu_seconds']:6.2f} {megabytes / result['seconds']:6.0f}"
        print(f"{system:12} {seconds} {result['peak_megabytes']:8.0f} {faster:>14} {wanted:>7}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--measure", choices=SYSTEMS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure, str(arguments.corpus), arguments.threads)))
        return
    results = compare(str(arguments.corpus), arguments.threads, arguments.repetitions)
    size = arguments.corpus.stat().st_size
    show(results, size / 1e6)
    facts = {"corpus": arguments.corpus.name, "bytes": size, "threads": arguments.threads}
    save("encoding", {**facts, "systems": results})


if __name__ == "__main__":
    main()
