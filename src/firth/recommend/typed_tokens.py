"""Types of users and types of items as tokens of one corpus, so that both get vectors in one space.

Source  Grbovic & Cheng 2018, "Real-time personalization using embeddings for search ranking at Airbnb", section 4.2:
        bookings of a single user are too few to learn from, those of a type of users, such as country and device, are
        not. A sequence has for each event the type of its user, then that of its item.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary, most_frequent
from firth.errors import SettingError, quoted
from firth.recommend.tables.reading import LabelColumn

__all__ = ["TypeColumns", "typed_corpus"]

TypeColumns = Sequence[str]


def typed_corpus(
    columns: Mapping[str, LabelColumn], user: TypeColumns, item: TypeColumns, order: NDArray[np.int64], offsets: Offsets
) -> EncodedCorpus:
    """The tokens of sequences of events: "user:country=SE,device=ios", "item:market=Uppsala,price=2", …

    user, item : the columns that make up a type.
    order, offsets : the events of each sequence.

    Raises   SettingError if a column does not exist.
    """
    ids = np.empty(2 * len(order), np.int32)
    words: list[str] = []
    for position, (kind, names) in enumerate((("user", user), ("item", item))):
        codes, texts = _types(columns, kind, names)
        ids[position::2] = codes[order] + len(words)
        words += texts
    counts = np.bincount(ids, minlength=len(words)).astype(np.int64)
    chosen, numbers = most_frequent(counts, np.arange(len(words)), 1, None)
    vocabulary = Vocabulary([words[index] for index in chosen], counts[chosen])
    return EncodedCorpus(vocabulary, numbers[ids], 2 * offsets)


def _types(columns: Mapping[str, LabelColumn], kind: str, names: TypeColumns) -> tuple[WordIds, list[str]]:
    """The type of each event, and the token of each type."""
    if isinstance(names, str) or not names:
        raise SettingError(f"{kind}={quoted(names)}: must be a list of columns, at least one")
    texts = [f"{kind}:"]
    types: WordIds | None = None
    for number, name in enumerate(names):
        if name not in columns:
            known = ", ".join(columns) or "none"
            raise SettingError(
                f"{kind}: there is no column {name!r}; the further columns are {known}: read the table with "
                f"columns=[{name!r}]"
            )
        column = columns[name]
        values = [*column.texts, ""]  # the last one where there is nothing: its index is -1
        codes = column.codes.astype(np.int64) % len(values)
        both = codes if types is None else types.astype(np.int64) * len(values) + codes
        found, inverse = np.unique(both, return_inverse=True)
        types = inverse.astype(np.int32)
        comma = "," if number else ""
        texts = [
            f"{texts[index // len(values)]}{comma}{name}={values[index % len(values)]}" for index in found.tolist()
        ]
    assert types is not None
    return types, texts
