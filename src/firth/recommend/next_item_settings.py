"""The settings of the vectors that predict the next item, each declared once (see firth/settings.py)."""

from dataclasses import dataclass

from firth.errors import SettingError
from firth.kernels.cuda.present import check_gpu
from firth.parallel import available_cores
from firth.settings import Kind, Settings, one_of, real_number, setting, whole_number

__all__ = ["NextItemSettings", "SIDE_WEIGHTS"]

SIDE_WEIGHTS = ("equal", "learned")

_NAME = Kind(lambda value: isinstance(value, str) and value != "", "a name")


@dataclass(frozen=True, kw_only=True)
class NextItemSettings(Settings):
    """The settings of NextItemVectors. Raises SettingError if one is impossible."""

    vector_size: int = setting(64, whole_number(1), "numbers per vector")
    history: int = setting(10, whole_number(1), "how many of the last items predict the next one")
    recency: float = setting(
        0.8, real_number(0, 1, above=True), "an item of the history weighs this many times the one after it"
    )
    negative_samples: int = setting(
        240, whole_number(1), "items drawn at random for each batch, against which every answer of it is compared"
    )
    noise_exponent: float = setting(
        0.5, real_number(-10, 10), "items are drawn in proportion to their count to this power"
    )
    batch_size: int = setting(512, whole_number(1), "answers per training step")
    epochs: int = setting(4, whole_number(1), "passes over the sequences")
    learning_rate: float = setting(0.25, real_number(0, above=True), "size of the training steps (Adagrad)")
    side_weights: str = setting(
        "equal", one_of(SIDE_WEIGHTS), "how much the values of an item's attributes count, and the item itself"
    )
    target_event: str | None = setting(
        None,
        _NAME,
        "the item of an event of this kind, such as book, is one more answer at every position before it",
        none="no kind of event",
    )
    negatives_from: str | None = setting(
        None,
        _NAME,
        "each answer is also compared with items of the same value of this attribute, such as market",
        none="no attribute",
    )
    seed: int = setting(1, whole_number(0, 2**64 - 1, limits=" of 64 bits"), "seed of all random draws")
    threads: int | None = setting(None, whole_number(1), "threads that train", none="one for each core")

    backend: str = setting(
        "cpu",
        one_of(("cpu", "cuda")),
        "what trains; cpu: the processor; cuda: an NVIDIA GPU, which pays for large vectors and batches",
        is_stored=False,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.backend == "cuda" and self.negatives_from is not None:
            raise SettingError("negatives_from: backend='cuda' trains without groups of items; use backend='cpu'")

    def check_backend(self, has_attributes: bool) -> None:
        """Raise MissingExtraError or SettingError if the backend cannot be used, before anything is trained.

        has_attributes : whether items are made of attributes, too.
        """
        if self.backend == "cuda":
            if has_attributes:
                raise SettingError("attributes: backend='cuda' trains a vector for each item; use backend='cpu'")
            check_gpu()

    @property
    def worker_threads(self) -> int:
        """The number of threads."""
        return available_cores() if self.threads is None else self.threads
