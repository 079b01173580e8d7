"""The tokenizer as a setting of everything that reads text (see firth/settings.py)."""

from typing import Any

from firth.corpus.tokenizers import CUSTOM_TOKENIZER, TOKENIZERS, tokenizer_name
from firth.settings import CORPUS, Kind, setting

__all__ = ["tokenizer_setting"]


def _is_tokenizer(value: Any) -> bool:
    """Whether a model can have this tokenizer. A loaded one has "custom" where it was a function."""
    return callable(value) or value in (*TOKENIZERS, CUSTOM_TOKENIZER)


def tokenizer_setting() -> Any:
    """How text becomes words; of every model that reads text."""
    kind = Kind(
        _is_tokenizer, "'words', 'whitespace' or a function from a line to its words", TOKENIZERS, tokenizer_name
    )
    return setting(
        "words",
        kind,
        "how text is split into words; words: lower case, without punctuation; whitespace: at blanks, unchanged",
        group=CORPUS,
    )
