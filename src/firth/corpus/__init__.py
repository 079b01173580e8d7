"""Any text, or sequences of tokens, to ids.

Names are imported when first used: settings need the names of the tokenizers, and not yet the code that reads text.
"""

import importlib
from typing import TYPE_CHECKING, Any

from firth.interruption import importing

if TYPE_CHECKING:
    from firth.corpus.encoded import EncodedCorpus
    from firth.corpus.encoding import encode
    from firth.corpus.vocabulary import Vocabulary

__all__ = ["EncodedCorpus", "Vocabulary", "encode"]

_MODULES = {
    "EncodedCorpus": "firth.corpus.encoded",
    "Vocabulary": "firth.corpus.vocabulary",
    "encode": "firth.corpus.encoding",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with importing():
        value = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
