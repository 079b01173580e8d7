"""Speed and memory of finding and joining phrases, compared with gensim.

    python benchmarks/phrases.py CORPUS [--megabytes 20] [--threads 2] [--repetitions 3]

Every measurement is a separate process; the systems alternate. Both work on a text that is read before: Firth on word
ids, gensim on lists of strings. Compiled code is loaded by a first call. Where other programs use the cores, CPU
seconds (of all threads) are the better measure.

Memory is what learning allocates at most, measured by tracemalloc in a process of its own, divided by the number of
different words and pairs of the text ("entries").
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from report import median, save

STEPS = {  # of Firth, and what it is compared with
    "read": ["read"],
    "learn": ["learn"],
    "apply": ["apply", "apply_frozen"],
    "join_as_lists": ["apply", "apply_frozen"],
}
TARGETS = {"learn": 0.4, "apply": 0.2}  # seconds for 20 MB


class Clock:
    """Seconds and CPU seconds of each step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}

    def time(self, step: str, work: Callable):
        start, cpu_start = time.perf_counter(), time.process_time()
        result = work()
        self.seconds[step] = time.perf_counter() - start
        self.cpu_seconds[step] = time.process_time() - cpu_start
        return result


def measure_firth(path: str, threads: int, with_memory: bool) -> dict:
    from firth import Phrases
    from firth.corpus import encode

    small = encode(["a few words to load all compiled code", "a few words"], tokenizer="whitespace", min_count=1)
    few = Phrases(min_count=1, threshold=0.1, threads=threads).fit(small, progress=False)
    few.encode(small, min_count=1)
    clock = Clock()
    corpus = clock.time("read", lambda: encode(path, tokenizer="whitespace", min_count=1, threads=threads))
    phrases = Phrases(threads=threads)
    if with_memory:
        return memory(lambda: phrases.fit(corpus, progress=False), lambda: entries_of(corpus))
    clock.time("learn", lambda: phrases.fit(corpus, progress=False))
    joined = clock.time("apply", lambda: phrases.encode(corpus))
    clock.time("join_as_lists", lambda: sum(map(len, phrases.join(corpus))))
    return {**vars(clock), "phrases": len(phrases), "words": corpus.n_words, "joined": joined.total_words}


def entries_of(corpus) -> int:
    from firth import Phrases

    seen = []

    def note(pairs):
        seen.append(pairs.distinct)
        return pairs.together

    Phrases(scoring=note, threshold=0).fit(corpus, progress=False)
    return seen[0]


def measure_gensim(path: str, with_memory: bool) -> dict:
    from gensim.models.phrases import FrozenPhrases, Phrases
    from gensim.models.word2vec import LineSentence

    clock = Clock()
    sentences = clock.time("read", lambda: list(LineSentence(path)))
    if with_memory:
        kept = []
        return memory(lambda: kept.append(Phrases(sentences)), lambda: len(kept[0].vocab))
    phrases = clock.time("learn", lambda: Phrases(sentences))
    clock.time("apply", lambda: sum(len(phrases[sentence]) for sentence in sentences))
    frozen = clock.time("freeze", lambda: FrozenPhrases(phrases))
    joined = clock.time("apply_frozen", lambda: sum(len(frozen[sentence]) for sentence in sentences))
    words = sum(map(len, sentences))
    return {**vars(clock), "phrases": len(frozen.phrasegrams), "words": words, "joined": joined}


def memory(learn: Callable, count_entries: Callable) -> dict:
    """The most bytes that learning allocates at one time, for each entry."""
    tracemalloc.start()
    learn()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    entries = count_entries()
    return {"entries": entries, "peak_bytes": peak, "bytes_per_entry": peak / entries}


def in_child(system: str, path: Path, threads: int, *options: str) -> dict:
    command = [sys.executable, __file__, str(path), "--threads", str(threads), "--measure", system, *options]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(path: Path, threads: int, repetitions: int) -> dict:
    in_child("firth", path, threads)  # compiles if necessary, and reads the file into the page cache
    runs: dict[str, list[dict]] = {"firth": [], "gensim": []}
    for _ in range(repetitions):
        for system, done in runs.items():
            done.append(in_child(system, path, threads))
    results = {}
    for system, done in runs.items():
        seconds = {step: [run["seconds"][step] for run in done] for step in done[0]["seconds"]}
        cpu = {step: median(run["cpu_seconds"][step] for run in done) for step in seconds}
        counts = {name: done[0][name] for name in ("words", "phrases", "joined")}
        found = in_child(system, path, threads, "--memory")
        results[system] = {"seconds": seconds, "cpu_seconds": cpu, **counts, **found}
    return results


def show(results: dict) -> None:
    ours, theirs = results["firth"], results["gensim"]
    print(
        f"{'':14} {'Firth s':>8} {'CPU s':>6} {'gensim s':>9} {'ratio':>6} {'frozen s':>9} {'ratio':>6} {'wanted s':>9}"
    )
    for step, others in STEPS.items():
        seconds = median(ours["seconds"][step])
        compared = ""
        for other in others:
            their_seconds = median(theirs["seconds"][other])
            compared += f" {their_seconds:9.2f} {their_seconds / seconds:6.1f}"
        wanted = f"{TARGETS[step]:.1f}" if step in TARGETS else ""
        print(f"{step:14} {seconds:8.3f} {ours['cpu_seconds'][step]:6.2f}{compared:33} {wanted:>9}")
    for system, found in results.items():
        print(f"{system}: {found['phrases']:,} phrases, {found['entries']:,} entries, ", end="")
        print(f"{found['bytes_per_entry']:.0f} bytes each, {found['words']:,} words become {found['joined']:,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--measure", choices=("firth", "gensim"), help=argparse.SUPPRESS)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure == "firth":
        print(json.dumps(measure_firth(str(arguments.corpus), arguments.threads, arguments.memory)))
        return
    if arguments.measure == "gensim":
        print(json.dumps(measure_gensim(str(arguments.corpus), arguments.memory)))
        return
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part.txt"
        with arguments.corpus.open("rb") as file:
            text = file.read(arguments.megabytes * 1_000_000)
        part.write_bytes(text[: text.rfind(b"\n") + 1])
        results = compare(part, arguments.threads, arguments.repetitions)
    show(results)
    facts = {"corpus": arguments.corpus.name, "megabytes": arguments.megabytes, "threads": arguments.threads}
    save("phrases", {**facts, "systems": results})


if __name__ == "__main__":
    main()
