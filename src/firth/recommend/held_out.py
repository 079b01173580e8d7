"""Questions with known answers, from which a Recommender learns how much each of its components counts.

The ends of some sequences are held out: what is compared was fitted without them.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Offsets
from firth.interruption import blas, importing
from firth.kernels.cpu.recommend.arguments import CandidateTable
from firth.recommend.blend import Candidates
from firth.recommend.evidence import FEATURES, LAGS, Evidence
from firth.recommend.items import UNKNOWN
from firth.recommend.scorer import Histories
from firth.recommend.sequences import Sequences
from firth.recommend.training_events import TrainingEvents

__all__ = ["compare", "hold_out", "without"]

LARGEST_SHARE = 0.2  # of the sequences
LONGEST_TAIL = 20  # events that are held out of one sequence
PER_FEATURE = 50  # candidates of a question; 100 give the same weights
PRODUCTS_AT_ONCE = 1 << 23  # 32 MB


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
    tables = list(_tables(evidence, vectors, queries, histories, numbers[sequences.ids[held_out]]))
    features = [table for table in tables if len(table)]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(table) for table in features], dtype=np.int64)])
    return Candidates(np.concatenate([np.empty((0, len(FEATURES) + LAGS), np.float32), *features]), offsets)


def _before(sequences: Sequences, held_out: NDArray[np.bool_], numbers: NDArray[np.int32]) -> Histories:
    """The items before each event that is held out, without those that only occur in such events."""
    positions = np.flatnonzero(held_out)
    begins = sequences.offsets[np.searchsorted(sequences.offsets, positions, side="right") - 1]
    before = [sequences.ids[begin:end] for begin, end in zip(begins, positions, strict=True)]
    return Histories.of([items[numbers[items] != UNKNOWN] for items in before])


def _tables(
    evidence: Evidence, vectors: Matrix, queries: Matrix, histories: Histories, answers: NDArray[np.int32]
) -> Iterator[NDArray[np.float32]]:
    """The features of the candidates of each question, the answer first; none where it is not among them."""
    with importing():
        from firth.kernels.cpu.recommend.evidence import list_candidates

    n = len(evidence.items)
    most = min(PER_FEATURE, n)
    at_once = max(1, PRODUCTS_AT_ONCE // n)
    longest = int(np.diff(histories.offsets).max(initial=0))
    chosen = np.empty(4 * most + longest, np.int32)
    features = np.empty((len(chosen), len(FEATURES) + LAGS), np.float32)
    table_of = CandidateTable(np.empty(most, np.float32), chosen, features)
    with evidence.workspace() as work:
        for first in range(0, len(histories), at_once):
            with blas:
                products = queries[first : first + at_once] @ vectors.T
            for query in range(first, first + len(products)):
                history = _history(histories.ids, histories.offsets, query)
                row = products[query - first]
                count = list_candidates(history, row, evidence.log_counts, evidence.sources, work, table_of)
                found = np.flatnonzero(chosen[:count] == answers[query])
                table = features[: count if len(found) and len(history) else 0].copy()
                if len(table):
                    table[[0, found[0]]] = table[[found[0], 0]]
                yield table


def _history(ids: NDArray[np.int32], offsets: Offsets, query: int) -> NDArray[np.int32]:
    return ids[offsets[query] : offsets[query + 1]]
