"""Rows that are left out: counted, and reported with the first of each kind."""

from typing import NamedTuple

from firth.errors import CorpusError, FirthError, warn
from firth.formats.skip_report import OnError, SkipReport
from firth.recommend.tables.columns import Table

__all__ = ["BadRows"]


class _Kind(NamedTuple):
    rows: int
    first: str  # of them: where it is, and what it is


class BadRows:
    """What is wrong with the rows of one table, or several files of one.

    on_error : "skip" leaves them out, "raise" raises at the first.

    Raises   SettingError for anything else.
    """

    def __init__(self, on_error: OnError) -> None:
        self._raises = not SkipReport(on_error).are_skipped
        self._kinds: dict[str, _Kind] = {}

    @property
    def count(self) -> int:
        """Rows so far."""
        return sum(kind.rows for kind in self._kinds.values())

    def add(self, table: Table, number: int, kind: str, found: str = "", count: int = 1) -> None:
        """Count rows; with "raise", raise an error for the first.

        number : of the first of them.
        kind : what is wrong, such as "without an item".
        found : what is there instead, quoted.
        """
        if self._raises:
            what = f"{kind} ({found})" if found else kind
            raise table.wrong(number, f"a {table.unit} {what}; correct it, or leave such rows out: on_error='skip'")
        if kind in self._kinds:
            known = self._kinds[kind]
            self._kinds[kind] = known._replace(rows=known.rows + count)
        else:
            self._kinds[kind] = _Kind(count, f"{table.unit} {number:,}{found and ': '}{found}")

    def report(self, name: str, n_rows: int) -> None:
        """Warn if rows were left out.

        name : of the table. n_rows : all of its rows.
        """
        if self._kinds:
            warn(f"{self._sentence(name, n_rows)}; correct them, or give on_error='raise' to stop at the first")

    def error(self, name: str, n_rows: int) -> FirthError:
        """The error for a table without a good row."""
        if not n_rows:
            return CorpusError(f"{name}: has no rows")
        return CorpusError(f"{self._sentence(name, n_rows)}: nothing is left")

    def _sentence(self, name: str, n_rows: int) -> str:
        kinds = "; ".join(f"{one.rows:,} {kind} (first {one.first})" for kind, one in self._kinds.items())
        return f"{name}: {self.count:,} of {n_rows:,} rows are left out: {kinds}"
