"""What a backend is: it holds both matrices while they are trained, and trains stretches of the corpus.

NumPy arrays go in and come out. A backend knows nothing of models, learning rate schedules or histories: the trainer
(training/trainer.py) has those. tests/contracts/backends.py is run on every backend.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from firth.arrays import Matrix, WordIds
from firth.backends.plan import TrainingPlan

__all__ = ["NOTHING", "Backend", "MatrixName", "Totals"]

MatrixName = Literal["input", "output"]


class Totals(NamedTuple):
    """What has been trained of an epoch."""

    words: int  # occurrences read, those that subsampling skips included
    pairs: int  # pairs of an input and a center: (context, center) for skip-gram, positions for CBOW
    loss: float  # sum over the pairs of the negative log-likelihood, in nats

    @property
    def mean_loss(self) -> float:
        """Nats per pair; NaN before the first pair."""
        return self.loss / self.pairs if self.pairs else float("nan")


NOTHING = Totals(0, 0, 0.0)


class Backend(Protocol):
    """Trains the two matrices of a plan on some machine."""

    chunk: int  # tokens that are trained as a unit

    @property
    def least_part(self) -> int:
        """Tokens of the shortest part of an epoch that is worth ending: a multiple of the chunk."""

    def start(
        self,
        plan: TrainingPlan,
        inputs: Matrix,
        outputs: Matrix | None,
        message: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """Copy the matrices, and prepare everything that could fail or take long: allocate memory, compile.

        Parameters
        ----------
        inputs : (plan.n_inputs, D) the rows of the words, and behind them those of n-grams and documents.
        outputs : (plan.n_outputs, D) context or node vectors; None for zeros.
        message : called with a sentence for the user, when something takes seconds.
        """

    def train_epoch(
        self,
        epoch: int,
        rates: tuple[float, float],
        tokens: range,
        watch: Callable[[Totals], None],
        so_far: Totals = NOTHING,
    ) -> Totals:
        """Train once on some tokens of the corpus.

        An epoch may be trained in parts that end at multiples of `chunk`: with one thread, every bit of the result and
        of the loss is then that of the epoch in one part.

        Parameters
        ----------
        epoch : counted from 0; decides all draws.
        rates : the learning rate at the first token of the corpus and behind the last one, whatever part of it
            `tokens` is; linear in between.
        tokens : positions in the corpus, a range with step 1; of one piece, where the plan has several.
        watch : called in the calling thread about ten times a second with what has been trained so far.
        so_far : what counting goes on from: the totals of the epoch's earlier parts.

        Raises   KeyboardInterrupt, and what watch raises, when training has stopped; totals() says how far it came.
        """

    def totals(self) -> Totals:
        """What has been trained of the present epoch, or of the last one."""

    def is_finite(self) -> bool:
        """Whether all numbers of both matrices are finite."""

    def rows(self, matrix: MatrixName, ids: WordIds) -> Matrix:
        """A copy (n, D) of rows of the input or output matrix, during training too."""

    def set_rows(self, matrix: MatrixName, first: int, rows: Matrix) -> None:
        """Replace rows (n, D) of the input or output matrix from `first` on, while nothing is trained."""

    def settle(self) -> None:
        """Wait until all that was trained is in the weights. For the thread that trains."""

    def matrices(self) -> tuple[Matrix, Matrix]:
        """Copies of the input matrix (plan.n_inputs, D) and the output matrix (plan.n_outputs, D)."""

    def stop(self) -> None:
        """Free the memory; start() may be called again."""
