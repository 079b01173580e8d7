"""What a model has learned, what can be found out about it, and how it shows itself: the part of Word2Vec that does not
train.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from firth.arrays import Matrix
from firth.corpus.encoding import encode
from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import CUSTOM_TOKENIZER, Tokenizer
from firth.corpus.vocabulary import Vocabulary
from firth.errors import NotFittedError, SettingError, quoted
from firth.models import gensim_names
from firth.models.description import as_html, in_one_line
from firth.models.word2vec_file import StoredModel
from firth.training.history import History
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import rows_of_words
from firth.training.scoring import Score, score_text
from firth.training.trace import Trace, trace_step, traced_words
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

    def score(self, corpus: CorpusInput, *, seed: int = 1, tokenizer: Tokenizer | None = None) -> Score:
        """The mean loss per pair of a text, usually a held-out one. The model does not change.

        The loss is defined as in `history`, with windows, noise words and subsampling drawn as in training, but
        computed with the final vectors.

        Parameters
        ----------
        corpus : as for fit(). Words that the model does not know are left out, as rare words are in training.
        seed : of the random draws. Models of the same vocabulary and settings get the same pairs and noise words.
        tokenizer : None for the model's own.

        Raises   NotFittedError before fit(); CorpusError if the corpus cannot be read or no two known words of it are
                 neighbours; DivergenceError if the loss is not finite; SettingError if the tokenizer was a function
                 that the model's file could not keep.
        """
        settings = self.hyperparameters
        tokenizer = tokenizer or settings.tokenizer
        if tokenizer == CUSTOM_TOKENIZER:
            raise SettingError(
                "the model's tokenizer was a function, which its file could not keep: pass it as tokenizer=, or any "
                "tokenizer if the corpus is lists of tokens"
            )
        vocabulary, output_vectors = self.vocabulary, self._outputs()
        encoded = encode(corpus, tokenizer=tokenizer, vocabulary=vocabulary, threads=settings.threads)
        return score_text(settings, encoded, self.vectors.matrix, output_vectors, seed)

    def trace(
        self,
        center: str,
        context: str | Sequence[str],
        negatives: int | Sequence[str] | None = None,
        *,
        learning_rate: float | None = None,
        seed: int = 1,
    ) -> Trace:
        """One training step with these words, in every detail; the model does not change.

        Skip-gram looks up the center in the word vectors and a context word in the context vectors; CBOW looks up the
        context words in the word vectors and the center in the context vectors; both then look up the negative samples.

        Parameters
        ----------
        center : the word in the middle of a window.
        context : skip-gram: one context word. CBOW: one or all context words of the window.
        negatives : noise words; or how many to draw, None for the number drawn in training.
        learning_rate : None for the one at the first word of training.
        seed : of the noise words that are drawn.

        Raises   NotFittedError before fit(); UnknownWordError; SettingError if words are missing or repeated, or the
                 objective is not negative sampling.
        """
        matrices = self.vectors.matrix, self.context_vectors
        words = traced_words(self.hyperparameters, self.vocabulary, (center, context, negatives), seed)
        rows = rows_of_words(self.hyperparameters, self.vocabulary)
        return trace_step(self.hyperparameters, matrices, words, learning_rate, rows)

    def __repr__(self) -> str:
        return in_one_line(self.hyperparameters, self._size())

    def _repr_html_(self) -> str:
        return as_html(self.hyperparameters, self._size(), self.history)

    def _size(self) -> int | None:
        return None if self._vocabulary is None else len(self._vocabulary)

    if not TYPE_CHECKING:  # to type checkers, a name that is not there stays an error

        def __getattr__(self, name: str) -> NoReturn:
            """Answer the names that gensim's model has with those here."""
            advice = f"; {gensim_names.ATTRIBUTES[name]}" if name in gensim_names.ATTRIBUTES else ""
            problem = f"{type(self).__name__!r} object has no attribute {name!r}{advice}"
            raise AttributeError(problem, name=name, obj=self)

        def __getitem__(self, word: object) -> NoReturn:
            raise TypeError(
                f"{type(self).__name__!r} object is not subscriptable; the word vectors are model.vectors: "
                f"model.vectors[{quoted(word)}]"
            )

        __iter__ = __contains__ = None  # which Python would else do with __getitem__
