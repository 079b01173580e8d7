"""What is checked on every node before the first round: that it runs the same Firth, and has enough memory."""

import hashlib
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from firth.errors import SettingError
from firth.memory import available_memory
from firth.simd.memory import CACHE_LINE

__all__ = ["NodeFacts", "check_memory", "facts_of"]

_BESIDE = 200 << 20  # bytes for what is neither matrices nor text


class NodeFacts(NamedTuple):
    """What has to be the same on all nodes."""

    firth: str  # a digest of its source files
    python: str
    numpy: str

    def difference(self, other: "NodeFacts") -> str | None:
        """What another node has instead, in words; None if all is the same."""
        for name, mine, theirs in zip(self._fields, self, other, strict=True):
            if mine != theirs:
                return f"its {name.capitalize()} is {theirs}, and that of the driver is {mine}"
        return None


@cache
def facts_of() -> NodeFacts:
    """Of this process."""
    root = Path(__file__).parents[1]
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return NodeFacts(digest.hexdigest(), f"{sys.version_info.major}.{sys.version_info.minor}", np.__version__)


def check_memory(words: int, vector_size: int, nodes: int) -> None:
    """Raise SettingError if what a node has of the matrices of V words does not fit into memory."""
    row = 4 * -(-vector_size // CACHE_LINE) * CACHE_LINE
    copies = 1 if nodes == 1 else 3  # what is trained, what the nodes had at the last meeting, and what travels
    needed, free = 2 * copies * words * row + _BESIDE, available_memory()
    if needed > free:
        raise SettingError(
            f"training needs about {needed / 1e9:,.1f} GB of memory, and {free / 1e9:,.1f} GB are available: use a "
            "machine with more, shorter vectors, or fewer words (min_count, max_vocabulary)"
        )
