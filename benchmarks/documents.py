"""Quality and speed of document vectors, compared with gensim's Doc2Vec.

    python benchmarks/documents.py NOVELS --same-rates [--megabytes 20] [--threads 2] [--repetitions 3] [--epochs 10]

NOVELS is a text with a sentence a line, in which chapters begin with a line "chapter …"; chapter one begins a novel.
Documents are LINES consecutive lines of a chapter, as lists of tokens. One in ten is not trained on but inferred.

chapter, novel   the share of documents whose nearest other document (by cosine) is of the same chapter or novel
held_out         the same for inferred documents, whose nearest document is sought among those that were trained on
itself           of 500 training documents that are inferred, the share that are nearest to their own trained vector

gensim gets its documents in both ways that it has: as an iterable of TaggedDocument ("gensim") and as `corpus_file`
("gensim_file"), its fastest. Every measurement is a process of its own; the systems alternate, and each repetition has
a seed of its own. Finished runs are saved and not repeated: delete the JSON file to start over. Firth's compiled code
is in its cache, or made before the clock starts. Where other programs use the cores, CPU seconds (of all threads) are
the better measure. With --same-rates gensim has the learning rate of Firth, which for `dm` is not gensim's default.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from report import load, mean_and_spread, median, save

SETTINGS = {"dm": {"dm": 1}, "dbow": {"dm": 0}, "dbow_words": {"dm": 0, "dbow_words": 1}}
FIRST = re.compile(r"chapter (i|1|one|the first|first)\b")
SYSTEMS = ("firth", "gensim", "gensim_file")
CLOCKS = ("train_s", "train_cpu_s", "infer_s", "infer_cpu_s")
SHARES = ("chapter", "novel", "held_out_chapter", "held_out_novel", "itself")
SIZE, MIN_COUNT, SAMPLED, HELD_OUT = 100, 5, 500, 10


def documents_of(path: str, megabytes: int, lines: int):
    """Token lists, and for each the number of its chapter and its novel."""
    text = Path(path).read_text(encoding="utf-8")[: megabytes * 1_000_000]
    documents, chapters, novels = [], [], []
    chapter = novel = 0
    block: list[str] = []

    def finish():
        if len(block) == lines:
            documents.append(" ".join(block).split())
            chapters.append(chapter)
            novels.append(novel)
        block.clear()

    for line in text.split("\n"):
        if line.startswith("chapter"):
            finish()
            chapter += 1
            novel += bool(FIRST.match(line))
            continue
        block.append(line)
        if len(block) == lines:
            finish()
    return documents, np.array(chapters), np.array(novels)


def nearest(queries, vectors, own=None):
    """The row of the nearest vector for each query; own : the rows of the queries themselves, which do not count."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    found = []
    for first in range(0, len(queries), 512):
        cosines = queries[first : first + 512] @ unit.T
        if own is not None:
            cosines[np.arange(len(cosines)), own[first : first + 512]] = -np.inf
        found.append(cosines.argmax(axis=1))
    return np.concatenate(found)


def measure(system: str, name: str, arguments) -> dict:
    documents, chapters, novels = documents_of(arguments.novels, arguments.megabytes, arguments.lines)
    is_held = np.arange(len(documents)) % HELD_OUT == HELD_OUT - 1
    train = [document for document, held in zip(documents, is_held, strict=True) if not held]
    test = [document for document, held in zip(documents, is_held, strict=True) if held]
    if system == "firth":
        times, vectors, infer = fit_firth(train, name, arguments)
    else:
        times, vectors, infer = fit_gensim(train, name, arguments, from_file=system == "gensim_file")
    begin, cpu = time.perf_counter(), time.process_time()
    inferred = infer(test)
    times |= {"infer_s": time.perf_counter() - begin, "infer_cpu_s": time.process_time() - cpu}
    rows = np.random.default_rng(1).choice(len(train), min(5000, len(train)), replace=False)
    found = nearest(vectors[rows], vectors, rows)
    held = nearest(inferred, vectors)
    some = rows[:SAMPLED]
    again = nearest(infer([train[row] for row in some]), vectors)
    trained = {"chapter": chapters[~is_held], "novel": novels[~is_held]}
    scores = {}
    for what, labels in (("chapter", chapters), ("novel", novels)):
        scores[what] = float(np.mean(trained[what][rows] == trained[what][found]))
        scores[f"held_out_{what}"] = float(np.mean(labels[is_held] == trained[what][held]))
    scores["itself"] = float(np.mean(again == some))
    words = sum(map(len, train))
    return {**times, **scores, "documents": len(documents), "words": words, "novels": int(novels.max()) + 1}


def fit_firth(train, name, arguments):
    from firth import Doc2Vec

    options = {"architecture": "dm" if name == "dm" else "dbow", "vector_size": SIZE, "min_count": MIN_COUNT}
    if name != "dm":
        options["train_words"] = name == "dbow_words"
    options |= {"threads": arguments.threads, "epochs": arguments.epochs, "tokenizer": "whitespace"}
    options["seed"] = arguments.seed
    small = Doc2Vec(**options | {"epochs": 1, "min_count": 1}).fit(train[:20], progress=False)
    small.infer(train[:20])  # compiled code is loaded
    begin, cpu = time.perf_counter(), time.process_time()
    model = Doc2Vec(**options).fit(train, progress=False)
    times = {"train_s": time.perf_counter() - begin, "train_cpu_s": time.process_time() - cpu}
    times["kernel_s"] = sum(record.seconds for record in model.history)
    infer_options = {} if arguments.infer_epochs is None else {"epochs": arguments.infer_epochs}
    return times, model.documents.matrix, lambda documents: model.infer(documents, **infer_options)


def fit_gensim(train, name, arguments, *, from_file):
    from gensim.models.doc2vec import Doc2Vec, TaggedDocument

    rate = {"alpha": 0.05 if name == "dm" else 0.025, "min_alpha": 1e-4}  # those of Firth
    options = {"vector_size": SIZE, "min_count": MIN_COUNT, "workers": arguments.threads, "epochs": arguments.epochs}
    options |= {"sample": 1e-3, "seed": arguments.seed, **SETTINGS[name], **(rate if arguments.same_rates else {})}
    with tempfile.TemporaryDirectory() as folder:
        if from_file:
            path = Path(folder, "documents.txt")
            path.write_text("".join(" ".join(document) + "\n" for document in train), encoding="utf-8")
            options["corpus_file"] = str(path)
        else:
            options["documents"] = [TaggedDocument(document, [number]) for number, document in enumerate(train)]
        begin, cpu = time.perf_counter(), time.process_time()
        model = Doc2Vec(**options)
        times = {"train_s": time.perf_counter() - begin, "train_cpu_s": time.process_time() - cpu}

    def infer(documents):
        return np.array([model.infer_vector(document, epochs=arguments.infer_epochs) for document in documents])

    return times, model.dv.vectors, infer


def run_all(results: dict, arguments) -> None:
    """All runs that are not saved yet."""
    for repetition in range(arguments.repetitions):
        for name in [arguments.only] if arguments.only else SETTINGS:
            row = next((row for row in results["rows"] if row["name"] == name), None)
            if row is None:
                row = {"name": name, **{system: [] for system in SYSTEMS}}
                results["rows"].append(row)
            for system in SYSTEMS:
                if len(row[system]) > repetition:
                    continue
                command = [sys.executable, *sys.argv, "--measure", system, name, "--seed", str(repetition + 1)]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                row[system].append(json.loads(done.stdout.splitlines()[-1]))
                print(name, system, {key: round(value, 3) for key, value in row[system][-1].items()}, flush=True)
                save(arguments.results, results)


def summarise(row: dict) -> None:
    """Medians, their ratios to the better of gensim's two ways, and the shares with their spread over the seeds."""
    for clock in CLOCKS:
        seconds = {system: median(run[clock] for run in row[system]) for system in SYSTEMS}
        row[f"ratio_{clock}"] = min(seconds["gensim"], seconds["gensim_file"]) / seconds["firth"]
        each = ", ".join(f"{system} {value:.2f}" for system, value in seconds.items())
        print(f"{row['name']} {clock}: {each}; {row[f'ratio_{clock}']:.1f} times", flush=True)
    for share in SHARES:
        found = (f"{system} {mean_and_spread(run[share] for run in row[system])}" for system in SYSTEMS)
        print(f"{row['name']} {share}: {', '.join(found)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("novels")
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--lines", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--infer-epochs", type=int, help="default: what each system does by default")
    parser.add_argument("--same-rates", action="store_true", help="gensim with the learning rates of Firth")
    parser.add_argument("--only", choices=SETTINGS)
    parser.add_argument("--results", default="documents", metavar="NAME", help="of the file in benchmarks/results")
    parser.add_argument("--measure", nargs=2, metavar=("SYSTEM", "NAME"), help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(*arguments.measure, arguments)))
        return
    names = ("megabytes", "lines", "threads", "epochs", "infer_epochs", "same_rates")
    settings = {name: getattr(arguments, name) for name in names}
    results = load(arguments.results) or {**settings, "rows": []}
    if (saved := {name: results.get(name) for name in names}) != settings:
        sys.exit(f"benchmarks/results/{arguments.results}.json is of {saved}: delete it, or give another --results")
    run_all(results, arguments)
    for row in results["rows"]:
        if all(row[system] for system in SYSTEMS):
            summarise(row)
    save(arguments.results, results)


if __name__ == "__main__":
    main()
