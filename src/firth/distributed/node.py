"""What one node does: reads its shards, trains its share of a round, combines a block of rows, takes the result.

A node knows of no other node, nor of how calls reach it. All of its methods can be called again after a failure.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Matrix, Offsets, WordIds
from firth.backends.choice import best_backend
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import Backend, MatrixName, Totals
from firth.corpus.vocabulary import Vocabulary
from firth.distributed.combining import Packed, Wire
from firth.distributed.meeting import Member
from firth.distributed.node_facts import NodeFacts, check_memory, facts_of
from firth.distributed.rounds import GRAIN, share_of_piece
from firth.distributed.shards import Shard
from firth.distributed.text import Arriving, Counted, HeldText, Piece, Reading, ShardSize
from firth.kernels.cuda.present import check_gpu
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import NO_EXTRAS, plan_of_ids

__all__ = ["Node", "NodeStart", "Round", "State"]


class State(NamedTuple):
    """Both matrices after a round."""

    round: int  # counted from 1; 0 before the first one
    inputs: Matrix
    outputs: Matrix | None  # None: zeros


class NodeStart(NamedTuple):
    """What a node has to know of the text and of the others before it can train.

    counts : (V,) of the words in all of the text.
    positions : (shards + 1,) where each shard begins in it.
    nodes : how many train.
    """

    counts: Counts
    positions: NDArray[np.int64]
    nodes: int


class Round(NamedTuple):
    """What is trained between two meetings.

    number : counted from 1.
    epoch, rates, so_far : as for Backend.train_epoch.
    tokens : of all of the text.
    node : the number of this node, of so many.
    """

    number: int
    epoch: int
    rates: tuple[float, float]
    tokens: range
    node: int
    so_far: Totals


class Node:
    """One of the machines that train together.

    settings : of the training.
    wire : how changes travel.
    """

    def __init__(self, settings: Hyperparameters, wire: Wire) -> None:
        self._settings = settings
        self._wire = wire
        self._reading: Reading | None = None
        self._arriving: Arriving | None = None
        self._text: HeldText | None = None
        self._backend: Backend | None = None
        self._member: Member | None = None  # None where no other node trains
        self._round = 0  # the last one whose meeting is over
        self.trained = 0  # words of the present round
        self.on_tick: Callable[[], None] = lambda: None  # called about ten times a second while training

    # ---------------------------------------------------------------- the text

    def facts(self) -> NodeFacts:
        """What has to be the same on all nodes.

        Raises   MissingExtraError or SettingError if the backend cannot be used here.
        """
        if self._settings.backend == "cuda":
            check_gpu()
        return facts_of()

    def count(self, shards: list[Shard], name: str) -> Counted:
        """Read shards. name : of the text. Raises CorpusError."""
        self._reading = Reading(shards, name, str(self._settings.tokenizer), self._settings.worker_threads, None)
        return self._reading.counted()

    def encode(self, final_ids: NDArray[np.int32]) -> dict[int, ShardSize]:
        """Number the words that count() has found; returns the sizes of the shards."""
        assert self._reading is not None
        # A copy: what has travelled is read-only, for which the kernel would be compiled once more.
        self._text, self._reading = self._reading.encoded(final_ids.copy()), None
        return self._text.sizes()

    def expect(self, shards: list[Shard]) -> list[int]:
        """Prepare for holding shards that the driver has read; returns the numbers of those that are not here yet."""
        new = self._lacks(shards)
        self._arriving = Arriving(new) if new else None
        return [shard.number for shard in new]

    def receive(self, shard: int, ids: WordIds, ends: Offsets) -> None:
        """The next piece of the shards that are not here yet; see Arriving.add."""
        assert self._arriving is not None
        self._arriving.add(shard, ids, ends)

    def _lacks(self, shards: list[Shard]) -> list[Shard]:
        had = {} if self._text is None else self._text.spans
        return [shard for shard in shards if shard.number not in had]

    def hold(self, shards: list[Shard], name: str, vocabulary: Vocabulary | None) -> dict[int, ShardSize]:
        """Hold these shards from now on; those that are not here yet are read, or have been received.

        vocabulary : of the text that is read.

        Raises   CorpusError if it cannot be read.
        """
        new, found = self._lacks(shards), None
        if self._arriving is not None:
            found, self._arriving = self._arriving.held(), None
        elif new:
            settings = self._settings
            reading = Reading(new, name, str(settings.tokenizer), settings.worker_threads, vocabulary)
            found = reading.encoded()
        if self._text is None:
            assert found is not None
            self._text = found
        else:
            self._text = self._text.with_shards(shards, found)
        return self._text.sizes()

    def digests(self) -> dict[int, str]:
        """Of the ids and sentences of each shard."""
        assert self._text is not None
        return self._text.digests()

    # ---------------------------------------------------------------- the weights

    def start(self, start: NodeStart, state: State | None) -> None:
        """Prepare everything that could fail or take long.

        state : where to go on; None: where this node was after its last round.

        Raises   SettingError if there is too little memory.
        """
        assert self._text is not None
        state = self.state() if state is None else state
        size, words = self._settings.vector_size, len(start.counts)
        if self._backend is not None:
            self._backend.stop()
            self._backend = None
        check_memory(words, size, start.nodes)
        self._n_tokens = int(start.positions[-1])
        self._pieces: list[Piece] = self._text.pieces(start.positions)
        extras = NO_EXTRAS._replace(origins=[piece.origin for piece in self._pieces])
        self._plan: TrainingPlan = plan_of_ids(self._settings, self._text.corpus, start.counts, extras)
        settings = self._settings
        backend = best_backend(settings.backend, settings.threads, self._plan, size, settings.epochs, chunk=GRAIN)
        backend.start(self._plan, state.inputs, state.outputs)
        self._backend, self._round, self._member = backend, state.round, None
        if start.nodes > 1:
            outputs = np.zeros_like(state.inputs) if state.outputs is None else state.outputs.copy()
            weights = state.inputs.copy(), outputs
            self._member = Member(self._plan, backend, weights, start.counts, self._wire)

    def train(self, given: Round, nodes: int) -> tuple[Any, ...]:
        """Train this node's share of a round.

        Returns Totals; and where several nodes train, Measured, and Changes for each of them.
        """
        backend, totals = self.backend, given.so_far
        self.trained = words = 0
        for part, rates in self._work(given):
            before = self.trained

            def watch(now: Totals, totals: Totals = totals, before: int = before) -> None:
                self.trained = before + now.words - totals.words
                self.on_tick()

            totals = backend.train_epoch(given.epoch, rates, part, watch, totals)
            words += len(part)
            self.trained = words
            if self._member is not None:
                self._member.count(part)
        if self._member is None:
            self._round = given.number
            return (totals,)
        of_company = self._settings.seed % 2**64, given.epoch, given.tokens.start
        return totals, *self._member.close(given.number, words, nodes, ((*of_company, given.node), of_company))

    def _work(self, given: Round) -> list[tuple[range, tuple[float, float]]]:
        """The tokens of each piece, and the learning rates at the ends of the corpus that give each the round's."""
        length, n_tokens = len(self._plan.corpus.ids), self._n_tokens
        work = []
        for piece in self._pieces:
            share = share_of_piece(piece.stop - piece.first, given.tokens, n_tokens)
            part = range(piece.first + share.start, piece.first + share.stop)
            rates = given.rates
            if piece.stop - piece.first != length:
                slope = (rates[1] - rates[0]) / (piece.stop - piece.first)
                rates = rates[0] - slope * piece.first, rates[0] + slope * (length - piece.first)
            if len(part):
                work.append((part, rates))
        return work

    def combine(self, given: Round, rate: float, nodes: int, *of_nodes: Any) -> tuple[Packed, Packed]:
        """Make one change of the changes of all nodes to this node's block of rows; see Member.combine.

        It may be called while the next round is trained.
        """
        assert self._member is not None
        return self._member.combine(given.number, given.node, rate, nodes, *of_nodes)

    def finish(self, number: int, trained: Any, *combined: tuple[Packed, Packed]) -> None:
        """End the meeting of a round: go on from what all blocks together have become.

        trained : what the last call of train() has returned: so that this comes behind it.
        combined : of all nodes.
        """
        assert self._member is not None
        if number == self._round:  # called again after a failure
            return
        self._member.finish(number, combined)
        self._round = number

    def back(self) -> int:
        """Return to where the last meeting ended; returns the number of its round."""
        if self._member is not None:
            self._member.back()
        return self._round

    # ---------------------------------------------------------------- what it has learned

    @property
    def backend(self) -> Backend:
        """What trains on this node."""
        assert self._backend is not None
        return self._backend

    def state(self) -> State:
        """Both matrices after the last meeting."""
        return State(self._round, *(self.backend.matrices() if self._member is None else self._member.weights))

    def rows(self, matrix: MatrixName, ids: WordIds) -> Matrix:
        """Rows (n, D) after the last meeting."""
        return (self.backend if self._member is None else self._member).rows(matrix, ids)

    def set_rows(self, matrix: MatrixName, first: int, rows: Matrix) -> None:
        """Replace rows, as Backend.set_rows does."""
        if self._member is not None:
            self._member.set_rows(matrix, first, rows)
        self.backend.set_rows(matrix, first, rows)

    def is_finite(self) -> bool:
        """Whether all numbers are finite."""
        return self.backend.is_finite()
