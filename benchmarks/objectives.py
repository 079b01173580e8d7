"""Training objectives: hierarchical softmax compared with gensim's, and all objectives compared on a smaller text.

    python benchmarks/objectives.py CORPUS --analogies questions-words.txt --men men.csv [--part speed]

speed     hierarchical softmax, seconds per epoch of both libraries, alternating (as in train_speed.py)
quality   scores of both libraries' vectors after five epochs
small     softmax, hierarchical softmax, noise-contrastive estimation and negative sampling on the first megabytes of
          the text, which have few enough words for softmax: seconds per epoch and quality, several seeds
"""

import argparse
import itertools
import tempfile
from pathlib import Path

import firth
from firth.corpus import encode
from quality import Run, judge, table
from report import load, save
from train_speed import side_by_side

HIERARCHICAL = ("objective", "hierarchical_softmax")
SPEED = {
    "skip-gram, D 100": {"architecture": "skipgram", "vector_size": 100, "objective": "hierarchical_softmax"},
    "CBOW, D 100": {"architecture": "cbow", "vector_size": 100, "objective": "hierarchical_softmax"},
}
OBJECTIVES = ("softmax", "hierarchical_softmax", "nce", "negative_sampling")
ARCHITECTURES = ("skipgram", "cbow")


def speed(arguments) -> dict:
    rows = [
        side_by_side(name, options, arguments.corpus, arguments.threads, arguments.rounds)
        for name, options in SPEED.items()
    ]
    return {"threads": arguments.threads, "rows": rows}


def judged(run: Run, corpus: str, arguments) -> dict:
    result = judge(run, corpus, arguments.analogies, arguments.men)
    print(f"{result['name']:<70} seed {run.seed}  analogies {result['analogies']:.4f}  MEN {result['men']:.4f}  "
          f"{result['seconds']:.1f} s", flush=True)  # fmt: skip
    return result


def quality(arguments) -> list[dict]:
    systems = ("gensim corpus_file", "gensim LineSentence", "firth")
    results = [
        judged(Run(system, architecture, seed, arguments.threads, (HIERARCHICAL,)), arguments.corpus, arguments)
        for seed, architecture, system in itertools.product(range(1, arguments.seeds + 1), ARCHITECTURES, systems)
    ]
    print(table(results))
    return results


def small(arguments) -> dict:
    with Path(arguments.corpus).open("rb") as file, tempfile.TemporaryDirectory() as folder:
        text = file.read(arguments.megabytes * 1_000_000)
        part = Path(folder) / "part.txt"
        part.write_bytes(text[: text.rindex(b"\n")])
        vocabulary = encode(part, tokenizer="whitespace", min_count=5).vocabulary
        for architecture, objective in itertools.product(ARCHITECTURES, OBJECTIVES):  # compiles
            quick = firth.Word2Vec(architecture=architecture, objective=objective, min_count=1, epochs=1)
            quick.fit([["a", "b"]] * 9, progress=False)
        results = [
            judged(
                Run("firth", architecture, seed, arguments.threads, options=(("objective", objective), ("epochs", 5))),
                str(part), arguments,
            )
            for seed, architecture, objective in itertools.product(
                range(1, arguments.seeds + 1), ARCHITECTURES, OBJECTIVES
            )
        ]  # fmt: skip
    about = {"megabytes": arguments.megabytes, "words": len(vocabulary), "epochs": 5, "seeds": arguments.seeds}
    return {**about, "threads": arguments.threads, "runs": results}


PARTS = {"speed": speed, "quality": quality, "small": small}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--analogies", required=True)
    parser.add_argument("--men", required=True)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be given more than once")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=4, help="of the text, for the part `small`")
    arguments = parser.parse_args()
    results = load("objectives") or {}  # keep the parts that are not measured now
    for part in arguments.part or PARTS:
        results[part] = PARTS[part](arguments)
        save("objectives", {name: results[name] for name in PARTS if name in results})


if __name__ == "__main__":
    main()
