"""The training examples of a whole text as a table, for looking at them or for training elsewhere.

Slow twin   firth.illustrated.windows
Here the same rows are made from word ids, many places of the text at once, and the table is never in memory as a whole.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.backends.plan import epoch_key
from firth.corpus.encoded import EncodedCorpus
from firth.errors import SettingError
from firth.training.hyperparameters import Hyperparameters
from firth.training.sampling_tables import noise_table

__all__ = ["KINDS", "TrainingExamples"]

KINDS = ("lm", "cbow", "skipgram", "negative")

_ROWS_AT_ONCE = 1 << 17

_Ids: TypeAlias = NDArray[np.int64]


class TrainingExamples:
    """Every example that a sliding window makes of a text, in the order of the text.

    Parameters
    ----------
    corpus : the encoded text; words that its vocabulary left out are not there.
    kind : "lm": the words before and the next one; "cbow": the words on both sides and the one between;
        "skipgram": a word, a neighbour, and the target 1; "negative": the same, each followed by `negative_samples`
        rows with words drawn by count ** noise_exponent and the target 0.
    window : words before (lm) or on each side.
    negative_samples : K, at most V - 1 are used: the noise words of a row are all different, and not its neighbour.
    seed : of the noise words.

    Attributes
    ----------
    columns : their names: "input 1", …, "output" (lm, cbow), or "input", "output", "target".

    Raises   SettingError if a setting is impossible.
    """

    def __init__(
        self,
        corpus: EncodedCorpus,
        *,
        kind: str = "skipgram",
        window: int = 2,
        negative_samples: int = 5,
        noise_exponent: float = 0.75,
        seed: int = 1,
    ) -> None:
        if kind not in KINDS:
            raise SettingError(f"kind={kind!r}: must be one of {', '.join(map(repr, KINDS))}")
        settings = Hyperparameters(
            window=window, negative_samples=negative_samples, noise_exponent=noise_exponent, seed=seed
        )
        self.corpus, self.kind, self.window = corpus, kind, settings.window
        self.negative_samples = min(settings.noise_words, len(corpus.vocabulary) - 1) if kind == "negative" else 0
        self._key = epoch_key(settings.seed, 0)
        self._noise = noise_table(corpus.vocabulary.counts, settings.noise_power) if kind == "negative" else None

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        if self.kind in ("skipgram", "negative"):
            return ["input", "output", "target"]
        inputs = self.window if self.kind == "lm" else 2 * self.window
        return [*(f"input {number}" for number in range(1, inputs + 1)), "output"]

    def batches(self) -> Iterator[list[_Ids]]:
        """The table in pieces: for each column (R,) word ids, -1 where there is no word; or targets."""
        n_tokens = len(self.corpus.ids)
        per_place = 2 * self.window * (1 + self.negative_samples)
        step = max(1, _ROWS_AT_ONCE // per_place)
        pairs = 0
        for first in range(0, n_tokens, step):
            places = np.arange(first, min(first + step, n_tokens))
            if self.kind in ("skipgram", "negative"):
                inputs, outputs = self._pairs(places)
                yield self._with_noise(inputs, outputs, pairs)
                pairs += len(inputs)
            else:
                yield self._inputs_and_output(places)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The table row by row, with words; None where there is no word."""
        for batch in self.batches():
            yield from zip(*self.cells(batch), strict=True)

    def cells(self, batch: list[_Ids]) -> Iterator[list[Any]]:
        """A batch with words for ids, column by column."""
        words = self.corpus.vocabulary.words
        for name, column in zip(self.columns, batch, strict=True):
            numbers = column.tolist()
            yield numbers if name == "target" else [None if i < 0 else words[i] for i in numbers]

    def _around(self, places: _Ids, offsets: _Ids) -> _Ids:
        """The words (places, offsets) that stand so far away in the same sentence, or -1."""
        ids, bounds = self.corpus.ids, self.corpus.sentence_offsets
        sentence = np.searchsorted(bounds, places, side="right")
        at = places[:, None] + offsets
        inside = (at >= bounds[sentence - 1][:, None]) & (at < bounds[sentence][:, None])
        return np.where(inside, ids[np.clip(at, 0, len(ids) - 1)].astype(np.int64), -1)

    def _inputs_and_output(self, places: _Ids) -> list[_Ids]:
        before, after = np.arange(-self.window, 0), np.arange(1, self.window + 1)
        around = self._around(places, before if self.kind == "lm" else np.concatenate((before, after)))
        known = around >= 0
        used = known.all(axis=1) if self.kind == "lm" else known.any(axis=1)
        return [*around[used].T, self.corpus.ids[places][used].astype(np.int64)]

    def _pairs(self, places: _Ids) -> tuple[_Ids, _Ids]:
        offsets = np.concatenate((np.arange(-self.window, 0), np.arange(1, self.window + 1)))
        around = self._around(places, offsets)
        inputs = np.broadcast_to(self.corpus.ids[places][:, None], around.shape)
        return inputs[around >= 0].astype(np.int64), around[around >= 0]

    def _with_noise(self, inputs: _Ids, outputs: _Ids, first: int) -> list[_Ids]:
        """Each pair with target 1, followed by its noise words with target 0; `first` pairs came before."""
        drawn = np.empty((len(outputs), 1 + self.negative_samples), np.int64)
        drawn[:, 0] = outputs
        numbers = np.arange(first, first + len(outputs)).astype(np.uint64)
        streams = _random_bits(np.full(1, self._key), numbers)
        for k in range(1, 1 + self.negative_samples):
            drawn[:, k] = self._different(
                self._noise_words(_random_bits(streams, np.full(1, k, np.uint64))), drawn[:, :k]
            )
        targets = np.zeros_like(drawn)
        targets[:, 0] = 1
        return [np.repeat(inputs, drawn.shape[1]), drawn.ravel(), targets.ravel()]

    def _noise_words(self, bits: NDArray[np.uint64]) -> _Ids:
        """A word for each 64 random bits, with its probability under the noise distribution."""
        assert self._noise is not None
        half, low = np.uint64(32), np.uint64(0xFFFFFFFF)
        slots = (bits >> half) * np.uint64(len(self._noise)) >> half
        entries = self._noise[slots]
        return np.where(bits & low > entries >> half, entries & low, slots).astype(np.int64)

    def _different(self, words: _Ids, taken: _Ids) -> _Ids:
        """Each word, or where its row has it already the next of the vocabulary that it has not."""
        while (repeated := (taken == words[:, None]).any(axis=1)).any():
            words = np.where(repeated, (words + 1) % len(self.corpus.vocabulary), words)
        return words


def _random_bits(keys: NDArray[np.uint64], counters: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """illustrated.chance.random_bits for arrays: the 64 bits that splitmix64 gives for each counter."""
    bits = keys + counters * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))
