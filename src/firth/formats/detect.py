"""Opening a file of vectors whose format nobody has named: its content tells."""

from pathlib import Path

from firth.errors import FormatError
from firth.formats import native
from firth.formats.stored import StoredVectors

__all__ = ["read_any"]

ENOUGH = 64  # bytes


def read_any(path: str | Path) -> StoredVectors:
    """Read a file of any known format.

    Raises
    ------
    FileNotFoundError : there is no such file.
    FormatError : the file is damaged, or of no known format.
    """
    path = Path(path)
    if path.is_dir():
        raise FormatError(path, "is a folder, not a file of vectors")
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file")
    with path.open("rb") as file:
        beginning = file.read(ENOUGH)
    if native.is_safetensors(beginning):
        return native.read(path)
    raise FormatError(path, "is of no known format: Firth reads its own .firth files")
