"""Questions with known answers, from which a Recommender learns how much each of its components counts.

The ends of some sequences are held out: what is compared was fitted without them.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, WordIds
from firth.interruption import importing
from firth.kernels.arguments import EncodedIds, Heaps, RowBlock
from firth.kernels.cpu.recommend.arguments import CandidateTable, VectorProducts
from firth.recommend.blend import Candidates
from firth.recommend.evidence import FEATURES, LAGS, Evidence
from firth.recommend.items import UNKNOWN
from firth.recommend.scorer import Histories
from firth.recommend.sequences import Sequences
from firth.recommend.training_events import TrainingEvents, summed

__all__ = ["compare", "hold_out", "largest_products", "without"]

LARGEST_SHARE = 0.2  # of the sequences
LONGEST_TAIL = 20  # events that are held out of one sequence
PER_FEATURE = 50  # candidates of a question; 100 give the same weights
QUESTIONS_AT_ONCE = 256
ROWS_AT_ONCE = 1024  # vectors: 256 KB of them in the cache


def hold_out(sequences: Sequences, most: int, seed: int) -> NDArray[np.bool_]:
    """Which events (T,) are held out: those from a random one on, in some sequences of at least two.

    The sequences are random ones of the latest fifth, as questions will come later than all that is learned; without
    times they are taken to be in the order of time. Answers are from anywhere, not from the ends alone, where items
    come again less often.
    """
    held_out = np.zeros(sequences.n_events, bool)
    random = np.random.default_rng(seed)
    longer = np.flatnonzero(np.diff(sequences.offsets) > 1)
    if sequences.times is not None:
        longer = longer[np.argsort(sequences.times[sequences.offsets[longer + 1] - 1], kind="stable")]
    longer = random.permutation(longer[len(longer) - int(LARGEST_SHARE * len(longer)) :])
    ends = sequences.offsets[longer + 1]
    lengths = ends - sequences.offsets[longer]
    tails = np.minimum((random.random(len(longer)) * (lengths - 1)).astype(np.int64) + 1, LONGEST_TAIL)
    count = int(np.searchsorted(np.cumsum(tails), most, side="right"))
    for end, tail in zip(ends[:count].tolist(), tails[:count].tolist(), strict=True):
        held_out[end - tail : end] = True
    return held_out


def without(sequences: Sequences, held_out: NDArray[np.bool_]) -> Sequences:
    """The sequences without the events that are held out."""
    kept = ~held_out
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])[sequences.offsets]
    parts = {name: getattr(sequences, name) for name in ("times", "weights")}
    parts = {name: None if part is None else part[kept] for name, part in parts.items()}
    return Sequences(sequences.items, sequences.ids[kept], offsets, **parts)


def compare(
    sequences: Sequences, held_out: NDArray[np.bool_], next_vectors: Matrix, vectors_of: Callable[[Histories], Matrix]
) -> Candidates:
    """The candidates of all questions whose answer is among them.

    Parameters
    ----------
    sequences : with the events that are held out; all items occur.
    next_vectors : (N, D) of all items.
    vectors_of : the vectors (Q, D) of histories.
    """
    events = TrainingEvents(without(sequences, held_out))
    evidence = Evidence.fit(events)
    numbers = sequences.items.numbers_in(events.items)
    histories = _before(sequences, held_out, numbers)
    queries = vectors_of(histories)
    histories = Histories(numbers[histories.ids], histories.offsets)
    vectors = np.ascontiguousarray(next_vectors[events.items.numbers_in(sequences.items)])
    return _candidates(evidence, vectors, queries, histories, numbers[sequences.ids[held_out]])


def _before(sequences: Sequences, held_out: NDArray[np.bool_], numbers: NDArray[np.int32]) -> Histories:
    """The items before each event that is held out, without those that only occur in such events."""
    positions = np.flatnonzero(held_out)
    begins = sequences.offsets[np.searchsorted(sequences.offsets, positions, side="right") - 1]
    before = [sequences.ids[begin:end] for begin, end in zip(begins, positions, strict=True)]
    return Histories.of([items[numbers[items] != UNKNOWN] for items in before])


def _candidates(
    evidence: Evidence, vectors: Matrix, queries: Matrix, histories: Histories, answers: NDArray[np.int32]
) -> Candidates:
    """The candidates of the questions whose answer is among them, and their features."""
    with importing():
        from firth.kernels.cpu.recommend.candidates import list_candidates

    most = min(PER_FEATURE, len(evidence.items))
    longest = 4 * most + int(np.diff(histories.offsets).max(initial=0))
    table = CandidateTable(
        heap=np.empty(most, np.float32),
        chosen=np.empty(longest, np.int32),
        features=np.empty((min(QUESTIONS_AT_ONCE, len(histories)) * longest, len(FEATURES) + LAGS), np.float32),
        sizes=np.empty(len(histories), np.int64),
    )
    products = VectorProducts(vectors.reshape(-1), queries, largest_products(queries, vectors, most))
    features = [table.features[:0]]
    with evidence.workspace() as work:
        for first in range(0, len(histories), QUESTIONS_AT_ONCE):
            some = slice(first, min(first + QUESTIONS_AT_ONCE, len(histories)))
            given = histories.some(some.start, some.stop)
            total = list_candidates(
                EncodedIds(given.ids, given.offsets),
                answers[some],
                products._replace(queries=products.queries[some], best=products.best[some]),
                evidence.log_counts,
                evidence.sources,
                work,
                table._replace(sizes=table.sizes[some]),
            )
            features.append(table.features[:total].copy())
    return Candidates(np.concatenate(features), summed(table.sizes[table.sizes > 0]))


def largest_products(queries: Matrix, vectors: Matrix, count: int) -> WordIds:
    """The items (Q, count) whose vectors (N, D) have the largest products with queries (Q, D), in no order.

    Without BLAS, whose threads take processor time while they wait for the next product.
    """
    with importing():
        from firth.kernels.cpu.search import batch
        from firth.vectors.compiled_search import tiled

    n_queries, size = queries.shape
    packed = tiled(queries)
    slots = len(packed.numbers) // size
    heaps = Heaps(np.full((slots, count), -np.inf, np.float32), np.full((slots, count), -1, np.int64))
    thresholds = np.full(slots, -np.inf, np.float32)
    thresholds[n_queries:] = np.inf  # the padding keeps nothing
    products = np.empty(batch.ROWS * batch.WIDTHS[-1], np.float32)
    rows, ones = np.zeros((ROWS_AT_ONCE, size), np.float32), np.ones(ROWS_AT_ONCE, np.float32)
    for first in range(0, len(vectors), ROWS_AT_ONCE):
        some = vectors[first : first + ROWS_AT_ONCE]
        rows[: len(some)] = some
        batch.keep_best(RowBlock(rows, ones, first, len(some)), packed, thresholds, products, heaps)
    return heaps.rows[:n_queries].astype(np.int32)
