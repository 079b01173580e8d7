"""Training on many cores: seconds per epoch and quality with 1, 2, 4, 8 and 16 threads, and with groups of threads.

    PYTHONPATH=src python benchmarks/many_cores.py CORPUS --analogies questions-words.txt --men men.csv --gensim 16

CORPUS may be compressed. Every run trains all epochs from the start; only training is timed. `8x2` means 8 groups of 2
threads, each with copies of both matrices; `1x16` is 16 threads that share them. "busy" is the time that threads
computed as a share of the time that they could have. Each line is printed, and saved in the JSON file, as soon as it is
measured; --seconds ends the measurement in time.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from firth.backends.cpu import CpuBackend
from firth.backends.groups import GroupedBackend
from firth.backends.rounds import Rounds
from firth.corpus.encoding import encode
from firth.evaluation.analogies import evaluate_analogies
from firth.evaluation.similarity import evaluate_similarity
from firth.parallel import available_cores
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import initial_word_vectors, plan_training
from firth.vectors.word_vectors import WordVectors
from machine import handover_nanoseconds, multiply_add, peak_gflops, together
from report import RESULTS, environment

# In the order of their importance: a measurement that is cut short has the first ones.
LAYOUTS = "1x1 8x2 4x4 1x16 16x1 1x4 1x2 4x2 2x4 1x8 2x2 8x1"
FIGURES = ("epoch_seconds", "speedup", "meeting_ms", "meetings", "busy", "loss", "analogies", "men")


class Watch:
    """Seconds of wall and processor time in the calls of one function."""

    def __init__(self, function):
        self.function, self.calls, self.seconds = function, 0, 0.0

    def __call__(self, *arguments):
        begun = time.perf_counter()
        try:
            return self.function(*arguments)
        finally:
            self.seconds += time.perf_counter() - begun
            self.calls += 1


class Bench:
    """The text and its settings; runs, and what they gave."""

    def __init__(self, options):
        self.options, self.begun, self.results = options, time.perf_counter(), []
        self.corpus = encode(options.corpus, tokenizer="whitespace", min_count=5)
        self.facts = {"corpus": Path(options.corpus).name, "words": len(self.corpus.ids)}
        self.facts["vocabulary"] = len(self.corpus.vocabulary)

    def seconds_left(self) -> float:
        return self.options.seconds - (time.perf_counter() - self.begun)

    def train(self, architecture: str, layout: str, rounds: Rounds, seed: int = 1) -> dict:
        """One run: trained from the start, and judged."""
        groups, threads = (int(number) for number in layout.split("x"))
        settings = Hyperparameters(
            architecture=architecture, vector_size=self.options.dim, epochs=self.options.epochs, threads=1, seed=seed
        )
        plan = plan_training(settings, self.corpus)
        start = initial_word_vectors(plan.n_words, settings.vector_size, seed)
        backend = CpuBackend(threads)
        if groups > 1:
            backend = GroupedBackend(
                groups, threads, rounds=rounds, safety=self.options.safety, chunk=self.options.chunk
            )
        backend.start(plan, start, None)
        meet = Watch(backend.meeting.meet) if groups > 1 else Watch(None)
        if groups > 1:
            backend.meeting.meet = meet
        seconds, losses, processor = [], [], time.process_time()
        for epoch in range(settings.epochs):
            rates = [
                settings.rate + (settings.final_learning_rate - settings.rate) * e / settings.epochs
                for e in (epoch, epoch + 1)
            ]
            begun = time.perf_counter()
            totals = backend.train_epoch(epoch, tuple(rates), range(len(self.corpus.ids)), lambda totals: None)
            seconds.append(time.perf_counter() - begun)
            losses.append(totals.mean_loss)
        busy = (time.process_time() - processor) / (sum(seconds) * groups * threads)
        result = {
            "architecture": architecture,
            "layout": layout,
            "rounds": list(rounds) if groups > 1 else None,
            "seed": seed,
            "seconds": [round(s, 3) for s in seconds],
            "epoch_seconds": statistics.mean(seconds),
            "meetings": meet.calls,
            "meeting_ms": 1e3 * meet.seconds / max(meet.calls, 1),
            "busy": busy,
            "loss": losses[-1],
            "losses": [round(loss, 4) for loss in losses],
            **self.judged(backend.matrices()[0]),
        }
        self.add(result)
        return result

    def judged(self, matrix) -> dict:
        """Analogies and MEN, where their files are given."""
        scores = {}
        vectors = WordVectors(self.corpus.vocabulary.words, matrix)
        if self.options.analogies:
            scores["analogies"] = evaluate_analogies(vectors, self.options.analogies, top=30_000).accuracy
        if self.options.men:
            scores["men"] = evaluate_similarity(vectors, self.options.men).spearman
        return scores

    def add(self, result: dict) -> None:
        """Print a line and save everything."""
        first = next(
            (r["epoch_seconds"] for r in self.results
             if (r["layout"], r["architecture"]) == ("1x1", result["architecture"])), result["epoch_seconds"],
        )  # fmt: skip
        result["speedup"] = first / result["epoch_seconds"]
        self.results.append(result)
        print(line(result) + f"   at {time.perf_counter() - self.begun:.0f} s", flush=True)
        self.save()

    def save(self) -> None:
        output = Path(self.options.output)
        output.parent.mkdir(exist_ok=True, parents=True)
        everything = {"environment": environment(), **self.facts, "options": vars(self.options), "runs": self.results}
        output.write_text(json.dumps(everything, indent=1) + "\n")

    def gensim(self, architecture: str, workers: int) -> None:
        """One epoch of gensim in its fastest mode."""
        from gensim.models import Word2Vec

        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "corpus.txt"
            words = np.array(self.corpus.vocabulary.words, dtype=object)
            offsets = self.corpus.sentence_offsets
            with plain.open("w", encoding="utf-8") as file:
                for first, last in zip(offsets[:-1], offsets[1:], strict=True):
                    file.write(" ".join(words[self.corpus.ids[first:last]]) + "\n")
            model = Word2Vec(
                sg=int(architecture == "skipgram"), vector_size=self.options.dim, window=5, min_count=5, sample=1e-3,
                workers=workers, epochs=1,
            )  # fmt: skip
            model.build_vocab(corpus_file=str(plain))
            begun = time.perf_counter()
            model.train(corpus_file=str(plain), total_words=model.corpus_total_words, epochs=1)
            seconds = time.perf_counter() - begun
        self.add({"architecture": architecture, "layout": f"gensim {workers}", "seconds": [seconds],
                  "epoch_seconds": seconds})  # fmt: skip


def line(result: dict) -> str:
    """One run as text."""
    figures = {name: result[name] for name in FIGURES if result.get(name) is not None}
    texts = [
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in figures.items()
    ]
    rounds = f" rounds {','.join(f'{r:g}' for r in result['rounds'])}" if result.get("rounds") else ""
    return f"{result['architecture']:<9} {result['layout']:<10} seed {result.get('seed', '-')}{rounds}: " + "  ".join(
        texts
    )


def machine_speed(cores: int) -> dict:
    """Speed of one core alone and of each with all at work, and how long a cache line travels."""
    alone = peak_gflops()
    n = 3_000_000
    one, all_cores = (min(together(*[lambda: multiply_add(n)] * k) for _ in range(3)) for k in (1, cores))
    return {"peak_gflops": alone, "share_with_all_at_work": one / all_cores, "handover_ns": handover_nanoseconds()}


def measure(bench: Bench) -> None:
    options = bench.options
    bench.facts["machine"] = machine_speed(available_cores())
    print(json.dumps({**environment(), **bench.facts}), flush=True)
    rounds = [Rounds(*(float(number) for number in text.split(","))) for text in options.rounds.split()]
    for architecture in options.architectures.split():
        for layout in options.layouts.split():
            for schedule in rounds if not layout.startswith("1x") else rounds[:1]:
                if bench.seconds_left() > options.reserve:
                    bench.train(architecture, layout, schedule)
        if options.gensim and bench.seconds_left() > options.reserve:
            bench.gensim(architecture, options.gensim)
    for seed in range(2, options.seeds + 1):
        for architecture in options.architectures.split():
            for layout in options.seed_layouts.split():
                if bench.seconds_left() > options.reserve:
                    bench.train(architecture, layout, rounds[0], seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--analogies", default="")
    parser.add_argument("--men", default="")
    parser.add_argument("--layouts", default=LAYOUTS, help="groups x threads, in this order")
    parser.add_argument("--rounds", default=",".join(map(str, Rounds())), help="growth,least,most; several by spaces")
    parser.add_argument("--architectures", default="skipgram cbow")
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--safety", type=float, default=None, help="of meetings; by default by the number of groups")
    parser.add_argument("--chunk", type=int, default=2048, help="tokens that a thread of a group takes at a time")
    parser.add_argument("--seeds", type=int, default=3, help="of the layouts in --seed-layouts, at the end")
    parser.add_argument("--seed-layouts", default="8x2 1x1")
    parser.add_argument("--gensim", type=int, default=0, help="its workers; 0: not measured")
    parser.add_argument("--seconds", type=float, default=280, help="for everything")
    parser.add_argument("--reserve", type=float, default=20, help="seconds that must be left for another run")
    parser.add_argument("--output", default=str(RESULTS / "many_cores.json"))
    measure(Bench(parser.parse_args()))


if __name__ == "__main__":
    main()
