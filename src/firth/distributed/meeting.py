"""A node's part in meetings: what it has learned since the last one, what comes of that of all nodes, and both matrices
as all nodes have them.

A round's meeting may take place while the node trains the next round: what it learns in that stays, on top of what the
meeting gives.
"""

from typing import Any, NamedTuple

import numpy as np

from firth.arrays import Counts, Matrix, WordIds
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import Backend, MatrixName
from firth.distributed.combining import (
    Changes,
    Combiner,
    Company,
    Measured,
    Packed,
    Wire,
    blocks_of,
    packed,
    unpacked,
    unpacked_pieces,
)
from firth.kernels.cpu.training.combining import count_words

__all__ = ["Member"]

_SIDES: tuple[MatrixName, MatrixName] = ("input", "output")


class _Unmet(NamedTuple):
    """A round that has been trained, and whose meeting is not over.

    changes : of each block of rows.
    company : at its end.
    """

    changes: list[Changes]
    company: Company


class Member:
    """Of the meetings of several nodes.

    plan, backend : of this node, which has been started with the weights.
    weights : both matrices, as all nodes have them; they are changed.
    counts : (V,) of the words in all of the text.
    """

    def __init__(
        self, plan: TrainingPlan, backend: Backend, weights: tuple[Matrix, Matrix], counts: Counts, wire: Wire
    ) -> None:
        self.weights = weights  # after the last meeting
        self._ids, self._backend, self._wire = plan.corpus.ids, backend, wire
        self._combiner = Combiner(plan, counts, weights[0].shape[1])
        self._reads = np.zeros(len(counts), np.int32)
        self._unmet: dict[int, _Unmet] = {}  # by the number of the round

    def count(self, part: range) -> None:
        """Some tokens of this node's text have been trained."""
        count_words(self._ids[part.start : part.stop], self._reads)

    def close(self, number: int, words: int, nodes: int, seeds: tuple[tuple[int, ...], ...]) -> tuple[Any, ...]:
        """End a round.

        words : that have been trained.
        seeds : of what the curvature is measured on, and the company.

        Returns Measured, and Changes for each node.
        """
        measured: Measured = self._combiner.measure(self._backend, nodes, words, seeds[0])
        changes = [self._changes(block, rows) for block, rows in enumerate(blocks_of(len(self._reads), nodes))]
        self._unmet[number] = _Unmet(changes, self._combiner.company(self._backend, seeds[1]))
        self._reads[:] = 0
        return measured, *changes

    def _changes(self, block: int, rows: range) -> Changes:
        ids, places = np.arange(rows.start, rows.stop, dtype=np.int32), slice(rows.start, rows.stop)
        found = []
        for side, name in enumerate(_SIDES):
            changes = self._backend.rows(name, ids)
            changes -= self.weights[side][places]
            for before in self._unmet.values():
                changes -= unpacked(before.changes[block].rows(side, slice(None)))
            found.append(packed(changes, self._wire))
        return Changes(found[0], found[1], self._reads[places].copy())

    def combine(self, number: int, block: int, rate: float, nodes: int, *of_nodes: Any) -> tuple[Packed, Packed]:
        """Make one change of the changes of all nodes to a block of rows.

        rate : of the round, on average.
        of_nodes : Measured of all nodes, then their Changes.
        """
        measured, changes = of_nodes[:nodes], of_nodes[nodes:]
        rows = blocks_of(len(self._reads), nodes)[block]
        before = self.weights[0][rows.start : rows.stop], self.weights[1][rows.start : rows.stop]
        company = self._unmet[number].company
        inputs, outputs = self._combiner.combine(rate, rows, before, company, measured, changes)
        return packed(inputs, self._wire), packed(outputs, self._wire)

    def finish(self, number: int, combined: tuple[tuple[Packed, Packed], ...]) -> None:
        """End the meeting of a round. combined : what all blocks of rows have become, together."""
        del self._unmet[number]
        for block, (rows, changes) in enumerate(zip(blocks_of(len(self._reads), len(combined)), combined, strict=True)):
            for side, change in enumerate(changes):
                for piece, numbers in unpacked_pieces(change):
                    first = rows.start + piece.start
                    met = self.weights[side][first : rows.start + piece.stop]
                    met += numbers
                    self._backend.set_rows(_SIDES[side], first, self._with_later(met, block, side, piece))

    def _with_later(self, met: Matrix, block: int, side: int, piece: slice) -> Matrix:
        """Some rows of a block, with what this node has learned in rounds whose meetings are not over."""
        for later in self._unmet.values():
            met = met + unpacked(later.changes[block].rows(side, piece))
        return met

    def back(self) -> None:
        """Return to where the last meeting ended."""
        self._unmet = {}
        self._reads[:] = 0
        for name, weights in zip(_SIDES, self.weights, strict=True):
            self._backend.set_rows(name, 0, weights)

    def rows(self, matrix: MatrixName, ids: WordIds) -> Matrix:
        """Rows (n, D) after the last meeting."""
        return self.weights[matrix == "output"][ids]

    def set_rows(self, matrix: MatrixName, first: int, rows: Matrix) -> None:
        """Replace rows, as Backend.set_rows does."""
        self.weights[matrix == "output"][first : first + len(rows)] = rows
