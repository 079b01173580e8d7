"""Linear interpolation of language models: the weighted mean of their distributions.

Models that make different errors are better together than the best of them alone.

Source   Jelinek & Mercer 1980, "Interpolated estimation of Markov source parameters from sparse data"; Bengio et al.
         2003, section 4.2, interpolates a neural and a trigram model.
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
from firth.language_models.sentences import Sentences, read_held_out
from firth.progress import ProgressOption, open_progress

__all__ = ["KINDS", "MixtureModel"]

MAX_STEPS = 100  # of expectation maximisation, which converges much sooner
TOLERANCE = 1e-6  # the weights have converged when none changes by more


class MixtureModel(LanguageModel):
    """Interpolates language models with the same vocabulary: the weighted mean of their distributions.

    Parameters
    ----------
    models : at least two fitted models.
    weights : one for each, none negative, scaled to a sum of 1; None: equal ones. fit() finds the best.

    Attributes
    ----------
    models : the models, in the given order.
    weights : (number of models,) float64; they sum to 1.

    Raises   SettingError if the vocabularies or tokenizers differ or the weights are impossible; NotFittedError if a
             model is not fitted.
    """

    kind = "firth-mixture"
    version = 1

    def __init__(self, models: Sequence[LanguageModel], weights: Sequence[float] | None = None) -> None:
        if len(models) < 2:
            raise SettingError(f"models= has {len(models)}: must be at least two fitted models")
        first = models[0]
        for model in models[1:]:
            if model.vocabulary.words != first.vocabulary.words or model.tokenizer != first.tokenizer:
                raise SettingError(
                    f"{first} and {model} have different words or tokenizers: fit them on the same corpus with the "
                    "same min_count, max_vocabulary and tokenizer"
                )
        self.models = list(models)
        self.tokenizer = first.tokenizer
        self._vocabulary = first.vocabulary
        self.weights = _checked_weights(weights, len(models))

    def fit(self, corpus: CorpusInput, progress: ProgressOption = None) -> Self:
        """Find the weights that predict a held-out text best, by expectation maximisation, and return self.

        The models stay as they are; the search begins at the present weights.

        Parameters
        ----------
        corpus : a text that none of the models was trained on; on training text, the model that overfits most would get
            most of the weight.
        progress : as for NgramModel.fit; the stages are "reading" and "scoring".

        Raises CorpusError if the corpus cannot be read or the models know no word of it.
        """
        with open_progress(progress) as reporter:
            self.fit_sentences(read_held_out(corpus, self.tokenizer, self.vocabulary, reporter), reporter)
        return self

    def fit_sentences(self, sentences: Sentences, progress: ProgressOption = False) -> None:
        """fit() to a text that is read already, as ids of the vocabulary."""
        logs = []
        with (
            open_progress(progress) as reporter,
            reporter.stage("scoring", len(self.models), "models") as stage,
        ):
            for model in self.models:
                logs.append(model.log_probabilities(sentences))
                stage.update(len(logs))
        self.weights = _best_weights(np.exp(logs), self.weights)

    def probabilities_after(self, history: Sequence[int]) -> NDArray[np.float64]:
        """The weighted mean of the distributions."""
        found = [model.probabilities_after(history) for model in self.models]
        return np.asarray(self.weights @ np.array(found))

    def log_probabilities(self, sentences: Sentences) -> NDArray[np.float64]:
        """The logarithms of the weighted means."""
        likelihoods = np.exp([model.log_probabilities(sentences) for model in self.models])
        with np.errstate(divide="ignore"):  # what no model thinks possible
            return np.asarray(np.log(self.weights @ likelihoods))

    def pack(self) -> ModelFile:
        """The arrays of all models; names begin with the index of the model and a slash."""
        packed = [model.pack() for model in self.models]
        arrays = {f"{i}/{name}": array for i, one in enumerate(packed) for name, array in one.arrays.items()}
        described = [{"kind": model.kind, **one.metadata} for model, one in zip(self.models, packed, strict=True)]
        return ModelFile(self.vocabulary, arrays, {"models": described, "weights": self.weights.tolist()})

    @classmethod
    def unpack(cls, path: str | Path, content: ModelFile) -> Self:
        """The mixture from the content of a file. Raises FormatError, naming `path`, if it is inconsistent."""
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
            raise FormatError(
                path, f"the models of the mixture cannot be read ({problem}); the file is damaged"
            ) from None

    def __repr__(self) -> str:
        parts = (f"{weight:.3f} × {model!r}" for weight, model in zip(self.weights, self.models, strict=True))
        return f"MixtureModel({' + '.join(parts)})"


def _best_weights(probabilities: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights with the highest likelihood, by expectation maximisation.

    probabilities : (models, T + S), of each word and end of a sentence.
    weights : where to begin.
    """
    for _ in range(MAX_STEPS):
        parts = weights[:, None] * probabilities
        better = (parts / parts.sum(axis=0)).mean(axis=1)
        converged = np.abs(better - weights).max() < TOLERANCE
        weights = better
        if converged:
            break
    return weights


def _checked_weights(weights: Sequence[float] | None, n_models: int) -> NDArray[np.float64]:
    if weights is None:
        return np.full(n_models, 1 / n_models)
    array = np.asarray(weights, np.float64)
    if array.shape != (n_models,) or not np.isfinite(array).all() or (array < 0).any() or array.sum() <= 0:
        raise SettingError(f"weights={weights!r}: must be {n_models} numbers, none negative, not all 0")
    return np.asarray(array / array.sum())


KINDS: dict[str, type[LanguageModel]] = {model.kind: model for model in (NgramModel, NeuralModel, MixtureModel)}
