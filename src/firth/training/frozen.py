"""Which word vectors training moves less than others, or not at all."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError, quoted
from firth.vectors.given import listed_words

__all__ = ["Frozen", "shares_of"]

Frozen: TypeAlias = "float | Iterable[str] | None"

_WANTED = "words whose vectors are held, or the share from 0 to 1 by which known words move"


def shares_of(frozen: Frozen, words: Sequence[str], known: NDArray[np.bool_]) -> NDArray[np.float32] | None:
    """By how much of what a word learns its vector moves, (V,): 1 in full, 0 for a vector that is held.

    frozen : words, which are held; or a number, by which the words that were known before move. None: all move in full.
    words : (V,) of the model.
    known : (V,) whether a word had a vector before.

    Raises   SettingError for another number, or if none of the words is in the vocabulary.
    """
    if frozen is None:
        return None
    shares = np.ones(len(words), np.float32)
    if isinstance(frozen, int | float | np.number):
        if isinstance(frozen, bool) or not 0 <= frozen <= 1:
            raise SettingError(f"frozen={quoted(frozen)}: must be {_WANTED}")
        shares[known] = frozen
    else:
        held = set(listed_words(frozen, _WANTED))
        of_them = np.fromiter((word in held for word in words), np.bool_, len(words))
        if not of_them.any():
            raise SettingError(f"frozen={quoted(frozen)}: none of these words is among the {len(words):,} of the text")
        shares[of_them] = 0
    return None if (shares == 1).all() else shares
