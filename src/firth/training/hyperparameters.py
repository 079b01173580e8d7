"""The hyperparameters of Word2Vec.

Each is declared once, here (settings.py explains how). Word2Vec's signature and the tables of docs/training.md and
docs/cli.md are tested against this declaration; the options of `firth train` and `firth sweep` are made from it.
Settings of language models are in language_models/settings.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from firth.backends.gpu_settings import refused_settings
from firth.corpus.tokenizer_setting import tokenizer_setting
from firth.corpus.tokenizers import Tokenizer
from firth.errors import SettingError
from firth.parallel import available_cores
from firth.settings import (
    CORPUS,
    MODEL,
    Depends,
    Settings,
    one_of,
    one_or_two_distances,
    real_number,
    setting,
    switch,
    whole_number,
    whole_numbers,
)

__all__ = [
    "ARCHITECTURES",
    "BACKENDS",
    "CBOW_GRADIENTS",
    "OBJECTIVES",
    "OF_THE_TEXT",
    "Hyperparameters",
    "max_vocabulary_setting",
    "min_count_setting",
]

ARCHITECTURES = ("skipgram", "cbow")
OBJECTIVES = ("negative_sampling", "hierarchical_softmax", "softmax", "nce")
CBOW_GRADIENTS = ("word2vec", "exact")
BACKENDS = ("auto", "cpu", "cuda")
OF_THE_TEXT = ("tokenizer", "min_count", "max_vocabulary")  # they decide the vocabulary and the ids

# The rates of word2vec.c; docs/defaults.md has measurements.
_LEARNING_RATES = {"skipgram": 0.025, "cbow": 0.05}
_NOISE_EXPONENT = 0.75
_BUCKETS = 2_000_000  # as in fastText
# With subwords; docs/subwords.md has measurements.
_SUBWORD_RATE = 0.05  # as in fastText
_SUBWORD_NOISE_EXPONENT = 0.5  # as in fastText
_SUBWORD_CBOW_RATE = 0.1  # against noise words; the noise exponent is that without subwords


def min_count_setting(default: int, otherwise: str) -> Any:
    """The count from which a word is kept; of every model that reads text.

    otherwise : what happens to the other words.
    """
    return setting(default, whole_number(1), f"words that occur less often than this {otherwise}", group=CORPUS)


def max_vocabulary_setting() -> Any:
    """The most words that are kept; of every model that reads text."""
    return setting(
        None,
        whole_number(1),
        "largest number of words to keep; the most frequent ones are kept",
        none="no limit",
        group=CORPUS,
    )


@dataclass(frozen=True, kw_only=True)
class Hyperparameters(Settings):
    """Everything a user can choose about training.

    Raises   SettingError if a value is impossible, or does not apply to the architecture or objective.
    """

    architecture: str = setting(
        "skipgram",
        one_of(ARCHITECTURES),
        "what predicts the center word; skipgram: each of its context words by itself; cbow: the mean of all of them",
        group=MODEL,
    )
    objective: str = setting(
        "negative_sampling",
        one_of(OBJECTIVES),
        "how the true word is distinguished from the rest of the vocabulary; negative_sampling: against a few random "
        "noise words; hierarchical_softmax: by its path through a binary tree of all words; softmax: against all "
        "words, exact and slow; nce: against noise words, with scores that become log-probabilities",
        group=MODEL,
    )
    vector_size: int = setting(
        100, whole_number(1, 65_536), "numbers per word vector; training time grows in proportion", group=MODEL
    )
    window: int | tuple[int, int] = setting(
        5,
        one_or_two_distances(10_000),
        "largest distance, in words, between a center word and a context word, to either side; or two numbers, before "
        "and after the center: (5, 0) looks only back",
        group=MODEL,
    )
    shrink_window: bool = setting(
        True,
        switch(),
        "draw each position's distance at random from 1 to the window, so that near words count more",
        group=MODEL,
    )
    subwords: tuple[int, int] | None = setting(
        None,
        whole_numbers(1, 1_000),
        "make the vector of a word from those of its character n-grams of so many characters, shortest and longest, as "
        "fastText does with (3, 6): words that share parts become similar, and unknown words have vectors",
        none="no n-grams",
        group=MODEL,
    )
    subword_buckets: int | None = setting(
        None,
        whole_number(1, 2**32 - 1),
        "numbers that n-grams are hashed to; those with the same number share a vector; only with subwords",
        none="2,000,000 with subwords",
        group=MODEL,
    )
    min_count: int = min_count_setting(5, "are left out")
    max_vocabulary: int | None = max_vocabulary_setting()
    subsample_threshold: float = setting(
        1e-3,
        real_number(0, 1),
        "skip some occurrences of words that make up a larger share of the text than this, more of them the more "
        "frequent the word; 0 skips none",
    )
    negative_samples: int | None = setting(
        None,
        whole_number(1, 1_000),
        "noise words drawn for each position; 5 to 20 suit small texts, 2 to 5 large ones",
        depends=Depends("objective", {"negative_sampling": 5, "nce": 5}),
    )
    noise_exponent: float | None = setting(
        None,
        real_number(-10, 10),
        "noise words are drawn in proportion to their count to this power; 0: all words alike; below 0: rare ones more",
        depends=Depends("objective", {"negative_sampling": _NOISE_EXPONENT, "nce": _NOISE_EXPONENT}),
    )
    cbow_gradient: str | None = setting(
        None,
        one_of(CBOW_GRADIENTS),
        "what each context word gets of the gradient of their mean; word2vec: all of it, as in word2vec.c; exact: the "
        "gradient divided by the number of context words, which needs a learning rate of about 0.1",
        depends=Depends("architecture", {"cbow": "word2vec"}),
    )
    learning_rate: float | None = setting(
        None,
        real_number(0, above=True),
        "size of the training steps at the first word; it falls linearly to the final learning rate",
        depends=Depends("architecture", _LEARNING_RATES),
    )
    final_learning_rate: float = setting(
        1e-4, real_number(0), "size of the training steps at the last word; at most the learning rate"
    )
    epochs: int = setting(5, whole_number(1), "passes over the whole text")
    threads: int | None = setting(
        None,
        whole_number(1, 1_024),
        "worker threads; only with 1 do results repeat exactly",
        none="as many of the available cores as are of use",
    )
    backend: str = setting(
        "auto",
        one_of(BACKENDS),
        "what trains; cpu: the processor; cuda: an NVIDIA GPU; auto: the GPU where there is one that can train the "
        "model, for at least 20 million words times epochs, unless threads are given; saved models do not depend on it",
        is_stored=False,
    )
    seed: int = setting(
        1,
        whole_number(-(2**63), 2**64 - 1, limits=" of 64 bits"),
        "seed of all random draws: first vectors, subsampling, windows, noise words",
    )
    tokenizer: Tokenizer = tokenizer_setting()

    def __post_init__(self) -> None:
        if self.subwords is None and self.subword_buckets is not None:
            raise SettingError(
                f"subword_buckets={self.subword_buckets!r}: applies only with subwords, as in subwords=(3, 6); "
                "leave it out, or set subwords"
            )
        if self.subwords is not None:
            defaults = {"subword_buckets": _BUCKETS, "learning_rate": _SUBWORD_RATE}
            if self.objective in ("negative_sampling", "nce"):
                is_mean = self.architecture == "cbow"
                defaults["noise_exponent"] = _NOISE_EXPONENT if is_mean else _SUBWORD_NOISE_EXPONENT
                defaults["learning_rate"] = _SUBWORD_CBOW_RATE if is_mean else _SUBWORD_RATE
            for name, default in defaults.items():
                if getattr(self, name) is None:
                    object.__setattr__(self, name, default)
        super().__post_init__()
        if self.backend == "cuda":
            self._check_gpu_settings()
        if self.final_learning_rate > self.rate:
            raise SettingError(
                f"final_learning_rate={self.final_learning_rate}: must be at most learning_rate={self.rate}; "
                "lower it, or raise learning_rate"
            )

    def _check_gpu_settings(self) -> None:
        reason = refused_settings(self.objective, self.vector_size)
        if reason is not None:
            raise SettingError(reason)

    @property
    def noise_words(self) -> int:
        """K as a number: 0 for objectives that draw no noise words."""
        return self.negative_samples or 0

    @property
    def noise_power(self) -> float:
        """The exponent of the noise distribution as a number; the default for objectives that draw no noise words."""
        return _NOISE_EXPONENT if self.noise_exponent is None else self.noise_exponent

    @property
    def rate(self) -> float:
        """The learning rate at the first word: `learning_rate`, which is never None once the settings are made."""
        assert self.learning_rate is not None
        return self.learning_rate

    @property
    def window_sides(self) -> tuple[int, int]:
        """The largest distance before and after the center."""
        return (self.window, self.window) if isinstance(self.window, int) else self.window

    @property
    def worker_threads(self) -> int:
        """The number of worker threads; the available cores where `threads` is None."""
        return self.threads or available_cores()

    @property
    def has_nodes(self) -> bool:
        """Whether the second matrix has a row for each node of a Huffman tree, instead of one for each word."""
        return self.objective == "hierarchical_softmax"

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """What to_json returned; raises SettingError also for a name that this version does not know."""
        values = dict(values)
        if values.get("architecture", "skipgram") != "cbow":
            values.pop("cbow_gradient", None)  # older files have one for skip-gram, too, where it had no effect
        return super().from_json(values)
