"""When nodes meet: the rounds of an epoch, and which words of its text each node trains in one of them."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from firth.backends.rounds import Rounds

__all__ = ["GRAIN", "RoundPlan", "rounds_for", "share_of_piece"]

GRAIN = 2048  # tokens: rounds end at multiples of it, and threads of a node take as many at a time

# What a row learns in a round, it learns from rows of other nodes as they were before: the shorter the rounds, the more
# is learned of the same text. That matters most at first: rounds grow with what has been read. And the more copies,
# the sooner the sum of their changes overshoots. With 4 nodes rounds have 4 words of text for each word of the
# vocabulary at first, and 365 in the end. Quality was measured with up to 16 nodes (docs/distributed.md); with more of
# them rounds do not become shorter, and meetings no more costly.
_GROWTH, _LEAST = 0.125, 8.0  # divided by the square root of the number of nodes
_MOST = 1460.0  # divided by their number
_MEASURED_NODES = 16


def rounds_for(nodes: int) -> Rounds:
    """The lengths of rounds that keep quality with so many nodes."""
    nodes = min(nodes, _MEASURED_NODES)
    return Rounds(growth=_GROWTH / math.sqrt(nodes), least=_LEAST / math.sqrt(nodes), most=_MOST / nodes)


class RoundPlan(NamedTuple):
    """Rounds follow from the text alone: a training that goes on from a checkpoint has the same ones.

    n_tokens, n_words : T, and V.
    """

    rounds: Rounds
    n_tokens: int
    n_words: int

    def parts(self, epoch: int, tokens: range) -> Iterator[range]:
        """The rounds of what is left of an epoch, as ranges of the text.

        epoch : counted from 0 through all trainings of the weights.
        """
        start = 0
        for part in self.rounds.parts(range(self.n_tokens), epoch * self.n_tokens, self.n_words):
            stop = self.n_tokens if part.stop == self.n_tokens else part.stop // GRAIN * GRAIN
            if stop > start:
                if stop > tokens.start:
                    yield range(max(start, tokens.start), min(stop, tokens.stop))
                start = stop


def share_of_piece(length: int, tokens: range, n_tokens: int) -> range:
    """The words of a piece that are trained while all nodes together train some tokens of the text.

    Every piece gives the same share of itself to a round: a round is a sample of all of the text.

    length : of the piece; with all T tokens it is the text, and gives the tokens themselves.
    """
    first, stop = (
        length if at == n_tokens else length * at // n_tokens // GRAIN * GRAIN for at in (tokens.start, tokens.stop)
    )
    return range(first, stop)
