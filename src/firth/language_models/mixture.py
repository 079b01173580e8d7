"""Two or more language models that speak together: a weighted mean of their distributions.

Models that err differently are better together than the best of them. Source: Jelinek & Mercer 1980, "Interpolated
estimation of Markov source parameters from sparse data"; Bengio et al. 2003, section 4.2, mixes a neural with a trigram
model.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firth.corpus.sources import CorpusInput
from firth.errors import FormatError, SettingError
from firth.language_models.model import LanguageModel
from firth.language_models.model_file import ModelFile
from firth.language_models.neural import NeuralModel
from firth.language_models.ngram import NgramModel
from firth.language_models.sentences import Sentences, read_known

__all__ = ["KINDS", "MixtureModel"]

ROUNDS = 100  # of expectation maximisation: the weights settle much sooner
SETTLED = 1e-6


class MixtureModel(LanguageModel):
    """A weighted mean of models with the same vocabulary.

    Parameters
    ----------
    models : fitted models, at least two.
    weights : one for each, none negative; None for equal ones. fit() finds the best.

    Raises SettingError if the vocabularies or tokenizers differ or the weights are impossible.
    """

    kind = "firth-mixture"
    version = 1

    def __init__(self, models: Sequence[LanguageModel], weights: Sequence[float] | None = None) -> None:
        if len(models) < 2:
            raise SettingError(f"{len(models)} models: a mixture needs at least two")
        first = models[0]
        for model in models[1:]:
            if model.vocabulary.words != first.vocabulary.words or model.tokenizer != first.tokenizer:
                raise SettingError(
                    f"{first} and {model} know different words or split text differently: fit them on the same corpus "
                    "with the same min_count, max_vocabulary and tokenizer"
                )
        self.models = list(models)
        self.tokenizer = first.tokenizer
        self._vocabulary = first.vocabulary
        self.weights = _checked_weights(weights, len(models))

    def fit(self, corpus: CorpusInput) -> Self:
        """Find the weights that foresee a text best, by expectation maximisation, and return self.

        corpus : a text that none of the models has learned from; on their own they would trust their memory too much.

        Raises CorpusError if the corpus cannot be read.
        """
        sentences = read_known(corpus, self.tokenizer, self.vocabulary)
        likelihoods = np.exp([model.log_probabilities(sentences) for model in self.models])  # (models, T + S)
        weights = self.weights
        for _ in range(ROUNDS):
            parts = weights[:, None] * likelihoods
            better = (parts / parts.sum(axis=0)).mean(axis=1)
            settled = np.abs(better - weights).max() < SETTLED
            weights = better
            if settled:
                break
        self.weights = weights
        return self

    def probabilities_after(self, history: Sequence[int]) -> NDArray[np.float64]:
        """The weighted mean of all distributions."""
        found = [model.probabilities_after(history) for model in self.models]
        return np.asarray(self.weights @ np.array(found))

    def log_probabilities(self, sentences: Sentences) -> NDArray[np.float64]:
        """The logarithm of the weighted means."""
        likelihoods = np.exp([model.log_probabilities(sentences) for model in self.models])
        return np.asarray(np.log(self.weights @ likelihoods))

    def pack(self) -> ModelFile:
        """The arrays of all models, each name after the number of its model and a slash."""
        packed = [model.pack() for model in self.models]
        arrays = {f"{i}/{name}": array for i, one in enumerate(packed) for name, array in one.arrays.items()}
        described = [{"kind": model.kind, **one.metadata} for model, one in zip(self.models, packed, strict=True)]
        return ModelFile(self.vocabulary, arrays, {"models": described, "weights": self.weights.tolist()})

    @classmethod
    def unpack(cls, path: str | Path, content: ModelFile) -> Self:
        """The mixture from the arrays of all models. Raises FormatError, naming `path`, where they make no sense."""
        models: list[LanguageModel] = []
        try:
            for i, described in enumerate(content.metadata["models"]):
                kind = KINDS[described["kind"]]
                prefix = f"{i}/"
                arrays = {
                    name.removeprefix(prefix): array
                    for name, array in content.arrays.items()
                    if name.startswith(prefix)
                }
                models.append(kind.unpack(path, ModelFile(content.vocabulary, arrays, described)))
            return cls(models, content.metadata["weights"])
        except (KeyError, TypeError, AttributeError, ValueError, SettingError) as problem:
            if isinstance(problem, FormatError):
                raise
            raise FormatError(path, f"the models of the mixture cannot be read ({problem}); it is damaged") from None

    def __repr__(self) -> str:
        parts = (f"{weight:.3f} × {model!r}" for weight, model in zip(self.weights, self.models, strict=True))
        return f"MixtureModel({' + '.join(parts)})"


def _checked_weights(weights: Sequence[float] | None, n_models: int) -> NDArray[np.float64]:
    if weights is None:
        return np.full(n_models, 1 / n_models)
    array = np.asarray(weights, np.float64)
    if array.shape != (n_models,) or not np.isfinite(array).all() or (array < 0).any() or array.sum() <= 0:
        raise SettingError(f"weights={weights!r}: must be {n_models} numbers, none negative, not all 0")
    return np.asarray(array / array.sum())


KINDS: dict[str, type[LanguageModel]] = {model.kind: model for model in (NgramModel, NeuralModel, MixtureModel)}
