"""Why an item has its score: what each item of a history adds through each component."""

import numpy as np
from numpy.typing import NDArray

from firth.interruption import importing
from firth.kernels.cpu.recommend.arguments import ItemTable
from firth.recommend.evidence import FEATURES
from firth.recommend.learned import FIRST_LAG, Learned
from firth.recommend.recommendations import Contribution, Explanation

__all__ = ["explain"]

SEEN = "seen before"


def explain(learned: Learned, history: NDArray[np.int32], item: int) -> Explanation:
    """The contributions to the score of an item (its number) after a history (H,) of numbers."""
    with importing():
        from firth.kernels.cpu.recommend.evidence import list_features

    features = np.zeros(len(learned.weights), np.float32)
    with learned.evidence.workspace() as work:
        list_features(history, item, learned.evidence.sources, work, features)
    weights = learned.weights_for(None)
    features[4] = learned.evidence.log_counts[item]
    # A product of an item that was seen and may not come again is -inf, and one of 0 with it NaN.
    amounts = np.where(features != 0, weights * np.where(features != 0, features, 1), 0)
    parts = [(FEATURES[0], _vector_amounts(learned, history, item))]
    sources = learned.evidence.sources
    for which, table, lag_weights in (
        (1, sources.rules, sources.rule_weights),
        (2, sources.neighbours, sources.neighbour_weights),
    ):
        parts.append((FEATURES[which], _shared(table, lag_weights, history, item, float(amounts[which]))))
    contributions = [
        Contribution(learned.items.item(int(history[place])), name, amount)
        for name, by_place in parts
        for place, amount in by_place.items()
        if amount
    ]
    contributions += [Contribution(None, FEATURES[i], float(amounts[i])) for i in (3, 4) if amounts[i]]
    if seen := float(amounts[FIRST_LAG:].sum()):
        contributions.append(Contribution(learned.items.item(item), SEEN, seen))
    contributions.sort(key=lambda contribution: -abs(contribution.amount))
    score = float(np.sum([contribution.amount for contribution in contributions]))
    return Explanation(learned.items.item(item), score, contributions)


def _vector_amounts(learned: Learned, history: NDArray[np.int32], item: int) -> dict[int, float]:
    """By the places of the last items of the history: their vectors times their shares of the mean."""
    places = np.arange(max(0, len(history) - learned.vectors.history), len(history))
    shares = learned.vectors.recency ** (len(history) - 1 - places)
    shares = shares / shares.sum() * learned.weights[0]
    products = learned.vectors.item_vectors[history[places]] @ learned.next_vectors[item]
    return dict(zip(places.tolist(), (shares * products).tolist(), strict=True))


def _shared(
    table: ItemTable, weights: NDArray[np.float32], history: NDArray[np.int32], item: int, amount: float
) -> dict[int, float]:
    """The amount, shared by the places of the history in proportion to their weighted entries for the item."""
    sums = {}
    for lag in range(min(len(history), len(weights))):
        place = len(history) - 1 - lag
        row = slice(table.offsets[history[place]], table.offsets[history[place] + 1])
        sums[place] = float(weights[lag] * table.values[row][table.columns[row] == item].sum())
    total = sum(sums.values())
    return {place: amount * part / total for place, part in sums.items() if part}
