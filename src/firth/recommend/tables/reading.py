"""Blocks of rows to compact columns of numbers, without the rows that cannot be used."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import WordIds
from firth.errors import CorpusError, quoted
from firth.formats.skip_report import OnError
from firth.progress import Reporter
from firth.recommend.items import Item
from firth.recommend.tables.bad_rows import BadRows
from firth.recommend.tables.codes import MISSING, NO_ID, Codes, Labels
from firth.recommend.tables.columns import Block, Column, Table, Wanted, value_at
from firth.recommend.tables.delimited import TextLayout
from firth.recommend.tables.source import TableSource, name_of, tables_of
from firth.recommend.tables.times import Times, TimeUnit

__all__ = ["Events", "LabelColumn", "read_events"]

_MOST_KINDS = np.iinfo(np.int16).max


class LabelColumn(NamedTuple):
    """A further column: row i has texts[codes[i]], or nothing where the code is -1."""

    codes: WordIds
    texts: tuple[str, ...]


class Events(NamedTuple):
    """The rows that can be used, in the order of the table.

    users, items : (T,) int32, indices of their names, which are in the order of their first appearance.
    times : (T,) float64, seconds since 1970.
    events : (T,) int16, indices of `event_names`.
    left_out : rows that cannot be used.
    """

    users: WordIds
    user_names: list[Item]
    items: WordIds
    item_names: list[Item]
    times: NDArray[np.float64] | None
    events: NDArray[np.int16] | None
    event_names: tuple[str, ...]
    further: dict[str, LabelColumn]
    left_out: int


class _Kept(NamedTuple):
    """Columns, a block at a time."""

    users: list[WordIds]
    items: list[WordIds]
    times: list[NDArray[np.float64]]
    events: list[NDArray[np.int16]]
    further: list[list[WordIds]]


class _Reading:
    """What was read so far of the tables of one source."""

    def __init__(self, source: str, wanted: Wanted, unit: TimeUnit | None, bad: BadRows) -> None:
        self._source = source
        self._bad = bad
        self._users, self._items, self._kinds = Codes(), Codes(), Labels()
        self._further = [Labels() for _ in wanted.further or ()]
        self._times = Times(f"{source}, column {'of times' if wanted.time is None else repr(wanted.time)}", unit)
        self._kept = _Kept([], [], [], [], [[] for _ in wanted.further or ()])
        self.n_rows = 0

    def add(self, table: Table, block: Block) -> None:
        """Encode the rows of a block."""
        user, item, time, event, *further = block.columns
        assert user is not None and item is not None
        users, items = self._users.encode(user), self._items.encode(item)
        problems = [
            (users == MISSING, "without a user", None),
            (users == NO_ID, "whose user is neither text nor a whole number", user),
            (items == MISSING, "without an item", None),
            (items == NO_ID, "whose item is neither text nor a whole number", item),
        ]
        if time is not None:
            seconds = self._times.seconds(time)
            problems.append((np.isnan(seconds), "whose time cannot be read", time))
        good = self._good(table, block, problems)
        self._kept.users.append(users[good])
        self._kept.items.append(items[good])
        if time is not None:
            self._kept.times.append(seconds[good])
        if event is not None:
            self._kept.events.append(self._event_codes(event)[good])
        for column, labels, kept in zip(further, self._further, self._kept.further, strict=True):
            assert column is not None
            kept.append(labels.encode(column)[good])
        self.n_rows += block.n_rows

    def _good(
        self, table: Table, block: Block, problems: list[tuple[NDArray[np.bool_], str, Column | None]]
    ) -> NDArray[np.bool_] | slice:
        """Which rows of a block can be used; the others are counted, each with its first problem."""
        found = [problem for problem in problems if problem[0].any()]
        if not found:
            return slice(None)
        good = np.ones(block.n_rows, np.bool_)
        for wrong, kind, column in sorted(found, key=lambda problem: int(problem[0].argmax())):
            wrong = wrong & good
            if wrong.any():
                first = int(wrong.argmax())
                value = "" if column is None else quoted(value_at(column, first))
                self._bad.add(table, block.number_of(first), kind, value, int(wrong.sum()))
                good &= ~wrong
        return good

    def _event_codes(self, column: Column) -> NDArray[np.int16]:
        codes = self._kinds.encode(column)
        if (codes < 0).any():
            codes[codes < 0] = self._kinds.setdefault("", len(self._kinds))
        if len(self._kinds) > _MOST_KINDS:
            raise CorpusError(
                f"{self._source}: more than {_MOST_KINDS:,} kinds of events, such as "
                f"{quoted(next(reversed(self._kinds)))}: is this the right column?"
            )
        return codes.astype(np.int16)

    def finish(self, wanted: Wanted, *, is_text: bool) -> Events:
        """All columns. Raises CorpusError if there is no row."""
        users = _joined(self._kept.users)
        n_rows = self._bad.count + (0 if users is None else len(users))
        if users is None or not len(users):
            raise self._bad.error(self._source, n_rows)
        self._bad.report(self._source, n_rows)
        items = _joined(self._kept.items)
        assert items is not None
        further = {
            str(name): LabelColumn(_joined(codes), tuple(labels.texts()))
            for name, codes, labels in zip(wanted.further or (), self._kept.further, self._further, strict=True)
        }
        return Events(
            users,
            self._users.names(from_text=is_text),
            items,
            self._items.names(from_text=is_text),
            _joined(self._kept.times),
            _joined(self._kept.events),
            tuple(self._kinds.texts()),
            further,
            self._bad.count,
        )


def _joined(parts: list[Any]) -> Any:
    """One array, whose parts are given up; None if there are none."""
    if not parts:
        return None
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def read_events(
    source: TableSource,
    wanted: Wanted,
    layout: TextLayout,
    unit: TimeUnit | None,
    on_error: OnError,
    reporter: Reporter,
) -> Events:
    """Read a table; see `Interactions.read` for the parameters and errors."""
    layout.check()
    bad = BadRows(on_error)
    name = name_of(source)
    reading = _Reading(name, wanted, unit, bad)
    is_text = True
    with reporter, reporter.stage("reading", None, "rows") as stage:
        for table in tables_of(source, wanted, layout, bad):
            is_text = is_text and table.is_text
            for block in table.blocks:
                reading.add(table, block)
                stage.update(reading.n_rows)
    return reading.finish(wanted, is_text=is_text)
