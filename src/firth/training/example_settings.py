"""The settings of tables of training examples, declared once (see firth/settings.py)."""

from dataclasses import dataclass

from firth.settings import Depends, Settings, one_of, real_number, setting, whole_number

__all__ = ["KINDS", "ExampleSettings"]

KINDS = ("lm", "cbow", "skipgram", "negative")


@dataclass(frozen=True, kw_only=True)
class ExampleSettings(Settings):
    """The settings of TrainingExamples. Raises SettingError if one is impossible, or has no meaning for the kind."""

    kind: str = setting(
        "skipgram",
        one_of(KINDS),
        "which examples; lm: the words before predict the next one; cbow: the words on both sides predict the one "
        "between; skipgram: a word and each of its neighbours, with target 1; negative: the same, each followed by "
        "random noise words with target 0",
    )
    window: int = setting(2, whole_number(1, 10_000), "words on each side; with lm, words before the next one")
    negative_samples: int | None = setting(
        None, whole_number(1, 1_000), "noise words for each neighbour", depends=Depends("kind", {"negative": 5})
    )
    noise_exponent: float | None = setting(
        None,
        real_number(-10, 10),
        "noise words are drawn in proportion to their count to this power",
        depends=Depends("kind", {"negative": 0.75}),
    )
    seed: int | None = setting(
        None,
        whole_number(-(2**63), 2**64 - 1, limits=" of 64 bits"),
        "seed of the noise words",
        depends=Depends("kind", {"negative": 1}),
    )
