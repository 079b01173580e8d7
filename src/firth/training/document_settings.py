"""The settings of Doc2Vec: those of Word2Vec that documents have, and which words are trained."""

from dataclasses import dataclass

from firth.backends.gpu_settings import refused_settings
from firth.corpus.tokenizer_setting import tokenizer_setting
from firth.corpus.tokenizers import Tokenizer
from firth.errors import SettingError
from firth.settings import Depends, Settings, one_of, same_as, setting, switch, whole_number
from firth.training.hyperparameters import Hyperparameters

__all__ = ["DocumentSettings"]

ARCHITECTURES = ("dbow", "dm")
OBJECTIVES = ("negative_sampling", "hierarchical_softmax", "nce")
_OF_WORDS = {"dbow": "skipgram", "dm": "cbow"}
_LEARNING_RATES = {"dbow": 0.025, "dm": 0.05}  # of skip-gram and CBOW


@dataclass(frozen=True, kw_only=True)
class DocumentSettings(Settings):
    """Everything a user can choose about training documents.

    Raises   SettingError if a value is impossible, or does not apply to the architecture or objective.
    """

    architecture: str = setting(
        "dbow",
        one_of(ARCHITECTURES),
        "what predicts each word of a document; dbow: the document by itself; dm: the mean of the document and the "
        "words around the position",
    )
    train_words: bool | None = setting(
        None,
        switch(),
        "learn word vectors as well, by skip-gram in the same space; otherwise training is several times faster, and "
        "words have no vectors",
        depends=Depends("architecture", {"dbow": True}),
    )
    objective: str = setting(
        "negative_sampling",
        one_of(OBJECTIVES),
        "how the true word is distinguished from the rest of the vocabulary; negative_sampling: against a few random "
        "noise words; hierarchical_softmax: by its path through a binary tree of all words; nce: against noise words, "
        "with scores that become log-probabilities",
    )
    vector_size: int = same_as(Hyperparameters, "vector_size")
    window: int | tuple[int, int] = same_as(Hyperparameters, "window")
    shrink_window: bool = same_as(Hyperparameters, "shrink_window")
    min_count: int = same_as(Hyperparameters, "min_count")
    max_vocabulary: int | None = same_as(Hyperparameters, "max_vocabulary")
    subsample_threshold: float = same_as(Hyperparameters, "subsample_threshold")
    negative_samples: int | None = same_as(Hyperparameters, "negative_samples")
    noise_exponent: float | None = same_as(Hyperparameters, "noise_exponent")
    cbow_gradient: str | None = same_as(
        Hyperparameters, "cbow_gradient", depends=Depends("architecture", {"dm": "word2vec"})
    )
    learning_rate: float | None = same_as(
        Hyperparameters, "learning_rate", depends=Depends("architecture", _LEARNING_RATES)
    )
    final_learning_rate: float = same_as(Hyperparameters, "final_learning_rate")
    epochs: int = setting(10, whole_number(1), "passes over all documents")
    threads: int | None = same_as(Hyperparameters, "threads")
    backend: str = same_as(Hyperparameters, "backend")
    seed: int = same_as(Hyperparameters, "seed")
    tokenizer: Tokenizer = tokenizer_setting()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.backend == "cuda" and (reason := refused_settings(self.objective, self.vector_size)):
            raise SettingError(reason)
        assert self.learning_rate is not None
        if self.final_learning_rate > self.learning_rate:
            raise SettingError(
                f"final_learning_rate={self.final_learning_rate}: must be at most learning_rate={self.learning_rate}; "
                "lower it, or raise learning_rate"
            )

    @property
    def has_words(self) -> bool:
        """Whether words have vectors of their own."""
        return self.architecture == "dm" or bool(self.train_words)

    @property
    def of_words(self) -> Hyperparameters:
        """The settings of Word2Vec that train the same way, but for the documents."""
        values = {name: value for name, value in self.values().items() if name != "train_words"}
        return Hyperparameters(**values | {"architecture": _OF_WORDS[self.architecture]})
