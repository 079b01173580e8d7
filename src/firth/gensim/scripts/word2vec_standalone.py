"""gensim.scripts.word2vec_standalone: training with the options of word2vec.c. `firth train` has more of them."""

import argparse
import logging
from pathlib import Path

from firth.formats.target import check_target
from firth.gensim.models.word2vec import LineSentence, Word2Vec
from firth.gensim.scripts.running import run

__all__ = ["main"]

logger = logging.getLogger(__name__)

_OPTIONS = {
    "window": (int, 5, "largest distance of a context word"),
    "size": (int, 100, "numbers per vector"),
    "sample": (float, 1e-3, "share of the text above which words are skipped at random"),
    "hs": (int, 0, "1: hierarchical softmax"),
    "negative": (int, 5, "noise words; 0 for none"),
    "threads": (int, 3, "threads"),
    "iter": (int, 5, "epochs"),
    "min_count": (int, 5, "leave out words that occur less often"),
    "cbow": (int, 1, "0: skip-gram"),
    "binary": (int, 0, "1: write the binary form"),
}


def main() -> None:
    """Read the options of this process, train and write."""
    parser = argparse.ArgumentParser(description="Train word vectors on a text, a sentence on each line.")
    parser.add_argument("-train", required=True, help="the text")
    parser.add_argument("-output", help="file of vectors; default: the model and its vectors, next to the text")
    parser.add_argument("-alpha", type=float, help="learning rate; default 0.025 for skip-gram and 0.05 for CBOW")
    parser.add_argument("-accuracy", help="file of analogies to answer in the end")
    for name, (kind, default, meaning) in _OPTIONS.items():
        choices = [0, 1] if name in ("hs", "cbow", "binary") else None
        parser.add_argument(
            f"-{name}", type=kind, default=default, choices=choices, help=f"{meaning}; default {default}"
        )
    given = parser.parse_args()
    model_file = str(Path(given.train).with_suffix("")) + ".model"
    vectors_file = given.output or model_file + (".bin" if given.binary else ".txt")
    for path in [vectors_file] + [model_file] * (given.output is None):
        check_target(path)
    model = Word2Vec(
        LineSentence(given.train), vector_size=given.size, min_count=given.min_count, workers=given.threads,
        window=given.window, sample=given.sample, alpha=given.alpha or (0.05 if given.cbow else 0.025),
        sg=1 - given.cbow, hs=given.hs, negative=given.negative, epochs=given.iter,
    )  # fmt: skip
    model.wv.save_word2vec_format(vectors_file, binary=bool(given.binary))
    if given.output is None:
        model.save(model_file)
    if given.accuracy:
        score, _ = model.wv.evaluate_word_analogies(given.accuracy)
        logger.info("%.1f %% of the analogies are answered", 100 * score)


if __name__ == "__main__":
    run(main)
