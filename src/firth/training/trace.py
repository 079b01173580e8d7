"""One training step with given words, in every detail: which rows are looked up, the errors, and which rows move.

It is the step of the document and of CBOW's kernel, one input vector against n targets. The skip-gram kernel trains the
same pairs with all words of a window as inputs and the center as target (kernels/cpu/training/skipgram.py). For a
window of one word the steps are the same, which the tests check.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.backends.plan import epoch_key
from firth.corpus.vocabulary import Vocabulary
from firth.errors import SettingError
from firth.illustrated.draws import Draws
from firth.illustrated.negative_sampling import training_step
from firth.training.hyperparameters import Hyperparameters
from firth.training.sampling_tables import keep_thresholds, noise_table

__all__ = ["LookedUp", "Trace", "trace_step", "traced_words"]

Numbers: TypeAlias = NDArray[np.floating]
_WordRow: TypeAlias = tuple[str, int]  # a word and its row


class LookedUp(NamedTuple):
    """A row of one of the two matrices that a step looks up and moves."""

    word: str
    row: int
    before: Numbers  # (D,)
    after: Numbers  # (D,)

    @property
    def change(self) -> Numbers:
        """(D,) after - before."""
        return self.after - self.before


class Trace(NamedTuple):
    """One step of negative sampling: m inputs, n = 1 + K outputs, D numbers per vector; computed in float64."""

    architecture: str
    learning_rate: float
    inputs: list[LookedUp]  # rows of word_vectors: the center for skip-gram, the words of the window for CBOW
    hidden: Numbers  # (D,) the mean of the inputs: for skip-gram, the center's vector itself
    outputs: list[LookedUp]  # rows of context_vectors: the true word, then the negatives
    targets: Numbers  # (n,) 1, 0, 0, …
    dot_products: Numbers  # (n,) hidden . output
    sigmoids: Numbers  # (n,)
    errors: Numbers  # (n,) target - sigmoid
    loss: float  # before the step, in nats
    dot_products_after: Numbers  # (n,) of the same vectors after the step

    def to_json(self) -> dict[str, Any]:
        """JSON values by name."""
        values = self._asdict()
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                values[name] = value.tolist()
        for name in ("inputs", "outputs"):
            values[name] = [
                {"word": word, "row": row, "before": before.tolist(), "after": after.tolist()}
                for word, row, before, after in values[name]
            ]
        return values


def traced_words(
    hyperparameters: Hyperparameters,
    vocabulary: Vocabulary,
    step: tuple[str, str | Sequence[str], int | Sequence[str] | None],
    seed: int,
) -> tuple[list[_WordRow], list[_WordRow]]:
    """The words that a step looks up in the word vectors and in the context vectors, the true one first.

    step : center, context and negatives, as Word2Vec.trace explains them.

    Raises   UnknownWordError; SettingError if words are missing or come twice.
    """
    center, context, negatives = step
    around = [context] if isinstance(context, str) else list(context)
    if not around or (hyperparameters.architecture == "skipgram" and len(around) > 1):
        raise SettingError(f"context={context!r}: must be one word; only CBOW looks at several together")
    input_words, true_word = ([center], around[0]) if hyperparameters.architecture == "skipgram" else (around, center)
    if negatives is None:
        negatives = min(hyperparameters.noise_words, len(vocabulary) - 1)
    if isinstance(negatives, int):
        negatives = _drawn(hyperparameters, vocabulary, true_word, negatives, seed)
    if isinstance(negatives, str) or len({true_word, *negatives}) != 1 + len(negatives):
        raise SettingError(f"negatives={negatives!r}: must be a list of different words, none of them {true_word!r}")
    output_words = [true_word, *negatives]
    inputs, outputs = ([(word, vocabulary.id_of(word)) for word in words] for words in (input_words, output_words))
    return inputs, outputs


def _drawn(
    hyperparameters: Hyperparameters, vocabulary: Vocabulary, true_word: str, wanted: int, seed: int
) -> list[str]:
    """So many different words by the noise distribution, none of them the true one, as in training."""
    if isinstance(wanted, bool) or not 0 <= wanted < len(vocabulary):
        raise SettingError(f"negatives={wanted!r}: must be from 0 to {len(vocabulary) - 1:,}, or a list of words")
    tables = keep_thresholds(vocabulary.counts, 0), noise_table(vocabulary.counts, hyperparameters.noise_power)
    draws = Draws(*tables, hyperparameters.window, False, wanted, int(epoch_key(seed, 0)))
    return [vocabulary.words[word] for word in draws.noise_words(vocabulary.id_of(true_word), 0)]


def trace_step(
    hyperparameters: Hyperparameters,
    matrices: tuple[Matrix, Matrix],
    words: tuple[list[_WordRow], list[_WordRow]],
    learning_rate: float | None = None,
    rows_of_words: NDArray[np.float32] | None = None,
) -> Trace:
    """What a step with these words would do; the matrices stay as they are.

    matrices : word_vectors and context_vectors (V, D).
    words : inputs and outputs; the first output is the true one, and all outputs are different.
    learning_rate : None for the one at the first word of training.
    rows_of_words : (V,) how much each input weighs in their mean; None: all alike.

    Raises   SettingError if the objective is not negative sampling, or the learning rate is impossible.
    """
    if hyperparameters.objective != "negative_sampling":
        raise SettingError(
            f"objective={hyperparameters.objective!r}: a step can be traced for 'negative_sampling' alone"
        )
    rate = hyperparameters.rate if learning_rate is None else learning_rate
    if not 0 <= rate < float("inf"):
        raise SettingError(f"learning_rate={rate!r}: must be a number, at least 0")
    input_rows, output_rows = ([row for _, row in some] for some in words)
    inputs = np.asarray(matrices[0][input_rows], np.float64)
    outputs = np.asarray(matrices[1][output_rows], np.float64)
    shares = None if rows_of_words is None else rows_of_words[input_rows]
    hidden = np.average(inputs, axis=0, weights=shares, keepdims=True)
    moved, outputs_after = hidden.copy(), outputs.copy()
    step = training_step(moved, outputs_after, 0, 0, range(1, len(output_rows)), rate)
    change = moved[0] - hidden[0]
    if hyperparameters.architecture == "cbow" and hyperparameters.cbow_gradient == "exact":
        change = change / len(input_rows)
    times = [input_rows.count(row) for row in input_rows]  # a word that occurs twice in the window moves twice
    inputs_after = inputs + np.outer(times, change)
    return Trace(
        hyperparameters.architecture,
        rate,
        _looked_up(words[0], inputs, inputs_after),
        hidden[0],
        _looked_up(words[1], outputs, outputs_after),
        step.targets,
        step.dot_products,
        step.sigmoids,
        step.errors,
        step.loss,
        outputs_after @ np.average(inputs_after, axis=0, weights=shares),
    )


def _looked_up(words: list[_WordRow], before: Numbers, after: Numbers) -> list[LookedUp]:
    return [LookedUp(*word, *numbers) for word, *numbers in zip(words, before, after, strict=True)]
