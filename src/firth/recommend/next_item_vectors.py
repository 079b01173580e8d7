"""Vectors of items that predict the next one: the recency-weighted mean of the items before it points to it."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import CorpusError, NotFittedError, SettingError
from firth.interruption import blas, importing
from firth.progress import ProgressOption, open_progress
from firth.recommend.attributes import Attributes
from firth.recommend.items import Items
from firth.recommend.next_item_examples import Examples
from firth.recommend.next_item_groups import ItemGroups
from firth.recommend.next_item_parts import Composition
from firth.recommend.next_item_settings import NextItemSettings
from firth.recommend.next_item_training import Known, Trained, train
from firth.recommend.repeats import Repeats
from firth.recommend.scorer import NEVER, Histories
from firth.recommend.sequences import Sequences
from firth.recommend.training_events import TrainingEvents
from firth.settings import answers_names

__all__ = ["NextItemVectors"]


class NextItemVectors:
    """Two vectors for each item, such that those of a history point to that of the next item.

    The history is the weighted mean of the input vectors of its last items; the score of an item is the product of that
    mean with the item's output vector. Trained with a softmax over sampled items, corrected for how often each is
    sampled (Bengio & Senécal 2008, "Adaptive importance sampling"), and Adagrad with one number per row.

    Parameters
    ----------
    vector_size : D, numbers per vector.
    history : so many of the last items of a history count.
    recency : each weighs this many times the one after it.
    negative_samples : items drawn at random for each batch, against which every answer of it is compared.
    noise_exponent : they are drawn in proportion to their count to this power.
    batch_size : answers per training step.
    epochs : passes over the sequences.
    learning_rate : of Adagrad.
    side_weights : where fit() is given attributes, an item's vector is the sum of one of its own and of the mean of
        those of its values ("equal"), or the shares of all of these learn, too: twice the softmax of a number for each
        item and value ("learned"; EGES, Wang et al. 2018, arXiv:1803.02349, section 3.2, where they add up to 1).
    target_event : the item of an event of this kind, such as "book", is one more answer at every position before it in
        its sequence (Grbovic & Cheng 2018, section 3.1); of several such events the last one.
    negatives_from : an attribute, such as "market": each answer is also compared with 8 items that have the same value
        of it (the same section).
    seed : of all random draws.
    threads : None for all cores; the result does not depend on it.
    backend : "cpu", or "cuda": an NVIDIA GPU trains, without attributes and negatives_from. It pays for large vectors
        and batches (docs/gpu.md). Saved models do not depend on it.

    Attributes
    ----------
    settings : all of the above.
    items : the N items that occur in the sequences, most frequent first.
    item_vectors : (N, D) float32, inputs: of items of a history.
    next_vectors : (N, D) float32, outputs: of the next item.

    Raises   SettingError if a setting is impossible.
    """

    name = "next-item vectors"
    items: Items

    @answers_names({})
    def __init__(
        self,
        *,
        vector_size: int = 64,
        history: int = 10,
        recency: float = 0.8,
        negative_samples: int = 240,
        noise_exponent: float = 0.5,
        batch_size: int = 512,
        epochs: int = 4,
        learning_rate: float = 0.25,
        side_weights: str = "equal",
        target_event: str | None = None,
        negatives_from: str | None = None,
        seed: int = 1,
        threads: int | None = None,
        backend: str = "cpu",
    ) -> None:
        settings = {name: value for name, value in locals().items() if name != "self"}
        self.settings = NextItemSettings(**settings)
        self._trained: Trained | None = None
        self._is_answer: NDArray[np.bool_] = np.empty(0, np.bool_)

    def fit(
        self,
        sequences: Sequences,
        attributes: Attributes | None = None,
        *,
        held_out: NDArray[np.bool_] | None = None,
        on_held_out: Callable[[Self], object] | None = None,
        progress: ProgressOption = False,
    ) -> Self:
        """Learn from sequences, and return self.

        Parameters
        ----------
        sequences : of training; all their events, whatever `given` says.
        held_out : (T,) bool; events at the ends of some sequences that are not learned from before the last epoch.
        on_held_out : called with this object before the last epoch, when the held-out events are still unknown to it.
        progress : as for Word2Vec.

        Raises   CorpusError if no sequence has two events. SettingError for a `held_out` that does not fit the
                 sequences, or if there is no event of the kind target_event or no attribute negatives_from.
                 MissingExtraError or SettingError if the backend cannot be used or not train this. DivergenceError if
                 the learning rate is too high. TrainingInterrupted (a KeyboardInterrupt) on Ctrl-C;
                 the vectors that were learned so far can then be used.
        """
        self.settings.check_backend(attributes is not None)
        if held_out is not None and held_out.shape != sequences.ids.shape:
            raise SettingError(f"held_out= of shape {held_out.shape} for {sequences.n_events:,} events: must be (T,)")
        events = TrainingEvents(sequences)
        self.items, self._repeats = events.items, Repeats().fit_events(events)
        examples = Examples.of(events.ids, events.offsets, events.weights, self.history)
        if self.settings.target_event is not None:
            examples = examples.with_targets(_targets(sequences, self.settings.target_event), events.offsets)
        some = examples if held_out is None else examples.without(held_out)
        if not len(some):
            raise CorpusError("no sequence has two events: there is no next item to learn from")

        composition = None if attributes is None else Composition.of(self.items, attributes)
        column = self.settings.negatives_from
        groups = None if column is None else ItemGroups.of(self.items, attributes, column)
        known = Known(len(self.items), composition, groups)

        def take(trained: Trained, learned: Examples) -> None:
            self._trained = trained
            self._is_answer = np.bincount(learned.answered.answers, minlength=len(self.items)) > 0
            self._is_value = np.zeros(0, bool)
            if composition is not None:
                self._is_answer |= composition.has_values
                self._is_value = composition.occurring_values

        def pause(trained: Trained) -> None:
            if on_held_out is not None:
                take(trained, some)
                on_held_out(self)

        with open_progress(progress) as reporter:
            trained, interruption = train((some, examples), known, self.settings, pause, reporter)
        take(trained, examples if interruption is None else some)
        if interruption is not None:
            raise interruption
        return self

    @property
    def recency(self) -> float:
        """How much an item of a history weighs, in weights of the one after it."""
        return self.settings.recency

    @property
    def history(self) -> int:
        """How many items of a history count."""
        return self.settings.history

    @property
    def trained(self) -> Trained:
        """All that was learned. Raises NotFittedError before fit()."""
        if self._trained is None:
            raise NotFittedError("these vectors are not fitted: call fit(sequences)")
        return self._trained

    @property
    def item_vectors(self) -> Matrix:
        """(N, D) inputs. Raises NotFittedError before fit()."""
        return self.trained.inputs

    @property
    def next_vectors(self) -> Matrix:
        """(N, D) outputs. Raises NotFittedError before fit()."""
        return self.trained.outputs

    def cold_vectors(self, values: NDArray[np.int32]) -> tuple[Vector, Vector] | None:
        """The input and the output vector (D,) of an item that nobody has chosen yet: the means of those of its values.

        values : indices of the `names` of the attributes that were given to fit(). Values that no item of the
            sequences has are left out; None if no other is left.
        """
        trained = self.trained
        known = values[self._is_value[values]] if len(self._is_value) else values[:0]
        if not len(known):
            return None
        return trained.value_inputs[known].mean(axis=0), trained.value_outputs[known].mean(axis=0)

    def query_vectors(self, histories: Histories) -> Matrix:
        """The weighted means (Q, D) of the input vectors of histories; zeros for empty ones."""
        means = np.empty((len(histories), self.settings.vector_size), np.float32)
        longest = int(np.diff(histories.offsets).max(initial=0))
        powers = (self.recency ** np.arange(min(self.history, longest))).astype(np.float32)
        _mean_vectors()(np.ascontiguousarray(self.item_vectors), histories.ids, histories.offsets, powers, means)
        return means

    def scores(self, histories: Histories) -> Matrix:
        """Products (Q, N) of the means of histories with the output vectors of items.

        NEVER for items that no sequence has as the next one, for seen items if none ever came again, and for all of
        them after an empty history.
        """
        queries = self.query_vectors(histories)
        with blas:
            scores: Matrix = queries @ self.next_vectors.T
        scores[:, ~self._is_answer] = NEVER
        scores[np.diff(histories.offsets) == 0] = NEVER
        self._repeats.exclude(scores, histories)
        return scores

    @property
    def is_answer(self) -> NDArray[np.bool_]:
        """(N,) whether an item was the next one anywhere: only then its output vector means anything."""
        return self._is_answer

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for files."""
        return {
            "item_vectors": self.item_vectors,
            "next_vectors": self.next_vectors,
            "value_inputs": self.trained.value_inputs,
            "value_outputs": self.trained.value_outputs,
            "is_value": self._is_value,
            "is_answer": self._is_answer,
            **self._repeats.arrays(),
        }

    @classmethod
    def from_arrays(cls, items: Items, arrays: Mapping[str, NDArray[Any]], settings: Mapping[str, Any]) -> Self:
        """The same again.    settings : those of the `settings` attribute, by name (`settings.to_json()`)."""
        vectors = cls(**NextItemSettings.from_json(settings).values())
        vectors.items = items
        names = "item_vectors", "next_vectors", "value_inputs", "value_outputs"
        vectors._trained, vectors._is_value = Trained(*(arrays[name] for name in names)), arrays["is_value"]
        vectors._is_answer, vectors._repeats = arrays["is_answer"], Repeats.from_arrays(arrays)
        return vectors


@functools.cache
def _mean_vectors() -> Callable[..., None]:
    """The kernel; looked up once, because that takes longer than the mean of a history."""
    with importing():
        from firth.kernels.cpu.recommend.histories import mean_vectors

    kernel: Callable[..., None] = mean_vectors
    return kernel


def _targets(sequences: Sequences, kind: str) -> NDArray[np.bool_]:
    """Which events (T,) are of a kind. Raises SettingError if none is."""
    if sequences.events is None or kind not in sequences.event_names:
        known = ", ".join(map(repr, sequences.event_names)) or "none: read them from a table with event="
        raise SettingError(f"target_event={kind!r}: no event is of this kind; the kinds are {known}")
    return np.asarray(sequences.events == sequences.event_names.index(kind))
