"""Which word vectors training moves less than others, or not at all."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError, quoted
from firth.training.hyperparameters import Hyperparameters
from firth.vectors.given import listed_words

__all__ = ["Frozen", "check_first_frozen", "check_frozen", "shares_of"]

Frozen: TypeAlias = "float | Iterable[str] | None"

_WANTED = "words whose vectors are held, or the share from 0 to 1 by which known words move"


def check_frozen(settings: Hyperparameters, frozen: Frozen) -> None:
    """Raise SettingError if vectors of a model with these settings cannot be held."""
    if frozen is not None and settings.subwords is not None:
        raise SettingError(
            f"frozen={quoted(frozen)}: with subwords, words share the vectors of their n-grams, which other words "
            "move; leave it out"
        )


def check_first_frozen(
    settings: Hyperparameters, frozen: Frozen, initial: object, checkpoint: str | Path | None
) -> None:
    """The same for fit(), which has vectors that it could hold only with `initial`."""
    check_frozen(settings, frozen)
    if frozen is not None and initial is None:
        raise SettingError(
            f"frozen={quoted(frozen)}: applies only with initial=, since other vectors start at random; leave it out"
        )
    if frozen is not None and checkpoint is not None:
        raise SettingError(
            "frozen= with checkpoint=: a checkpoint does not say which vectors are held, so that a training that is "
            "resumed would move them; leave one of them out"
        )


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
