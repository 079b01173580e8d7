"""Queries of KeyedVectors: gensim's names and results, from the exact searches of vectors/.

Similarities are cosines in float64, where gensim multiplies in float32: they agree to about 1e-6.
"""

import logging
import math
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import MissingExtraError
from firth.gensim.key_table import KEY_TYPES, KeyTable, as_items
from firth.interruption import blas
from firth.vectors.analogy_search import AnalogyMethod, WordSums, best_scores
from firth.vectors.exact_search import ExactSearch
from firth.vectors.ranking import Ranking

__all__ = ["Queries", "Scored"]

logger = logging.getLogger(__name__)

Scored = list[tuple[Any, float]]


class Queries(KeyTable):
    """What can be computed with keys and their vectors."""

    _search: ExactSearch | None = None
    _searched: tuple[Any, Any] = (None, None)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_search", "_searched")}

    def exact_search(self) -> ExactSearch:
        """The search among the vectors as they are; made again when they, or their norms, were replaced."""
        self.fill_norms()
        if self._search is None or self._searched[0] is not self.vectors or self._searched[1] is not self.norms:
            self._search = ExactSearch(np.ascontiguousarray(self.vectors, np.float32))
            self._searched = (self.vectors, self.norms)
        return self._search

    # ---------------------------------------------------------------- nearest keys

    def most_similar(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Any = None,
    ) -> Any:
        """The keys with the largest cosine to a sum of keys and vectors, as (key, cosine); without those of the query.

        positive, negative : a key, a vector, a list of these or of (key or vector, weight).
        topn : how many; None: the cosines of all rows, as an array.
        clip_start, clip_end, restrict_vocab : rows that may be returned; the last one: the first so many.
        indexer : an object whose most_similar(vector, topn) searches instead.

        Raises   KeyError for an unknown key; ValueError for a query without keys.
        """
        if isinstance(topn, Integral) and topn < 1:
            return []
        mean, used = self._direction_of(positive, negative)
        if indexer is not None and isinstance(topn, int):
            return indexer.most_similar(mean.astype(np.float32), topn)
        start, stop = (0, restrict_vocab) if restrict_vocab else (clip_start, clip_end or len(self))
        stop = min(stop, len(self))
        search = self.exact_search()
        if not topn:
            return _all_cosines(search, mean.astype(np.float32), start, stop)
        if start >= stop:
            return []
        candidates = search.chosen_rows(np.arange(start, stop)) if start else search.first_rows(stop)
        count = min(int(topn), candidates.n_rows)
        return self._listed(search.nearest(mean[None].astype(np.float64, copy=False), count, [used], candidates))

    def _direction_of(self, positive: Any, negative: Any) -> tuple[Vector, list[int]]:
        """The sum of a query's keys and vectors, scaled to length 1 (D,), and the rows of its keys."""
        one = positive[0] if isinstance(positive, list) and len(positive) == 1 else positive
        is_alone = negative is None or (isinstance(negative, list) and not negative)
        if is_alone and isinstance(one, str) and (row := self.key_to_index.get(one)) is not None:
            return _unit(_unit(self.vectors[row])), [row]  # most queries; the same bits as by the mean below
        given = [(item, 1.0) for item in as_items(positive)] + [(item, -1.0) for item in as_items(negative)]
        plain = [_weighted(item, weight) for item, weight in given]
        keys, weights = [item for item, _ in plain], np.array([weight for _, weight in plain])
        mean = self.get_mean_vector(keys, weights, pre_normalize=True, post_normalize=True, ignore_missing=False)
        return mean, [self.get_index(key) for key in keys if isinstance(key, KEY_TYPES) and self.has_index_for(key)]

    def most_similar_cosmul(
        self, positive: Any = None, negative: Any = None, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """As most_similar, by the product of (1 + cosine) / 2 over `positive`, divided by that over `negative`."""
        if isinstance(topn, Integral) and topn < 1:
            return []
        added, subtracted = as_items(positive), as_items(negative)
        if not added:
            raise ValueError("cannot compute similarity with no input")
        units = np.array([self._direction(item) for item in added + subtracted], np.float64)
        search = self.exact_search()
        if not topn:
            shifted = [(1 + _all_cosines(search, one, 0, len(self))) / 2 for one in units.astype(np.float32)]
            return np.prod(shifted[: len(added)], axis=0) / (np.prod(shifted[len(added) :], axis=0) + 0.000001)
        lines = np.arange(len(units))[None]
        sums = WordSums(units, lines[:, : len(added)], lines[:, len(added) :])
        keys = [item for item in added + subtracted if isinstance(item, KEY_TYPES)]
        used = [self.get_index(key) for key in keys if self.has_index_for(key)]
        candidates = search.first_rows(min(restrict_vocab or len(self), len(self)))
        count = min(int(topn), candidates.n_rows)
        return self._listed(best_scores(search, sums, "3cosmul", count, [used], candidates))

    def similar_by_word(self, word: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """most_similar of one key."""
        return self.similar_by_key(word, topn, restrict_vocab)

    def similar_by_key(self, key: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """most_similar of one key."""
        return self.most_similar(positive=[key], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_vector(self, vector: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """most_similar of one vector (D,)."""
        return self.most_similar(positive=[np.asarray(vector)], topn=topn, restrict_vocab=restrict_vocab)

    def best_of_sums(
        self, rows: NDArray[np.int64], method: AnalogyMethod, count: int, restrict: int
    ) -> list[list[Any]]:
        """The keys nearest to b + c - a for many analogies at once, best first.

        rows : (Q, 3) of a, b and c.
        """
        search = self.exact_search()
        used, lines = np.unique(rows, return_inverse=True)
        lines = lines.reshape(rows.shape)
        units = (self.vectors[used] / self._norms()[used, None]).astype(np.float64)
        sums = WordSums(units, lines[:, 1:], lines[:, :1])
        candidates = search.first_rows(min(restrict, len(self)))
        found = best_scores(search, sums, method, min(count, candidates.n_rows), rows.tolist(), candidates)
        return [
            [self.index_to_key[row] for row, score in zip(some, scores, strict=True) if score > -np.inf]
            for some, scores in zip(found.rows.tolist(), found.similarities.tolist(), strict=True)
        ]

    def _listed(self, found: Ranking) -> Scored:
        rows, scores = found.rows[0].tolist(), found.similarities[0].tolist()
        if scores[-1] > -np.inf:  # the worst one
            return list(zip(map(self.index_to_key.__getitem__, rows), scores, strict=True))
        return [(self.index_to_key[row], score) for row, score in zip(rows, scores, strict=True) if score > -np.inf]

    def _direction(self, item: Any) -> Vector:
        """A key or vector as a vector of length 1."""
        return _unit(np.asarray(self.get_vector(item, norm=True) if isinstance(item, KEY_TYPES) else item))

    # ---------------------------------------------------------------- given keys

    def get_mean_vector(
        self,
        keys: Sequence[Any],
        weights: Any = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> Vector:
        """The mean (D,) of keys' and given vectors, weighted; divided by the sum of the weights' absolute values.

        pre_normalize : scale the vectors of keys to length 1. post_normalize : scale the mean.
        ignore_missing : leave out unknown keys; else they are a KeyError.
        """
        if len(keys) == 0:
            raise ValueError("cannot compute mean with no input")
        factors = np.ones(len(keys)) if weights is None else np.asarray(weights, np.float64)
        if len(factors) != len(keys):
            raise ValueError(f"{len(keys)} keys and {len(factors)} weights: must be as many")
        total, mean = 0.0, np.zeros(self.vector_size, self.vectors.dtype)
        for key, factor in zip(keys, factors.tolist(), strict=True):
            if isinstance(key, np.ndarray):
                vector = key
            elif key in self:
                vector = self.get_vector(key, norm=pre_normalize)
            elif ignore_missing:
                continue
            else:
                raise KeyError(f"Key {key!r} not present in vocabulary")
            mean += (factor * vector).astype(self.vectors.dtype)
            total += abs(factor)
        if total > 0:
            mean = (mean / total).astype(self.vectors.dtype)
        return _unit(mean) if post_normalize else mean

    def most_similar_to_given(self, key1: Any, keys_list: Sequence[Any]) -> Any:
        """The one of the keys with the largest cosine to `key1`."""
        return keys_list[int(np.argmax([self.similarity(key1, key) for key in keys_list]))]

    def similarity(self, w1: Any, w2: Any) -> float:
        """The cosine of two keys."""
        return _cosine(self[w1], self[w2])

    def similarity_of_rows(self, first: int, second: int) -> float:
        """The cosine of two rows."""
        return _cosine(self.vectors[first], self.vectors[second])

    def distance(self, w1: Any, w2: Any) -> float:
        """1 - similarity."""
        return 1 - self.similarity(w1, w2)

    def n_similarity(self, ws1: Sequence[Any], ws2: Sequence[Any]) -> float:
        """The cosine of the means of two lists of keys. Raises ZeroDivisionError for an empty one."""
        if not (len(ws1) and len(ws2)):
            raise ZeroDivisionError("At least one of the passed list is empty.")
        means = [self.get_mean_vector(words, pre_normalize=False) for words in (ws1, ws2)]
        return _cosine(*means)

    @staticmethod
    def cosine_similarities(vector_1: Vector, vectors_all: Matrix) -> NDArray[Any]:
        """The cosine of a vector (D,) with each row of a matrix (n, D)."""
        with blas:
            dots = np.dot(vectors_all, vector_1)
        cosines: NDArray[Any] = dots / (np.linalg.norm(vector_1) * np.linalg.norm(vectors_all, axis=1))
        return cosines

    def distances(self, word_or_vector: Any, other_words: Sequence[Any] = ()) -> NDArray[Any]:
        """1 - cosine of a key or vector with the given keys, or with all."""
        one = self.get_vector(word_or_vector) if isinstance(word_or_vector, KEY_TYPES) else word_or_vector
        rows = [self.get_index(word) for word in other_words] if len(other_words) else slice(None)
        distances: NDArray[Any] = 1 - self.cosine_similarities(one, self.vectors[rows])
        return distances

    def closer_than(self, key1: Any, key2: Any) -> list[Any]:
        """The keys that are nearer to `key1` than `key2` is, in the order of the rows."""
        distances = self.distances(key1)
        nearer = np.flatnonzero(distances < distances[self.get_index(key2)]).tolist()
        own = self.get_index(key1)
        return [self.index_to_key[row] for row in nearer if row != own]

    def words_closer_than(self, word1: Any, word2: Any) -> list[Any]:
        """The name of closer_than in gensim 3."""
        return self.closer_than(word1, word2)

    def rank(self, key1: Any, key2: Any) -> int:
        """The rank of `key2` among the keys near to `key1`, from 1."""
        return len(self.closer_than(key1, key2)) + 1

    def rank_by_centrality(self, words: Sequence[Any], use_norm: bool = True) -> list[tuple[Any, Any]]:
        """(product with the mean of all, key) for each known key, largest first."""
        known = [word for word in words if word in self]
        if len(known) != len(words):
            unknown = set(words) - set(known)
            logger.warning("vectors for words %s are not present in the model, ignoring these words", unknown)
        if not known:
            raise ValueError("cannot select a word from an empty list")
        vectors = np.vstack([self.get_vector(word, norm=use_norm) for word in known]).astype(np.float32)
        mean = self.get_mean_vector(list(vectors), post_normalize=True)
        return sorted(zip(np.dot(vectors, mean), known, strict=True), reverse=True)

    def doesnt_match(self, words: Sequence[Any]) -> Any:
        """The key that is least similar to the mean of all."""
        return self.rank_by_centrality(words)[-1][1]

    def relative_cosine_similarity(self, wa: Any, wb: Any, topn: int = 10) -> float:
        """The cosine of two keys, divided by the sum of those of the `topn` nearest to the first.

        Source   Leeuwenberg et al. 2016, "A minimally supervised approach for synonym extraction", equation 1.
        """
        nearest = self.similar_by_word(wa, topn)
        if not nearest:
            raise ValueError("Cannot calculate relative cosine similarity without any similar words.")
        return self.similarity(wa, wb) / float(sum(cosine for _, cosine in nearest))

    def wmdistance(self, document1: Sequence[Any], document2: Sequence[Any], norm: bool = True) -> float:
        """Word mover's distance of two lists of keys; infinite where one has no known key. Needs the extra `pot`.

        norm : of vectors of length 1.
        Source   Kusner et al. 2015, "From word embeddings to document distances".
        """
        try:
            from ot import emd2
        except ImportError:
            raise MissingExtraError("wmdistance()", "pot") from None
        documents = [[key for key in document if key in self] for document in (document1, document2)]
        if not all(documents):
            logger.warning("At least one of the documents had no words that were in the vocabulary.")
            return float("inf")
        keys = sorted({key for document in documents for key in document}, key=str)
        if len(keys) == 1:
            return 0.0
        shares = np.array([[document.count(key) / len(document) for key in keys] for document in documents])
        if (shares[0] == shares[1]).all():
            return 0.0
        vectors = np.array([self.get_vector(key, norm=norm) for key in keys], np.float64)
        distances = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
        return float(emd2(shares[0], shares[1], distances))


def _weighted(item: Any, weight: float) -> tuple[Any, float]:
    """A key or vector and its weight; the weight may come with it."""
    if isinstance(item, (*KEY_TYPES, np.ndarray)):
        return item, weight
    return item[0], float(item[1])


def _cosine(first: Any, second: Any) -> float:
    """Of a vector with itself it is exactly 1; with a vector of zeros 0."""
    a, b = (np.asarray(vector, np.float64).ravel() for vector in (first, second))
    lengths = np.sqrt(np.dot(a, a) * np.dot(b, b))
    return float(np.dot(a, b) / lengths) if lengths > 0 else 0.0


def _unit(vector: Any) -> Vector:
    """A vector, scaled to length 1 unless it is 0."""
    length = math.sqrt(np.dot(vector, vector))
    return np.asarray(vector / length if length > 0 else vector, np.float32)


def _all_cosines(search: ExactSearch, vector: Vector, start: int, stop: int) -> Vector:
    rows = search.all_rows()
    cosines: Vector = search.cosines(rows, vector[None])[0, start:stop]
    return cosines
