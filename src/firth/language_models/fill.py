"""Filling a gap in a sentence: from the words before it, from the words on both sides, and by CBOW.

Jay was hit by a ___        the most probable word is "bus"
Jay was hit by a ___ bus    "red": words after the gap carry as much information as those before it
"""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.tokenizers import tokenize_line
from firth.errors import SettingError
from firth.interruption import blas
from firth.language_models.model import LanguageModel, NextWord, check_language_model, most_probable_words
from firth.language_models.sentences import Sentences
from firth.models.word2vec import Word2Vec

__all__ = ["GAP", "fill", "fill_from_left", "fill_with_cbow"]

GAP = re.compile(r"_{2,}")
SCORED_AT_ONCE = 1 << 17  # words


class _Gap(NamedTuple):
    """The words on both sides of a gap."""

    before: list[str]
    after: list[str]


def _find_gap(sentence: str, tokenizer: object) -> _Gap:
    parts = GAP.split(sentence)
    if len(parts) != 2:
        raise SettingError(f"{sentence!r} has {len(parts) - 1} gaps: must have exactly one, written ___")
    before, after = (tokenize_line(part, tokenizer) for part in parts)  # type: ignore[arg-type]
    return _Gap(before, after)


def fill_from_left(model: LanguageModel, sentence: str, count: int = 10) -> list[NextWord]:
    """The most probable words for a gap, for a language model that sees only the words before it.

    sentence : with one gap, ___.

    Returns  at most `count` words, best first.
    Raises   SettingError unless the sentence has one gap and `count` is at least 1.
    """
    check_language_model(model)
    return model.next_words(_find_gap(sentence, model.tokenizer).before, count)


def fill(model: LanguageModel, sentence: str, count: int = 10) -> list[NextWord]:
    """The most probable words for a gap, for a language model that sees the whole sentence.

    Every word of the vocabulary is a candidate. Its probability is that of the sentence with this word, divided by the
    sum over all candidates (Bayes' rule). This takes as long as scoring V sentences.

    sentence : with one gap, ___.

    Returns  at most `count` words, best first.
    Raises   SettingError unless the sentence has one gap and `count` is at least 1.
    """
    check_language_model(model)
    gap = _find_gap(sentence, model.tokenizer)
    vocabulary = model.vocabulary
    before, after = vocabulary.ids_of(gap.before), vocabulary.ids_of(gap.after)
    length = len(before) + 1 + len(after)
    candidates = len(vocabulary.known)
    ids = np.empty((candidates, length), np.int32)
    ids[:, : len(before)] = before
    ids[:, len(before)] = np.arange(candidates)
    ids[:, len(before) + 1 :] = after
    sentences = Sentences(ids.ravel(), np.arange(candidates + 1, dtype=np.int64) * length)
    logs = [model.log_probabilities(part) for part in sentences.parts(SCORED_AT_ONCE)]
    scores = np.concatenate(logs).reshape(candidates, length + 1).sum(axis=1)
    return most_probable_words(vocabulary.known, _softmax(scores), count)


def _softmax(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """exp(scores) as shares of their sum; does not overflow."""
    exponentials = np.exp(scores.astype(np.float64) - scores.max())
    return np.asarray(exponentials / exponentials.sum())


def fill_with_cbow(model: Word2Vec, sentence: str, count: int = 10) -> list[NextWord]:
    """The most probable words for a gap, for a CBOW model: it predicts a word from the mean of the words around it.

    The score x of a word is the dot product of its context vector with that mean. Negative sampling learns
    x = log(p(word | window) / (K q(word))), with q the distribution of the noise words (Levy & Goldberg 2014, "Neural
    word embedding as implicit matrix factorization"), so that p is proportional to q exp(x).

    sentence : with one gap, ___.

    Returns  at most `count` words, best first.
    Raises   SettingError unless the sentence has one gap with a known word in the window, `count` is at least 1, and
             the model was trained with architecture="cbow" and objective="negative_sampling"; NotFittedError before
             fit().
    """
    settings = model.hyperparameters
    if settings.architecture != "cbow" or settings.objective != "negative_sampling":
        raise SettingError(
            f"a model with architecture={settings.architecture!r} and objective={settings.objective!r}: must have "
            "architecture='cbow' and objective='negative_sampling' to fill gaps"
        )
    gap = _find_gap(sentence, settings.tokenizer)
    vectors = model.vectors
    before, after = settings.window_sides
    around = [*gap.before[max(len(gap.before) - before, 0) :], *gap.after[:after]]
    known = [word for word in around if word in vectors]
    if not known:
        raise SettingError(f"{sentence!r}: none of the {len(around)} words around the gap is in the vocabulary")
    mean = vectors[known].astype(np.float64).mean(axis=0)
    noise = settings.noise_power * np.log(np.maximum(model.vocabulary.counts, 1))
    with blas:
        scores = model.context_vectors @ mean
    return most_probable_words(vectors.words, _softmax(scores + noise), count)
