"""Everything a user can choose about training, once: the API, the command line and the model file follow from here."""

import dataclasses
import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from firth.corpus.tokenizers import CUSTOM_TOKENIZER, TOKENIZERS, Tokenizer, tokenizer_name
from firth.errors import SettingError
from firth.parallel import available_cores

__all__ = [
    "ARCHITECTURES",
    "CBOW_GRADIENTS",
    "OBJECTIVES",
    "OF_THE_TEXT",
    "Hyperparameters",
]

ARCHITECTURES = ("skipgram", "cbow")
OBJECTIVES = ("negative_sampling", "hierarchical_softmax", "softmax", "nce")
NOISY_OBJECTIVES = ("negative_sampling", "nce")
CBOW_GRADIENTS = ("word2vec", "exact")
OF_THE_TEXT = ("tokenizer", "min_count", "max_vocabulary")  # they decide the vocabulary and the ids

# The rate of word2vec.c for each architecture; docs/defaults.md has the measurements.
_LEARNING_RATES = {"skipgram": 0.025, "cbow": 0.05}
_NOISE = {"negative_samples": 5, "noise_exponent": 0.75}  # of objectives that draw noise words


def _choice(default: str, choices: tuple[str, ...], help: str) -> Any:
    return field(default=default, metadata={"choices": choices, "help": help})


def _number(
    default: Any, help: str, low: float | None = None, high: float = math.inf, above: float | None = None
) -> Any:
    """A number in [low, high], or greater than `above`."""
    return field(default=default, metadata={"help": help, "low": low, "high": high, "above": above})


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """The choices that make a model; each is explained in the `help` of its field.

    Raises   SettingError if a value is impossible, naming it, what is possible, and what it means.
    """

    architecture: str = _choice(
        "skipgram", ARCHITECTURES, "what is asked of a window: each of its words, or their mean"
    )
    objective: str = _choice("negative_sampling", OBJECTIVES, "what the true word is told apart from, and how")
    vector_size: int = _number(100, "numbers per vector", 1, 65_536)
    window: int = _number(5, "largest distance, in words, between a word and its context", 1, 10_000)
    shrink_window: bool = field(
        default=True, metadata={"help": "draw each position's distance from 1 to the window: near words count more"}
    )
    min_count: int = _number(5, "leave out words that occur less often", 1)
    max_vocabulary: int | None = _number(None, "keep only so many words, the most frequent", 1)
    subsample_threshold: float = _number(
        1e-3, "skip occurrences of words with a greater share of the text, the more the greater; 0 for none", 0, 1
    )
    negative_samples: int | None = _number(
        None, "noise words per position, by default 5: 5 to 20 for small texts, 2 to 5 for large", 1, 1_000
    )
    noise_exponent: float | None = _number(
        None, "noise words are drawn by count to this power, of any sign, by default 0.75", -10, 10
    )
    cbow_gradient: str = _choice(
        "word2vec", CBOW_GRADIENTS, "cbow: each word of a window gets the whole gradient, or its share (exact)"
    )
    learning_rate: float | None = _number(
        None, "at the first word; by default 0.025 for skipgram, 0.05 for cbow", above=0
    )
    final_learning_rate: float = _number(1e-4, "at the last word; falls in a straight line", 0)
    epochs: int = _number(5, "times the whole text is read", 1)
    threads: int | None = _number(None, "worker threads; by default one for each available core", 1, 1_024)
    seed: int = _number(1, "of all that is drawn; with 1 thread it decides every bit", -(2**63), 2**64 - 1)
    tokenizer: Tokenizer = field(
        default="words", metadata={"choices": TOKENIZERS, "help": "how raw text becomes words"}
    )

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):
            object.__setattr__(self, spec.name, _plain(getattr(self, spec.name)))
            _check(spec, getattr(self, spec.name))
        if self.learning_rate is None:
            object.__setattr__(self, "learning_rate", _LEARNING_RATES[self.architecture])
        self._settle_noise()
        if self.final_learning_rate > self.rate:
            raise SettingError(
                f"final_learning_rate={self.final_learning_rate}: must not be above learning_rate={self.rate}"
            )

    def _settle_noise(self) -> None:
        """Fill in the defaults of what is drawn; nothing may be said of it where nothing is drawn."""
        for name, default in _NOISE.items():
            given = getattr(self, name)
            if self.objective in NOISY_OBJECTIVES:
                object.__setattr__(self, name, default if given is None else given)
            elif given is not None:
                raise SettingError(
                    f"{name}={given!r}: must be left out with objective={self.objective!r}, which draws no noise words"
                )

    @property
    def noise_words(self) -> int:
        """K as a number: 0 for objectives that draw no noise words."""
        return self.negative_samples or 0

    @property
    def noise_power(self) -> float:
        """The exponent of the noise distribution as a number, that of word2vec.c for objectives without noise words."""
        return _NOISE["noise_exponent"] if self.noise_exponent is None else self.noise_exponent

    @property
    def rate(self) -> float:
        """The learning rate at the first word, a number even where the default was asked for."""
        return _LEARNING_RATES[self.architecture] if self.learning_rate is None else self.learning_rate

    @property
    def worker_threads(self) -> int:
        """The number of worker threads, counted where all cores were asked for."""
        return self.threads or available_cores()

    def to_json(self) -> dict[str, Any]:
        """JSON values by name; a tokenizer that is a function is noted as "custom"."""
        return dataclasses.asdict(self) | {"tokenizer": tokenizer_name(self.tokenizer)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Hyperparameters":
        """What to_json wrote. Raises SettingError for a name this version does not know."""
        known = {spec.name for spec in dataclasses.fields(cls)}
        if unknown := sorted(set(values) - known):
            raise SettingError(f"unknown hyperparameters: {', '.join(unknown)}; a newer version may know them")
        return cls(**values)


def _plain(value: Any) -> Any:
    """Numbers of NumPy as Python's, so that they can be saved as JSON; all else as it is."""
    if isinstance(value, bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) else value


def _check(spec: "dataclasses.Field[Any]", value: Any) -> None:
    given = f"{spec.name}={value!r}"
    meaning = spec.metadata["help"]
    if spec.name == "tokenizer":
        if not callable(value) and value not in (*TOKENIZERS, CUSTOM_TOKENIZER):
            raise SettingError(f"{given}: must be 'words', 'whitespace' or a function from a line to its words")
    elif "choices" in spec.metadata:
        choices = spec.metadata["choices"]
        if value not in choices:
            raise SettingError(f"{given}: must be {' or '.join(repr(choice) for choice in choices)} ({meaning})")
    elif isinstance(spec.default, bool):
        if not isinstance(value, bool):
            raise SettingError(f"{given}: must be True or False ({meaning})")
    elif not (value is None and spec.default is None):
        _check_number(given, meaning, value, spec)


def _check_number(given: str, meaning: str, value: Any, spec: "dataclasses.Field[Any]") -> None:
    wants_int = "int" in str(spec.type)
    kind = "a whole number" if wants_int else "a number"
    is_number = isinstance(value, int if wants_int else (int, float)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value):
        raise SettingError(f"{given}: must be {kind} ({meaning})")
    low, high, above = spec.metadata["low"], spec.metadata["high"], spec.metadata["above"]
    if above is not None and value <= above:
        raise SettingError(f"{given}: must be greater than {above} ({meaning})")
    if low is not None and value < low:
        raise SettingError(f"{given}: must be at least {low} ({meaning})")
    if value > high:
        raise SettingError(f"{given}: must be at most {high} ({meaning})")
