"""Queries as users write them, parsed into directions: vectors of length 1 that a search compares rows with.

An item is a word, a vector or a pair of either with a weight. A query is a weighted sum of items, each first scaled to
length 1. The functions parse_… say whether one query or many were given, and which rows are candidates; directions_of
and sums_of look the items up.

Shapes  Q queries, D numbers per vector.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError, quoted
from firth.vectors.analogy_search import NONE, WordSums
from firth.vectors.candidates import Candidates
from firth.vectors.exact_search import ExactSearch
from firth.vectors.given import as_array, as_list, refuse_bytes
from firth.vectors.lookup import Lookup, Words

__all__ = ["Directions", "Item", "Items", "Many", "Query", "Restriction", "Words", "checked_vector", "directions_of"]
__all__ += [
    "excluded_rows",
    "is_many",
    "is_word_or_vector",
    "parse_analogy",
    "parse_candidates",
    "parse_pairs",
    "parse_similar",
]
__all__ += ["parse_words", "sums_of", "unit"]

Item: TypeAlias = str | NDArray[np.floating] | tuple[str | NDArray[np.floating], float]
Items: TypeAlias = Item | Iterable[Item]  # one query
Many: TypeAlias = Iterable[list[Item]]  # many queries
Restriction: TypeAlias = int | Iterable[str] | Iterable[bool]  # candidates

Doubles: TypeAlias = NDArray[np.float64]


class WeightedItem(NamedTuple):
    """A word or a vector with its weight in the sum; negative: subtracted."""

    item: str | Doubles
    weight: float


Query: TypeAlias = list[WeightedItem]


class Directions(NamedTuple):
    """Q parsed queries."""

    directions: Doubles  # (Q, D) of length 1, or 0 where the items cancel
    excluded: list[list[int]]  # for each query the rows of its own words, which are excluded from its results


def unit(vector: Doubles) -> Doubles:
    """The vector, or each row, scaled to length 1; zeros stay zeros, and a row with infinite numbers becomes NaN."""
    largest = np.max(np.abs(vector), axis=-1, keepdims=True, initial=0.0)
    scaled = np.zeros_like(vector)
    with np.errstate(invalid="ignore"):
        np.divide(vector, largest, out=scaled, where=~(largest <= 0))
    norms = np.sqrt(np.sum(scaled * scaled, axis=-1, keepdims=True))
    np.divide(scaled, norms, out=scaled, where=norms > 0)
    return scaled


# ---------------------------------------------------------------- one query or many


def parse_similar(word: Any, positive: Any, negative: Any) -> tuple[bool, list[Query]]:
    """The arguments of most_similar(): whether they are one query, and all queries. Raises SettingError."""
    if word is not None:
        if positive is not None or negative is not None:
            raise SettingError("give either a word or positive= and negative=, not both")
        word = as_array(word)
        if is_word_or_vector(word):
            return True, [[_weighted(word, 1.0)]]
        return False, [[_weighted(each, 1.0)] for each in as_list(word, "a word, a vector (D,), or a list of either")]
    if is_many(positive) or is_many(negative):
        return False, [_sum_of(*both) for both in _paired(positive, negative)]
    return True, [_sum_of(positive, negative)]


def parse_analogy(a: Any, b: Any, c: Any) -> tuple[bool, list[Query]]:
    """The arguments of analogy(): whether they are one query, and all queries. Raises SettingError."""
    is_single, (a, b, c) = parse_pairs("analogy", a, b, c)
    return is_single, [_sum_of([b, c], [a]) for a, b, c in zip(a, b, c, strict=True)]


def parse_words(words: Iterable[str]) -> list[Query]:
    """A query for each word."""
    return [[WeightedItem(word, 1.0)] for word in words]


def is_word(item: object) -> bool:
    """Whether this is a word."""
    return isinstance(item, str)


def is_word_or_vector(item: object) -> bool:
    """Whether this is a word, or a vector in its place."""
    return is_word(item) or _is_vector(item)


def is_many(items: object) -> bool:
    """Whether this is a list of lists, which are as many queries: a list or tuple whose first entry is a list."""
    return isinstance(items, list | tuple) and len(items) > 0 and isinstance(items[0], list)


def parse_pairs(call: str, *words: Any, is_one: Callable[[Any], bool] = is_word) -> tuple[bool, Sequence[Any]]:
    """Two or three arguments as lists of the same length, and whether each was a single word.

    Raises SettingError, naming the call, unless all are single words, or lists of the same length.
    """
    words = tuple(map(as_array, words))
    single = [is_one(word) for word in words]
    if all(single):
        return True, [[word] for word in words]
    number = {2: "two", 3: "three"}[len(words)]
    wanted = f"{call}() takes {number} words, or {number} lists of the same length"
    if any(single):
        raise SettingError(wanted)
    lists = [as_list(some, "a word or a list of words") for some in words]
    if len(set(map(len, lists))) > 1:
        raise SettingError(wanted)
    return False, lists


def _paired(positive: Any, negative: Any) -> list[tuple[Any, Any]]:
    """The positive and the negative items of each of many queries."""
    positive = None if positive is None else as_list(positive)
    negative = None if negative is None else as_list(negative)
    length = len(positive if positive is not None else negative)
    positive = [None] * length if positive is None else positive
    negative = [None] * length if negative is None else negative
    if len(positive) != len(negative) or not all(
        one is None or isinstance(one, list) for one in (*positive, *negative)
    ):
        raise SettingError("many queries: positive= and negative= must be lists of the same number of lists")
    return list(zip(positive, negative, strict=True))


# ---------------------------------------------------------------- candidates


def parse_candidates(restrict: Any, exclude: str | Words | None, lookup: Lookup, search: ExactSearch) -> Candidates:
    """The rows that a query may return.

    Parameters
    ----------
    restrict : a number n: the first n words; words: only these; booleans (V,): where true. None: all.
    exclude : words left out of the results; unknown ones are ignored. None: no words.

    Raises
    ------
    UnknownWordError : a word of `restrict` is not in the vocabulary.
    SettingError : `restrict` is none of these.
    """
    candidates = _restricted(restrict, lookup, search)
    excluded = excluded_rows(exclude, lookup)
    return candidates.without(np.array(excluded, np.int64)) if excluded else candidates


def excluded_rows(exclude: str | Words | None, lookup: Lookup) -> list[int]:
    """The rows of the words that are left out of the results."""
    return [] if exclude is None else lookup.rows_of_known(exclude)


def _restricted(restrict: Any, lookup: Lookup, search: ExactSearch) -> Candidates:
    if restrict is None:
        return search.all_rows()
    if isinstance(restrict, int | np.integer) and not isinstance(restrict, bool):
        if restrict < 1:
            raise SettingError(f"restrict={restrict}: must be at least 1, or None for all words")
        return search.first_rows(int(restrict))
    if isinstance(restrict, float | bool):
        raise SettingError(f"restrict={restrict!r}: must be a whole number, words or booleans (V,)")
    wanted = "a number, words or booleans (V,)"
    restrict = as_array(restrict)
    is_mask = isinstance(restrict, np.ndarray) and restrict.dtype == bool
    items = [restrict] if isinstance(restrict, str) else restrict if is_mask else as_list(restrict, wanted)
    if is_mask or (len(items) and all(isinstance(item, bool | np.bool_) for item in items)):
        mask = np.asarray(items, bool)
        if mask.shape != (len(lookup),):
            raise SettingError(f"restrict of shape {mask.shape}: booleans must be one value per word, ({len(lookup)},)")
        return search.chosen_rows(np.flatnonzero(mask))
    return search.chosen_rows(np.unique(lookup.word_ids(items)))


# ---------------------------------------------------------------- items


def _sum_of(positive: object, negative: object) -> Query:
    return _items(positive, 1.0) + _items(negative, -1.0)


def _items(items: object, sign: float) -> Query:
    """One query's items with their weights, `sign` where none is given."""
    if items is None:
        return []
    items = as_array(items)
    if is_word_or_vector(items) or _is_weighted(items):
        return [_weighted(items, sign)]
    return [_weighted(item, sign) for item in as_list(items, "a word, a vector or a list of them")]


def _is_weighted(item: object) -> bool:
    return isinstance(item, tuple) and len(item) == 2 and not isinstance(item[1], str | np.ndarray)


def _is_vector(item: object) -> bool:
    return isinstance(item, np.ndarray) and item.ndim == 1 and item.dtype.kind in "fiu"


def _weighted(item: object, sign: float) -> WeightedItem:
    weight = sign
    if isinstance(item, tuple) and _is_weighted(item):
        item, given = item
        weight = sign * _checked_weight(item, given)
    item = as_array(item)
    if isinstance(item, str):
        return WeightedItem(item, weight)
    if _is_vector(item):
        return WeightedItem(np.asarray(item, np.float64), weight)
    refuse_bytes(item)
    raise SettingError(f"{quoted(item)} is not a query: must be a word, a vector (D,) of numbers, or (either, weight)")


def _checked_weight(item: object, weight: Any) -> float:
    try:
        number = float(weight)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise SettingError(f"weight {weight!r} of {item!r}: must be a finite number")
    return number


def checked_vector(vector: Any, size: int) -> Doubles:
    """The vector as float64, if it is D finite numbers. Raises SettingError."""
    if not _is_vector(vector) or vector.shape != (size,) or not np.isfinite(vector).all():
        refuse_bytes(vector)
        shown = f"a vector of shape {vector.shape}" if isinstance(vector, np.ndarray) else quoted(vector)
        raise SettingError(f"{shown} is not a query: must be {size} finite numbers")
    doubles: Doubles = np.asarray(vector, np.float64)
    return doubles


# ---------------------------------------------------------------- directions


def directions_of(queries: Sequence[Query], lookup: Lookup) -> Directions:
    """The direction of each query: the weighted sum of its items, each first scaled to length 1.

    Raises
    ------
    UnknownWordError : a word is not in the vocabulary and has no replacement.
    SettingError : a query has no items, or a vector is not D finite numbers.
    """
    units, excluded = _look_up(queries, lookup)
    weights = np.array([weight for query in queries for _, weight in query])[:, None]
    starts = np.cumsum([0, *map(len, queries)])[:-1]
    return Directions(unit(np.add.reduceat(units * weights, starts)), excluded)


def sums_of(queries: Sequence[Query], lookup: Lookup) -> tuple[WordSums, list[list[int]]]:
    """The same for methods that combine cosines: the sums, and for each query the rows that it excludes.

    Raises as directions_of does, and SettingError where a query adds nothing, or a weight is not 1.
    """
    units, excluded = _look_up(queries, lookup)
    added: list[list[int]] = []
    subtracted: list[list[int]] = []
    line = 0
    for query in queries:
        added.append([])
        subtracted.append([])
        for item, weight in query:
            if abs(weight) != 1:
                raise SettingError(f"weight {weight} of {item!r}: method='3cosmul' takes no weights; leave it out")
            (added if weight > 0 else subtracted)[-1].append(line)
            line += 1
        if not added[-1]:
            raise SettingError("method='3cosmul' needs at least one positive= item")
    return WordSums(units, _padded(added), _padded(subtracted)), excluded


def _padded(lines: list[list[int]]) -> NDArray[np.int64]:
    width = max(map(len, lines))
    return np.array([some + [NONE] * (width - len(some)) for some in lines], np.int64)


def _look_up(queries: Sequence[Query], lookup: Lookup) -> tuple[Doubles, list[list[int]]]:
    """All items as vectors of length 1 (n, D), and for each query the rows of its words."""
    vectors = np.empty((sum(map(len, queries)), lookup.vector_size), np.float64)
    excluded: list[list[int]] = []
    line = 0
    for query in queries:
        if not query:
            raise SettingError("empty query: give a word, positive= or negative=")
        excluded.append([])
        for item, _ in query:
            found = lookup.find(item) if isinstance(item, str) else checked_vector(item, lookup.vector_size)
            if isinstance(found, int):
                excluded[-1].append(found)
                found = lookup.matrix[found]
            vectors[line] = found
            line += 1
    return unit(vectors), excluded
