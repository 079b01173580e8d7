"""gensim.models: the classes; the modules that gensim has them in are beside them."""

from firth.lazy_names import names_of

TYPE_CHECKING = False

if TYPE_CHECKING:
    from firth.gensim.models.doc2vec import Doc2Vec
    from firth.gensim.models.fasttext import FastText
    from firth.gensim.models.keyedvectors import KeyedVectors
    from firth.gensim.models.phrases import Phrases
    from firth.gensim.models.word2vec import Word2Vec

__all__ = ["Doc2Vec", "FastText", "KeyedVectors", "Phrases", "Word2Vec"]

_HOMES = {
    "Doc2Vec": "firth.gensim.models.doc2vec",
    "FastText": "firth.gensim.models.fasttext",
    "KeyedVectors": "firth.gensim.models.keyedvectors",
    "Phrases": "firth.gensim.models.phrases",
    "Word2Vec": "firth.gensim.models.word2vec",
}

__getattr__ = names_of("firth.gensim.models", _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
