"""What a model has learned, and how it shows itself: the part of Word2Vec that does not train."""

from firth.arrays import Matrix
from firth.corpus.vocabulary import Vocabulary
from firth.errors import NotFittedError, SettingError
from firth.models.description import as_html, in_one_line
from firth.models.word2vec_file import StoredModel
from firth.training.history import History
from firth.training.hyperparameters import Hyperparameters
from firth.vectors.word_vectors import WordVectors

__all__ = ["Learned"]


class Learned:
    """Words, their vectors and the other matrix of a model with these settings; nothing before it is trained."""

    def __init__(self, hyperparameters: Hyperparameters) -> None:
        self.hyperparameters = hyperparameters
        self.history = History()
        self._vocabulary: Vocabulary | None = None
        self._vectors: WordVectors | None = None
        self._own_vectors: Matrix | None = None  # with subwords: rows of words, without those of their n-grams
        self._output_vectors: Matrix | None = None  # context vectors, or node vectors

    def _keep(self, model: StoredModel) -> None:
        self._vocabulary, self.history = model.vocabulary, model.history
        self._vectors, self._output_vectors = model.vectors, model.output_vectors
        self._own_vectors = model.own_vectors

    @property
    def vectors(self) -> WordVectors:
        """The word vectors (V, D): the document's Embedding. Raises NotFittedError before fit()."""
        if self._vectors is None:
            raise NotFittedError("this model has no vectors yet: call fit(corpus) or Word2Vec.load(path) first")
        return self._vectors

    @property
    def context_vectors(self) -> Matrix:
        """The context vectors (V, D), rows as in `vectors`: the document's Context.

        Raises   NotFittedError before fit(); SettingError with hierarchical softmax, which has none.
        """
        if self.hyperparameters.has_nodes:
            raise SettingError("objective='hierarchical_softmax' has no context vectors; use node_vectors")
        return self._outputs()

    @property
    def node_vectors(self) -> Matrix:
        """The vectors (V - 1, D) of the inner nodes of the Huffman tree, by falling count: row 0 is the root's.

        Raises   NotFittedError before fit(); SettingError with other objectives than hierarchical softmax.
        """
        if not self.hyperparameters.has_nodes:
            objective = self.hyperparameters.objective
            raise SettingError(f"objective={objective!r} has no node vectors; use context_vectors")
        return self._outputs()

    def stored(self) -> StoredModel:
        """The model as its file has it. Raises NotFittedError before fit()."""
        vocabulary, vectors, outputs = self.vocabulary, self.vectors, self._outputs()
        return StoredModel(self.hyperparameters, self.history, vocabulary, vectors, outputs, self._own_vectors)

    def _outputs(self) -> Matrix:
        if self._output_vectors is None:
            raise NotFittedError("this model has no vectors yet: call fit(corpus) or Word2Vec.load(path) first")
        return self._output_vectors

    @property
    def vocabulary(self) -> Vocabulary:
        """The words and their counts, most frequent first. Raises NotFittedError before fit()."""
        if self._vocabulary is None:
            raise NotFittedError("this model has no vocabulary yet: call fit(corpus) or Word2Vec.load(path) first")
        return self._vocabulary

    def __repr__(self) -> str:
        return in_one_line(self.hyperparameters, self._size())

    def _repr_html_(self) -> str:
        return as_html(self.hyperparameters, self._size(), self.history)

    def _size(self) -> int | None:
        return None if self._vocabulary is None else len(self._vocabulary)
