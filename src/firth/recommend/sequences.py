"""Sequences of items in time order: sessions, playlists, or all that a user did."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary, most_frequent
from firth.errors import CorpusError, SettingError, quoted
from firth.recommend.graph import ItemGraph
from firth.recommend.index_ranges import indices_of, offsets_of
from firth.recommend.items import Item, Items
from firth.recommend.sequence_files import read_lines
from firth.recommend.splits import Beginnings, by_last, by_order, by_time

__all__ = ["Sequences"]


@dataclass(frozen=True, eq=False, repr=False)
class Sequences:
    """S sequences of T events in all; event e is about item ids[e].

    items : the N items that the ids number. Some may not occur: the parts of a split have the same items.
    ids : (T,) int32.
    offsets : (S + 1,) int64; sequence s is ids[offsets[s] : offsets[s + 1]], oldest event first. Never empty.
    given : (S,) int64, at least 1: so many items at the beginning of each sequence are history only; each later item is
        the answer of a question whose history is all items before it. Those of training data are all 1.
    times : (T,) float64, seconds since 1970, or None where none are known.
    weights : (T,) float32, of each event, or None: all 1.
    users : (S,) the user of each sequence, an index of `user_names`, or None.
    user_names : the users as the table has them.
    events : (T,) int16, the kind of each event, an index of `event_names`, or None.
    event_names : the kinds of events, such as "click" and "buy".
    """

    items: Items
    ids: WordIds
    offsets: Offsets
    given: NDArray[np.int64] | None = None
    times: NDArray[np.float64] | None = None
    weights: NDArray[np.float32] | None = None
    users: NDArray[np.int64] | None = None
    user_names: tuple[Item, ...] | NDArray[np.object_] | None = None
    events: NDArray[np.int16] | None = None
    event_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        offsets = self.offsets
        if not len(offsets) or offsets[0] != 0 or offsets[-1] != len(self.ids) or (np.diff(offsets) < 1).any():
            raise CorpusError(f"offsets must rise from 0 to the {len(self.ids):,} events: no sequence is empty")
        if self.given is None:
            object.__setattr__(self, "given", np.ones(len(self), np.int64))

    @classmethod
    def of(cls, sequences: Iterable[Iterable[Item]]) -> "Sequences":
        """Sequences of items, each oldest first; empty ones are left out.

        Raises   CorpusError if there are none, or items are neither all strings nor all integers.
        """
        seen: dict[Item, int] = {}
        lengths: list[int] = []
        ids: list[int] = []
        for sequence in sequences:
            before = len(ids)
            ids += [seen.setdefault(item, len(seen)) for item in sequence]
            if len(ids) > before:
                lengths.append(len(ids) - before)
        return cls.numbered(
            list(seen), np.asarray(ids, np.int32), np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        )

    @classmethod
    def numbered(cls, names: list[Item], ids: WordIds, offsets: Offsets) -> "Sequences":
        """Sequences from items in order of first appearance and their indices: items are numbered by frequency."""
        items, numbers = numbered_items(names, ids)
        return cls(items, numbers[ids], np.asarray(offsets, np.int64))

    @classmethod
    def read(cls, path: str | os.PathLike[str], *, user: bool = False, separator: str | None = None) -> "Sequences":
        """A text file with a sequence a line, `item item …`, oldest first; also compressed, a folder or a pattern.

        Items that all look like integers are integers.

        user : whether each line begins with its user.
        separator : between two items; None: blanks and tabs.

        Raises   CorpusError if there is no such file or no item; FormatError if it is not in UTF-8.
        Warns    if lines have a user and no item.
        """
        found = read_lines(path, user=user, separator=separator)
        if not len(found.ids):
            raise CorpusError(f"{path}: has no items; a sequence is a line of items, separated by blanks")
        items, numbers = numbered_items(found.names, found.ids)
        names = np.empty(len(found.user_names), np.object_)
        names[:] = found.user_names
        return cls(items, numbers[found.ids], found.offsets, users=found.users, user_names=names if user else None)

    def split(self, by: Literal["time", "last"], *, valid: Any = None, test: Any = None) -> "tuple[Sequences, ...]":
        """Training and test data, (train, test) or (train, valid, test), such that training knows nothing of a test.

        by="last" : the test has the last event of each sequence of two events or more; with valid=True the validation
            part has the last but one, of three or more. Sequences of one event are in training only.
        by="time" : the test has all events of the last `test`, and the validation part those of `valid` before it: a
            span ("7d", "12h", a timedelta) or a share of the events (0.1). No event of training is later than one of
            the test. A sequence that goes on in the test period is cut there: its first part is trained on, and is
            history in the test. Sequences without times can be split by shares: the last ones in their order are the
            test, with a warning.

        All parts have the same items; an event is the answer of a question in at most one part. A part that would be
        empty is an error.

        Raises   SettingError for impossible options; CorpusError if a part would have no event.
        """
        if by == "last":
            if test is not None or valid not in (None, False, True):
                raise SettingError("by='last': the test is the last event; valid=True adds a validation part, no other")
            parts = by_last(self.offsets, valid=bool(valid))
        elif by == "time":
            if test is None:
                raise SettingError("by='time': test= is the span or share that is the test, such as '7d' or 0.1")
            if self.times is None:
                parts = by_order(self.offsets, valid, test)
            else:
                parts = by_time(self.offsets, self.times, valid, test)
        else:
            raise SettingError(f"by={quoted(by)}: must be 'time' or 'last'")
        return tuple(map(self._part, parts))

    def _part(self, part: Beginnings) -> "Sequences":
        """The beginnings of some sequences."""
        kept = np.flatnonzero(part.lengths)
        if not len(kept):
            raise CorpusError(f"a part of the split would have no events; there are {len(self):,} sequences")
        lengths = part.lengths[kept]
        events = indices_of(self.offsets[kept], lengths)
        return Sequences(
            self.items,
            self.ids[events],
            offsets_of(lengths),
            part.given[kept],
            None if self.times is None else self.times[events],
            None if self.weights is None else self.weights[events],
            None if self.users is None else self.users[kept],
            self.user_names,
            None if self.events is None else self.events[events],
            self.event_names,
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[list[Item]]:
        for first, stop in zip(self.offsets[:-1], self.offsets[1:], strict=True):
            yield self.items.list_of(self.ids[first:stop])

    @property
    def n_events(self) -> int:
        """T."""
        return len(self.ids)

    @cached_property
    def n_questions(self) -> int:
        """Answers that are to be predicted: events that are not merely given."""
        assert self.given is not None
        return int(np.maximum(np.diff(self.offsets) - self.given, 0).sum())

    def corpus(self) -> EncodedCorpus:
        """The sequences as sentences of a corpus, for Word2Vec and all else that reads encoded text."""
        counts = np.bincount(self.ids, minlength=len(self.items))
        first = np.arange(len(counts))
        chosen, ids = most_frequent(counts, first, 1, None)
        words = self.items.vocabulary.words
        vocabulary = Vocabulary([words[number] for number in chosen], counts[chosen])
        return EncodedCorpus(vocabulary, ids[self.ids], self.offsets)

    def graph(self) -> ItemGraph:
        """Which item came directly after which, as a weighted directed graph, for random walks.

        Raises   CorpusError if no sequence has two different items.
        """
        return ItemGraph.of(self.items, self.ids, self.offsets, self.weights)

    def __repr__(self) -> str:
        return f"Sequences({len(self):,} of {self.n_events:,} events; {len(self.items):,} items)"


def numbered_items(names: list[Item], ids: WordIds) -> tuple[Items, WordIds]:
    """Items by falling frequency, ties by first appearance; and the new number (N,) of each given one.

    Raises   CorpusError if there are no events, or items are neither all strings nor all integers.
    """
    if not len(ids):
        raise CorpusError("there are no events: give sequences that have at least one item")
    are_integers = all(isinstance(name, int | np.integer) and not isinstance(name, bool) for name in names)
    if not are_integers:
        for name in names:
            if not isinstance(name, str):
                raise CorpusError(f"item {name!r} is {type(name).__name__}: items must be all strings or all integers")
    counts = np.bincount(ids, minlength=len(names)).astype(np.int64)
    chosen, numbers = most_frequent(counts, np.arange(len(names)), 1, None)
    items = Items(Vocabulary([str(names[index]) for index in chosen], counts[chosen]), are_integers)
    return items, numbers
