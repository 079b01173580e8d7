"""Tables of what users did: a row for each event, with its user, its item, and perhaps its time and kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firth.arrays import WordIds
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary, most_frequent
from firth.errors import SettingError, quoted
from firth.formats.skip_report import OnError
from firth.progress import ProgressOption, open_progress
from firth.recommend.durations import Span, seconds_in
from firth.recommend.items import Items
from firth.recommend.sequences import Sequences, numbered_items
from firth.recommend.sessions import cut_into_sequences, event_weights, frequent_events
from firth.recommend.tables.columns import Name, Wanted
from firth.recommend.tables.delimited import TextLayout
from firth.recommend.tables.reading import LabelColumn, read_events
from firth.recommend.tables.source import TableSource
from firth.recommend.tables.times import TimeUnit
from firth.recommend.typed_tokens import TypeColumns, typed_corpus

__all__ = ["Interactions"]


@dataclass(frozen=True, eq=False, repr=False)
class Interactions:
    """T events, in the order of a table.

    items : the N items, most frequent first.
    ids : (T,) int32, the item of each event.
    users : (T,) int32, the user of each event, an index of `user_names`.
    user_names : (U,) strings or integers, as the table has them.
    times : (T,) float64, seconds since 1970, or None.
    events : (T,) int16, the kind of each event, an index of `event_names`, or None.
    event_names : the kinds of events, such as "click" and "buy".
    columns : the further columns that were read, by name.
    rows_left_out : of the table, because they could not be used.
    """

    items: Items
    ids: WordIds
    users: WordIds
    user_names: NDArray[np.object_]
    times: NDArray[np.float64] | None = None
    events: NDArray[np.int16] | None = None
    event_names: tuple[str, ...] = ()
    columns: Mapping[str, LabelColumn] = field(default_factory=dict)
    rows_left_out: int = 0

    @classmethod
    def read(
        cls,
        source: TableSource,
        *,
        user: Name | None = None,
        item: Name | None = None,
        time: Name | None = None,
        event: Name | None = None,
        columns: Sequence[Name] = (),
        time_unit: TimeUnit | None = None,
        separator: str | None = None,
        header: bool | None = None,
        on_error: OnError = "skip",
        progress: ProgressOption = None,
    ) -> "Interactions":
        """Read a table. Files, Arrow streams and iterables are read in blocks: memory is that of the compact columns.

        Parameters
        ----------
        source : a path, folder or pattern of CSV, TSV (also compressed) or Parquet files; a data frame of pandas or
            Polars, a table of pyarrow or anything else with an Arrow stream; a dictionary of columns; or an iterable of
            rows (user, item), (user, item, time) or (user, item, time, event).
        user, item : the columns, by name or by number from 0; by default "user" and "item", or the first two of rows.
            Users and items are strings or integers. Those of text files are integers where all of them look so.
        time : the column of times: numbers, ISO 8601 (2015-01-31T12:00), datetimes. Without a zone they are in UTC.
        event : the column that says what happened, such as "click" or "buy".
        columns : further columns, for typed().
        time_unit : "s", "ms", "us" or "ns", of times that are numbers; None guesses it, and warns unless it is "s".
        separator : between the fields of a text file; None finds it: a tab, comma, semicolon, blank or |.
        header : whether the first line of a text file names the columns; None: if they are given by name.
        on_error : rows without user or item, with an unreadable time or another number of fields: "skip" leaves them
            out, with a warning that counts them; "raise" raises at the first.
        progress : as everywhere: None or True for a bar or lines, False for nothing, or a function.

        Raises
        ------
        FormatError : a file is damaged, a column is missing, or a row is bad and on_error is "raise"; with the line.
        CorpusError : there is no such file, no row can be used, or items are neither all strings nor all integers.
        SettingError : an impossible option.
        MissingExtraError : Parquet files or Arrow streams without pyarrow.
        """
        if isinstance(columns, str):
            raise SettingError(f"columns={columns!r}: must be a list of columns")
        wanted = Wanted(user, item, time, event, tuple(columns))
        layout = TextLayout(separator, header)
        found = read_events(source, wanted, layout, time_unit, on_error, open_progress(progress))
        items, numbers = numbered_items(found.item_names, found.items)
        names = np.empty(len(found.user_names), np.object_)
        names[:] = found.user_names
        return cls(
            items,
            numbers[found.items],
            found.users,
            names,
            found.times,
            found.events,
            found.event_names,
            found.further,
            found.left_out,
        )

    def __len__(self) -> int:
        return len(self.ids)

    def sessions(
        self,
        gap: Span = "30min",
        *,
        minimum_length: int = 2,
        minimum_count: int = 1,
        weights: Mapping[str, float] | None = None,
    ) -> Sequences:
        """The events of each user in time order, cut where nothing happened for longer than `gap`.

        The sessions are in the order of their first events.

        Parameters
        ----------
        gap : "30min", "1h", "2d", seconds or a timedelta.
        minimum_length : events; shorter sessions are left out, after all else was.
        minimum_count : events of rarer items are left out.
        weights : of kinds of events, {"buy": 5, "click": 1}: events of weight 0 are left out, kinds that are not named
            have weight 1.

        Raises
        ------
        SettingError : the table was read without times, or an impossible option.
        CorpusError : no session is long enough.
        """
        if self.times is None:
            raise SettingError("sessions need times: read the table with time='…', or use sequences() for whole users")
        return self._cut(seconds_in("gap", gap), minimum_length, minimum_count, weights)

    def sequences(
        self,
        *,
        minimum_length: int = 2,
        minimum_count: int = 1,
        weights: Mapping[str, float] | None = None,
    ) -> Sequences:
        """All events of each user in time order; those at the same time, or without times, in the order of the table.

        The options and errors are those of sessions().
        """
        return self._cut(None, minimum_length, minimum_count, weights)

    def _cut(
        self, gap: float | None, minimum_length: int, minimum_count: int, weights: Mapping[str, float] | None
    ) -> Sequences:
        of_event = None
        if weights is not None:
            of_kind = event_weights(weights, self.event_names)
            of_event = of_kind[self.events]
        wanted = frequent_events(self.ids, self.items.counts, minimum_count)
        if of_event is not None and (of_event == 0).any():
            wanted = (of_event > 0) if wanted is None else wanted & (of_event > 0)
        chosen, offsets = cut_into_sequences(self.users, self.times, gap, wanted, minimum_length)
        ids = self.ids[chosen]
        counts = np.bincount(ids, minlength=len(self.items)).astype(np.int64)
        kept, numbers = most_frequent(counts, np.arange(len(counts)), 1, None)
        words = self.items.vocabulary.words
        items = Items(Vocabulary([words[number] for number in kept], counts[kept]), self.items.are_integers)
        return Sequences(
            items,
            numbers[ids],
            offsets,
            times=None if self.times is None else self.times[chosen],
            weights=None if of_event is None else of_event[chosen],
            users=self.users[chosen[offsets[:-1]]].astype(np.int64),
            user_names=self.user_names,
            events=None if self.events is None else self.events[chosen],
            event_names=self.event_names,
        )

    def typed(
        self, *, user: TypeColumns, item: TypeColumns, gap: Span | None = None, minimum_length: int = 1
    ) -> EncodedCorpus:
        """Types of users and of items as tokens of one corpus, for Word2Vec: both get vectors in one space.

        For each event of a user, in time order, the sequence has the type of the user and then that of the item:
        "user:country=SE,device=ios", "item:market=Uppsala,price=2". Types may change from event to event. Values are
        taken as they are: bin numbers first.

        Parameters
        ----------
        user, item : the columns that make up the two types; the table has to be read with these as `columns`.
        gap : cuts into sessions, as in sessions(); None: one sequence for each user.
        minimum_length : events; users or sessions with fewer are left out.

        Source   Grbovic & Cheng 2018, section 4.2.

        Raises   SettingError if a column was not read, or a gap is given and there are no times.
        """
        if gap is not None and self.times is None:
            raise SettingError(f"gap={quoted(gap)} needs times: read the table with time='…'")
        seconds = None if gap is None else seconds_in("gap", gap)
        order, offsets = cut_into_sequences(self.users, self.times, seconds, None, minimum_length)
        return typed_corpus(self.columns, user, item, order, offsets)

    def __repr__(self) -> str:
        kinds = f"; {len(self.event_names):,} kinds of events" if self.events is not None else ""
        span = ""
        if self.times is not None:
            first, last = (np.datetime64(int(end), "s") for end in (self.times.min(), self.times.max()))
            span = f", {first.astype('datetime64[D]')} to {last.astype('datetime64[D]')}"
        names = f"{len(self.user_names):,} users, {len(self.items):,} items"
        return f"Interactions({len(self):,} events{span}; {names}{kinds})"
