"""Firth: word embeddings. Train them on your own text, query, evaluate and understand them.

    model = firth.Word2Vec().fit("corpus.txt")
    model.vectors.most_similar("king")
    vectors = firth.load("glove.6B.50d.txt")

Names are imported when first used, so that `import firth` is quick.
"""

from firth.lazy_names import names_of

TYPE_CHECKING = False  # for type checkers it is true; importing typing would take longer than all the rest

if TYPE_CHECKING:
    from firth.distributed.in_process import LocalCluster
    from firth.distributed.ray_cluster import RayCluster
    from firth.errors import (
        CorpusError,
        DivergenceError,
        FirthError,
        FirthWarning,
        FormatError,
        MissingExtraError,
        NotFittedError,
        SettingError,
        TrainingInterrupted,
        UnknownWordError,
    )
    from firth.language_models.keyboard import Keyboard
    from firth.language_models.load import load_language_model
    from firth.language_models.mixture import MixtureModel
    from firth.language_models.neural import NeuralModel
    from firth.language_models.ngram import NgramModel
    from firth.models.doc2vec import Doc2Vec
    from firth.models.word2vec import Word2Vec
    from firth.phrases.model import Phrases
    from firth.phrases.scoring import PairCounts
    from firth.phrases.table import Phrase
    from firth.training.sequences import Groups, Sessions
    from firth.vectors.alignment import align
    from firth.vectors.load import load, read_table
    from firth.vectors.neighbours import Neighbour, WordBetween
    from firth.vectors.word_vectors import WordVectors

__version__ = "0.1.0"

__all__ = [
    "CorpusError",
    "DivergenceError",
    "Doc2Vec",
    "FirthError",
    "FirthWarning",
    "FormatError",
    "Groups",
    "Keyboard",
    "LocalCluster",
    "MissingExtraError",
    "MixtureModel",
    "Neighbour",
    "NeuralModel",
    "NgramModel",
    "NotFittedError",
    "PairCounts",
    "Phrase",
    "Phrases",
    "RayCluster",
    "Sessions",
    "SettingError",
    "TrainingInterrupted",
    "UnknownWordError",
    "Word2Vec",
    "WordBetween",
    "WordVectors",
    "__version__",
    "align",
    "load",
    "load_language_model",
    "read_table",
]

_HOMES = {
    "Doc2Vec": "firth.models.doc2vec",
    "Groups": "firth.training.sequences",
    "Keyboard": "firth.language_models.keyboard",
    "LocalCluster": "firth.distributed.in_process",
    "MixtureModel": "firth.language_models.mixture",
    "Neighbour": "firth.vectors.neighbours",
    "NeuralModel": "firth.language_models.neural",
    "NgramModel": "firth.language_models.ngram",
    "PairCounts": "firth.phrases.scoring",
    "Phrase": "firth.phrases.table",
    "Phrases": "firth.phrases.model",
    "RayCluster": "firth.distributed.ray_cluster",
    "Sessions": "firth.training.sequences",
    "Word2Vec": "firth.models.word2vec",
    "WordBetween": "firth.vectors.neighbours",
    "WordVectors": "firth.vectors.word_vectors",
    "align": "firth.vectors.alignment",
    "load": "firth.vectors.load",
    "load_language_model": "firth.language_models.load",
    "read_table": "firth.vectors.load",
}


__getattr__ = names_of("firth", dict.fromkeys(__all__, "firth.errors") | _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
