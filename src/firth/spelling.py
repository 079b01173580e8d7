"""Words of a vocabulary that are spelled nearly like a given one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["near_spellings"]

LONGEST = 64  # characters: what is longer is no misspelt word


def near_spellings(word: str, words: Sequence[str], count: int = 3) -> list[str]:
    """Words within a few edits of `word`, case aside; fewest edits first, then by the order given.

    One edit inserts, deletes or replaces a character. Allowed are one edit up to 3 characters, two
    up to 7, three beyond. Takes about 0.1 s for 400,000 words.
    """
    folded = word.casefold()
    if not folded or len(folded) > LONGEST:
        return []
    allowed = 1 if len(folded) <= 3 else 2 if len(folded) <= 7 else 3
    shortest, longest = len(folded) - allowed, len(folded) + allowed
    near = [i for i, other in enumerate(words) if shortest <= len(other) <= longest]
    candidates = [words[i].casefold()[: longest + 1] for i in near]
    if not candidates:
        return []
    edits = edit_distances(folded, candidates)
    best = np.argsort(edits, kind="stable")[:count]
    return [words[near[i]] for i in best if edits[i] <= allowed]


def edit_distances(word: str, others: Sequence[str]) -> NDArray[np.int16]:
    """Levenshtein distance from `word` to each of `others`, all at once, one table cell at a time.

    Source   Wagner and Fischer 1974, "The string-to-string correction problem".
    """
    lengths = np.fromiter(map(len, others), np.intp, len(others))
    width = max(1, int(lengths.max()))
    # Code points as numbers; "\0" is not a character that str keeps at the end of an array entry,
    # which is fine because a cell past a word's own end is never its answer.
    codes = np.array(others, f"U{width}").view(np.uint32).reshape(len(others), width).T.copy()
    row = np.repeat(np.arange(width + 1, dtype=np.int16)[:, None], len(others), axis=1)
    for character in word:
        above_left = row[0].copy()
        row[0] += 1
        for j in range(width):
            replaced = above_left + (codes[j] != ord(character))
            above_left = row[j + 1].copy()
            row[j + 1] = np.minimum(np.minimum(row[j + 1], row[j]) + 1, replaced)
    distances: NDArray[np.int16] = row[lengths, np.arange(len(others))]
    return distances
