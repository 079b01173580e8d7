"""Every setting of the neural language model, with its limits."""

import math
from dataclasses import dataclass

from firth.corpus.tokenizers import Tokenizer, check_tokenizer
from firth.corpus.vocabulary import check_limits
from firth.errors import SettingError
from firth.language_models.neural_training import TrainingSettings

__all__ = ["NeuralSettings"]


@dataclass(frozen=True)
class NeuralSettings:
    """The parameters of NeuralModel. Raises SettingError where one is impossible."""

    order: int
    vector_size: int
    hidden_size: int
    direct_connections: bool
    min_count: int
    max_vocabulary: int | None
    tokenizer: Tokenizer
    epochs: int
    patience: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    held_out_share: float
    seed: int

    def __post_init__(self) -> None:
        for name, lowest in (
            ("order", 2), ("vector_size", 1), ("hidden_size", 1), ("epochs", 1), ("patience", 1), ("batch_size", 1),
            ("seed", 0),
        ):  # fmt: skip
            value = getattr(self, name)
            if type(value) is not int or value < lowest:
                raise SettingError(f"{name}={value!r}: must be a whole number, at least {lowest}")
        if type(self.direct_connections) is not bool:
            raise SettingError(f"direct_connections={self.direct_connections!r}: must be True or False")
        check_limits(self.min_count, self.max_vocabulary)
        check_tokenizer(self.tokenizer)
        self._check_number("learning_rate", self.learning_rate, 0, math.inf, open_below=True)
        self._check_number("weight_decay", self.weight_decay, 0, math.inf)
        self._check_number("held_out_share", self.held_out_share, 0, 1, open_below=True)

    def _check_number(self, name: str, value: float, low: float, high: float, open_below: bool = False) -> None:
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not number or not low <= value < high or (open_below and value == low):
            bound = "greater than" if open_below else "at least"
            limit = "" if high == math.inf else f" and less than {high}"
            raise SettingError(f"{name}={value!r}: must be a number {bound} {low}{limit}")

    @property
    def training(self) -> TrainingSettings:
        """Those that training asks for."""
        return TrainingSettings(
            self.epochs, self.batch_size, self.learning_rate, self.weight_decay, self.patience, self.seed
        )
