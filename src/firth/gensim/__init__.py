"""gensim's word vectors under gensim's names: `from firth.gensim import Word2Vec` in place of `from gensim.models …`.

A layer of names and conversions over the library, for programs that were written for gensim 4; docs/gensim.md lists
what differs. The modules are those of gensim, too: `from firth.gensim.models.word2vec import LineSentence`.
"""

from firth.gensim import models, utils
from firth.lazy_names import names_of

TYPE_CHECKING = False

if TYPE_CHECKING:
    from firth.gensim.models.callbacks import CallbackAny2Vec
    from firth.gensim.models.doc2vec import Doc2Vec, TaggedBrownCorpus, TaggedDocument, TaggedLineDocument
    from firth.gensim.models.fasttext import (
        FastText,
        FastTextKeyedVectors,
        load_facebook_model,
        load_facebook_vectors,
        save_facebook_model,
    )
    from firth.gensim.models.keyedvectors import KeyedVectors
    from firth.gensim.models.phrases import (
        ENGLISH_CONNECTOR_WORDS,
        FrozenPhrases,
        Phraser,
        Phrases,
        npmi_scorer,
        original_scorer,
    )
    from firth.gensim.models.word2vec import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus, Word2Vec

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "BrownCorpus",
    "CallbackAny2Vec",
    "Doc2Vec",
    "FastText",
    "FastTextKeyedVectors",
    "FrozenPhrases",
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "TaggedBrownCorpus",
    "TaggedDocument",
    "TaggedLineDocument",
    "Phraser",
    "Phrases",
    "Text8Corpus",
    "Word2Vec",
    "load_facebook_model",
    "load_facebook_vectors",
    "models",
    "npmi_scorer",
    "original_scorer",
    "save_facebook_model",
    "utils",
]

_HOMES = {
    "ENGLISH_CONNECTOR_WORDS": "firth.gensim.models.phrases",
    "FastText": "firth.gensim.models.fasttext",
    "FastTextKeyedVectors": "firth.gensim.models.fasttext",
    "load_facebook_model": "firth.gensim.models.fasttext",
    "load_facebook_vectors": "firth.gensim.models.fasttext",
    "save_facebook_model": "firth.gensim.models.fasttext",
    "FrozenPhrases": "firth.gensim.models.phrases",
    "Phraser": "firth.gensim.models.phrases",
    "Phrases": "firth.gensim.models.phrases",
    "npmi_scorer": "firth.gensim.models.phrases",
    "original_scorer": "firth.gensim.models.phrases",
    "BrownCorpus": "firth.gensim.models.word2vec",
    "CallbackAny2Vec": "firth.gensim.models.callbacks",
    "Doc2Vec": "firth.gensim.models.doc2vec",
    "KeyedVectors": "firth.gensim.models.keyedvectors",
    "LineSentence": "firth.gensim.models.word2vec",
    "PathLineSentences": "firth.gensim.models.word2vec",
    "TaggedBrownCorpus": "firth.gensim.models.doc2vec",
    "TaggedDocument": "firth.gensim.models.doc2vec",
    "TaggedLineDocument": "firth.gensim.models.doc2vec",
    "Text8Corpus": "firth.gensim.models.word2vec",
    "Word2Vec": "firth.gensim.models.word2vec",
}

__getattr__ = names_of("firth.gensim", _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
