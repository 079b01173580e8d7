"""The driver: a backend whose threads are machines.

A round of training is three calls to all nodes:

    train     each trains its share of the round, and gives out its changes, in one block of rows for each node
    combine   each makes one change of the blocks that all nodes have of its rows
    finish    all take all combined blocks: then all have the same weights, and the round is over

The driver moves references to these blocks, no rows. When a node is lost, the others return to where the last round
ended, which all of them have; the shards of the lost node are dealt out to them; the round is trained again.
"""

from collections.abc import Callable, Sequence
from typing import Any

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
        self._round = 0
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
        while True:
            trained: list[Totals] = []
            try:
                if tokens.start == 0 and len(self._nodes) < self._wanted:
                    self._welcome(self._machines.join())
                self._train(epoch, rates, tokens, watch, so_far, trained)
            except LostNodeError as lost:
                if not self._recover(lost, epoch):
                    continue  # else the round was over for one of the nodes, and now is for all
            except BaseException:
                self._interrupt()
                raise
            pairs, loss = sum(one.pairs for one in trained), sum(one.loss for one in trained)
            self._totals = Totals(tokens.stop, pairs, loss)
            return self._totals

    def _train(
        self,
        epoch: int,
        rates: tuple[float, float],
        tokens: range,
        watch: Callable[[Totals], None],
        so_far: Totals,
        trained: list[Totals],
    ) -> None:
        """One round; `trained` is filled with what each node has trained."""
        machines, nodes = self._machines, self._nodes
        count, number = len(nodes), self._round + 1
        rounds = [Round(number, epoch, rates, tokens, node, so_far if node == 0 else NOTHING) for node in range(count)]

        def tick(words: int) -> None:
            watch(so_far._replace(words=min(tokens.start + words, tokens.stop)))

        results = count + 2 if count > 1 else 1
        calls = [
            machines.call(node, "train", one, count, results=results) for node, one in zip(nodes, rounds, strict=True)
        ]
        found = machines.wait(calls, tick)
        trained += found if count > 1 else [found[0][0]]
        if count > 1:
            middle = (tokens.start + tokens.stop) / 2 / self._n_tokens
            rate = rates[0] + (rates[1] - rates[0]) * middle
            self._meet(rounds, rate, calls)
        self._round = number

    def _meet(self, rounds: list[Round], rate: float, calls: list[Call]) -> None:
        machines, nodes = self._machines, self._nodes
        measured = [call.results[1] for call in calls]
        combined = []
        for node, one in zip(nodes, rounds, strict=True):
            of_block = [call.results[2 + one.node] for call in calls]
            combined.append(machines.call(node, "combine", one, rate, len(nodes), *measured, *of_block))
        changes = [call.results[0] for call in combined]
        machines.wait([machines.call(node, "finish", rounds[0].number, *changes) for node in nodes])

    def _interrupt(self) -> None:
        """Have all nodes return to the last round; after an error, which is what the user should see."""
        self._machines.stop_training()
        try:
            self._machines.wait([self._machines.call(node, "back") for node in self._nodes])
        except (LostNodeError, FirthError):
            return

    # ---------------------------------------------------------------- nodes that are lost, and new ones

    def _recover(self, lost: LostNodeError, epoch: int) -> bool:
        """Go on with the nodes that are left; returns whether the round that failed was over for one of them."""
        number = self._round + 1
        while True:
            try:
                self._machines.stop_training()
                self._machines.drop(lost.node)
                ahead = self._regroup()
                break
            except LostNodeError as another:  # of a machine that takes two nodes along, this may be the second
                lost = another
        self._round = ahead
        warn(
            f"{lost.node.name} was lost in epoch {epoch + 1} ({lost.reason}): training goes on with "
            f"{len(self._nodes):,} nodes, from the last meeting"
        )
        return ahead == number

    def _regroup(self) -> int:
        """Deal the shards of lost nodes to the others, and bring all to the round that any of them has finished."""
        machines, finished = self._machines, dict[NodeHandle, int]()
        for node in self._nodes:
            finished[node] = machines.wait([machines.call(node, "back")])[0]
        if not finished:
            raise FirthError(
                "all nodes of the cluster are lost: start it again, and go on from the checkpoint, if there is one"
            )
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
        """See Backend."""
        _, inputs, outputs = self._first("state")
        return np.array(inputs), np.array(outputs)

    def digests(self) -> list[str]:
        """Of the shards, in order."""
        found: dict[int, str] = {}
        for some in self._machines.wait([self._machines.call(node, "digests") for node in self._nodes]):
            found |= some
        return [found[shard.number] for shard in self._text.shards]

    def _first(self, method: str, *arguments: Any) -> Any:
        """What a node says that all would say alike."""
        return self._machines.wait([self._machines.call(self._nodes[0], method, *arguments)])[0]

    def stop(self) -> None:
        """See Backend."""
        self._machines.close()
