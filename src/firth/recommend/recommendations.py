"""What a Recommender returns: items with their scores, lists of them for many histories, and why an item scores so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.notebook import html_table
from firth.printable import printable
from firth.recommend.items import UNKNOWN, Item, Items

__all__ = ["Contribution", "Explanation", "ManyRecommendations", "Recommendation", "Recommendations"]


class Recommendation(NamedTuple):
    """An item and its score: the higher, the likelier it comes next. Scores of one list can be compared."""

    item: Item
    score: float


class Recommendations(list[Recommendation]):
    """The items recommended for one history, best first: a list that notebooks show as a table.

    skipped : the items of the history that the model does not know, in their order.
    is_popularity : whether nothing of the history is known, so that these are the most frequent items.
    new : how many at the end are new items, which have places of their own (`new_items=`).
    """

    def __init__(
        self,
        entries: Sequence[Recommendation] = (),
        *,
        skipped: Sequence[Item] = (),
        is_popularity: bool = False,
        new: int = 0,
    ) -> None:
        super().__init__(entries)
        self.skipped = list(skipped)
        self.is_popularity = is_popularity
        self.new = new

    @property
    def items(self) -> list[Item]:
        """The items alone."""
        return [item for item, _ in self]

    @property
    def note(self) -> str:
        """What a user should know about this list, as a sentence; "" for nothing."""
        sentences = []
        if self.skipped:
            shown = ", ".join(printable(str(item)) for item in self.skipped[:3])
            more = ", …" if len(self.skipped) > 3 else ""
            sentences.append(f"{len(self.skipped):,} unknown items of the history were skipped: {shown}{more}")
        if self.is_popularity:
            sentences.append("no item of the history is known: these are the most frequent items")
        return "; ".join(sentences)

    def _rows(self) -> list[tuple[str, str]]:
        return [(str(item), f"{score:.4f}") for item, score in self]

    def _repr_html_(self) -> str:
        return html_table(self.note, ["item", "score"], self._rows())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        rows = [(printable(item), score) for item, score in self._rows()]
        widest = max((len(item) for item, _ in rows), default=0)
        lines = [f"{item:{widest}}  {score:>8}" for item, score in rows] or ["[]"]
        printer.text("\n".join([*lines, *([f"({self.note})"] if self.note else [])]))


@dataclass(frozen=True, eq=False, repr=False)
class ManyRecommendations(Sequence[Recommendations]):
    """The items recommended for Q histories, as arrays; entry q is the list of history q.

    numbers : (Q, count) int32, the items by their numbers in `known`, best first; -1 where there are fewer.
    scores : (Q, count) float32; -inf where there are fewer.
    known : the items that the numbers mean.
    skipped : (Q,) int64, unknown items of each history.
    is_popularity : (Q,) whether nothing of the history is known, so that the most frequent items are recommended.
    new : how many new items have places of their own at the end of each list.
    """

    numbers: NDArray[np.int32]
    scores: Matrix
    known: Items
    skipped: NDArray[np.int64]
    is_popularity: NDArray[np.bool_]
    new: int = 0

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> Recommendations: ...
    @overload
    def __getitem__(self, index: slice) -> list[Recommendations]: ...
    def __getitem__(self, index: int | slice) -> Recommendations | list[Recommendations]:
        if isinstance(index, slice):
            return [self[query] for query in range(len(self))[index]]
        query = range(len(self))[index]
        rows = zip(self.numbers[query].tolist(), self.scores[query].tolist(), strict=True)
        entries = [Recommendation(self.known.item(number), score) for number, score in rows if number != UNKNOWN]
        return Recommendations(entries, is_popularity=bool(self.is_popularity[query]), new=self.new)

    def __iter__(self) -> Iterator[Recommendations]:
        return (self[query] for query in range(len(self)))

    @property
    def items(self) -> list[list[Item]]:
        """The items alone, a list for each history."""
        return [entries.items for entries in self]

    def __repr__(self) -> str:
        return (
            f"ManyRecommendations({len(self):,} lists of {self.numbers.shape[1]}; {int(self.skipped.sum()):,} unknown "
            f"items skipped, {int(self.is_popularity.sum()):,} lists of the most frequent items)"
        )


class Contribution(NamedTuple):
    """What one item of a history, seen by one component, adds to a score.

    item : of the history; None for what no item of it adds.
    component : "vectors", "sequential rules", …
    """

    item: Item | None
    component: str
    amount: float


class Explanation(list[Contribution]):
    """Why an item has its score: contributions that sum to it, largest first; notebooks show a table.

    item : the item that is explained.
    score : its score in recommend().
    """

    def __init__(self, item: Item, score: float, contributions: Sequence[Contribution]) -> None:
        super().__init__(contributions)
        self.item = item
        self.score = score

    def by_component(self) -> dict[str, float]:
        """The sums for each component."""
        return self._sums(1)

    def by_item(self) -> dict[Item | None, float]:
        """The sums for each item of the history."""
        return self._sums(0)

    def _sums(self, which: int) -> dict[Any, float]:
        sums: dict[Any, float] = {}
        for contribution in self:
            sums[contribution[which]] = sums.get(contribution[which], 0.0) + contribution.amount
        return sums

    def _rows(self) -> list[tuple[str, str, str]]:
        rows = [("" if item is None else str(item), name, f"{amount:.4f}") for item, name, amount in self]
        return [*rows, ("", "score", f"{self.score:.4f}")]

    def _repr_html_(self) -> str:
        return html_table(str(self.item), ["because of", "component", "adds"], self._rows())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        rows = [tuple(map(printable, row)) for row in self._rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(2)]
        lines = [f"{item:{widths[0]}}  {name:{widths[1]}}  {amount:>8}" for item, name, amount in rows]
        printer.text("\n".join([printable(str(self.item)), *lines]))
