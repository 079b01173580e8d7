"""Which word vectors training moves less than others, or not at all."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError, quoted
from firth.settings import real_number
from firth.vectors.given import listed_words

__all__ = ["Frozen", "Held", "check_first_frozen", "held_words"]

Frozen: TypeAlias = "float | Iterable[str] | None"

_WANTED = "words whose vectors are held, or the share from 0 to 1 by which known words move"


@dataclass(frozen=True, eq=False)
class Held:
    """Words whose vectors move less than those of others, by one share for all of them.

    share : of what a word learns, by which its vector moves, in [0, 1); 0: it keeps every bit.
    words : (V,) which words these are; others move in full.
    """

    share: float
    words: NDArray[np.bool_]

    @cached_property
    def shares(self) -> NDArray[np.float32]:
        """(V,) the share of each word; 1 for the others."""
        return np.where(self.words, np.float32(self.share), np.float32(1))

    def to_json(self) -> dict[str, Any]:
        """JSON values; the words are one bit each, the first word the highest bit of the first byte, in base64."""
        return {"share": self.share, "words": base64.b64encode(np.packbits(self.words).tobytes()).decode()}

    @classmethod
    def from_json(cls, values: Any, n_words: int) -> Self:
        """What to_json returned for so many words; raises KeyError, TypeError or ValueError for anything else."""
        share = values["share"]
        if not real_number(0, 1, below=True).accepts(share):
            raise ValueError(f"a share of {share!r}")
        packed = np.frombuffer(base64.b64decode(values["words"], validate=True), np.uint8)
        if len(packed) != -(-n_words // 8):
            raise ValueError(f"{len(packed)} bytes say which of {n_words} words are held")
        return cls(share, np.unpackbits(packed, count=n_words).astype(np.bool_))


def check_first_frozen(frozen: Frozen, initial: object) -> None:
    """Raise SettingError where fit() has no vectors that it could hold, which only `initial` gives it."""
    if frozen is not None and initial is None:
        raise SettingError(
            f"frozen={quoted(frozen)}: applies only with initial=, since other vectors start at random; leave it out"
        )


def held_words(frozen: Frozen, words: Sequence[str], known: NDArray[np.bool_]) -> Held | None:
    """The words that move less than others; None if there are none.

    frozen : words, which are held; or a number, by which the words that were known before move. None: all move in full.
    words : (V,) of the model.
    known : (V,) whether a word had a vector before.

    Raises   SettingError for another number, or if none of the words is in the vocabulary.
    """
    if frozen is None:
        return None
    if isinstance(frozen, int | float | np.number):
        if isinstance(frozen, bool) or not 0 <= frozen <= 1:
            raise SettingError(f"frozen={quoted(frozen)}: must be {_WANTED}")
        return Held(float(frozen), known) if frozen < 1 and known.any() else None
    listed = set(listed_words(frozen, _WANTED))
    of_them = np.fromiter((word in listed for word in words), np.bool_, len(words))
    if not of_them.any():
        raise SettingError(f"frozen={quoted(frozen)}: none of these words is among the {len(words):,} of the text")
    return Held(0.0, of_them)
