"""How many words groups of threads train between two meetings."""

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Rounds"]


class Rounds(NamedTuple):
    """Lengths of rounds, in words of text read by all groups for each word of the vocabulary.

    So they mean the same for any text and vocabulary: what matters is how much a row learns in a round, and what a
    meeting costs next to it. At the start little is enough to send the groups different ways.
    """

    growth: float = 0.1  # a round is as long as this share of all that was read before it,
    least: float = 3.0  # but at least so long
    most: float = 92.0  # and at most so long

    def parts(self, tokens: range, before: int, n_words: int) -> Iterator[range]:
        """Cut some tokens into rounds.

        before : words of text read before the first token of the corpus, in earlier epochs.
        n_words : V.
        """
        first = tokens.start
        while first < tokens.stop:
            each = min(max(self.growth * (before + first) / n_words, self.least), self.most)
            length = max(int(each * n_words), 1)
            stop = first + length if first + length + length // 4 < tokens.stop else tokens.stop
            yield range(first, stop)
            first = stop
