"""One script with both imports: gensim's, and firth.gensim. Time and quality of the same calls.

    python benchmarks/gensim_drop_in.py CORPUS [--megabytes 10] [--workers 2] [--rounds 3]
                                        [--pairs FILE] [--analogies FILE]

CORPUS has a sentence a line, words separated by blanks. Every measurement is a process of its own; the two alternate.
Tokens are in lists, as most programs have them, but for "corpus_file". Compiled code is loaded by a first call. Where
other programs use the cores, CPU seconds (of all threads) are the better measure.

--pairs, --analogies : test sets for evaluate_word_pairs() and evaluate_word_analogies(), such as wordsim353.tsv and
questions-words.txt among gensim's test data, which are used where gensim is installed and none are given.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from report import median, save

SCRIPT = """
import json, sys, time
from {package}.models import FastText, KeyedVectors, Phrases, Word2Vec

corpus, workers, pairs, analogies, folder = sys.argv[1:]
text = [line.split() for line in open(corpus, encoding="utf8")]
few = [["few", "words", "to", "load", "code", "a", "b", "c", "d"]] * 60
common = dict(vector_size=100, workers=int(workers), sg=1)
for kind, options in ((Word2Vec, dict(sg=1)), (Word2Vec, dict(sg=0)), (FastText, dict(sg=1, bucket=100))):
    kind(few, min_count=1, vector_size=100, **options).wv.most_similar("few")
Phrases(few, min_count=1, threshold=0.1).freeze()[few]

steps, scores = {{}}, {{}}

def step(name, work):
    begun, cpu = time.perf_counter(), time.process_time()
    result = work()
    steps[name] = time.perf_counter() - begun, time.process_time() - cpu
    return result

model = step("Word2Vec(sentences, sg=1)", lambda: Word2Vec(text, **common))
step("Word2Vec(sentences, sg=0)", lambda: Word2Vec(text, **(common | dict(sg=0))))
step("Word2Vec(corpus_file)", lambda: Word2Vec(corpus_file=corpus, **common))
step("train, one epoch more", lambda: model.train(text, total_examples=len(text), epochs=1))
words = model.wv.index_to_key[:2000]
step("most_similar, 2,000 words", lambda: [model.wv.most_similar(word) for word in words])
if analogies:
    scores["analogies"] = step("evaluate_word_analogies", lambda: model.wv.evaluate_word_analogies(analogies))[0]
if pairs:
    scores["pairs, Spearman"] = model.wv.evaluate_word_pairs(pairs)[1][0]
step("save", lambda: model.save(folder + "/a.model"))
step("load", lambda: Word2Vec.load(folder + "/a.model"))
step("save_word2vec_format, text", lambda: model.wv.save_word2vec_format(folder + "/a.txt"))
step("load_word2vec_format, text", lambda: KeyedVectors.load_word2vec_format(folder + "/a.txt"))
phrases = step("Phrases(sentences)", lambda: Phrases(text))
step("freeze and join", lambda: sum(map(len, phrases.freeze()[text])))
subwords = step("FastText(sentences, sg=1)", lambda: FastText(text, bucket=200_000, **common))
if pairs:
    scores["FastText: pairs, Spearman"] = subwords.wv.evaluate_word_pairs(pairs)[1][0]
print(json.dumps([steps, scores]))
"""
PACKAGES = ("gensim", "firth.gensim")


def measure(package: str, corpus: Path, options: argparse.Namespace) -> list[dict]:
    """Steps and scores of one run."""
    with tempfile.TemporaryDirectory() as folder:
        sets = [str(path or "") for path in (options.pairs, options.analogies)]
        command = [sys.executable, "-W", "ignore", "-c", SCRIPT.format(package=package)]
        command += [str(corpus), str(options.workers), *sets, folder]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def shortened(corpus: Path, megabytes: float, folder: str) -> Path:
    path = Path(folder) / "corpus.txt"
    with corpus.open("rb") as file:
        path.write_bytes(file.read(int(megabytes * 1e6)).rpartition(b"\n")[0] + b"\n")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--analogies", type=Path)
    options = parser.parse_args()
    data = gensims_data()
    options.pairs, options.analogies = options.pairs or data[0], options.analogies or data[1]
    runs: dict[str, list] = {package: [] for package in PACKAGES}
    with tempfile.TemporaryDirectory() as folder:
        corpus = shortened(options.corpus, options.megabytes, folder)
        for round_ in range(options.rounds):
            for package in PACKAGES[:: 1 if round_ % 2 == 0 else -1]:
                runs[package].append(measure(package, corpus, options))
        words = sum(len(line.split()) for line in corpus.open(encoding="utf8"))
    show(runs)
    save("gensim_drop_in", {"runs": runs, "megabytes": options.megabytes, "words": words, "workers": options.workers})


def gensims_data() -> tuple[Path | None, Path | None]:
    try:
        from gensim.test.utils import datapath
    except ImportError:
        return None, None
    return Path(datapath("wordsim353.tsv")), Path(datapath("questions-words.txt"))


def show(runs: dict[str, list]) -> None:
    """Medians of all rounds, and their ratio."""
    theirs, ours = (runs[package] for package in PACKAGES)
    print(f"{'':32}{'gensim':>18}{'firth.gensim':>18}{'ratio':>16}")
    print(f"{'':32}{'s':>9}{'CPU s':>9}{'s':>9}{'CPU s':>9}{'s':>8}{'CPU s':>8}")
    for step in theirs[0][0]:
        columns = [[median(run[0][step][number] for run in some) for some in (theirs, ours)] for number in (0, 1)]
        seconds = [columns[number][system] for system in (0, 1) for number in (0, 1)]
        ratios = [one / other if other else float("inf") for one, other in columns]
        print(f"{step:32}" + "".join(f"{one:9.2f}" for one in seconds) + "".join(f"{one:7.1f}x" for one in ratios))
    for score in theirs[0][1]:
        values = [median(run[1][score] for run in some) for some in (theirs, ours)]
        print(f"{score:32}{values[0]:18.3f}{values[1]:18.3f}")


if __name__ == "__main__":
    main()
