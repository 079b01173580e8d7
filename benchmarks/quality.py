"""Quality of Firth's vectors compared with gensim's: same text, same settings, several seeds.

    python benchmarks/quality.py CORPUS --analogies questions-words.txt --men men.csv

Two measures: analogies (3CosAdd, top 30,000 words) and Spearman correlation with the MEN similarity judgements.
gensim's corpus_file mode with several workers decays its learning rate only part of the way (each worker divides its
own progress by the size of the entire corpus), so its LineSentence mode is shown too. Each run is saved as soon as it
is done, and saved runs are not repeated: delete the JSON file to start over.
"""

import argparse
import concurrent.futures
import dataclasses
import itertools
import json
import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path

from report import RESULTS, environment, mean_and_spread

SETTINGS = {"vector_size": 100, "window": 5, "min_count": 5, "epochs": 5}
RATES = {"skipgram": 0.025, "cbow": 0.05}


@dataclasses.dataclass(frozen=True)
class Run:
    system: str  # "firth", "gensim corpus_file", "gensim LineSentence"
    architecture: str
    seed: int
    threads: int = 2
    options: tuple = ()  # settings that differ from the defaults, as (name, value)

    def name(self) -> str:
        extra = " ".join(f"{name}={value}" for name, value in self.options)
        return f"{self.system} {self.architecture} threads={self.threads} {extra}".strip()


def train(run: Run, corpus: str):
    """Words, matrix, seconds of training."""
    return train_firth(run, corpus) if run.system == "firth" else train_gensim(run, corpus)


def train_firth(run: Run, corpus: str):
    import firth

    options = {"learning_rate": RATES[run.architecture], **SETTINGS, **dict(run.options)}
    model = firth.Word2Vec(
        architecture=run.architecture, tokenizer="whitespace", threads=run.threads, seed=run.seed, **options
    )
    model.fit(corpus, progress=False)
    return model.vectors.words, model.vectors.matrix, sum(record.seconds for record in model.history)


def train_gensim(run: Run, corpus: str):
    from gensim.models import Word2Vec
    from gensim.models.word2vec import LineSentence

    options = {**SETTINGS, **dict(run.options)}
    epochs = options.pop("epochs")
    hierarchical = options.pop("objective", "negative_sampling") == "hierarchical_softmax"
    model = Word2Vec(
        sg=int(run.architecture == "skipgram"), hs=int(hierarchical), negative=0 if hierarchical else 5, sample=1e-3,
        alpha=RATES[run.architecture], workers=run.threads, seed=run.seed, **options,
    )  # fmt: skip
    # a limit of gensim: longer lines are cut into pieces of 10,000 words
    source = {"corpus_file": corpus} if "corpus_file" in run.system else {"corpus_iterable": LineSentence(corpus)}
    model.build_vocab(**source)
    begun = time.perf_counter()
    model.train(**source, total_examples=model.corpus_count, total_words=model.corpus_total_words, epochs=epochs)
    return model.wv.index_to_key, model.wv.vectors, time.perf_counter() - begun


def judge(run: Run, corpus: str, analogies: str, men: str) -> dict:
    import firth
    from firth.evaluation.analogies import evaluate_analogies
    from firth.evaluation.similarity import evaluate_similarity

    words, matrix, seconds = train(run, corpus)
    vectors = firth.WordVectors(list(words), matrix)
    answers = evaluate_analogies(vectors, analogies, top=30_000)
    similarity = evaluate_similarity(vectors, men)
    return {
        "run": dataclasses.asdict(run),
        "name": run.name(),
        "analogies": answers.accuracy,
        "men": similarity.spearman,
        "seconds": seconds,
    }


def planned(arguments) -> list[Run]:
    """Every run of the comparison."""
    seeds = range(1, arguments.seeds + 1)
    runs = [
        Run(system, architecture, seed)
        for system, architecture, seed in itertools.product(
            ("firth", "gensim corpus_file", "gensim LineSentence"), ("skipgram", "cbow"), seeds
        )
    ]
    runs += [
        Run("firth", architecture, seed, threads)
        for architecture, threads, seed in itertools.product(("skipgram", "cbow"), arguments.threads, seeds)
    ]
    runs += [Run("firth", "cbow", seed, options=(("cbow_gradient", "exact"), ("learning_rate", 0.1))) for seed in seeds]
    return runs


def main(planned=planned, name: str = "quality") -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--analogies", required=True)
    parser.add_argument("--men", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=lambda text: [int(n) for n in text.split(",")], default=[1, 4, 8, 16])
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time; more only where there are cores for them")
    parser.add_argument("--only", default="", help="only runs whose name contains this")
    parser.add_argument("--output", default=str(RESULTS / f"{name}.json"))
    arguments = parser.parse_args()
    output = Path(arguments.output)
    results = json.loads(output.read_text())["runs"] if output.exists() else []
    done = [result["run"] for result in results]
    todo = [
        run
        for run in planned(arguments)
        if arguments.only in run.name() and json.loads(json.dumps(dataclasses.asdict(run))) not in done
    ]
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs, context) as pool:
        waiting = [pool.submit(judge, run, arguments.corpus, arguments.analogies, arguments.men) for run in todo]
        for future in concurrent.futures.as_completed(waiting):
            result = future.result()
            print(f"{result['name']:<60} seed {result['run']['seed']}  analogies {result['analogies']:.4f}  "
                  f"MEN {result['men']:.4f}  {result['seconds']:.1f} s", flush=True)  # fmt: skip
            results.append(json.loads(json.dumps(result)))
            write(output, results)
    print(table(results))


def write(path: Path, results: list[dict]) -> None:
    path.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        json.dump({"environment": environment(), "runs": results}, file, indent=1)
    Path(file.name).replace(path)


def table(results: list[dict], *, with_seconds: bool = True) -> str:
    """Mean ± standard deviation over the seeds, one row per setting; the seconds are a median."""
    header = ["", "analogies", "MEN", *(["seconds"] if with_seconds else []), "runs"]
    rows = [header, ["---"] * len(header)]
    for name in dict.fromkeys(result["name"] for result in results):
        same = [result for result in results if result["name"] == name]
        cells = [mean_and_spread([result[key] for result in same]) for key in ("analogies", "men")]
        if with_seconds:
            cells.append(f"{statistics.median(result['seconds'] for result in same):.1f}")
        rows.append([name, *cells, str(len(same))])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


if __name__ == "__main__":
    main()
