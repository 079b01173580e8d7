"""What identifies the text of a training, so that it goes on with the same one."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.backends.plan import TrainingPlan
from firth.corpus.vocabulary import Vocabulary
from firth.errors import CorpusError, SettingError
from firth.formats.packed_words import PackedWords
from firth.settings import whole_number

__all__ = ["CorpusMark", "digest_of", "mark_of"]

_FOLLOW_FROM_SETTINGS = ("sampling", "tree", "contrast_shifts")  # and the text: parts of a plan
_PIECE = 1 << 22  # numbers that are hashed at a time


@dataclass(frozen=True)
class CorpusMark:
    """What identifies the text of a training.

    words, sentences : T and S.
    digests : of the text with its vocabulary ("corpus"), of the old text of which sentences are among it ("replay"),
        and of other parts of the plan that are made from what the user gave.
    """

    words: int
    sentences: int
    digests: Mapping[str, str]

    def check(self, found: "CorpusMark", path: str | Path) -> None:
        """Raise CorpusError or SettingError unless what was given now is what the training of this file began with."""
        sizes = [f"{mark.words:,} words in {mark.sentences:,} sentences" for mark in (self, found)]
        texts = "replay", "corpus"
        for name in (*texts, *(name for name in {**self.digests, **found.digests} if name not in texts)):
            before, now = self.digests.get(name), found.digests.get(name)
            if before == now:
                continue
            if name == "replay":
                raise CorpusError(
                    f"{path} read sentences of another old text (digest {before}) than replay= has (digest {now}); "
                    "give the same text, with the same tokenizer, to go on"
                )
            if name == "corpus":
                raise CorpusError(
                    f"{path} was trained on another corpus: it had {sizes[0]} (digest {before}), this one has "
                    f"{sizes[1]} (digest {now}); give the same text, with the same tokenizer, to go on"
                )
            had = "was trained without" if before is None else "was trained with other"
            raise SettingError(f"{path} {had} {name}: give what was given to fit(), and nothing else")

    def to_json(self) -> dict[str, Any]:
        """JSON values by name."""
        return {"words": self.words, "sentences": self.sentences, "digests": dict(self.digests)}

    @classmethod
    def from_json(cls, values: Any) -> Self:
        """What to_json returned; raises KeyError, TypeError or ValueError for anything else."""
        sizes = values["words"], values["sentences"]
        if not all(whole_number(1).accepts(size) for size in sizes):
            raise ValueError(f"{sizes[0]!r} words in {sizes[1]!r} sentences")
        return cls(*sizes, {str(name): str(digest) for name, digest in values["digests"].items()})


def mark_of(
    vocabulary: Vocabulary, plan: TrainingPlan, further: Mapping[str, str] = MappingProxyType({})
) -> CorpusMark:
    """Reads the text once, at about 1 GB/s.

    further : digests of what was read besides: "replay", an old text of which sentences are in the plan's.
    """
    packed = PackedWords.pack(vocabulary.words)
    digests = {"corpus": digest_of(packed.text, packed.ends, *plan.corpus)}
    digests |= further
    for field in fields(plan):
        part = getattr(plan, field.name)
        if isinstance(part, tuple) and field.name not in ("corpus", *_FOLLOW_FROM_SETTINGS):
            arrays = part._asdict()  # type: ignore[attr-defined]
            arrays.pop("noise_table", None)  # which follows from the counts, by powers of them
            digests[field.name] = digest_of(*arrays.values())
    return CorpusMark(len(plan.corpus.ids), len(plan.corpus.sentence_offsets) - 1, digests)


def digest_of(*arrays: NDArray[Any] | None) -> str:
    """Of numbers, in hexadecimal digits; the same on machines of either byte order; also of arrays that are mapped."""
    found = hashlib.blake2b(digest_size=16)
    for array in arrays:
        if array is None:
            continue
        flat = np.asarray(array).reshape(-1)
        little = flat.dtype.newbyteorder("<")
        found.update(f"{little.str} {len(flat)};".encode())
        for first in range(0, len(flat), _PIECE):
            found.update(np.ascontiguousarray(flat[first : first + _PIECE], little).data)
    return found.hexdigest()
