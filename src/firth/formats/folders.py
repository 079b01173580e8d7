"""Opening a folder whose format nobody has named: the files inside tell."""

from pathlib import Path

from firth.errors import FormatError
from firth.formats import numpy_folder, projector, static_embedding
from firth.formats.stored import StoredVectors

__all__ = ["read_folder"]

# How other software names the two files of a pair for the projector, around a common beginning.
_PAIRS = (("vectors.tsv", "metadata.tsv"), ("tensor.tsv", "metadata.tsv"), ("tensors.tsv", "metadata.tsv"))

_LOOKED_FOR = (
    f"{numpy_folder.VECTORS} with {numpy_folder.WORDS} (NumPy), "
    f"{projector.VECTORS} with {projector.METADATA} or {projector.CONFIG} (Embedding Projector), "
    f"{static_embedding.TENSORS} with {static_embedding.TOKENIZER} (sentence-transformers, model2vec)"
)
_SPACY = (
    "is a folder of spaCy's; open it there: nlp = spacy.load(path), then "
    "keys, rows = zip(*nlp.vocab.vectors.key2row.items()) and "
    "firth.WordVectors([nlp.vocab.strings[key] for key in keys], nlp.vocab.vectors.data[list(rows)])"
)


def read_folder(folder: Path) -> StoredVectors:
    """Read a folder of any known format.

    Raises
    ------
    FormatError : the folder is of no known format, a file of its format is missing, or one is damaged.
    """
    if _holds(folder, numpy_folder.VECTORS, numpy_folder.WORDS):
        return numpy_folder.read(folder)
    for place in (folder, folder / static_embedding.NESTED):
        if _holds(place, static_embedding.TENSORS, static_embedding.TOKENIZER):
            return static_embedding.read(place)
    if _holds(folder, projector.CONFIG):
        return projector.read_bytes(folder / projector.CONFIG)
    pair = _projector_pair(folder)
    if pair is not None:
        return projector.read_tsv(*pair)
    if (folder / "vocab" / "key2row").exists() or (folder / "key2row").exists():
        raise FormatError(folder, _SPACY)
    raise FormatError(folder, f"is a folder, but not one of vectors; looked for {_LOOKED_FOR}")


def _holds(folder: Path, first: str, *others: str) -> bool:
    """Whether a folder has these files. Raises FormatError where it has only the first of them."""
    if not (folder / first).is_file():
        return False
    for name in others:
        if not (folder / name).is_file():
            raise FormatError(folder, f"has {first}, but no {name} beside it")
    return True


def _projector_pair(folder: Path) -> tuple[Path, Path] | None:
    """A file of numbers and the file of words that belongs to it, if there is exactly one such pair."""
    found = []
    for vectors, metadata in _PAIRS:
        for path in sorted(folder.glob(f"*{vectors}")):
            beside = path.with_name(path.name.removesuffix(vectors) + metadata)
            if path.is_file() and beside.is_file():
                found.append((path, beside))
    if len(found) > 1:
        names = ", ".join(path.name for path, _ in found)
        raise FormatError(folder, f"has several files of vectors ({names}); put one pair into a folder of its own")
    if not found and (folder / projector.VECTORS).is_file():
        raise FormatError(folder, f"has {projector.VECTORS}, but no {projector.METADATA} beside it")
    return found[0] if found else None
