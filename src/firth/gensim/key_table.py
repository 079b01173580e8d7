"""Keys, their vectors and further attributes of them, by the names of gensim's KeyedVectors.

Shapes  V keys, D numbers per vector.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Vector

__all__ = ["KEY_TYPES", "KeyTable", "as_items", "random_rows"]

KEY_TYPES = (str, int, np.integer)
_MOVED = {
    "vocab": "key_to_index, index_to_key, get_vecattr() and set_vecattr()",
    "index2word": "index_to_key",
    "index2entity": "index_to_key",
    "vectors_norm": "get_normed_vectors()",
    "syn0": "vectors",
    "syn0norm": "get_normed_vectors()",
}


def as_items(items: Any) -> list[Any]:
    """A key, a vector, a matrix or several of them as a list."""
    if items is None:
        return []
    if isinstance(items, KEY_TYPES) or (isinstance(items, np.ndarray) and items.ndim == 1):
        return [items]
    return list(items)


def random_rows(rows: int, vector_size: int, seed: int) -> NDArray[np.float32]:
    """(rows, D) numbers from -1 / D to 1 / D, as gensim draws them."""
    drawn: NDArray[np.float32] = np.random.default_rng(seed=seed).random((rows, vector_size), dtype=np.float32)
    drawn *= 2.0
    drawn -= 1.0
    drawn /= vector_size
    return drawn


class KeyTable:
    """A list of keys, a matrix with a row for each, and arrays of attributes.

    vector_size : D.
    index_to_key, key_to_index : the keys in the order of the rows, and the row of each.
    vectors : (V, D), may be written to; call fill_norms(force=True) afterwards.
    norms : (V,) their lengths, or None until they are needed.
    expandos : attributes of keys, by name: (V,) each.
    """

    def __init__(
        self, vector_size: int, count: int = 0, dtype: Any = np.float32, mapfile_path: str | None = None
    ) -> None:
        self.vector_size = vector_size
        self.index_to_key: list[Any] = [None] * count
        self.next_index = 0
        self.key_to_index: dict[Any, int] = {}
        self.vectors: NDArray[Any] = np.zeros((count, vector_size), dtype=dtype)
        self.norms: NDArray[Any] | None = None
        self.expandos: dict[str, NDArray[Any]] = {}
        self.mapfile_path = mapfile_path
        self.vectors_lockf: NDArray[np.float32] = np.ones(1, np.float32)

    def __str__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    def __len__(self) -> int:
        return len(self.index_to_key)

    def __contains__(self, key: Any) -> bool:
        return self.has_index_for(key)

    def __getattr__(self, name: str) -> Any:
        if name in _MOVED:
            raise AttributeError(f"{name} is of gensim 3; since gensim 4 it is {_MOVED[name]}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # ---------------------------------------------------------------- rows

    def get_index(self, key: Any, default: int | None = None) -> int:
        """The row of a key, or of a whole number that is no key; `default`, or else KeyError, where there is none."""
        index = self.key_to_index.get(key, -1)
        if index >= 0:
            return index
        if isinstance(key, int | np.integer) and 0 <= key < len(self.index_to_key):
            return int(key)
        if default is None:
            raise KeyError(f"Key {key!r} not present")
        return default

    def has_index_for(self, key: Any) -> bool:
        """Whether a key has a row."""
        return self.get_index(key, -1) >= 0

    def __getitem__(self, key_or_keys: Any) -> NDArray[Any]:
        if isinstance(key_or_keys, KEY_TYPES):
            return self.get_vector(key_or_keys)
        return np.vstack([self.get_vector(key) for key in key_or_keys])

    def get_vector(self, key: Any, norm: bool = False) -> Vector:
        """The vector (D,) of a key, which cannot be written to; `norm` scales it to length 1."""
        row = self.get_index(key)
        vector: Vector = self.vectors[row] / self._norms()[row] if norm else self.vectors[row]
        vector.flags.writeable = False
        return vector

    def word_vec(self, *args: Any, **kwargs: Any) -> Vector:
        """The name of get_vector in gensim 3."""
        return self.get_vector(*args, **kwargs)

    def _norms(self) -> NDArray[Any]:
        self.fill_norms()
        assert self.norms is not None
        return self.norms

    def fill_norms(self, force: bool = False) -> None:
        """Compute the lengths of all vectors, if they are not known or `force` is set."""
        if self.norms is None or force:
            with np.errstate(over="ignore", invalid="ignore"):  # of a damaged file
                self.norms = np.linalg.norm(self.vectors, axis=1)

    def get_normed_vectors(self) -> NDArray[Any]:
        """All vectors, scaled to length 1 (V, D)."""
        scaled: NDArray[Any] = self.vectors / self._norms()[:, None]
        return scaled

    def unit_normalize_all(self) -> None:
        """Scale all vectors to length 1, in place."""
        self.vectors /= self._norms()[:, None]
        self.norms = np.ones(len(self.vectors))

    def init_sims(self, replace: bool = False) -> None:
        """The name of fill_norms, and with `replace` of unit_normalize_all, in gensim 3."""
        self.fill_norms()
        if replace:
            self.unit_normalize_all()

    # ---------------------------------------------------------------- attributes

    def allocate_vecattrs(self, attrs: Iterable[str] | None = None, types: Iterable[Any] | None = None) -> None:
        """Make an array for each attribute, as long as there are keys; without names, adjust the length of all."""
        if attrs is None:
            attrs, types = list(self.expandos), [array.dtype for array in self.expandos.values()]
        size = len(self.index_to_key)
        for name, kind in zip(attrs, types or (), strict=True):
            wanted = np.dtype(object if kind is str else np.int64 if kind is int else kind)
            array = self.expandos.get(name)
            if array is None:
                self.expandos[name] = np.zeros(size, wanted)
                continue
            if not np.issubdtype(wanted, array.dtype):
                raise TypeError(f"attribute {name!r} has the type {array.dtype}: it cannot become {wanted}")
            if len(array) != size:
                self.expandos[name] = np.zeros(size, array.dtype)
                self.expandos[name][: len(array)] = array[:size]

    def set_vecattr(self, key: Any, attr: str, val: Any) -> None:
        """Set an attribute of a key. The first value of an attribute decides its type."""
        self.allocate_vecattrs([attr], [type(val)])
        self.expandos[attr][self.get_index(key)] = val

    def get_vecattr(self, key: Any, attr: str) -> Any:
        """An attribute of a key."""
        row = self.get_index(key)
        return self.expandos[attr][row]

    # ---------------------------------------------------------------- growing

    def resize_vectors(self, seed: int = 0) -> None:
        """Make the matrix as long as there are keys; new rows are random."""
        have = self.vectors
        if have.shape != (len(self), self.vector_size):
            self.vectors = random_rows(len(self), self.vector_size, seed)
            if have.size:
                self.vectors[: len(have)] = have
        self.allocate_vecattrs()
        self.norms = None

    def add_vector(self, key: Any, vector: Any) -> int:
        """Add one vector, and return its row. Adding many at once is faster, and so are rows made beforehand."""
        row = self.next_index
        if row < len(self) and self.index_to_key[row] is None:
            self.index_to_key[row], self.key_to_index[key] = key, row
            self.vectors[row] = vector
            self.next_index += 1
            return row
        row = len(self)
        self.add_vectors([key], [vector])
        self.next_index = row + 1
        return row

    def add_vectors(self, keys: Any, weights: Any, extras: Any = None, replace: bool = False) -> None:
        """Add keys with their vectors; of keys that exist already, the old vector is kept unless `replace` is set.

        extras : attributes of these keys, by name.
        """
        listed: Sequence[Any] = [keys] if isinstance(keys, KEY_TYPES) else list(keys)
        rows = np.asarray(weights).reshape(len(listed), -1).astype(self.vectors.dtype)
        extras = {name: np.asarray(values) for name, values in (extras or {}).items()}
        self.allocate_vecattrs(extras, [values.dtype for values in extras.values()])
        is_new = np.fromiter((key not in self.key_to_index for key in listed), np.bool_, len(listed))
        for number in np.flatnonzero(is_new).tolist():
            self.key_to_index[listed[number]] = len(self.index_to_key)
            self.index_to_key.append(listed[number])
        self.vectors = np.vstack((self.vectors, rows[is_new]))
        self.allocate_vecattrs()
        changed = np.ones(len(listed), np.bool_) if replace else is_new
        at = [self.key_to_index[listed[number]] for number in np.flatnonzero(changed).tolist()]
        self.vectors[at] = rows[changed]
        for name, values in extras.items():
            self.expandos[name][at] = values[changed]
        self.norms = None

    def __setitem__(self, keys: Any, weights: Any) -> None:
        self.add_vectors(keys if isinstance(keys, list) else [keys], weights, replace=True)

    def sort_by_descending_frequency(self) -> None:
        """Order keys, attributes and vectors by falling count; of equal ones, those behind come first, as in gensim."""
        if not len(self):
            return
        counts = np.asarray(self.expandos["count"], np.int64)
        order = np.lexsort((-np.arange(len(counts)), -counts))
        self.index_to_key = [self.index_to_key[row] for row in order.tolist()]
        self.key_to_index = {key: row for row, key in enumerate(self.index_to_key)}
        self.allocate_vecattrs()
        self.expandos = {name: array[order] for name, array in self.expandos.items()}
        if len(self.vectors):
            self.vectors, self.norms = self.vectors[order], None
