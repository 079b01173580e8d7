"""Faults at random, for every command and every call that writes: `make faults KILLS=200`.

Counts are written to benchmarks/results/faults.json, also of what was done before Ctrl-C. What does not hold is
printed, and then the exit code is 1. `--more "firth train"` tries these writers, and adds to the counts in that file.
"""

import argparse
import contextlib
import datetime
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from faults import system_calls, trials  # noqa: E402
from faults.server import Server  # noqa: E402
from faults.writers import COMMANDS, WRITERS  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "faults.json"
MECHANISMS = ("save, firth", "save, firth.gz", "save, numpy", "firth convert, text")  # for a kill at each system call


class Campaign:
    """The counts, and what did not hold."""

    def __init__(self, inputs: Path) -> None:
        self.inputs = inputs
        self.server = Server(inputs)
        self.counts: dict[str, int] = {}
        self.problems: list[str] = []
        self.writers: list[str] = []  # whose trials are done

    def all_of(self, name: str, kills: int, rng: random.Random) -> None:
        """The trials of one writer, without those at each system call, which take long."""
        self.random_kills(name, kills, rng)
        self.disks(name)
        if name in COMMANDS:
            self.signals(name, rng)
        if system_calls.has_strace():
            self.order(name)
        self.writers.append(name)

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def note(self, problems: list[str]) -> None:
        self.problems += problems
        for problem in problems:
            print("  " + problem.replace("\n", " ")[:400], flush=True)

    def random_kills(self, name: str, number: int, rng: random.Random) -> None:
        with _empty_folder() as folder:
            problems, killed = trials.kill(self.server, name, folder, number, rng)
        self.note(problems)
        self.count("kill -9 at a random moment", killed)

    def signals(self, name: str, rng: random.Random) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with _empty_folder() as folder:
                self.note(trials.stop_politely(self.server, name, folder, number, rng))
            self.count("SIGTERM, SIGHUP, SIGINT while a command writes")

    def disks(self, name: str) -> None:
        with _empty_folder() as folder:
            self.note(trials.limit_file_size(self.server, name, folder))
        self.count("files that cannot become long enough", 4)
        if trials.can_mount():
            with _empty_folder() as folder:
                self.note(trials.fill_disk(self.server, name, folder))
            self.count("full disks", 5)
        if trials.can_mount() or not trials.is_root():
            with _empty_folder() as folder:
                self.note(trials.refuse_writing(self.server, name, folder))
            self.count("read-only folders")

    def order(self, name: str) -> None:
        with _empty_folder() as folder:
            work = folder / "work"
            work.mkdir()
            self.server.write(name, work, 0)
            self.note(system_calls.out_of_order(self.inputs, work, name))
        self.count("fsync, rename, fsync in order")

    def kills_at_each_call(self, name: str) -> None:
        with _empty_folder() as folder:
            work = folder / "work"
            work.mkdir()
            problems, tried = system_calls.kill_at_each_call(self.inputs, work, name)
        self.note(problems)
        self.count("kill -9 at each system call of a write", tried)


@contextlib.contextmanager
def _empty_folder() -> Iterator[Path]:
    """A folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="firth-faults-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _added(before: dict, results: dict) -> dict:
    """The results of two runs."""
    trials = {
        name: before["trials"].get(name, 0) + results["trials"].get(name, 0)
        for name in dict.fromkeys([*before["trials"], *results["trials"]])
    }
    both = {name: before[name] + results[name] for name in ("runs", "problems")}
    return before | both | {"trials": trials}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="over all writers together")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--more", nargs="+", default=[], metavar="NAME", help="only these writers")
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    names = arguments.more or [name for name, writer in WRITERS.items() if writer.is_available]
    each = -(-arguments.kills // len(names))
    begun = time.monotonic()
    with _empty_folder() as inputs:
        campaign = Campaign(inputs)
        with contextlib.suppress(KeyboardInterrupt):
            for name in names:
                print(name, flush=True)
                campaign.all_of(name, each, random.Random(f"{arguments.seed} {name}"))
            for name in MECHANISMS if system_calls.has_strace() and not arguments.more else ():
                print(f"{name}, at each system call", flush=True)
                campaign.kills_at_each_call(name)
        campaign.server.close()
    results = {
        "runs": [{
            "date": datetime.date.today().isoformat(),
            "seed": arguments.seed,
            "minutes": round((time.monotonic() - begun) / 60, 1),
            "writers": len(campaign.writers),
            "names": campaign.writers if arguments.more else [],
        }],
        "trials": campaign.counts,
        "problems": campaign.problems,
    }  # fmt: skip
    if arguments.more and arguments.output.exists():
        results = _added(json.loads(arguments.output.read_text(encoding="utf-8")), results)
    arguments.output.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{json.dumps(campaign.counts)}: {len(campaign.problems)} problems; wrote {arguments.output}")
    return 1 if campaign.problems else 0


if __name__ == "__main__":
    sys.exit(main())
