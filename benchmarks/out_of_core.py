"""Memory of a training whose text is many times larger than what may be in memory.

    PYTHONPATH=src python benchmarks/out_of_core.py CORPUS

The corpus is repeated until its ids are --times times the memory limit. Each size is measured in a process of its own:
memory that belongs to the process alone, of which the system can take nothing back (RssAnon, sampled while it reads
and trains), and pages of files that it has mapped (RssFile), which the system takes back when it needs them.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import firth
from firth.corpus.encoding import encode
from report import RESULTS, environment


def memory_now() -> dict[str, int]:
    """Bytes by kind, as Linux counts them."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kinds = {"RssAnon": "own", "RssFile": "of_files"}
    return {kinds[name]: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)
            if name in kinds}  # fmt: skip


class Peaks:
    """The most memory of each kind, from sampling in another thread."""

    def __init__(self):
        self.most, self.is_over = memory_now(), threading.Event()
        threading.Thread(target=self._sample, daemon=True).start()

    def _sample(self):
        while not self.is_over.wait(0.02):
            now = memory_now()
            self.most = {kind: max(self.most[kind], now[kind]) for kind in now}


def measure(options) -> dict:
    """Encode and train one text in this process."""
    settings = dict(vector_size=options.dim, window=options.window, negative=options.negative, epochs=1,
                    threads=options.threads, subsample_threshold=1e-4, tokenizer="whitespace")  # fmt: skip
    small = Path(options.corpus).open("rb").read(1 << 20)  # noqa: SIM115
    firth.Word2Vec(**settings).fit([small.decode(errors="replace")], progress=False)  # compiles
    before = memory_now()["own"]
    reading = Peaks()
    begun, processor = time.perf_counter(), time.process_time()
    encoded = encode(options.corpus, tokenizer="whitespace", memory_limit=options.limit, threads=options.threads)
    seconds = {"reading": round(time.process_time() - processor, 1)}
    reading.is_over.set()
    training, processor = Peaks(), time.process_time()
    model = firth.Word2Vec(**settings).fit(encoded, progress=False)
    training.is_over.set()
    seconds["training"] = round(time.process_time() - processor, 1)
    return {
        "words": encoded.n_words,
        "id_bytes": 4 * encoded.n_words + 8 * (encoded.n_sentences + 1),
        "memory_mapped": encoded.memory_mapped,
        "vocabulary": len(model.vocabulary),
        "matrix_bytes": 2 * model.vectors.matrix.nbytes,
        "own_at_start": before,
        "own_while_reading": reading.most["own"],
        "own_while_training": training.most["own"],
        "of_files_while_training": training.most["of_files"],
        "cpu_seconds": seconds,
        "seconds": round(time.perf_counter() - begun, 1),
        "loss": round(model.history[-1].loss, 4),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--limit", type=int, default=(1 << 30) // 10, help="bytes; a tenth of what encode() has")
    parser.add_argument("--times", type=float, nargs="*", default=[1.5, 5, 10])
    parser.add_argument("--dim", type=int, default=50)
    parser.add_argument("--window", type=int, default=2)
    parser.add_argument("--negative", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--measure", action="store_true", help="this corpus, in this process")
    parser.add_argument("--output", default=str(RESULTS / "out_of_core.json"))
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options)))
        return
    text = Path(options.corpus).read_bytes().rstrip() + b"\n"
    once = encode(options.corpus, tokenizer="whitespace")
    ids = 4 * once.n_words + 8 * once.n_sentences
    results = []
    for times in options.times:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "text.txt")
            with path.open("wb") as file:
                left = times * options.limit / ids
                while left > 0:
                    file.write(text if left >= 1 else text[: text.rfind(b"\n", 0, int(left * len(text)) + 1) + 1])
                    left -= 1
            given = [f"--{name}={getattr(options, name)}" for name in ("limit", "dim", "window", "negative", "threads")]
            command = [sys.executable, __file__, str(path), "--measure", *given]
            done = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            results.append({"times_the_limit": times, "text_bytes": path.stat().st_size, **json.loads(done)})
        print(json.dumps(results[-1]), flush=True)
        shown = vars(options) | {"corpus": Path(options.corpus).name}
        found = {"environment": environment(), "options": shown, "results": results}
        Path(options.output).write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
