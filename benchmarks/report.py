"""Saving and loading benchmark results: JSON files with the machine, the versions and the date."""

import datetime
import importlib.metadata
import json
import platform
import statistics
from pathlib import Path

from firth.parallel import available_cores
from firth.simd.lanes import LANES
from firth.simd.processor import model_name

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("firth", "numpy", "numba", "gensim", "fasttext-wheel", "implicit")


def environment() -> dict:
    """The machine, the versions and the date."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "processor": model_name(),
        "cores": available_cores(),
        "lanes": LANES,
        "python": platform.python_version(),
        "versions": versions,
        "date": datetime.date.today().isoformat(),
    }


def save(name: str, results: dict) -> Path:
    """Write benchmarks/results/NAME.json."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({**results, "environment": environment()}, indent=2) + "\n")
    print(f"wrote {path}")
    return path


def load(name: str) -> dict | None:
    """The results saved under this name, or None."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def median(values) -> float:
    """The median, as a float."""
    return float(statistics.median(values))


def mean_and_spread(values) -> str:
    """Mean ± standard deviation of a few runs."""
    values = [float(value) for value in values]
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.4f} ± {spread:.4f}"
