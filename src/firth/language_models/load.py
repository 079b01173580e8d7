"""load_language_model(): opens a language model of any kind; the file says which."""

from pathlib import Path

from firth.errors import FormatError
from firth.language_models.mixture import KINDS
from firth.language_models.model import LanguageModel
from firth.language_models.model_file import kind_of_file

__all__ = ["load_language_model"]


def load_language_model(path: str | Path, *, mmap: bool = True) -> LanguageModel:
    """Read a language model that save() wrote: an NgramModel, a NeuralModel or a MixtureModel.

    mmap : False reads the file into memory, for files that other programs write in place; see firth.load.

    Raises FileNotFoundError, or FormatError if the file is damaged or something else.
    """
    kind = kind_of_file(path)
    if kind not in KINDS:
        advice = (
            "; it has word vectors: open it with load(), or train a language model with `firth lm train`"
            if kind == "firth"
            else ""
        )
        raise FormatError(path, f"is not a language model{advice}")
    return KINDS[kind].load(path, mmap=mmap)
