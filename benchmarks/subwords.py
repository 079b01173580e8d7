"""Words made of character n-grams: speed, memory and quality, compared with gensim's FastText and the fasttext package.

    python benchmarks/subwords.py CORPUS --speed
    python benchmarks/subwords.py CORPUS --quality --analogies questions-words.txt --men men.csv --simlex simlex999.csv

The first 20 MB of the corpus are used. For speed every system runs in a process of its own, alternating; training alone
is timed for Firth and gensim, while the time of fasttext includes its reading of the vocabulary (about a tenth).

Quality after 5 epochs: analogies (3CosAdd, top 30,000 words), MEN, SimLex; "rare": the pairs of both whose rarer word
occurs at most 50 times; "unseen": every third word of MEN is taken out of the text, and the pairs that have such a word
are judged by vectors made of n-grams alone. Finished runs are saved and not repeated.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from report import load, mean_and_spread, median, save

BYTES = 20_000_000
RARE = 50
SETTINGS = {"vector_size": 100, "window": 5, "min_count": 5}
SYSTEMS = ("firth", "gensim", "fasttext")


def train_firth(corpus, architecture, epochs, seed, threads):
    import firth

    model = firth.Word2Vec(
        subwords=(3, 6), architecture=architecture, epochs=epochs, seed=seed, threads=threads, tokenizer="whitespace",
        **SETTINGS,
    ).fit(corpus, progress=False)  # fmt: skip
    vectors = model.vectors

    def vector(word):
        return vectors[word] if word in vectors else vectors.subwords.vector(word)

    return sum(record.seconds for record in model.history), vectors.words, vector


def train_gensim(corpus, architecture, epochs, seed, threads):
    from gensim.models import FastText

    model = FastText(
        sg=int(architecture == "skipgram"), sample=1e-3, workers=threads, seed=seed, min_n=3, max_n=6, negative=5,
        bucket=2_000_000, alpha=0.05, **SETTINGS,
    )  # fmt: skip
    model.build_vocab(corpus_file=corpus)
    begun = time.perf_counter()
    model.train(corpus_file=corpus, total_words=model.corpus_total_words, epochs=epochs)
    return time.perf_counter() - begun, model.wv.index_to_key, lambda word: model.wv[word]


def train_fasttext(corpus, architecture, epochs, seed, threads):
    import fasttext

    begun = time.perf_counter()
    # The package has no seed: runs differ by how its threads meet.
    model = fasttext.train_unsupervised(
        corpus, model=architecture, lr=0.05, dim=100, ws=5, minCount=5, t=1e-3, epoch=epochs, neg=5, minn=3, maxn=6,
        bucket=2_000_000, thread=threads, verbose=0,
    )  # fmt: skip
    return time.perf_counter() - begun, model.get_words(), model.get_word_vector


def train(system, *arguments):
    return {"firth": train_firth, "gensim": train_gensim, "fasttext": train_fasttext}[system](*arguments)


# ---------------------------------------------------------------- speed and memory


def timed(system, corpus, architecture, threads):
    """Seconds of one epoch, and the most memory that the process had, in MB."""
    if system == "firth":
        train(system, corpus, architecture, 1, 1, threads)  # compiles, or loads what is compiled
    seconds, _, _ = train(system, corpus, architecture, 1, 1, threads)
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def speed(corpus, threads, rounds):
    context = multiprocessing.get_context("spawn")
    rows = []
    for architecture in ("skipgram", "cbow"):
        row = {"architecture": architecture, **{system: [] for system in SYSTEMS}, "megabytes": {}}
        for _ in range(rounds):
            for system in SYSTEMS:
                with context.Pool(1) as pool:
                    seconds, megabytes = pool.apply(timed, (system, corpus, architecture, threads))
                row[system].append(seconds)
                row["megabytes"][system] = max(megabytes, row["megabytes"].get(system, 0))
                print(f"{architecture} {system} {seconds:.2f} s, {megabytes:.0f} MB", flush=True)
        for system in SYSTEMS[1:]:
            row[f"{system}_ratio"] = median(row[system]) / median(row["firth"])
            print(f"{architecture}: {system} takes {row[f'{system}_ratio']:.1f} times as long", flush=True)
        rows.append(row)
        save("subwords", {**(load("subwords") or {}), "threads": threads, "speed": rows})


# ---------------------------------------------------------------- quality


def read_pairs(path):
    from firth.evaluation.similarity import read_similarity_pairs

    return [(pair.first.lower(), pair.second.lower(), pair.judgement) for pair in read_similarity_pairs(path)]


def unseen_words(men):
    """Every third word of MEN, in alphabetical order."""
    return sorted({word for pair in read_pairs(men) for word in pair[:2]})[::3]


def correlation(pairs, vector):
    """Spearman's correlation of cosines with people's judgements."""
    from firth.evaluation.correlation import spearman

    cosines = []
    for first, second, _ in pairs:
        a, b = np.asarray(vector(first), float), np.asarray(vector(second), float)
        cosines.append(a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-12))
    return float(spearman(np.array(cosines), np.array([score for _, _, score in pairs])))


def judge(run, corpus, without, tests):
    import firth
    from firth.corpus.encoding import encode
    from firth.evaluation.analogies import evaluate_analogies

    system, architecture, seed, threads = run
    seconds, words, vector = train(system, corpus, architecture, 5, seed, threads)
    counts = encode(corpus, tokenizer="whitespace", min_count=5, progress=False).vocabulary
    words = [word for word in words if word in counts]  # fasttext has the end of a line as a word
    words.sort(key=counts.count_of, reverse=True)
    vectors = firth.WordVectors(words, np.stack([vector(word) for word in words]))
    men, simlex = read_pairs(tests["men"]), read_pairs(tests["simlex"])
    known = {name: [p for p in pairs if p[0] in counts and p[1] in counts]
             for name, pairs in (("men", men), ("simlex", simlex))}  # fmt: skip
    rare = [p for p in known["men"] if min(counts.count_of(p[0]), counts.count_of(p[1])) <= RARE]
    scores = {
        "analogies": evaluate_analogies(vectors, tests["analogies"], top=30_000).accuracy,
        **{name: correlation(pairs, vector) for name, pairs in known.items()},
        "rare": correlation(rare, vector),
    }
    _, _, vector = train(system, without, architecture, 5, seed, threads)
    left_out = set(unseen_words(tests["men"]))
    pairs = [p for p in known["men"] if left_out & set(p[:2])]
    scores["unseen"] = correlation(pairs, vector)
    sizes = {"rare": len(rare), "unseen": len(pairs), "men": len(known["men"]), "simlex": len(known["simlex"])}
    return {"run": list(run), "seconds": seconds, "scores": scores, "pairs": sizes}


def quality(corpus, without, tests, threads, seeds):
    results = (load("subwords") or {}).get("quality", [])
    context = multiprocessing.get_context("spawn")
    for architecture in ("skipgram", "cbow"):
        for seed in range(1, seeds + 1):
            for system in SYSTEMS:
                run = [system, architecture, seed, threads]
                if run in [result["run"] for result in results]:
                    continue
                with context.Pool(1) as pool:
                    result = pool.apply(judge, (run, corpus, without, tests))
                shown = "  ".join(f"{name} {score:.3f}" for name, score in result["scores"].items())
                print(f"{system:<9} {architecture:<9} seed {seed}  {shown}  {result['seconds']:.1f} s", flush=True)
                results.append(result)
                save("subwords", {**(load("subwords") or {}), "quality": results})


def table(results):
    """Means over the seeds."""
    names = list(results[0]["scores"])
    lines = [["", *names], ["---"] * (1 + len(names))]
    for system, architecture in dict.fromkeys((result["run"][0], result["run"][1]) for result in results):
        same = [result["scores"] for result in results if result["run"][:2] == [system, architecture]]
        lines.append([f"{system}, {architecture}", *(mean_and_spread([one[name] for one in same]) for name in names)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cut(corpus, folder, tests):
    """The first 20 MB, and the same without the words that are to be unseen."""
    text = Path(corpus).read_bytes()[:BYTES].rpartition(b"\n")[0] + b"\n"
    paths = [str(Path(folder) / name) for name in ("text.txt", "without.txt")]
    Path(paths[0]).write_bytes(text)
    if tests["men"]:
        left_out = {word.encode() for word in unseen_words(tests["men"])}
        lines = (b" ".join(word for word in line.split() if word not in left_out) for line in text.splitlines())
        Path(paths[1]).write_bytes(b"\n".join(lines) + b"\n")
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--quality", action="store_true")
    for name in ("analogies", "men", "simlex"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    tests = {name: getattr(arguments, name) for name in ("analogies", "men", "simlex")}
    if arguments.quality and not all(tests.values()):
        parser.error("--quality needs --analogies, --men and --simlex")
    with tempfile.TemporaryDirectory() as folder:
        corpus, without = cut(arguments.corpus, folder, tests)
        if arguments.speed:
            speed(corpus, arguments.threads, arguments.rounds)
        if arguments.quality:
            quality(corpus, without, tests, arguments.threads, arguments.seeds)
    if results := (load("subwords") or {}).get("quality"):
        print(table(results))


if __name__ == "__main__":
    main()
