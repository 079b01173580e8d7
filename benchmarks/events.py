"""What a large table of events costs: reading, cutting into sessions, splitting, and one epoch of training.

    python benchmarks/events.py [--events 10000000] [--items 200000] [--folder FOLDER]

The table is synthetic: sessions of users, items by Zipf's law, times of 60 days, two kinds of events, text ids. Each
measurement is a separate process; peak memory is that of the entire process, Python and its libraries included.
CPU seconds are those of all threads.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from report import save

DAYS = 60
SESSION = 5  # events in a session, on average
FORMATS = ("csv", "parquet")


def write_tables(folder: Path, n_events: int, n_items: int) -> None:
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    random = np.random.default_rng(1)
    n_sessions = n_events // SESSION
    lengths = random.multinomial(n_events - n_sessions, np.full(n_sessions, 1 / n_sessions)) + 1
    users = np.repeat(random.integers(0, n_sessions // 3, n_sessions), lengths)
    starts = 1_600_000_000 + np.sort(random.integers(0, DAYS * 86_400, n_sessions))
    steps = random.integers(5, 300, n_events)
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    seconds = np.cumsum(steps)
    times = np.repeat(starts, lengths) + seconds - seconds[first]
    weights = 1 / np.arange(1, n_items + 1)
    items = random.choice(n_items, n_events, p=weights / weights.sum())
    order = np.argsort(times, kind="stable")
    kinds = pyarrow.DictionaryArray.from_arrays(
        pyarrow.array((random.random(n_events) < 0.1).astype(np.int32)), pyarrow.array(["click", "buy"])
    ).cast(pyarrow.string())
    table = pyarrow.table(
        {
            "user_id": pyarrow.array(users[order]).cast(pyarrow.string()),
            "item_id": pyarrow.array([f"item-{number}" for number in range(n_items)]).take(pyarrow.array(items[order])),
            "ts": pyarrow.array(times[order]),
            "type": kinds,
        }
    )
    pyarrow.csv.write_csv(table, folder / "events.csv")
    pyarrow.parquet.write_table(table, folder / "events.parquet")


def measure(path: str) -> dict:
    from firth.recommend import Interactions, NextItemVectors

    result: dict = {}
    begun = time.process_time()

    def done(step: str) -> None:
        nonlocal begun
        now = time.process_time()
        result[step] = now - begun
        begun = now

    events = Interactions.read(path, user="user_id", item="item_id", time="ts", event="type", progress=False)
    done("read")
    sessions = events.sessions(gap="30min", weights={"buy": 5, "click": 1})
    del events
    done("sessions")
    train, test = sessions.split("time", test="7d")
    del sessions
    done("split")
    NextItemVectors(epochs=1).fit(train, progress=False)
    done("epoch")
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    result["peak_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return result | {"sequences": len(train), "events": train.n_events, "questions": test.n_questions}


def in_child(*options: str) -> str:
    return subprocess.run([sys.executable, __file__, *options], check=True, capture_output=True, text=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--items", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, help="keep the tables here")
    parser.add_argument("--write", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure)))
        return
    if arguments.write:
        write_tables(arguments.folder, arguments.events, arguments.items)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        if not (folder / "events.parquet").exists():
            sizes = ("--events", str(arguments.events), "--items", str(arguments.items))
            in_child("--write", "--folder", str(folder), *sizes)  # a process starts with the peak memory of its parent
        results = {name: json.loads(in_child("--measure", str(folder / f"events.{name}"))) for name in FORMATS}
        sizes = {name: (folder / f"events.{name}").stat().st_size for name in FORMATS}
    for name, result in results.items():
        shown = ", ".join(f"{key} {value:,.1f}" for key, value in result.items())
        print(f"{name:8} {sizes[name] / 1e6:,.0f} MB: {shown}")
    save("events", {"events": arguments.events, "items": arguments.items, "bytes": sizes, "formats": results})


if __name__ == "__main__":
    main()
