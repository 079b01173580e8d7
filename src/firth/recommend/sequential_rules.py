"""Sequential rules: what came soon after an item comes soon after it again."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.kernels.cpu.recommend.arguments import ItemTable
from firth.recommend.item_table import rule_table, score_by_table, stored_table, table_arrays
from firth.recommend.items import Items
from firth.recommend.repeats import Repeats
from firth.recommend.scorer import Histories
from firth.recommend.sequences import Sequences
from firth.recommend.training_events import TrainingEvents
from firth.settings import check_value, real_number, whole_number

__all__ = ["SequentialRules"]


class SequentialRules:
    """Scores items by how often they came 1 … `steps` events after the items of a history, the sooner the more.

    A rule from item i to item j has the strength w ** damping / n_i ** balance: w is the sum of step_decay ** (distance
    - 1) over all times that j came after i, n_i the number of times that i occurs. Scores are sums over the history.

    Source  Ludewig and Jannach 2018, "Evaluation of session-based recommendation algorithms", section 3.1 (SR). There
            only the last item of a history counts, and strengths are sums of 1 / distance: history=1, damping=1 and
            balance=0 with step_decay=0.5 come near. On three data sets the defaults hit 8 to 20 % more often.

    Parameters
    ----------
    steps : the largest distance.
    step_decay : a distance counts this many times the one before it.
    damping : the exponent of what was counted: below 1, further times count less than the first.
    balance : the exponent of how frequent the item is from which a rule leads.
    history : so many of the last items of a history count.
    recency : each weighs this many times the one after it.
    most : of the rules from each item the strongest are kept.
    repeats : seen items score more by so many times the share of such items that come again, of the sum of all scores;
        0.1 to 1 differ little.
    """

    name = "sequential rules"
    items: Items

    def __init__(
        self,
        *,
        steps: int = 10,
        step_decay: float = 0.8,
        damping: float = 0.7,
        balance: float = 0.25,
        history: int = 20,
        recency: float = 0.75,
        most: int = 500,
        repeats: float = 0.3,
    ) -> None:
        for name, value in (("steps", steps), ("history", history), ("most", most)):
            check_value(name, value, whole_number(1))
        for name, share in (("step_decay", step_decay), ("damping", damping), ("recency", recency)):
            check_value(name, share, real_number(0, 1, above=True))
        check_value("balance", balance, real_number(0, 1))
        check_value("repeats", repeats, real_number(0))
        self._strength = repeats
        self._most, self._damping, self._balance = most, damping, balance
        self._step_weights = (step_decay ** np.arange(steps)).astype(np.float32)
        self._lag_weights = (recency ** np.arange(history)).astype(np.float32)

    def fit(self, sequences: Sequences) -> Self:
        """Count in sequences; the weight of a later event counts, where events have weights."""
        return self.fit_events(TrainingEvents(sequences))

    def fit_events(self, events: TrainingEvents) -> Self:
        """Count in events that several scorers are fitted to."""
        self.items = events.items
        rules = rule_table(events, self._step_weights, self._most)
        scales = np.bincount(events.ids, minlength=len(self.items)) ** -self._balance
        strengths = rules.values**self._damping * np.repeat(scales, np.diff(rules.offsets))
        self._rules = rules._replace(values=strengths.astype(np.float32))
        self._repeats = Repeats().fit_events(events)
        return self

    @property
    def kernel_inputs(self) -> tuple[ItemTable, NDArray[np.float32]]:
        """What kernels read: the rules, and the weights (L,) of the last item of a history, the one before …"""
        return self._rules, self._lag_weights

    def scores(self, histories: Histories) -> Matrix:
        """Scores (Q, N); NEVER for items to which no rule leads, and for seen items if none ever came again."""
        scores = score_by_table(self._rules, histories, self._lag_weights)
        self._repeats.add_shares(scores, histories, self._strength)
        return scores

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for files."""
        return {
            **table_arrays(self._rules),
            "lag_weights": self._lag_weights,
            "strength": np.array([self._strength]),
            **self._repeats.arrays(),
        }

    @classmethod
    def from_arrays(cls, items: Items, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The same scorer again."""
        scorer = cls()
        scorer.items, scorer._rules = items, stored_table(arrays)
        scorer._lag_weights, scorer._repeats = arrays["lag_weights"], Repeats.from_arrays(arrays)
        scorer._strength = float(arrays["strength"][0])
        return scorer
