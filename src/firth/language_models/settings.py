"""The settings of the n-gram model and of the neural language model, each declared once (see firth/settings.py).

The signatures of NgramModel and NeuralModel are tested against them; the options of `firth lm train` follow from them.
"""

from dataclasses import dataclass

from firth.corpus.tokenizer_setting import tokenizer_setting
from firth.corpus.tokenizers import Tokenizer
from firth.settings import MODEL, Settings, real_number, setting, switch, whole_number
from firth.training.hyperparameters import max_vocabulary_setting, min_count_setting

__all__ = ["NeuralSettings", "NgramSettings"]

_UNKNOWN = "count as the unknown word <unk>"
_ORDER = "a word is predicted from the words before it, one fewer than this number"


@dataclass(frozen=True, kw_only=True)
class NgramSettings(Settings):
    """The settings of NgramModel, discounts excepted. Raises SettingError if one is impossible."""

    order: int = setting(4, whole_number(1, 5), _ORDER, group=MODEL)
    min_count: int = min_count_setting(2, _UNKNOWN)
    max_vocabulary: int | None = max_vocabulary_setting()
    tokenizer: Tokenizer = tokenizer_setting()


@dataclass(frozen=True, kw_only=True)
class NeuralSettings(Settings):
    """The settings of NeuralModel. Raises SettingError if one is impossible."""

    order: int = setting(5, whole_number(2), _ORDER, group=MODEL)
    vector_size: int = setting(60, whole_number(1), "numbers per embedding", group=MODEL)
    hidden_size: int = setting(100, whole_number(1), "units of the hidden layer", group=MODEL)
    direct_connections: bool = setting(
        False, switch(), "connect the embeddings to the output also directly", group=MODEL
    )
    min_count: int = min_count_setting(4, _UNKNOWN)
    max_vocabulary: int | None = max_vocabulary_setting()
    tokenizer: Tokenizer = tokenizer_setting()
    epochs: int = setting(10, whole_number(1), "largest number of passes over the text")
    patience: int = setting(
        2,
        whole_number(1),
        "stop after this number of epochs in a row that did not lower the held-out perplexity; each of them also "
        "halves the learning rate",
    )
    batch_size: int = setting(256, whole_number(1), "examples per training step")
    learning_rate: float = setting(0.1, real_number(0, above=True), "size of the training steps (Adagrad)")
    weight_decay: float = setting(
        0.0, real_number(0), "strength of the L2 penalty on the weight matrices, against overfitting"
    )
    held_out_share: float = setting(
        0.05,
        real_number(0, 1, above=True, below=True),
        "share of the sentences that is held out to decide when to stop, where no held-out text is given",
    )
    seed: int = setting(
        1, whole_number(0), "seed of the first weights, the order of the examples and the choice of held-out sentences"
    )
