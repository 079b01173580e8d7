"""What stands in a gap: by the words before it, by those on both sides, and as CBOW sees it.

Jay was hit by a ___        bus   fits
Jay was hit by a ___ bus    red   fits: words after the gap tell as much as those before it
"""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.line_words import line_words
from firth.errors import SettingError
from firth.language_models.model import LanguageModel, NextWord, most_probable_words
from firth.language_models.sentences import Sentences
from firth.models.word2vec import Word2Vec

__all__ = ["GAP", "fill", "fill_from_left", "fill_with_cbow"]

GAP = re.compile(r"_{2,}")
PARTS_AT_ONCE = 1 << 17  # words scored together


class _Gap(NamedTuple):
    """A sentence with a gap."""

    before: list[str]
    after: list[str]


def _find_gap(sentence: str, tokenizer: object) -> _Gap:
    parts = GAP.split(sentence)
    if len(parts) != 2:
        raise SettingError(f"{sentence!r}: must have one gap, written ___")
    before, after = (line_words(part, tokenizer) for part in parts)  # type: ignore[arg-type]
    return _Gap(before, after)


def fill_from_left(model: LanguageModel, sentence: str, count: int = 10) -> list[NextWord]:
    """What a language model puts into the gap when it sees only the words before it.

    Raises SettingError unless the sentence has one gap, ___.
    """
    return model.next_words(_find_gap(sentence, model.tokenizer).before, count)


def fill(model: LanguageModel, sentence: str, count: int = 10) -> list[NextWord]:
    """What a language model puts into the gap when it sees the whole sentence.

    Every word of the vocabulary is tried: its probability is that of the sentence with it, among those of the
    sentences with any word (Bayes' rule). Takes as long as reading V sentences.

    Raises SettingError unless the sentence has one gap, ___.
    """
    gap = _find_gap(sentence, model.tokenizer)
    vocabulary = model.vocabulary
    before, after = vocabulary.ids_of(gap.before), vocabulary.ids_of(gap.after)
    length = len(before) + 1 + len(after)
    tried = len(vocabulary.known)
    ids = np.empty((tried, length), np.int32)
    ids[:, : len(before)] = before
    ids[:, len(before)] = np.arange(tried)
    ids[:, len(before) + 1 :] = after
    sentences = Sentences(ids.ravel(), np.arange(tried + 1, dtype=np.int64) * length)
    logs = [model.log_probabilities(part) for part in sentences.parts(PARTS_AT_ONCE)]
    scores = np.concatenate(logs).reshape(tried, length + 1).sum(axis=1)
    return most_probable_words(vocabulary.known, _softmax(scores), count)


def _softmax(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """exp(scores) as shares of their sum; does not overflow."""
    exponentials = np.exp(scores.astype(np.float64) - scores.max())
    return np.asarray(exponentials / exponentials.sum())


def fill_with_cbow(model: Word2Vec, sentence: str, count: int = 10) -> list[NextWord]:
    """What a CBOW model puts into the gap: it was trained to recognise a word by the mean of the words around it.

    The score x of a word is the dot product of its context vector with that mean. Negative sampling learns
    x = log(p(word | window) / (K q(word))), with q the distribution of the noise words (Levy & Goldberg 2014, "Neural
    word embedding as implicit matrix factorization"), so that p is proportional to q exp(x).

    Raises   SettingError unless the sentence has one gap, ___, with a known word in the window, and the model was
             trained with architecture="cbow" and negative sampling.
    """
    settings = model.hyperparameters
    if settings.architecture != "cbow" or settings.objective != "negative_sampling":
        raise SettingError(
            f"a model trained with {settings.architecture} and {settings.objective}: filling gaps takes one trained "
            "with architecture='cbow' and negative sampling"
        )
    gap = _find_gap(sentence, settings.tokenizer)
    vectors = model.vectors
    around = [*gap.before[-settings.window :], *gap.after[: settings.window]]
    known = [word for word in around if word in vectors]
    if not known:
        raise SettingError(f"{sentence!r}: the model knows none of the {len(around)} words around the gap")
    mean = vectors[known].astype(np.float64).mean(axis=0)
    noise = settings.noise_power * np.log(np.maximum(model.vocabulary.counts, 1))
    return most_probable_words(vectors.words, _softmax(model.context_vectors @ mean + noise), count)
