"""Seconds per epoch of training, compared with gensim's corpus_file mode, alternating in one process.

    python benchmarks/train_speed.py CORPUS

Only training is timed on both sides; command.py also times reading, counting and saving.
"""

import argparse
import time

import firth
from machine import handover_nanoseconds, peak_gflops
from report import load, median, save

SETTINGS = {
    "skip-gram, D 100, K 5": {"architecture": "skipgram", "vector_size": 100, "negative_samples": 5},
    "skip-gram, D 300, K 5": {"architecture": "skipgram", "vector_size": 300, "negative_samples": 5},
    "skip-gram, D 100, K 15": {"architecture": "skipgram", "vector_size": 100, "negative_samples": 15},
    "CBOW, D 100, K 5": {"architecture": "cbow", "vector_size": 100, "negative_samples": 5},
}


def firth_epoch(corpus: str, threads: int, options: dict) -> tuple[float, int]:
    """Seconds of one epoch, and the pairs trained."""
    model = firth.Word2Vec(tokenizer="whitespace", epochs=1, threads=threads, **options).fit(corpus, progress=False)
    return model.history[0].seconds, model.history[0].pairs


def gensim_epoch(corpus: str, threads: int, options: dict) -> float:
    from gensim.models import Word2Vec

    model = Word2Vec(
        sg=int(options["architecture"] == "skipgram"), vector_size=options["vector_size"], window=5, min_count=5,
        hs=int(options.get("objective") == "hierarchical_softmax"), negative=options.get("negative_samples", 0),
        sample=1e-3, workers=threads, epochs=1,
    )  # fmt: skip
    model.build_vocab(corpus_file=corpus)
    begun = time.perf_counter()
    model.train(corpus_file=corpus, total_words=model.corpus_total_words, epochs=1)
    return time.perf_counter() - begun


def side_by_side(name: str, options: dict, corpus: str, threads: int, rounds: int) -> dict:
    """Seconds per epoch of both, alternating, and the speed of the machine at that time."""
    firth_epoch(corpus, threads, options)  # compiles
    row = {"name": name, "firth": [], "gensim": [], "handover_ns": [], "peak_gflops": []}
    for _ in range(rounds):
        row["handover_ns"].append(handover_nanoseconds())
        row["peak_gflops"].append(peak_gflops())
        row["gensim"].append(gensim_epoch(corpus, threads, options))
        seconds, pairs = firth_epoch(corpus, threads, options)
        row["firth"].append(seconds)
    row["ratios"] = [slow / fast for slow, fast in zip(row["gensim"], row["firth"], strict=True)]
    row["ratio"] = median(row["gensim"]) / median(row["firth"])
    if options["architecture"] == "skipgram" and "negative_samples" in options:
        # useful work: a dot product and two updates, 6 D per pair and target
        work = 6 * options["vector_size"] * pairs * (1 + options["negative_samples"])
        row["gflops_per_core"] = work / median(row["firth"]) / threads / 1e9
        row["percent_of_peak"] = 100 * row["gflops_per_core"] / median(row["peak_gflops"])
    print(f"{name:<24} Firth {seconds_list(row['firth'])}  gensim {seconds_list(row['gensim'])}  "
          f"ratio {row['ratio']:.1f} (each {', '.join(f'{r:.1f}' for r in row['ratios'])})  "
          f"{row.get('percent_of_peak', float('nan')):.0f} % of {median(row['peak_gflops']):.0f} GFLOP/s  "
          f"core to core {seconds_list(row['handover_ns'])} ns", flush=True)  # fmt: skip
    return row


def measure(corpus: str, threads: int, rounds: int, chosen: str) -> None:
    rows = (load("train_speed") or {"rows": []})["rows"]  # keep the settings that are not measured now
    for name, options in SETTINGS.items():
        if chosen in name:
            row = side_by_side(name, options, corpus, threads, rounds)
            rows = [*(other for other in rows if other["name"] != name), row]
            save("train_speed", {"threads": threads, "rows": rows})


def seconds_list(values) -> str:
    return " ".join(f"{value:.2f}" for value in values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="only settings whose name contains this")
    arguments = parser.parse_args()
    measure(arguments.corpus, arguments.threads, arguments.rounds, arguments.only)


if __name__ == "__main__":
    main()
