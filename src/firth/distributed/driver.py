"""The driver: a backend whose threads are machines.

A round of training is three calls to all nodes:

    train     each trains its share of the round, and gives out its changes, in one block of rows for each node
    combine   each makes one change of the blocks that all nodes have of its rows
    finish    all take all combined blocks: then all have the same weights, and the round is over

The driver moves references to these blocks, no rows. Where nodes train on while they meet, they combine beside the
training of the next round, and finish behind it; at the end of an epoch they wait.

When a node is lost, the others return to where the last meeting ended, which all of them have; the shards of the lost
node are dealt out to them; what was trained since is trained again.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from firth.arrays import Matrix, WordIds
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import NOTHING, MatrixName, Totals
from firth.distributed.handing import hand_over
from firth.distributed.machines import Call, LostNodeError, Machines, NodeHandle
from firth.distributed.node import NodeStart, Round, State
from firth.distributed.reading import SharedText, check_facts
from firth.distributed.rounds import GRAIN, RoundPlan, rounds_for
from firth.distributed.shards import deal
from firth.errors import CorpusError, FirthError, warn

__all__ = ["ClusterBackend"]

_ALL_LOST = "all nodes of the cluster are lost: start it again, and go on from the checkpoint, if there is one"


class _Work(NamedTuple):
    """A round to be trained. number : counted from 1; the rest as for Backend.train_epoch."""

    number: int
    epoch: int
    rates: tuple[float, float]
    tokens: range
    so_far: Totals


class _Meeting(NamedTuple):
    """Of a round that has been trained.

    trained, combined : the calls of all nodes.
    """

    work: _Work
    trained: list[Call]
    combined: list[Call]


class ClusterBackend:
    """Trains on the nodes of a cluster.

    machines : whose nodes hold the text.
    text : what they hold.

    Attributes
    ----------
    rounds : an epoch has to be trained in these parts.
    """

    chunk = least_part = GRAIN

    def __init__(self, machines: Machines, text: SharedText) -> None:
        self._machines = machines
        self._text = text
        self._hands = dict(text.hands)
        self._vocabulary = machines.share(text.vocabulary)
        self._n_tokens = text.n_words
        self._wanted = len(self._hands)
        self.rounds = RoundPlan(rounds_for(self._wanted), self._n_tokens, len(text.vocabulary))
        self._round = 0  # the last one that has been trained
        self._meeting: _Meeting | None = None  # of that round, as long as it is not over
        self._totals = NOTHING

    def start(
        self,
        plan: TrainingPlan,
        inputs: Matrix,
        outputs: Matrix | None,
        message: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """See Backend. Raises SettingError, with its name, if a node has too little memory."""
        self._seed = plan.seed
        self._start(State(0, inputs, outputs), self._nodes)

    @property
    def _nodes(self) -> list[NodeHandle]:
        return list(self._machines.nodes)

    def _start(self, state: State | None, nodes: list[NodeHandle]) -> None:
        start = self._machines.share(NodeStart(self._text.vocabulary.counts, self._text.positions, len(self._nodes)))
        shared = None if state is None else self._machines.share(state)
        self._machines.wait([self._machines.call(node, "start", start, shared) for node in nodes])

    # ---------------------------------------------------------------- rounds

    def train_epoch(
        self,
        epoch: int,
        rates: tuple[float, float],
        tokens: range,
        watch: Callable[[Totals], None],
        so_far: Totals = NOTHING,
    ) -> Totals:
        """See Backend; the tokens of one round. Words are counted as all nodes together would read them in turn."""
        self._train_all([_Work(self._round + 1, epoch, rates, tokens, so_far)], watch)
        return self._totals

    def _train_all(self, todo: list[_Work], watch: Callable[[Totals], None]) -> None:
        """Train rounds, and those again that are lost with a node."""
        while todo:
            try:
                self._train(todo[0], watch)
                todo = todo[1:]
            except LostNodeError as lost:
                todo = self._recover(lost, todo)
            except BaseException:
                self._interrupt()
                raise

    def _train(self, work: _Work, watch: Callable[[Totals], None]) -> None:
        """Train a round; its meeting is over then, unless nodes train on while they meet."""
        number, epoch, rates, tokens, so_far = work
        if tokens.start == 0 and len(self._nodes) < self._wanted:
            self._welcome(self._machines.join())
        machines, nodes = self._machines, self._nodes
        count = len(nodes)

        def tick(words: int) -> None:
            watch(so_far._replace(words=min(tokens.start + words, tokens.stop)))

        rounds = [Round(number, epoch, rates, tokens, node, so_far if node == 0 else NOTHING) for node in range(count)]
        results = count + 2 if count > 1 else 1
        calls = [
            machines.call(node, "train", one, count, results=results) for node, one in zip(nodes, rounds, strict=True)
        ]
        found = machines.wait([*calls, *self._finish(calls)], tick)
        trained = found[:count] if count > 1 else found[0]
        self._totals = Totals(tokens.stop, sum(one.pairs for one in trained), sum(one.loss for one in trained))
        self._round, self._meeting = number, None
        if count > 1:
            self._meeting = _Meeting(work, calls, self._combine(rounds, calls))
            if not machines.overlap or tokens.stop == self._n_tokens:
                self._end_meeting()

    def _combine(self, rounds: list[Round], trained: list[Call]) -> list[Call]:
        rates, tokens = rounds[0].rates, rounds[0].tokens
        middle = (tokens.start + tokens.stop) / 2 / self._n_tokens
        rate = rates[0] + (rates[1] - rates[0]) * middle
        measured = [call.results[1] for call in trained]
        combined = []
        for one, call in zip(rounds, trained, strict=True):
            of_block = [other.results[2 + one.node] for other in trained]
            combined.append(self._machines.call(call.node, "combine", one, rate, len(rounds), *measured, *of_block))
        return combined

    def _finish(self, behind: list[Call]) -> list[Call]:
        """Have all nodes end the meeting, if there is one, behind a call of each that trains."""
        if self._meeting is None:
            return []
        number, changes = self._meeting.work.number, [call.results[0] for call in self._meeting.combined]
        return [self._machines.call(call.node, "finish", number, call.results[0], *changes) for call in behind]

    def _end_meeting(self) -> None:
        """Wait until the meeting is over, if there is one."""
        if self._meeting is not None:
            self._machines.wait(self._finish(self._meeting.trained))
            self._meeting = None

    def settle(self) -> None:
        """See Backend."""
        while self._meeting is not None:
            try:
                self._end_meeting()
            except LostNodeError as lost:
                self._train_all(self._recover(lost), lambda totals: None)

    def _interrupt(self) -> None:
        """Have all nodes return to the last meeting that is due; after an error, which is what the user should see."""
        self._machines.stop_training()
        try:
            self._end_meeting()
            self._machines.wait([self._machines.call(node, "back") for node in self._nodes])
        except (LostNodeError, FirthError):
            return

    # ---------------------------------------------------------------- nodes that are lost, and new ones

    def _recover(self, lost: LostNodeError, todo: Sequence[_Work] = ()) -> list[_Work]:
        """Go on with the nodes that are left. Returns what of `todo`, and of what was trained, is to be trained now.

        There is one or the other: `todo`, or a meeting that is not over.
        """
        rounds = {work.number: work for work in todo}
        if self._meeting is not None:
            rounds[self._meeting.work.number] = self._meeting.work
        self._meeting = None
        while True:
            try:
                self._machines.stop_training()
                self._machines.drop(lost.node)
                self._round = self._regroup()
                break
            except LostNodeError as another:  # of a machine that takes two nodes along, this may be the second
                lost = another
        epoch = min(work.epoch for work in rounds.values())
        warn(
            f"{lost.node.name} was lost in epoch {epoch + 1} ({lost.reason}): training goes on with "
            f"{len(self._nodes):,} nodes, from the last meeting"
        )
        return [rounds[number] for number in sorted(rounds) if number > self._round]

    def _regroup(self) -> int:
        """Deal the shards of lost nodes to the others; bring all to the last round whose meeting is over for any."""
        machines, finished = self._machines, dict[NodeHandle, int]()
        for node in self._nodes:
            finished[node] = machines.wait([machines.call(node, "back")])[0]
        if not finished:
            raise FirthError(_ALL_LOST)
        nodes = self._nodes
        for node in [node for node in self._hands if node not in finished]:
            for other, more in zip(nodes, deal(self._hands.pop(node), len(nodes)), strict=True):
                self._hands[other] = sorted([*self._hands[other], *more])
        self._hold()
        ahead = max(finished.values())
        source = next(node for node in nodes if finished[node] == ahead)
        self._start_from(source)
        return ahead

    def _welcome(self, joined: Sequence[NodeHandle]) -> None:
        """Deal all shards again, to new nodes as well."""
        if not joined:
            return
        check_facts(self._machines, joined)
        source = next(iter(self._hands))
        nodes = self._nodes
        self._hands = dict(zip(nodes, deal(self._text.shards, len(nodes)), strict=True))
        self._hold()
        self._start_from(source)

    def _hold(self) -> None:
        """Have nodes hold the shards that are theirs now."""
        machines, name = self._machines, self._text.name
        if self._text.given is not None:
            hand_over(machines, self._text.given, self._hands)
        calls = [machines.call(node, "hold", hand, name, self._vocabulary) for node, hand in self._hands.items()]
        for call, found in zip(calls, machines.wait(calls), strict=True):
            for shard, size in found.items():
                if size != self._text.sizes[shard]:
                    raise CorpusError(f"{call.node.name}: the text has changed since it was read first")

    def _start_from(self, source: NodeHandle) -> None:
        """Start all nodes where one of them is."""
        machines = self._machines
        state = machines.call(source, "state").results[0]
        start = machines.share(NodeStart(self._text.vocabulary.counts, self._text.positions, len(self._nodes)))
        machines.wait([machines.call(node, "start", start, state) for node in self._nodes])

    # ---------------------------------------------------------------- what has been learned

    def totals(self) -> Totals:
        """See Backend."""
        return self._totals

    def is_finite(self) -> bool:
        """See Backend."""
        return bool(self._first("is_finite"))

    def rows(self, matrix: MatrixName, ids: WordIds) -> Matrix:
        """See Backend. They lack what has been learned since the last meeting."""
        return np.asarray(self._first("rows", matrix, ids))

    def set_rows(self, matrix: MatrixName, first: int, rows: Matrix) -> None:
        """See Backend; on all nodes."""
        changed = [self._machines.call(node, "set_rows", matrix, first, rows) for node in self._nodes]
        self._machines.wait(changed)

    def matrices(self) -> tuple[Matrix, Matrix]:
        """See Backend; after the last meeting."""
        _, inputs, outputs = self._first("state")
        return np.array(inputs), np.array(outputs)

    def digests(self) -> list[str]:
        """Of the shards, in order."""
        found: dict[int, str] = {}
        for some in self._machines.wait([self._machines.call(node, "digests") for node in self._nodes]):
            found |= some
        return [found[shard.number] for shard in self._text.shards]

    def _first(self, method: str, *arguments: Any) -> Any:
        """What a node says that all would say alike; observers ask, too, while others train."""
        for node in self._nodes:
            try:
                return self._machines.wait([self._machines.call(node, method, *arguments)])[0]
            except LostNodeError:
                continue  # the next round will fail, and go on without it
        raise FirthError(_ALL_LOST)

    def stop(self) -> None:
        """See Backend."""
        self._machines.close()
