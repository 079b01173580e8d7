"""A model that goes on with a new text: what it learns of the new one, and what it keeps of the old one.

    python benchmarks/continuing.py NOVELS --analogies questions-words.txt --men men.csv

Text A is the beginning of NOVELS (a file of lines, as `quality.py` takes it), text B the King James Bible, which has
1,400 words that A lacks. A model is trained on A, and goes on with B in several ways, gensim's among them, which starts
from the same vectors. Each is compared with a model that was trained on both texts together:

loss of A, of B      nats per pair on unseen text of either kind, over the words that the model of A knows; the pairs
                     and noise words are the same for all
new words, old words the share of a word's ten nearest neighbours that are among those of a model of both texts; of the
                     words that A lacks, and of those that B has and A too
analogies, MEN       of all words, as in quality.py

A second table is of models that start at the vectors of A and learn from B alone. Each run is saved as soon as it is
done, and saved runs are not repeated: delete the JSON file to start over.
"""

import argparse
import json
import tempfile
from functools import cached_property
from pathlib import Path

import numpy as np

import firth
from firth.corpus import EncodedCorpus, Vocabulary, encode
from firth.datasets import king_james
from firth.evaluation.analogies import evaluate_analogies
from firth.evaluation.similarity import evaluate_similarity
from firth.training.scoring import score_text
from report import RESULTS, environment

WORDS_OF_A = 7_600_000
UNSEEN_WORDS = 300_000  # of A, behind those that are read
UNSEEN_SHARE = 10  # every tenth verse of B is not read
NEIGHBOURS = 10
OLD_WORDS = 2_000  # whose neighbours are compared: the most frequent ones of B that A has, too
SETTINGS = {"threads": 1, "epochs": 5, "tokenizer": "whitespace"}

# name: options of continue_training; replay is of text A
WAYS = {
    "`continue_training(B)`: rate 0.0125": {},
    "… `learning_rate=0.025`": {"learning_rate": 0.025},
    "… `learning_rate=0.005`": {"learning_rate": 0.005},
    "… `frozen=0.2`": {"frozen": 0.2},
    "… `frozen=0`": {"frozen": 0},
    "… `replay=A, replay_words=1`": {"replay": "A", "replay_words": 1},
    "… `replay=A` (3 words for each new one)": {"replay": "A"},
    "… `replay=A, learning_rate=0.025`": {"replay": "A", "learning_rate": 0.025},
}
STARTS = {
    "`fit(B)`, from nothing": {},
    "`fit(B, initial=vectors)`": {"initial": "vectors"},
    "… `frozen=0.2`": {"initial": "vectors", "frozen": 0.2},
    "… `frozen=0`": {"initial": "vectors", "frozen": 0},
    "… `frozen=0` for 2 epochs, then 3 of `continue_training(B)`": {"initial": "vectors", "frozen": 0, "held": 2},
    "`fit(B, initial=model)`, contexts too": {"initial": "model"},
}


class Texts:
    """Both texts, and what is held out of them."""

    def __init__(self, novels: str) -> None:
        self.a, self.unseen_a = self._split_novels(novels)
        verses = [" ".join(words) for words in _words_of(king_james())]
        self.b = [verse for number, verse in enumerate(verses) if number % UNSEEN_SHARE]
        self.unseen_b = verses[::UNSEEN_SHARE]

    @staticmethod
    def _split_novels(path: str) -> tuple[list[str], list[str]]:
        parts: tuple[list[str], list[str]] = [], []
        words = 0
        with Path(path).open(encoding="utf-8") as lines:
            for line in lines:
                words += len(line.split())
                if words > WORDS_OF_A + UNSEEN_WORDS:
                    break
                parts[words > WORDS_OF_A].append(line)
        return parts

    @cached_property
    def both(self) -> list[str]:
        """The lines of both texts, shuffled."""
        every = [*self.a, *self.b]
        return [every[number] for number in np.random.default_rng(0).permutation(len(every))]

    @cached_property
    def encoded_a(self) -> EncodedCorpus:
        return encode(iter(self.a), tokenizer="whitespace")


def _words_of(texts: list[str]) -> list[list[str]]:
    """The words of each text, as the tokenizer "words" finds them."""
    encoded = encode(iter(texts), min_count=1)
    return [encoded.sentence(number) for number in range(encoded.n_sentences)]


class Judge:
    """Compares models of one seed with one of both texts."""

    def __init__(self, texts: Texts, arguments: argparse.Namespace, seed: int) -> None:
        self.texts, self.arguments, self.seed = texts, arguments, seed
        self.reference = self.joint(seed + 100)

    def joint(self, seed: int) -> firth.Word2Vec:
        return firth.Word2Vec(seed=seed, **SETTINGS).fit(iter(self.texts.both), progress=False)

    @cached_property
    def of_a(self) -> firth.Word2Vec:
        return firth.Word2Vec(seed=self.seed, **SETTINGS).fit(self.texts.encoded_a, progress=False)

    @cached_property
    def counts_of_b(self) -> Vocabulary:
        return encode(iter(self.texts.b), tokenizer="whitespace").vocabulary

    @cached_property
    def new(self) -> list[str]:
        return [word for word in self.counts_of_b.words if word not in self.of_a.vocabulary]

    @cached_property
    def old(self) -> list[str]:
        return [word for word in self.counts_of_b.words if word in self.of_a.vocabulary][:OLD_WORDS]

    @cached_property
    def known(self) -> Vocabulary:
        """The words whose pairs are scored: those of A, with their counts in both texts."""
        both, words = self.reference.vocabulary, self.of_a.vocabulary.words
        return Vocabulary(words, np.array([max(both.count_of(word), 1) for word in words]), 5, None)

    def loss(self, words: list[str], matrix: np.ndarray, contexts: np.ndarray, text: list[str]) -> float:
        rows = {word: row for row, word in enumerate(words)}
        chosen = np.array([rows[word] for word in self.known.words])
        corpus = encode(iter(text), tokenizer="whitespace", vocabulary=self.known)
        settings = self.of_a.hyperparameters
        return score_text(settings, corpus, matrix[chosen], contexts[chosen], seed=1).loss

    def alike(self, vectors: firth.WordVectors, words: list[str], among: list[str]) -> float:
        """The share of neighbours that a model of both texts has, too."""
        words = [word for word in words if word in self.reference.vectors]
        found = [
            [{one.word for one in near} for near in of.most_similar(words, count=NEIGHBOURS, restrict=among)]
            for of in (vectors, self.reference.vectors)
        ]
        return float(np.mean([len(one & other) / NEIGHBOURS for one, other in zip(*found, strict=True)]))

    def judge(self, words: list[str], matrix: np.ndarray, contexts: np.ndarray) -> dict:
        """All measures of a model of A, or of A and B."""
        order = np.argsort([-self.reference.vocabulary.count_of(word) for word in words], kind="stable")
        vectors = firth.WordVectors([words[row] for row in order], matrix[order])
        among = [word for word in words if word in self.reference.vectors]
        return {
            "loss_a": self.loss(words, matrix, contexts, self.texts.unseen_a),
            "loss_b": self.loss(words, matrix, contexts, self.texts.unseen_b),
            "new": self.alike(vectors, self.new, among) if self.new[0] in vectors else None,
            "old": self.alike(vectors, self.old, among),
            "analogies": evaluate_analogies(vectors, self.arguments.analogies, top=30_000).accuracy,
            "men": evaluate_similarity(vectors, self.arguments.men).spearman,
        }

    def judge_model(self, model: firth.Word2Vec) -> dict:
        return self.judge(list(model.vocabulary.words), model.vectors.matrix, model.context_vectors)

    # ---------------------------------------------------------------- the runs

    def copy_of_a(self) -> firth.Word2Vec:
        with tempfile.TemporaryDirectory() as folder:
            self.of_a.save(Path(folder) / "a.firth")
            return firth.Word2Vec.load(Path(folder) / "a.firth", mmap=False)

    def continued(self, options: dict) -> dict:
        options = {**options, **({"replay": self.texts.encoded_a} if "replay" in options else {})}
        return self.judge_model(self.copy_of_a().continue_training(iter(self.texts.b), progress=False, **options))

    def gensim(self) -> dict:
        """gensim's way, from the same vectors: build_vocab(update=True) and train()."""
        from gensim.models import Word2Vec

        a = self.of_a.vocabulary
        model = Word2Vec(vector_size=100, window=5, min_count=5, negative=5, sample=1e-3, alpha=0.025, sg=1,
                         workers=1, seed=self.seed)  # fmt: skip
        model.build_vocab_from_freq(dict(zip(a.words, a.counts.tolist(), strict=True)))
        rows = [a.id_of(word) for word in model.wv.index_to_key]
        model.wv.vectors[:], model.syn1neg[:] = self.of_a.vectors.matrix[rows], self.of_a.context_vectors[rows]
        sentences = [verse.split() for verse in self.texts.b]
        model.build_vocab(sentences, update=True)
        model.train(sentences, total_examples=len(sentences), epochs=5)
        return self.judge(model.wv.index_to_key, model.wv.vectors, model.syn1neg)

    def started(self, options: dict) -> dict:
        """A model of B alone that starts at the vectors of A."""
        held = options.get("held", 0)
        initial = {"vectors": self.of_a.vectors, "model": self.of_a, None: None}[options.get("initial")]
        model = firth.Word2Vec(seed=self.seed, **{**SETTINGS, "epochs": held or 5})
        model.fit(iter(self.texts.b), initial=initial, frozen=options.get("frozen"), progress=False)
        if held:
            model.continue_training(iter(self.texts.b), epochs=5 - held, progress=False)
        among = [word for word in model.vocabulary.words if word in self.reference.vectors]
        return {
            "new": self.alike(model.vectors, self.new, among),
            "old": self.alike(model.vectors, self.old, among),
            "men": evaluate_similarity(model.vectors, self.arguments.men).spearman,
        }

    def run(self, table: str, name: str) -> dict:
        if table == "starts":
            return self.started(STARTS[name])
        if name in WAYS:
            return self.continued(WAYS[name])
        if name == GENSIM:
            return self.gensim()
        return self.judge_model(self.of_a if name == ALONE else self.joint(self.seed))


TOGETHER, ALONE = "A and B together, from nothing", "A alone"
GENSIM = "gensim: `build_vocab(update=True)`, `train`, rate 0.025"
PLANNED = [("ways", name) for name in (TOGETHER, ALONE, GENSIM, *WAYS)] + [("starts", name) for name in STARTS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("novels")
    parser.add_argument("--analogies", required=True)
    parser.add_argument("--men", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", default=str(RESULTS / "continuing.json"))
    arguments = parser.parse_args()
    output = Path(arguments.output)
    runs = json.loads(output.read_text())["runs"] if output.exists() else []
    done = {(run["table"], run["name"], run["seed"]) for run in runs}
    texts = Texts(arguments.novels)
    facts = {"words_of_a": sum(len(line.split()) for line in texts.a)}
    facts["words_of_b"] = sum(len(line.split()) for line in texts.b)
    for seed in range(1, arguments.seeds + 1):
        todo = [(table, name) for table, name in PLANNED if (table, name, seed) not in done]
        judge = Judge(texts, arguments, seed) if todo else None
        for table, name in todo:
            found = judge.run(table, name)
            print(
                f"seed {seed}  {name:<60}", *(f"{key} {value:.3f}" for key, value in found.items() if value), flush=True
            )
            runs.append({"table": table, "name": name, "seed": seed, **found})
            output.parent.mkdir(exist_ok=True)
            facts["new_words"] = len(judge.new)
            output.write_text(json.dumps({"environment": environment(), **facts, "runs": runs}, indent=1) + "\n")


if __name__ == "__main__":
    main()
