"""Any text, or sequences of tokens, to ids.

Names are imported when first used: settings need the names of the tokenizers, and not yet the code that reads text.
"""

from typing import TYPE_CHECKING

from firth.lazy_names import names_of

if TYPE_CHECKING:
    from firth.corpus.encoded import EncodedCorpus
    from firth.corpus.encoding import encode
    from firth.corpus.vocabulary import Vocabulary

__all__ = ["EncodedCorpus", "Vocabulary", "encode"]

__getattr__ = names_of(
    __name__,
    {
        "EncodedCorpus": "firth.corpus.encoded",
        "Vocabulary": "firth.corpus.vocabulary",
        "encode": "firth.corpus.encoding",
    },
)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
