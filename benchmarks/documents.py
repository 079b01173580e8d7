"""Quality and speed of document vectors, compared with gensim's Doc2Vec.

    python benchmarks/documents.py NOVELS [--megabytes 20] [--lines 10] [--threads 2] [--repetitions 3] [--epochs 10]

NOVELS is a text with a sentence a line, in which chapters begin with a line "chapter …"; chapter one begins a novel.
Documents are LINES consecutive lines of a chapter, as lists of tokens. One in ten is not trained on but inferred.

chapter, novel   the share of documents whose nearest other document (by cosine) is of the same chapter or novel
held_out         the same for inferred documents, whose nearest document is sought among those that were trained on
itself           of 500 training documents that are inferred, the share that are nearest to their own trained vector

Every measurement is a separate process; the systems alternate. Where other programs use the cores, CPU seconds (of all
threads) are the better measure.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from report import median, save

SETTINGS = {"dm": {"dm": 1}, "dbow": {"dm": 0}, "dbow_words": {"dm": 0, "dbow_words": 1}}
FIRST = re.compile(r"chapter (i|1|one|the first|first)\b")
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
    fit = fit_firth if system == "firth" else fit_gensim
    times, vectors, infer = fit(train, name, arguments)
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
    small = Doc2Vec(**options | {"epochs": 1, "min_count": 1}).fit(train[:20], progress=False)
    small.infer(train[:20])  # compiled code is loaded
    begin, cpu = time.perf_counter(), time.process_time()
    model = Doc2Vec(**options).fit(train, progress=False)
    times = {"train_s": time.perf_counter() - begin, "train_cpu_s": time.process_time() - cpu}
    times["kernel_s"] = sum(record.seconds for record in model.history)
    infer_options = {} if arguments.infer_epochs is None else {"epochs": arguments.infer_epochs}
    return times, model.documents.matrix, lambda documents: model.infer(documents, **infer_options)


def fit_gensim(train, name, arguments):
    from gensim.models.doc2vec import Doc2Vec, TaggedDocument

    tagged = [TaggedDocument(document, [number]) for number, document in enumerate(train)]
    begin, cpu = time.perf_counter(), time.process_time()
    rate = {"alpha": 0.05 if name == "dm" else 0.025, "min_alpha": 1e-4, "sample": 1e-3}  # those of Firth
    rate = rate if arguments.same_rates else {}
    model = Doc2Vec(
        tagged, vector_size=SIZE, min_count=MIN_COUNT, workers=arguments.threads, epochs=arguments.epochs, seed=1,
        **SETTINGS[name], **rate,
    )  # fmt: skip
    times = {"train_s": time.perf_counter() - begin, "train_cpu_s": time.process_time() - cpu}
    epochs = arguments.infer_epochs

    def infer(documents):
        return np.array([model.infer_vector(document, epochs=epochs) for document in documents])

    return times, model.dv.vectors, infer


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
    parser.add_argument("--measure", nargs=2, metavar=("SYSTEM", "NAME"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(*arguments.measure, arguments)))
        return
    rows = []
    for name in [arguments.only] if arguments.only else SETTINGS:
        row: dict = {"name": name, "firth": [], "gensim": []}
        for _ in range(arguments.repetitions):
            for system in ("firth", "gensim"):
                command = [sys.executable, *sys.argv, "--measure", system, name]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                row[system].append(json.loads(done.stdout.splitlines()[-1]))
                print(name, system, {key: round(value, 3) for key, value in row[system][-1].items()}, flush=True)
        for what in ("train_s", "train_cpu_s", "infer_s", "infer_cpu_s"):
            seconds = {system: median([run[what] for run in row[system]]) for system in ("firth", "gensim")}
            row[f"ratio_{what}"] = seconds["gensim"] / seconds["firth"]
            print(name, what, f"{row[f'ratio_{what}']:.1f} times faster", flush=True)
        rows.append(row)
    if arguments.only is None:
        save("documents", {"rows": rows, "threads": arguments.threads, "epochs": arguments.epochs})


if __name__ == "__main__":
    main()
