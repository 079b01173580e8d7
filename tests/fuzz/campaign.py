"""Many mutations of every kind of file, in processes that may crash: `make fuzz COUNT=1000000 SEED=7`.

Each kind is tried in parts, every part in a process of its own. Before each file the process notes its number; where it
ends by a signal, or does not go on, that number is a crash or a hang, and another process continues with the next one.
Counts are written to benchmarks/results/fuzz.json, and files that are neither read nor refused to fuzz-failures/.
`--kinds documents events` tries these kinds only, and replaces their counts in that file.
`--only glove:1234` tries one mutation in this process and shows its traceback.
"""

import argparse
import datetime
import json
import mmap
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from fuzz.samples import KINDS  # noqa: E402
from fuzz.trying import Fault, Sample, limited, replace, try_mutations  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "fuzz.json"
FAILURES = ROOT / "fuzz-failures"
PART = 20_000  # mutations for one process
STUCK = 120  # seconds without a new number, after which a process is ended
STARTING = 1_800  # the same before the first number, while code is compiled
NOTHING_YET = 2**64 - 1
OUTCOMES = ("read", "refused", "unexpected", "hang", "crash")


def main() -> int:
    arguments = _arguments()
    if arguments.part:
        _try_part(arguments)
        return 0
    if arguments.only:
        _repeat(*arguments.only.split(":"), arguments.seed)
        return 0
    chosen = arguments.kinds or [name for name in KINDS if name not in arguments.without]
    names = [name for name in chosen if KINDS[name].is_available]
    each = -(-arguments.count // len(names))
    begun = time.monotonic()
    with ThreadPoolExecutor(arguments.workers) as pool:
        jobs = {name: pool.submit(_try_kind, name, each, arguments.seed) for name in names}
        found = {name: job.result() for name, job in jobs.items()}
    failed = sum(record[outcome] for record in found.values() for outcome in ("unexpected", "hang", "crash"))
    minutes = (time.monotonic() - begun) / 60
    if arguments.kinds and arguments.output.exists():
        before = json.loads(arguments.output.read_text(encoding="utf-8"))
        minutes += before["minutes"]
        found = {name: record for name, record in before["kinds"].items() if name in KINDS} | found
    totals = {outcome: sum(record[outcome] for record in found.values()) for outcome in OUTCOMES}
    results = {
        "minutes": round(minutes, 1),
        "files": sum(totals.values()),
        **totals,
        "megabytes": max(record.get("megabytes", 0) for record in found.values()),
        "kinds": found,
    }
    arguments.output.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"{results['files']:,} files: " + ", ".join(f"{count:,} {name}" for name, count in totals.items()))
    print(f"at most {results['megabytes']:,} MB for one file; wrote {arguments.output}")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000, help="mutated files, over all kinds together")
    parser.add_argument("--seed", default="20260")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--without", nargs="*", default=[], choices=KINDS, help="kinds that are left out")
    parser.add_argument("--kinds", nargs="+", default=[], choices=KINDS, help="these alone; others keep their counts")
    parser.add_argument("--only", help="KIND:NUMBER, one mutation")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--part", nargs=4, metavar=("KIND", "FIRST", "END", "FOLDER"), help=argparse.SUPPRESS)
    return parser.parse_args()


# ---------------------------------------------------------------- one kind, in several processes


def _try_kind(name: str, count: int, seed: str) -> dict[str, object]:
    """The outcomes of all its mutations."""
    run = {"date": datetime.date.today().isoformat(), "seed": seed}
    record: dict[str, object] = run | dict.fromkeys(OUTCOMES, 0) | {"megabytes": 0, "faults": []}
    first = 0
    while first < count:
        first = _run_part(name, first, min(count, first + PART), seed, record)
    shown = ", ".join(f"{record[outcome]:,} {outcome}" for outcome in OUTCOMES if record[outcome])
    print(f"{name}: {shown}", flush=True)
    for fault in record["faults"]:
        print("    " + " ".join(map(str, fault))[:300], flush=True)
    return record


def _run_part(name: str, first: int, end: int, seed: str, record: dict) -> int:
    """Start a process, add up what it reports, and return the number to continue with."""
    with tempfile.TemporaryDirectory(prefix="firth-fuzz-") as folder:
        note = Path(folder, "number")
        note.write_bytes(NOTHING_YET.to_bytes(8, "little"))
        command = [sys.executable, __file__, "--seed", seed, "--part", name, str(first), str(end), folder]
        with Path(folder, "errors").open("wb") as errors:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
            stuck_at = _wait(process, note)
        report = Path(folder, "report")
        counted = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {"outcomes": {}, "faults": []}
        for outcome, number in counted["outcomes"].items():
            record[outcome] += number
        record["faults"] += counted["faults"]
        record["megabytes"] = max(record["megabytes"], counted.get("megabytes", 0))
        if process.returncode == 0:
            return end
        number = _noted(note)
        if number == NOTHING_YET or (process.returncode > 0 and stuck_at is None):
            raise RuntimeError(f"{name}: {Path(folder, 'errors').read_text(errors='replace')[-2000:]}")
        what = "hang" if stuck_at is not None else "crash"
        record[what] += 1
        record["faults"].append(Fault(what, name, number, f"ended with code {process.returncode}"))
        _keep_file(name, number, seed)
        if number > first:  # what came before it was not reported
            _run_part(name, first, number, seed, record)
        return number + 1


def _wait(process: subprocess.Popen, note: Path) -> int | None:
    """Until the process ends; the number at which it did not go on and was ended, or None."""
    last, since = -1, time.monotonic()
    while True:
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            number = _noted(note)
            if number != last:
                last, since = number, time.monotonic()
            elif time.monotonic() - since > (STARTING if number == NOTHING_YET else STUCK):
                process.kill()
                process.wait()
                return number
        else:
            return None


def _noted(note: Path) -> int:
    return int.from_bytes(note.read_bytes()[:8], "little")


def _keep_file(name: str, number: int, seed: str) -> None:
    """The file that ends a process, made again without opening it."""
    folder = FAILURES / f"{name}-{seed}-{number}"
    folder.mkdir(parents=True, exist_ok=True)
    path, content = Sample.of(name, folder).damaged(random.Random(f"{seed} {name} {number}"))
    replace(path, content)


def _try_part(arguments: argparse.Namespace) -> None:
    """What one process does."""
    name, first, end, place = arguments.part
    with Path(place, "number").open("r+b") as file:
        note = mmap.mmap(file.fileno(), 8)

    def starting(number: int) -> None:
        note[:8] = number.to_bytes(8, "little")

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    folder = Path(place, "files")
    folder.mkdir()
    with limited():
        tally = try_mutations(name, arguments.seed, range(int(first), int(end)), folder, FAILURES, starting)
    report = {
        "outcomes": tally.outcomes,
        "faults": tally.faults,
        "megabytes": -(-tally.most_memory // 1_000_000),
    }
    Path(place, "report").write_text(json.dumps(report), encoding="utf-8")


def _repeat(name: str, number: str, seed: str) -> None:
    """One mutation, with the traceback of whatever it raises."""
    with tempfile.TemporaryDirectory() as folder:
        sample = Sample.of(name, Path(folder))
        rng = random.Random(f"{seed} {name} {number}")
        path, content = sample.damaged(rng)
        replace(path, content)
        KINDS[name].use(sample.path, rng)
        print("read")


if __name__ == "__main__":
    sys.exit(main())
