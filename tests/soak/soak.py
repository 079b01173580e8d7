"""Questions, fits, saves and loads in one process for a long time: `make soak MINUTES=60`.

Memory, open files and threads have to stay as they were after the first tenth of the time. The measurements are written
to benchmarks/results/soak.json. Linux, which reports all three in /proc.
"""

import argparse
import contextlib
import datetime
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

import firth
from firth import NgramModel, Word2Vec, WordVectors, load_language_model, read_table
from firth.corpus.encoding import encode
from firth.evaluation import evaluate_analogies, evaluate_similarity
from firth.plots import similarity_matrix
from firth.plots.save import save_chart

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "soak.json"
GROWTH = 24  # MB by which the median of the last tenth may exceed that of the second tenth
TEXT = "the king drinks tea and the queen drinks milk\nthe cat sits on the mat\nmen and women walk home\n" * 60
WORDS = [f"word{i}" for i in range(5000)]


class Moment(NamedTuple):
    """What the process holds between two rounds."""

    megabytes: float
    files: int
    threads: int


def now() -> Moment:
    """As Linux reports it."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    files = len(list(Path("/proc/self/fd").iterdir()))
    return Moment(int(status["VmRSS"].split()[0]) / 1000, files, int(status["Threads"]))


class Work:
    """What is done, again and again, in one folder."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.rng = folder, random.Random(seed)
        self.vectors = WordVectors(WORDS, np.random.default_rng(seed).normal(size=(len(WORDS), 50)).astype(np.float32))
        (folder / "text.txt").write_text(TEXT, encoding="utf-8")
        (folder / "pairs.csv").write_text("word1,word2,score\nword1,word2,3\nword3,word4,5\nword5,word6,7\n")
        (folder / "table.csv").write_text("name,a,b\nJay,1,2\nAnn,3,4\n", encoding="utf-8")
        (folder / "damaged.txt").write_text("2 3\ntea 1 2 3\nmilk 1 x 3\n", encoding="utf-8")

    def every_kind(self) -> list[Callable[[], None]]:
        """All the kinds of work, in an order of their own for each round."""
        kinds = [self.questions, self.many_questions, self.in_threads, self.save_and_load, self.folders, self.fit,
                 self.stop_early, self.language_model, self.index, self.errors, self.spool, self.evaluate,
                 self.tables_and_pictures]  # fmt: skip
        self.rng.shuffle(kinds)
        return kinds

    def word(self) -> str:
        return self.rng.choice(WORDS)

    def questions(self) -> None:
        self.vectors.most_similar(self.word())
        self.vectors.analogy(self.word(), self.word(), self.word())
        self.vectors.odd_one_out([self.word() for _ in range(4)])

    def many_questions(self) -> None:
        self.vectors.most_similar([self.word() for _ in range(300)], 5)

    def in_threads(self) -> None:
        threads = [threading.Thread(target=self.questions) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def save_and_load(self) -> None:
        name = self.rng.choice(["a.firth", "a.txt", "a.bin", "a.glove", "a.firth.gz", "a.txt.xz"])
        self.vectors.save(self.folder / name)
        firth.load(self.folder / name).most_similar(self.word())

    def folders(self) -> None:
        format = self.rng.choice(["numpy", "projector", "projector-bytes", "sentence-transformers"])
        self.vectors.save(self.folder / format, format)
        firth.load(self.folder / format).most_similar(self.word())

    def fit(self) -> None:
        model = Word2Vec(min_count=1, vector_size=16, epochs=1, threads=2, subsample_threshold=0)
        model.fit(self.folder / "text.txt", progress=False).save(self.folder / "model.firth")
        Word2Vec.load(self.folder / "model.firth").score(self.folder / "text.txt")

    def stop_early(self) -> None:
        """Ctrl-C in the middle of a training."""

        def interrupt(progress: object) -> None:
            if progress.stage == "training":
                raise KeyboardInterrupt

        model = Word2Vec(min_count=1, vector_size=16, epochs=100_000, threads=2, subsample_threshold=0)
        with contextlib.suppress(KeyboardInterrupt):
            model.fit(self.folder / "text.txt", progress=interrupt)

    def language_model(self) -> None:
        NgramModel(order=3, min_count=1).fit(self.folder / "text.txt", progress=False).save(self.folder / "a.lm")
        model = load_language_model(self.folder / "a.lm")
        model.next_words("the king")
        model.perplexity(self.folder / "text.txt")

    def index(self) -> None:
        if self.rng.random() < 0.05:  # building takes most of a second
            self.vectors.save(self.folder / "indexed.firth")
            self.vectors.build_index(self.folder / "indexed.firth.index", threads=2, progress=False)
        if (self.folder / "indexed.firth.index").exists():
            firth.load(self.folder / "indexed.firth").most_similar(self.word(), approximate=True)

    def errors(self) -> None:
        for wrong in (
            lambda: firth.load(self.folder / "damaged.txt"),
            lambda: firth.load(self.folder / "text.txt"),
            lambda: self.vectors.most_similar("unknown"),
            lambda: load_language_model(self.folder / "pairs.csv"),
            lambda: encode([], min_count=1),
        ):
            with contextlib.suppress(firth.FirthError):
                wrong()

    def spool(self) -> None:
        """A corpus whose ids are in temporary files, and one that ends with an error."""
        encode(self.folder / "text.txt", min_count=1, memory_limit=1000)
        with contextlib.suppress(firth.FirthError):
            encode(self.folder / "text.txt", min_count=10**9, memory_limit=1000)

    def evaluate(self) -> None:
        evaluate_similarity(self.vectors, self.folder / "pairs.csv")
        evaluate_analogies(self.vectors, [("section", *(self.word() for _ in range(4))) for _ in range(20)])

    def tables_and_pictures(self) -> None:
        read_table(self.folder / "table.csv")
        save_chart(similarity_matrix(self.vectors, sorted({self.word() for _ in range(5)})), self.folder / "a.json")


def soak(minutes: float, seed: int) -> dict:
    """The measurements."""
    moments: list[Moment] = []
    with tempfile.TemporaryDirectory(prefix="firth-soak-") as folder:
        work, until = Work(Path(folder), seed), time.monotonic() + 60 * minutes
        while time.monotonic() < until or len(moments) < 10:
            for kind in work.every_kind():
                kind()
            moments.append(now())
            if len(moments) % 50 == 0:
                print(f"{len(moments):,} rounds: {moments[-1]}", flush=True)
        litter = [path.name for path in Path(folder).iterdir() if path.name.startswith(".")]
    tenth = max(1, len(moments) // 10)
    early, late = moments[tenth : 2 * tenth + 1], moments[-tenth:]
    found = {
        "date": datetime.date.today().isoformat(),
        "minutes": minutes,
        "rounds": len(moments),
        "actions": len(moments) * len(work.every_kind()),
        "megabytes": [round(statistics.median(moment.megabytes for moment in some)) for some in (early, late)],
        "files": [max(moment.files for moment in some) for some in (early, late)],
        "threads": [max(moment.threads for moment in some) for some in (early, late)],
        "litter": litter,
    }
    found["steady"] = (
        found["megabytes"][1] <= found["megabytes"][0] + GROWTH
        and found["files"][1] <= found["files"][0]
        and found["threads"][1] <= found["threads"][0]
        and not litter
    )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    found = soak(arguments.minutes, arguments.seed)
    arguments.output.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found))
    return 0 if found["steady"] else 1


if __name__ == "__main__":
    sys.exit(main())
