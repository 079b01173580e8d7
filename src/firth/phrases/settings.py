"""The settings of phrases, declared as those of models are (firth/settings.py)."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from firth.corpus.tokenizer_setting import tokenizer_setting
from firth.corpus.tokenizers import Tokenizer
from firth.errors import SettingError, quoted
from firth.parallel import available_cores
from firth.settings import Kind, Settings, one_of, setting, whole_number

__all__ = ["CUSTOM_SCORING", "ENGLISH_CONNECTOR_WORDS", "OVERLAPS", "SCORINGS", "PhraseSettings", "as_connectors"]

# The same as in gensim: articles, prepositions, conjunctions.
ENGLISH_CONNECTOR_WORDS: tuple[str, ...] = tuple(
    sorted(["a", "an", "the", "for", "of", "with", "without", "at", "from", "to", "in", "on", "by", "and", "or"])
)

SCORINGS = ("default", "npmi")
OVERLAPS = ("first", "best")
CUSTOM_SCORING = "custom"  # in a file, a scoring that was a function

_LARGEST = 1e300  # of thresholds
_THRESHOLDS = {"default": 10.0, "npmi": 0.5}
_LIMITS = {"default": (0.0, math.inf), "npmi": (-1.0, 1.0)}

Connectors: TypeAlias = str | Iterable[str]


def as_connectors(given: Any) -> Any:
    """Connector words as a sorted tuple; "english" is ENGLISH_CONNECTOR_WORDS; what is no words stays as it is."""
    if given == "english":
        return ENGLISH_CONNECTOR_WORDS
    if isinstance(given, str) or not isinstance(given, Iterable):
        return given
    words = list(given)
    return tuple(sorted(set(words))) if all(isinstance(word, str) for word in words) else words


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST < value < _LARGEST


def _are_thresholds(value: Any) -> bool:
    return _is_number(value) or (isinstance(value, tuple) and len(value) > 0 and all(map(_is_number, value)))


def _is_scoring(value: Any) -> bool:
    return callable(value) or value in (*SCORINGS, CUSTOM_SCORING)


def _are_connectors(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(word, str) for word in value)


def _is_delimiter(value: Any) -> bool:
    return isinstance(value, str) and len(value) > 0 and not any(map(str.isspace, value))


def _stored_scoring(value: Any) -> str:
    return CUSTOM_SCORING if callable(value) else str(value)


@dataclass(frozen=True, kw_only=True)
class PhraseSettings(Settings):
    """Everything a user can choose about phrases.

    Raises   SettingError if a value is impossible.
    """

    min_count: int = setting(5, whole_number(1), "pairs of words that occur less often than this are no phrases")
    threshold: float | tuple[float, ...] | None = setting(
        None,
        Kind(_are_thresholds, "a number, or one number for each pass"),
        "a pair whose score is above this is a phrase; the higher, the fewer phrases",
        none="10, or 0.5 for npmi",
    )
    scoring: str | Callable[..., Any] = setting(
        "default",
        Kind(_is_scoring, "'default', 'npmi' or a function of a PairCounts", SCORINGS, _stored_scoring),
        "how pairs are scored; default: that of word2phrase and gensim, 0 and more; npmi: normalised pointwise mutual "
        "information, from -1 to 1",
    )
    connectors: Connectors = setting(
        (),
        Kind(_are_connectors, "'english' or words", stored=list),
        "words that may be inside a phrase, but begin and end none, such as of and the; english: the most usual ones",
    )
    delimiter: str = setting(
        "_", Kind(_is_delimiter, "characters other than white space"), "what joins the words of a phrase"
    )
    passes: int = setting(
        1, whole_number(1, 10), "how often phrases are joined; two passes make phrases of up to four words"
    )
    overlaps: str = setting(
        "first",
        one_of(OVERLAPS),
        "which of several phrases that share a word is joined; first: the one that begins first; best: the one with "
        "the highest score",
    )
    max_pairs: int = setting(
        40_000_000, whole_number(10_000), "pairs kept in memory at one time, about 40 bytes each; fewer take more time"
    )
    tokenizer: Tokenizer = tokenizer_setting()
    threads: int | None = setting(None, whole_number(1, 1_024), "worker threads", none="all available cores")

    def __post_init__(self) -> None:
        object.__setattr__(self, "connectors", as_connectors(self.connectors))
        given: Any = self.threshold
        given = given.tolist() if hasattr(given, "tolist") else given  # an array
        object.__setattr__(self, "threshold", tuple(given) if isinstance(given, list) else given)
        super().__post_init__()
        self._check_thresholds()

    def _check_thresholds(self) -> None:
        if isinstance(self.threshold, tuple) and len(self.threshold) != self.passes:
            raise SettingError(
                f"threshold={quoted(self.threshold)}: {len(self.threshold)} thresholds, but passes={self.passes}: give "
                "one number for all passes, or one for each"
            )
        if self.scoring not in _THRESHOLDS:
            if self.threshold is None and callable(self.scoring):
                raise SettingError("threshold=None: a scoring function needs a threshold: give the lowest score wanted")
            return
        low, high = _LIMITS[str(self.scoring)]
        for threshold in self.thresholds:
            if not (low <= threshold < high):
                limits = "0 or more" if high == math.inf else f"at least {low:g} and below {high:g}"
                raise SettingError(f"threshold={threshold:g}: must be {limits} with scoring={self.scoring!r}")

    @property
    def thresholds(self) -> tuple[float, ...]:
        """One threshold for each pass."""
        if isinstance(self.threshold, tuple):
            return self.threshold
        threshold = _THRESHOLDS.get(str(self.scoring), math.inf) if self.threshold is None else self.threshold
        return (threshold,) * self.passes

    @property
    def worker_threads(self) -> int:
        """The number of threads to use."""
        return available_cores() if self.threads is None else self.threads
