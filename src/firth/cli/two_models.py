"""Two models as arguments."""

from pathlib import Path

from firth.vectors.load import load
from firth.vectors.word_vectors import WordVectors

__all__ = ["load_all"]


def load_all(*paths: Path) -> list[WordVectors]:
    """Load models; one that is not there is reported before the others are read, which may take long."""
    missing = [path for path in paths if not path.exists()]
    return [load(path) for path in missing or paths]
