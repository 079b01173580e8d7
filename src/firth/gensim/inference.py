"""Vectors of new documents in a model of gensim's names."""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from firth.arrays import Vector
from firth.backends.inference import InferenceBackend
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.errors import NotFittedError
from firth.gensim.epochs import plans_of
from firth.gensim.models.keyedvectors import pseudorandom_weak_vector
from firth.gensim.models.word2vec import Word2Vec
from firth.kernels.arguments import EncodedIds
from firth.training.plan import Extras

__all__ = ["Inferring"]


class Inferring(Word2Vec):
    """A model that makes vectors of new documents from its words and outputs, which do not change."""

    _inference: tuple[Any, InferenceBackend] | None

    def infer_vector(
        self,
        doc_words: Sequence[Any],
        alpha: float | None = None,
        min_alpha: float | None = None,
        epochs: int | None = None,
    ) -> Vector:
        """The vector (D,) of a new document; the same for the same words. The model does not change."""
        if isinstance(doc_words, str):
            raise TypeError("Parameter doc_words of infer_vector() must be a list of strings (not a single string).")
        if not len(self.wv):
            raise NotFittedError("you must first build vocabulary before inferring vectors")
        rows = (self.wv.key_to_index.get(word, -1) for word in doc_words)
        ids = np.array([row for row in rows if row >= 0], np.int32)
        corpus = EncodedIds(ids, np.array([0, len(ids)], np.int64))
        rates = float(alpha or self.alpha), float(min_alpha or self.min_alpha)
        options = 1, lambda sentence: None, lambda done: None
        one = np.array([0, 1], np.int64)
        backend = self._inference_backend()
        vector: Vector = backend.infer(corpus, one, epochs or self.epochs or 1, rates, self.seed or 0, options)[0]
        if vector.any():
            return vector
        words = " ".join(map(str, doc_words))  # no word is known, or the model not trained: as random as in gensim
        return pseudorandom_weak_vector(self.vector_size, words, lambda text: zlib.crc32(text.encode()))

    def _inference_backend(self) -> InferenceBackend:
        outputs = self.syn1neg if self.negative else self.syn1
        state = id(self.wv.vectors), id(outputs), self.train_count, self.epochs_trained
        if self._inference is None or self._inference[0] != state:
            counts = np.asarray(self.wv.expandos["count"], np.int64)
            vocabulary = Vocabulary(self.wv.index_to_key, np.maximum(counts, 1))
            nothing = EncodedCorpus(vocabulary, np.zeros(0, np.int32), np.zeros(1, np.int64))
            settings = self._plan_settings()
            plan = plans_of(settings, nothing, vocabulary.counts, Extras(sums_inputs=self._sums_inputs), self.sample)[0]
            self._inference = state, InferenceBackend(plan, self.wv.vectors, outputs[: plan.n_outputs])
        return self._inference[1]

    def similarity_unseen_docs(
        self,
        doc_words1: Sequence[Any],
        doc_words2: Sequence[Any],
        alpha: float | None = None,
        min_alpha: float | None = None,
        epochs: int | None = None,
    ) -> float:
        """The cosine of the vectors of two new documents."""
        first, second = (self.infer_vector(words, alpha, min_alpha, epochs) for words in (doc_words1, doc_words2))
        return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))
