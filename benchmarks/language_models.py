"""Language models: speed of counting and querying n-grams, and perplexity on held-out text.

    python benchmarks/language_models.py novels.txt [--part counting|speed|perplexity]

Counting: order 4 over all of the text, each run in a separate process; compared with NLTK's interpolated Kneser-Ney
of the same order over the first NLTK_WORDS words. Speed: one epoch of the neural model over SPEED_WORDS words.
Perplexity: lines in a random order (seed 1), 1,000,000 words for training, 100,000 held out for early stopping and for
the weights of the mixture, 100,000 held out for the perplexity; the 16,000 most frequent words are the vocabulary. It
takes half an hour.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import firth
from report import load, median, save

ORDER = 4
NLTK_WORDS = 100_000
NLTK_PREDICTIONS = 200
RUNS = 3
LEARN, STOP, JUDGE = 1_000_000, 100_000, 100_000
KNOWN = 16_000
VECTOR_SIZE = 60
HIDDEN_SIZE = 100
EPOCHS = 2
SPEED_WORDS = 200_000
HISTORIES = ("", "the", "she looked at", "it was the", "of the", "i do not know what", "and then he said to")


def in_a_child(*arguments: str) -> dict:
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def count_whole_text(path: str) -> dict:
    """Seconds, peak memory and milliseconds per query of one run."""
    began = time.perf_counter()
    model = firth.NgramModel(order=ORDER).fit(path, progress=False)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    latencies = []
    for _ in range(20):
        for history in HISTORIES:
            began = time.perf_counter()
            model.next_words(history, 10)
            latencies.append(1000 * (time.perf_counter() - began))
    return {
        "seconds": seconds,
        "peak_gb": peak,
        "ms": median(latencies),
        "slowest_ms": max(latencies),
        "ngrams": model.n_ngrams,
    }


def first_sentences(path: str, words: int) -> list[list[str]]:
    sentences, seen = [], 0
    with Path(path).open() as file:
        for line in file:
            sentences.append(line.split())
            seen += len(sentences[-1])
            if seen >= words:
                break
    return [sentence for sentence in sentences if sentence]


def compared_with_nltk(path: str) -> dict:
    """Both models over the same sentences, alternating: seconds to count, and per prediction."""
    from nltk.lm import KneserNeyInterpolated
    from nltk.util import everygrams, pad_sequence

    sentences = first_sentences(path, NLTK_WORDS)
    both = {"left_pad_symbol": "<s>", "right_pad_symbol": "</s>"}
    found = {"firth": [], "nltk": []}
    for _ in range(RUNS):
        began = time.perf_counter()
        ours = firth.NgramModel(order=ORDER, min_count=1, tokenizer="whitespace").fit(sentences_as_lines(sentences))
        found["firth"].append(time.perf_counter() - began)
        began = time.perf_counter()
        peer = KneserNeyInterpolated(ORDER)
        grams = (
            everygrams(list(pad_sequence(s, ORDER, pad_left=True, pad_right=True, **both)), max_len=ORDER)
            for s in sentences
        )
        peer.fit(grams, vocabulary_text=[word for s in sentences for word in ("<s>", *s, "</s>")])
        found["nltk"].append(time.perf_counter() - began)
    predictions = [(s[max(0, i - ORDER + 1) : i], s[i]) for s in sentences[:50] for i in range(len(s))]
    some = list(islice((p for p in predictions if len(p[0]) == ORDER - 1), NLTK_PREDICTIONS))
    began = time.perf_counter()
    for history, word in some:
        peer.score(word, history)
    found["nltk_ms"] = 1000 * (time.perf_counter() - began) / len(some)
    began = time.perf_counter()
    for history, _ in some:
        ours.distribution(history)
    found["firth_ms"] = 1000 * (time.perf_counter() - began) / len(some)
    found["words"] = sum(map(len, sentences))
    return found


def sentences_as_lines(sentences: list[list[str]]) -> list[str]:
    return [" ".join(sentence) for sentence in sentences]


def counting(path: str) -> dict:
    runs = [in_a_child(path, "--part", "one-count") for _ in range(RUNS)]
    for run in runs:
        print(run, flush=True)
    return {"runs": runs, "order": ORDER, "nltk": compared_with_nltk(path)}


def split(path: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """Lines for training, for early stopping, for the perplexity, and all others."""
    lines = Path(path).read_text().splitlines()
    random.Random(1).shuffle(lines)
    parts = []
    for size in (LEARN, STOP, JUDGE):
        part, words = [], 0
        while words < size:
            part.append(lines.pop())
            words += len(part[-1].split())
        parts.append(part)
    return (*parts, lines)


def perplexity(path: str) -> dict:
    learn, stop, judge, others = split(path)
    common = {"min_count": 1, "max_vocabulary": KNOWN, "tokenizer": "whitespace"}
    rows, models = [], {}

    def note(name: str, model: object, **facts: object) -> None:
        models[name] = model
        rows.append({"model": name, "perplexity": model.perplexity(judge), **facts})
        print(rows[-1], flush=True)

    for order in (3, 4, 5):
        began = time.perf_counter()
        model = firth.NgramModel(order=order, **common).fit(learn)
        note(f"{order}-grams, modified Kneser-Ney", model, seconds=time.perf_counter() - began)
    starts = {
        "neural": None,
        "neural, from vectors of the other 13 million words": others,
    }
    for name, text in starts.items():
        vectors, vector_seconds = None, 0.0
        if text is not None:
            began = time.perf_counter()
            settings = {"vector_size": VECTOR_SIZE, "min_count": 2, "epochs": 2}
            vectors = firth.Word2Vec(**settings, tokenizer="whitespace").fit(text, progress=False).vectors
            vector_seconds = time.perf_counter() - began
        model = firth.NeuralModel(order=5, vector_size=VECTOR_SIZE, hidden_size=HIDDEN_SIZE, epochs=EPOCHS, **common)
        model.fit(learn, stop, vectors=vectors)
        note(
            name, model,
            epochs=len(model.history),
            first_epoch=model.history[0].held_out_perplexity,
            words_per_second=median(score.words_per_second for score in model.history),
            seconds_per_epoch=median(score.seconds for score in model.history),
            vector_seconds=vector_seconds,
        )  # fmt: skip
    best = min((row for row in rows if "epochs" in row), key=lambda row: row["perplexity"])["model"]
    mixture = firth.MixtureModel([models["5-grams, modified Kneser-Ney"], models[best]]).fit(stop)
    note(f"both: 5-grams and {best}", mixture, weights=mixture.weights.tolist())
    words = sum(len(line.split()) for line in learn)
    unknown = models["3-grams, modified Kneser-Ney"].score(judge)
    return {"rows": rows, "words": words, "known": KNOWN, "unknown_share": unknown.unknown_words / unknown.predicted}


def speed(path: str) -> dict:
    """Words per second of one epoch, with a vocabulary of the same size as for the million words."""
    learn, stop, _, _ = split(path)
    common = {"min_count": 1, "max_vocabulary": KNOWN, "tokenizer": "whitespace"}
    known = firth.NgramModel(order=1, **common).fit(learn).vocabulary.known
    some, words = [" ".join(known)], 0  # so that all words are known
    while words < SPEED_WORDS:
        some.append(learn.pop())
        words += len(some[-1].split())
    found = []
    for _ in range(RUNS):
        model = firth.NeuralModel(order=5, vector_size=VECTOR_SIZE, hidden_size=HIDDEN_SIZE, epochs=1, **common)
        model.fit(some, stop[:100])
        found.append(model.history[0].words_per_second)
        print(f"{found[-1]:,.0f} words/s", flush=True)
    return {"words_per_second": found, "known": KNOWN}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("text")
    parser.add_argument("--part", choices=("counting", "speed", "perplexity", "one-count"))
    arguments = parser.parse_args()
    if arguments.part == "one-count":
        print(json.dumps(count_whole_text(arguments.text)))
        return
    for name, measure in (("counting", counting), ("speed", speed), ("perplexity", perplexity)):
        if arguments.part in (None, name):
            found = measure(arguments.text)
            results = load("language_models") or {}  # read only now, because parts may be measured at the same time
            results.pop("environment", None)
            save("language_models", results | {name: found})


if __name__ == "__main__":
    main()
