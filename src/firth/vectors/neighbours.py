"""What queries return: words with their similarity, as named tuples, in lists that notebooks show as tables."""

from typing import Any, NamedTuple

from firth.notebook import html_table
from firth.printable import printable

__all__ = ["Neighbour", "Neighbours", "WordBetween"]


class Neighbour(NamedTuple):
    """A word and its similarity to the query: the cosine of the angle between the two vectors, in [-1, 1].

    With `method="3cosmul"` the similarity is the score of that method, at least 0.
    """

    word: str
    similarity: float


class Neighbours(list[Neighbour]):
    """The neighbours found for one query, best first: a list that notebooks show as a table."""

    def _repr_html_(self) -> str:
        return html_table("", ["word", "similarity"], [(word, f"{similarity:.4f}") for word, similarity in self])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        words = [(printable(word), similarity) for word, similarity in self]
        widest = max((len(word) for word, _ in words), default=0)
        lines = [f"{word:{widest}}  {similarity:7.4f}" for word, similarity in words]
        printer.text("\n".join(lines) if lines else "[]")


class WordBetween(NamedTuple):
    """A word near the line from one word to another.

    similarity : its cosine with the nearest point of the line, in (0, 1].
    position : where on the line that point is, from 0 (the first word) to 1 (the second).
    """

    word: str
    similarity: float
    position: float
