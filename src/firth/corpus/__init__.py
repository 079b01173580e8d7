"""Any text, or sequences of tokens, become ids."""

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.vocabulary import Vocabulary

__all__ = ["EncodedCorpus", "Vocabulary", "encode"]
