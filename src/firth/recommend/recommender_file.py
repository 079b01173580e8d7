"""The file of a Recommender: one safetensors file, mapped into memory and checked. N items, D numbers per vector.

Tensors
    words               U8     ids of all items in UTF-8, end to end; of integers, their decimal digits
    word_ends           I64    (N,)    counts      I64  (N,)
    weights             F32    (F,)    of the features (kernels/cpu/recommend/evidence.py)
    vectors.*                  what NextItemVectors.arrays() returns: item_vectors and next_vectors F32 (N, D), …
    neighbours.*               a table of items: offsets I64 (N + 1,), columns I32 (P,), values F32 (P,)
    rules.*                    what SequentialRules.arrays() returns: such a table, and lag_weights F32 (L,), …
    sessions.*                 what SessionKnn.arrays() returns
    repeats.*                  what Repeats.arrays() returns
    attributes.offsets  I64 (N + 1,)    attributes.values  I32    optional: those of each item, indices of "attributes"
    new.item_vectors new.next_vectors   F32  (M, D)    optional: of the items of "new_items"
    index.centers  F32  (C, D)    index.items  I32  (L,)    index.starts  I64  (C + 1,)    optional: the index for
                                                            approximate search

Metadata: "format" is "firth-recommender", "version" a whole number, "settings" and "integers" (whether ids of items are
integers) are JSON; so are, where the tensors are, "attributes" (columns and values), "new_items" (their ids) and
"index" (how many of its clusters are read, and its recall).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.vocabulary import Vocabulary
from firth.errors import FormatError
from firth.formats.atomic import atomic_write
from firth.formats.compressed import no_such_file
from firth.formats.mapped import map_file
from firth.formats.packed_words import PackedWords, check_ends
from firth.formats.temporary import settle
from firth.formats.tensor_file import TensorFile, damage_reported, decode_metadata, is_safetensors, write_tensors
from firth.kernels.cpu.recommend.arguments import ItemTable
from firth.recommend.attributes import Attributes
from firth.recommend.blend import default_weights
from firth.recommend.evidence import Evidence
from firth.recommend.item_index import Clusters, IndexFacts, ItemIndex
from firth.recommend.item_table import stored_table, table_arrays
from firth.recommend.items import Items
from firth.recommend.learned import Learned
from firth.recommend.new_items import NewItems, of_items
from firth.recommend.next_item_vectors import NextItemVectors
from firth.recommend.recommender_settings import RecommenderSettings, vector_settings
from firth.recommend.repeats import LAGS, Repeats
from firth.recommend.sequential_rules import SequentialRules
from firth.recommend.session_knn import SessionKnn

__all__ = ["FORMAT", "StoredRecommender", "read", "write"]

FORMAT, VERSION = "firth-recommender", 1
MOST_LAGS = 1 << 20
LARGEST = 1e15  # of any number: sums of products stay finite in float32
_TYPES = {"bool": "BOOL", "uint8": "U8", "int32": "I32", "int64": "I64", "float32": "F32", "float64": "F64"}

Arrays = Mapping[str, NDArray[Any]]


class StoredRecommender(NamedTuple):
    """The content of a file."""

    learned: Learned
    settings: RecommenderSettings


def write(path: str | Path, stored: StoredRecommender) -> None:
    """Write the file, atomically. Raises FormatError if it cannot be written."""
    learned, settings = stored
    evidence, items = learned.evidence, learned.items
    words = PackedWords.pack(items.vocabulary.words)
    arrays: dict[str, NDArray[Any]] = {
        "words": words.text,
        "word_ends": words.ends,
        "counts": items.counts,
        "weights": learned.weights,
    }
    for part, its in (
        ("vectors", learned.vectors.arrays()),
        ("rules", evidence.rules.arrays()),
        ("neighbours", table_arrays(evidence.neighbours)),
        ("sessions", evidence.sessions.arrays()),
        ("repeats", evidence.repeats.arrays()),
    ):
        arrays |= {f"{part}.{name}": array for name, array in its.items()}
    more = _optional(learned)
    arrays |= more.arrays
    arrays = dict(sorted(arrays.items(), key=lambda item: -item[1].dtype.itemsize))  # so that every array is aligned
    types = {name: _TYPES[array.dtype.name] for name, array in arrays.items()}
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "settings": json.dumps(settings.to_json()),
        "integers": json.dumps(items.are_integers),
        **{name: json.dumps(value) for name, value in more.metadata.items()},
    }
    with atomic_write(path) as file:
        write_tensors(file, arrays, types, metadata)


class _Optional(NamedTuple):
    """Parts that not every file has."""

    arrays: dict[str, NDArray[Any]]
    metadata: dict[str, Any]


def _optional(learned: Learned) -> _Optional:
    arrays: dict[str, NDArray[Any]] = {}
    metadata: dict[str, Any] = {}
    if learned.attributes is not None:
        known = of_items(learned.attributes, learned.items)
        arrays |= {"attributes.offsets": known.offsets, "attributes.values": known.values}
        metadata["attributes"] = known.names
    if learned.new is not None:
        arrays |= {"new.item_vectors": learned.new.item_vectors, "new.next_vectors": learned.new.next_vectors}
        metadata["new_items"] = learned.new.names
    if learned.index is not None:
        arrays |= {f"index.{name}": part for name, part in learned.index.clusters._asdict().items()}
        metadata["index"] = list(learned.index.facts)
    return _Optional(arrays, metadata)


def _add_optional(path: Path, learned: Learned, arrays: Arrays, metadata: Mapping[str, Any]) -> None:
    n, size = learned.next_vectors.shape
    if "new_items" in metadata:
        new = NewItems(metadata["new_items"], arrays["new.item_vectors"], arrays["new.next_vectors"])
        texts = all(isinstance(name, str) for name in new.names)
        _check(path, "new items", texts and len({*new.names, *learned.items.vocabulary.words}) == n + len(new.names))
        fits = all(part.dtype == np.float32 and part.shape == (len(new.names), size) for part in new[1:])
        _check(path, "new items", fits and len(new.names) > 0)
        _check(path, "new items", not learned.items.are_integers or all(str(int(name)) == name for name in new.names))
        learned.add(new)
    if "index" in metadata:
        learned.index = _index(path, arrays, metadata["index"], n, size)


def _index(path: Path, arrays: Arrays, facts: Any, n: int, size: int) -> ItemIndex:
    clusters = Clusters(*(arrays[f"index.{name}"] for name in Clusters._fields))
    types = [part.dtype for part in clusters] == [np.float32, np.int32, np.int64]
    count = len(clusters.centers)
    _check(path, "index", types and count > 0 and clusters.centers.shape == (count, size))
    _check(path, "index", bool(np.isfinite(clusters.centers).all()) and _are_below(clusters.items, n))
    _check(path, "index", _are_parts(clusters.starts, count, len(clusters.items)))
    read, recall = facts
    _check(path, "index", type(read) is int and 1 <= read <= count)
    return ItemIndex(clusters, IndexFacts(read, float(recall)))


def _attributes(path: Path, items: Items, arrays: Arrays, metadata: Mapping[str, Any]) -> Attributes | None:
    if "attributes" not in metadata:
        return None
    names = [(column, value) for column, value in metadata["attributes"]]
    _check(path, "attributes", all(isinstance(text, str) for name in names for text in name))
    offsets, values = arrays["attributes.offsets"], arrays["attributes.values"]
    types = offsets.dtype == np.int64 and values.dtype == np.int32
    _check(
        path, "attributes", types and _are_parts(offsets, len(items), len(values)) and _are_below(values, len(names))
    )
    return Attributes(items.list_of(range(len(items))), offsets, values, names)


def read(path: str | Path) -> StoredRecommender:
    """Map a file into memory; the arrays are read-only views of it.

    Raises   FileNotFoundError, or FormatError if the file is damaged, something else, or of a newer version.
    """
    path = Path(path)
    settle(path)
    if path.is_dir():
        raise FormatError(path, "is a folder, not a recommender")
    if not path.exists():
        raise no_such_file(path)
    content = map_file(path)
    if not is_safetensors(content[:9].tobytes()):
        raise FormatError(path, "is not a recommender: not a safetensors file")
    file = TensorFile(path, content)
    metadata = _decoded(path, file.metadata)
    file.check(("words", "word_ends", "counts", "weights"))
    arrays = {name: file.array(name, file.dtype(name), file.dimensions(name)) for name in file.names}
    with damage_reported(path):
        return _composed(path, arrays, metadata)


def _decoded(path: Path, stored: object) -> dict[str, Any]:
    kind = stored.get("format") if isinstance(stored, dict) else None
    if not isinstance(stored, dict) or kind != FORMAT:
        advice = {"firth": "; it has word vectors: open it with firth.load()"}.get(str(kind), "")
        raise FormatError(path, f"is not a recommender: its format is {str(kind)[:40]!r}{advice}")
    return decode_metadata(path, stored, VERSION)


def _composed(path: Path, arrays: Arrays, metadata: Mapping[str, Any]) -> StoredRecommender:
    settings = RecommenderSettings.from_json(metadata["settings"])
    items = _items(path, arrays, metadata["integers"])
    n = len(items)
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not (array.min(initial=0) >= -LARGEST and array.max(initial=0) <= LARGEST):
            raise FormatError(path, f"tensor {name!r} has a number that is not finite, or too large; it is damaged")
    weights = arrays["weights"]
    _check(path, "weights", weights.dtype == np.float32 and weights.shape == default_weights().shape)
    vectors = NextItemVectors.from_arrays(items, _part(arrays, "vectors"), vector_settings(settings))
    for name, matrix in (("item_vectors", vectors.item_vectors), ("next_vectors", vectors.next_vectors)):
        _check(path, f"vectors.{name}", matrix.dtype == np.float32 and matrix.shape == (n, settings.vector_size))
    _check(path, "vectors.is_answer", vectors.is_answer.dtype == bool and vectors.is_answer.shape == (n,))
    neighbours = _table(path, "neighbours", _part(arrays, "neighbours"), n)
    rules = _rules(path, items, _part(arrays, "rules"))
    sessions = _sessions(path, items, _part(arrays, "sessions"))
    repeats = Repeats.from_arrays(_part(arrays, "repeats"))
    _check(path, "repeats", repeats.shares.dtype == np.float64 and repeats.shares.shape == (LAGS + 1,))
    attributes = _attributes(path, items, arrays, metadata)
    n_values = 0 if attributes is None else len(attributes.names)
    values = _part(arrays, "vectors")
    fits = all(values[name].shape == (n_values, settings.vector_size) for name in ("value_inputs", "value_outputs"))
    _check(path, "vectors of values", attributes is None or (fits and values["is_value"].shape == (n_values,)))
    evidence = Evidence(items, rules, neighbours, sessions, repeats)
    learned = Learned(vectors, evidence, weights, settings.repeats, attributes)
    _add_optional(path, learned, arrays, metadata)
    return StoredRecommender(learned, settings)


def _items(path: Path, arrays: Arrays, are_integers: object) -> Items:
    ends = arrays["word_ends"]
    _check(path, "words", arrays["words"].dtype == np.uint8 and ends.dtype == np.int64 and ends.ndim == 1)
    check_ends(path, ends, len(arrays["words"]))
    names = list(PackedWords(arrays["words"], ends))
    _check(path, "counts", arrays["counts"].dtype == np.int64 and (arrays["counts"] >= 0).all())
    if not names or not isinstance(are_integers, bool):
        raise FormatError(path, "has no items; the file is damaged")
    if are_integers:
        _check(path, "words", all(str(int(name)) == name for name in names))
    items = Items(Vocabulary(names, arrays["counts"]), are_integers)
    items.number(names[0])  # finds a repeated one
    return items


def _table(path: Path, name: str, arrays: Arrays, n: int) -> ItemTable:
    table = stored_table(arrays)
    types = [array.dtype.name for array in table] == ["int64", "int32", "float32"]
    _check(path, name, types and _are_parts(table.offsets, n, len(table.columns)))
    _check(path, name, table.columns.shape == table.values.shape and _are_below(table.columns, n))
    return table


def _rules(path: Path, items: Items, arrays: Arrays) -> SequentialRules:
    _table(path, "rules", arrays, len(items))
    weights = arrays["lag_weights"]
    fits = weights.dtype == np.float32 and weights.ndim == 1 and 0 < len(weights) <= MOST_LAGS
    _check(path, "rules.lag_weights", fits and (weights > 0).all())
    return SequentialRules.from_arrays(items, arrays)


def _sessions(path: Path, items: Items, arrays: Arrays) -> SessionKnn:
    ids, offsets, starts, sequences = (arrays[name] for name in ("ids", "offsets", "starts", "sequences"))
    types = [array.dtype.name for array in (ids, offsets, starts, sequences)] == ["int32", "int64", "int64", "int32"]
    _check(path, "sessions", types and _are_parts(offsets, len(offsets) - 1, len(ids)) and _are_below(ids, len(items)))
    fits = _are_parts(starts, len(items), len(sequences)) and bool((np.diff(offsets) > 0).all())
    _check(path, "sessions", fits and _are_below(sequences, len(offsets) - 1))
    longest = len(arrays["history_weights"])
    for name in ("history_weights", "common_weights", "distance_weights"):
        array = arrays[name]
        fits = array.dtype == np.float32 and array.shape == (longest,) and bool((array > 0).all())
        _check(path, f"sessions.{name}", fits and 0 < longest <= MOST_LAGS)
    counts, before = arrays["counts"], arrays["before"]
    _check(path, "sessions.counts", counts.dtype == np.int64 and counts.shape == (2,) and _are_counts(counts))
    _check(path, "sessions.before", before.dtype == np.float64 and before.shape == (1,) and 0 <= before[0] <= 1)
    return SessionKnn.from_arrays(items, arrays)


def _are_counts(counts: NDArray[np.int64]) -> bool:
    return bool(counts.min() > 0 and counts.max() < 1 << 31)


def _part(arrays: Arrays, part: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(f"{part}."): array for name, array in arrays.items() if name.startswith(f"{part}.")}


def _are_parts(offsets: NDArray[np.int64], parts: int, length: int) -> bool:
    """Whether offsets cut `length` things into parts."""
    if offsets.shape != (parts + 1,) or parts < 0:
        return False
    return bool(offsets[0] == 0 and offsets[-1] == length and (np.diff(offsets) >= 0).all())


def _are_below(numbers: NDArray[np.int32], limit: int) -> bool:
    return bool(numbers.ndim == 1 and numbers.min(initial=0) >= 0 and numbers.max(initial=-1) < limit)


def _check(path: Path, name: str, is_right: object) -> None:
    if not is_right:
        raise FormatError(path, f"{name} make no sense; the file is damaged")
