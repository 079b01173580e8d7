"""What a model of documents has learned, vectors of new documents, and how it shows itself: the part of Doc2Vec that
does not train.
"""

from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from firth.arrays import Matrix
from firth.backends.inference import InferenceBackend
from firth.corpus.documents import words_of
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.tokenizers import CUSTOM_TOKENIZER
from firth.corpus.vocabulary import Vocabulary
from firth.errors import CorpusError, DivergenceError, NotFittedError, SettingError
from firth.kernels.arguments import EncodedIds
from firth.models.doc2vec_file import StoredDocuments
from firth.models.gensim_names import DOCUMENT_ATTRIBUTES
from firth.notebook import html_table
from firth.progress import ProgressOption, open_progress
from firth.settings import check_value, real_number, whole_number
from firth.training.document_settings import DocumentSettings
from firth.training.history import History
from firth.training.plan import plan_training
from firth.vectors.neighbours import Neighbours
from firth.vectors.word_vectors import WordVectors

__all__ = ["LearnedDocuments"]

_NOT_FITTED = "this model has no vectors yet: call fit(documents) or Doc2Vec.load(path) first"


class LearnedDocuments:
    """Documents, words and contexts of a model with these settings; nothing before it is trained."""

    def __init__(self, settings: DocumentSettings) -> None:
        self.settings = settings
        self._model: StoredDocuments | None = None
        self._inference: InferenceBackend | None = None
        self._inferring = Lock()

    @property
    def documents(self) -> WordVectors:
        """A vector for each tag (N, D). Raises NotFittedError before fit()."""
        return self.stored().documents

    @property
    def vectors(self) -> WordVectors:
        """The word vectors (V, D). Raises NotFittedError before fit(); SettingError if words were not trained."""
        words = self.stored().words
        if words is None:
            raise SettingError(
                "architecture='dbow' with train_words=False learns no word vectors; documents has the vectors of "
                "documents, and train_words=True learns both"
            )
        return words

    @property
    def context_vectors(self) -> Matrix:
        """The context vectors (V, D). Raises NotFittedError; SettingError with hierarchical softmax, which has none."""
        if self.settings.of_words.has_nodes:
            raise SettingError("objective='hierarchical_softmax' has no context vectors; use node_vectors")
        return self.stored().outputs

    @property
    def node_vectors(self) -> Matrix:
        """The vectors (V - 1, D) of the Huffman tree. Raises NotFittedError; SettingError with other objectives."""
        if not self.settings.of_words.has_nodes:
            raise SettingError(f"objective={self.settings.objective!r} has no node vectors; use context_vectors")
        return self.stored().outputs

    @property
    def vocabulary(self) -> Vocabulary:
        """The words and their counts, most frequent first. Raises NotFittedError before fit()."""
        return self.stored().vocabulary

    @property
    def history(self) -> History:
        """A record for each epoch; empty before fit()."""
        return History() if self._model is None else self._model.history

    def __repr__(self) -> str:
        return f"Doc2Vec({self.settings.architecture}, {self.settings.vector_size} numbers per vector, {self._size()})"

    def _repr_html_(self) -> str:
        facts = [
            ("architecture", self.settings.architecture),
            ("numbers per vector", f"{self.settings.vector_size:,}"),
            ("size", self._size()),
        ]
        if self.history:
            facts.append(("loss of the last epoch", f"{self.history[-1].loss:.4f} nats per pair"))
        return html_table("Doc2Vec", ["", ""], facts, numbers=0)

    def _size(self) -> str:
        if self._model is None:
            return "not fitted"
        return f"{len(self._model.documents):,} documents, {len(self._model.vocabulary):,} words"

    if not TYPE_CHECKING:  # to type checkers, a name that is not there stays an error

        def __getattr__(self, name: str) -> NoReturn:
            advice = f"; {DOCUMENT_ATTRIBUTES[name]}" if name in DOCUMENT_ATTRIBUTES else ""
            problem = f"{type(self).__name__!r} object has no attribute {name!r}{advice}"
            raise AttributeError(problem, name=name, obj=self)

        def __getitem__(self, tag: object) -> NoReturn:
            raise TypeError(
                f"{type(self).__name__!r} object is not subscriptable; model.documents[tag] is the vector of a "
                "document, model.vectors[word] that of a word, and model.infer(text) that of a new document"
            )

        __iter__ = __contains__ = None  # which Python would else do with __getitem__

    def stored(self) -> StoredDocuments:
        """The model as its file has it. Raises NotFittedError before fit()."""
        if self._model is None:
            raise NotFittedError(_NOT_FITTED)
        return self._model

    def _keep(self, model: StoredDocuments) -> None:
        with self._inferring:
            self._model, self._inference = model, None

    # ---------------------------------------------------------------- new documents

    def infer(
        self,
        documents: Any,
        *,
        epochs: int | None = None,
        learning_rate: float | None = None,
        final_learning_rate: float | None = None,
        seed: int | None = None,
        threads: int | None = None,
        progress: ProgressOption = False,
    ) -> Any:
        """Vectors of documents that the model was not trained on; the model does not change.

        Each vector starts at zero and is trained as those of training documents were, while nothing else moves. It
        follows from the document, the model and the seed alone: documents that are inferred together and the number of
        threads have no effect.

        Parameters
        ----------
        documents : texts, or lists of tokens; or one text.
        epochs : passes over each document; None for as many as in training. More are not better: held-out paragraphs of
            novels were nearest to one of their own chapter in 19 % of cases with the 10 of training, in 14 % with 50.
        learning_rate, final_learning_rate : at the first word and behind the last one; None for those of training.
        seed : of the draws; None for that of training.
        threads : None for those of training.
        progress : False shows nothing; the stage is "inferring", in documents.

        Returns  (N, D); for one text (D,). A document without a word of the vocabulary becomes zeros.
        Raises   NotFittedError before fit(); CorpusError if a document is neither a text nor a list of strings;
                 SettingError for impossible values; DivergenceError if a vector is not finite.
        """
        model, settings = self.stored(), self.settings
        epochs = settings.epochs if epochs is None else epochs
        seed = settings.seed if seed is None else seed
        first = settings.learning_rate if learning_rate is None else learning_rate
        last = settings.final_learning_rate if final_learning_rate is None else final_learning_rate
        assert first is not None
        check_value("epochs", epochs, whole_number(1))
        check_value("learning_rate", first, real_number(0))
        check_value("final_learning_rate", last, real_number(0))
        check_value("seed", seed, whole_number(-(2**63), 2**64 - 1, limits=" of 64 bits"))
        if threads is not None:
            check_value("threads", threads, whole_number(1, 1_024))
        is_one = isinstance(documents, str)
        ids, offsets = self._ids_of([documents] if is_one else documents, model.vocabulary)
        of_documents = np.arange(len(offsets), dtype=np.int64)
        with open_progress(progress) as reporter, self._inferring:
            if self._inference is None:
                self._inference = self._new_inference(model)
            with reporter.stage("inferring", len(offsets) - 1, "documents") as stage:
                options = threads or settings.threads, reporter.message, stage.update
                rates = float(first), float(last)
                found = self._inference.infer(EncodedIds(ids, offsets), of_documents, epochs, rates, seed, options)
        if not (finite := np.isfinite(found).all(axis=1)).all():
            raise DivergenceError(
                f"document {int(np.argmin(finite)):,}: its vector grew beyond all bounds; learning_rate={first:g} is "
                "too high, or the model has numbers that are not finite and its file is damaged"
            )
        return found[0] if is_one else found

    def most_similar_documents(self, documents: Any, count: int = 10, **options: Any) -> Any:
        """The tags whose vectors have the largest cosine to that of a new document, or of several.

        Parameters
        ----------
        documents : as for infer().
        options : those of infer().

        Returns  best first, a list of Neighbour for one text; a list of such lists for several documents.
        Raises   CorpusError if no word of a document is in the vocabulary, or was read; all else as infer().
        """
        vectors = self.infer(documents, **options)
        for number, vector in enumerate(np.atleast_2d(vectors)):
            if not vector.any():
                raise CorpusError(
                    f"document {number:,}: none of its words is in the vocabulary of the model, or subsampling "
                    f"(subsample_threshold={self.settings.subsample_threshold:g}) skipped them; more epochs read more"
                )
        found: Neighbours | list[Neighbours] = self.documents.nearest_to_vector(vectors, count)
        return found

    def _check_tokenizer(self) -> None:
        if self.settings.tokenizer == CUSTOM_TOKENIZER:
            raise SettingError(
                "tokenizer='custom': it was a function, which a file cannot keep; give lists of tokens, or make a new "
                "Doc2Vec with it"
            )

    def _new_inference(self, model: StoredDocuments) -> InferenceBackend:
        nothing = EncodedCorpus(model.vocabulary, np.zeros(0, np.int32), np.zeros(1, np.int64))
        plan = plan_training(self.settings.of_words, nothing)
        words = np.zeros((0, self.settings.vector_size), np.float32) if model.words is None else model.words.matrix
        return InferenceBackend(plan, words, model.outputs)

    def _ids_of(self, documents: Any, vocabulary: Vocabulary) -> tuple[Any, Any]:
        """The ids of the known words of all documents, end to end, and where each begins."""
        if not isinstance(documents, Iterable):
            raise CorpusError(f"documents are of type {type(documents).__name__}: give texts, or lists of tokens")
        ids: list[int] = []
        offsets = [0]
        for number, document in enumerate(documents):
            if isinstance(document, str):
                self._check_tokenizer()
            tokenizer = self.settings.tokenizer if isinstance(document, str) else "words"
            words = words_of(document, tokenizer, f"document {number:,}")
            ids += [word_id for word in words if (word_id := vocabulary.get(word)) is not None]
            offsets.append(len(ids))
        return np.array(ids, np.int32), np.array(offsets, np.int64)
