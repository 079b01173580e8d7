"""The training examples of a text as a table, to inspect them or to train with other software.

Reference   firth.illustrated.windows
Here the same rows are made from word ids, many positions of the text at a time; the whole table is never in memory.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.backends.plan import epoch_key
from firth.corpus.encoded import EncodedCorpus
from firth.errors import CorpusError
from firth.kernels.arguments import Sampling
from firth.kernels.cpu.training.sampling import draw_all_targets
from firth.training.example_settings import ExampleSettings
from firth.training.lone_words import longest_sentence
from firth.training.sampling_tables import keep_thresholds, noise_table

__all__ = ["TrainingExamples"]

_ROWS_AT_ONCE = 1 << 17

_Ids: TypeAlias = NDArray[np.int64]


class TrainingExamples:
    """Every example that a sliding window makes of a text, in the order of the text.

    Parameters
    ----------
    corpus : the encoded text; words that its vocabulary left out are not there.
    kind : "lm": the words before and the next one; "cbow": the words on both sides and the one between;
        "skipgram": a word, a neighbour, and the target 1; "negative": the same, each followed by `negative_samples`
        rows with noise words drawn by count ** noise_exponent and the target 0.
    window : words before (lm) or on each side.
    negative_samples : K, None for 5; at most V - 1 are used: the noise words of a pair are all different, and not its
        neighbour. Only with kind "negative", as the next two.
    noise_exponent : None for 0.75.
    seed : of the noise words; None for 1.

    Attributes
    ----------
    columns : their names: "input 1", …, "output" (lm, cbow), or "input", "output", "target".

    Raises   SettingError if a setting is impossible, or has no meaning for the kind.
    """

    def __init__(
        self,
        corpus: EncodedCorpus,
        *,
        kind: str = "skipgram",
        window: int = 2,
        negative_samples: int | None = None,
        noise_exponent: float | None = None,
        seed: int | None = None,
    ) -> None:
        settings = ExampleSettings(
            kind=kind, window=window, negative_samples=negative_samples, noise_exponent=noise_exponent, seed=seed
        )
        self.corpus, self.kind, self.window = corpus, settings.kind, settings.window
        self.negative_samples = min(settings.negative_samples or 0, len(corpus.vocabulary) - 1)
        counts = corpus.vocabulary.counts
        self._sampling = Sampling(
            keep_thresholds=keep_thresholds(counts, 0),
            noise_table=noise_table(counts, settings.noise_exponent or 0),
            window=(settings.window, settings.window),
            shrink_window=False,
            negative_samples=self.negative_samples,
            key=epoch_key(settings.seed or 0, 0),
        )

    def check(self) -> None:
        """Raise CorpusError if the table has no rows, because all sentences are too short."""
        longest = longest_sentence(self.corpus)
        needed = self.window + 1 if self.kind == "lm" else 2
        if longest < needed:
            words = "1 word" if longest == 1 else f"{longest:,} words"
            window = f" and window={self.window}" if self.kind == "lm" else ""
            raise CorpusError(
                f"there are no examples: the longest sentence has {words}, but kind={self.kind!r}{window} needs "
                f"{needed:,}"
            )

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
        per_position = 2 * self.window * (1 + self.negative_samples)
        step = max(1, _ROWS_AT_ONCE // per_position)
        pairs = 0
        for first in range(0, n_tokens, step):
            positions = np.arange(first, min(first + step, n_tokens))
            if self.kind in ("skipgram", "negative"):
                inputs, outputs = self._pairs(positions)
                yield self._with_noise(inputs, outputs, pairs)
                pairs += len(inputs)
            else:
                yield self._inputs_and_output(positions)

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

    def _around(self, positions: _Ids, offsets: _Ids) -> _Ids:
        """The words (positions, offsets) at these distances in the same sentence, or -1."""
        ids, bounds = self.corpus.ids, self.corpus.sentence_offsets
        sentence = np.searchsorted(bounds, positions, side="right")
        at = positions[:, None] + offsets
        inside = (at >= bounds[sentence - 1][:, None]) & (at < bounds[sentence][:, None])
        return np.where(inside, ids[np.clip(at, 0, len(ids) - 1)].astype(np.int64), -1)

    def _inputs_and_output(self, positions: _Ids) -> list[_Ids]:
        before, after = np.arange(-self.window, 0), np.arange(1, self.window + 1)
        around = self._around(positions, before if self.kind == "lm" else np.concatenate((before, after)))
        known = around >= 0
        used = known.all(axis=1) if self.kind == "lm" else known.any(axis=1)
        return [*around[used].T, self.corpus.ids[positions][used].astype(np.int64)]

    def _pairs(self, positions: _Ids) -> tuple[_Ids, _Ids]:
        offsets = np.concatenate((np.arange(-self.window, 0), np.arange(1, self.window + 1)))
        around = self._around(positions, offsets)
        inputs = np.broadcast_to(self.corpus.ids[positions][:, None], around.shape)
        return inputs[around >= 0].astype(np.int64), around[around >= 0]

    def _with_noise(self, inputs: _Ids, outputs: _Ids, first: int) -> list[_Ids]:
        """Each pair with target 1, followed by its noise words with target 0; `first` pairs came before."""
        words = np.empty((len(outputs), 1 + self.negative_samples), np.int64)
        draw_all_targets(outputs, first, self._sampling, words)
        targets = np.zeros_like(words)
        targets[:, 0] = 1
        return [np.repeat(inputs, words.shape[1]), words.ravel(), targets.ravel()]
