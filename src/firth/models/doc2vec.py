"""Doc2Vec: vectors of documents, and of words in the same space.

A model is its settings (training/document_settings.py) and what fit() learned. A document is one more input of all of
its windows, so that training is that of Word2Vec; new documents are inferred by backends/inference.py. The file of a
model is in doc2vec_file.py.
"""

from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np

from firth.arrays import Matrix
from firth.backends.inference import InferenceBackend
from firth.corpus.documents import DocumentsInput, EncodedDocuments, encode_documents, words_of
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.tokenizers import CUSTOM_TOKENIZER, Tokenizer
from firth.corpus.vocabulary import Vocabulary
from firth.errors import CorpusError, NotFittedError, SettingError, warn
from firth.formats.stored import StoredVectors
from firth.kernels.arguments import Documents, EncodedIds
from firth.models.doc2vec_file import StoredDocuments, read_documents, write_documents
from firth.models.gensim_names import DOCUMENT_ATTRIBUTES, DOCUMENT_SETTINGS
from firth.models.training_run import Run, check_companions, run_training, started_backend
from firth.notebook import html_table
from firth.progress import ProgressOption, Reporter, open_progress
from firth.settings import answers_names, check_value, real_number, whole_number
from firth.training.document_settings import DocumentSettings
from firth.training.history import History
from firth.training.inputs import WordInputs
from firth.training.lone_words import check_neighbours
from firth.training.notes import outcome_notes, training_notes
from firth.training.observation import Observer
from firth.training.plan import Extras, initial_word_vectors, plan_training
from firth.vectors.neighbours import Neighbours
from firth.vectors.word_vectors import WordVectors

__all__ = ["Doc2Vec"]

_NOT_FITTED = "this model has no vectors yet: call fit(documents) or Doc2Vec.load(path) first"


class Doc2Vec:
    """Vectors of documents, learned together with what predicts their words.

    Parameters
    ----------
    architecture : "dbow": the vector of a document predicts each of its words. "dm": the mean of the document's vector
        and those of the words around a position predicts the word there.
    train_words : learn word vectors as well, by skip-gram in the same space (None: yes). False makes training several
        times faster; words then have no vectors. Only with dbow.
    objective : "negative_sampling", "hierarchical_softmax" or "nce", as for Word2Vec.
    vector_size : D, numbers per vector.
    window, shrink_window : the words around a position, as for Word2Vec. With train_words=False they have no effect.
    min_count, max_vocabulary, subsample_threshold, negative_samples, noise_exponent : as for Word2Vec.
    cbow_gradient : "word2vec" (None) gives the document and each context word the whole gradient of their mean; "exact"
        divides it by their number. Only with dm.
    learning_rate : at the first word; None for 0.025 (dbow) or 0.05 (dm). It falls linearly.
    final_learning_rate : at the last word.
    epochs : passes over all documents.
    threads : worker threads; None for as many of the available cores as are of use.
    seed : of all random draws, any 64-bit number. With threads=1 it determines every bit of the result.
    tokenizer : "words", "whitespace" or a function from a line to its words; not used on lists of tokens.

    Attributes
    ----------
    documents : WordVectors (N, D), a vector for each tag; `counts` are words in the documents of the tag.
    vectors : WordVectors (V, D) of words, unless they were not trained.
    context_vectors : (V, D), or with hierarchical softmax `node_vectors` (V - 1, D).
    vocabulary : the words and their counts, most frequent first.
    history : an EpochRecord for each epoch.
    settings : all settings, as a frozen dataclass.

    Raises   SettingError if a setting is impossible, or does not apply to the architecture or objective.
    Source   Le & Mikolov 2014, "Distributed Representations of Sentences and Documents", arXiv:1405.4053.
    """

    @answers_names(DOCUMENT_SETTINGS)
    def __init__(
        self,
        *,
        architecture: str = "dbow",
        train_words: bool | None = None,
        objective: str = "negative_sampling",
        vector_size: int = 100,
        window: int | tuple[int, int] = 5,
        shrink_window: bool = True,
        min_count: int = 5,
        max_vocabulary: int | None = None,
        subsample_threshold: float = 1e-3,
        negative_samples: int | None = None,
        noise_exponent: float | None = None,
        cbow_gradient: str | None = None,
        learning_rate: float | None = None,
        final_learning_rate: float = 1e-4,
        epochs: int = 10,
        threads: int | None = None,
        seed: int = 1,
        tokenizer: Tokenizer = "words",
    ) -> None:
        settings = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        self.settings = DocumentSettings(**settings)
        self._model: StoredDocuments | None = None
        self._inference: InferenceBackend | None = None
        self._inferring = Lock()

    def fit(
        self,
        documents: DocumentsInput,
        tags: Iterable[Any] | None = None,
        *,
        observers: Iterable[Observer] = (),
        progress: ProgressOption = None,
    ) -> Self:
        """Learn vectors from documents, and return self. What was learned before is replaced at the end.

        Parameters
        ----------
        documents : a path, a folder, a glob, "-" for standard input or an open file, with a document a line; an
            iterable of texts or of lists of tokens, read once; an iterable of tuples (tag, document); or a mapping from
            tags to documents. A document is one sequence of words: windows cross the ends of its lines.
        tags : for each document a tag or a list of tags, if they are not in `documents`; strings, or whole numbers,
            which become strings. None: "0", "1", … A tag may belong to several documents, such as its author.
        observers : functions that see the training while it runs, as for Word2Vec.fit().
        progress : None or True shows a bar; False is silent; a function is called with a Progress about ten times a
            second. The stages are "reading" (bytes) and "training" (words).

        Raises   CorpusError if the documents cannot be read, no word of them is kept, or a tag is impossible.
                 TrainingInterrupted (a KeyboardInterrupt) on Ctrl-C during training; the model then has the vectors so
                 far. DivergenceError if the learning rate was far too high; the model then keeps what it had.
        Warns    of documents without a word of the vocabulary, whose vectors are zeros.
        """
        companions = check_companions(None, 1.0, observers)
        with open_progress(progress) as reporter:
            read = self._read(documents, tags, reporter)
            run = self._run(read, reporter)
            trained = run_training(run, companions, reporter)
            self._keep(self._learned(read, trained.history, trained.matrices))
            if trained.interruption is not None:
                raise trained.interruption
            for note in outcome_notes(self.history, run.plan.untrained_loss, self.documents.matrix):
                reporter.message(note)
        return self

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
                 SettingError for impossible values.
        """
        model, settings = self._fitted(), self.settings
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

    def save(self, path: str | Path) -> None:
        """Write the whole model as one .firth file; replaces an old one only when complete.

        Raises   NotFittedError before fit(); SettingError unless the name ends in .firth, .firth.gz or the like;
                 FormatError or OSError if the file cannot be written.
        """
        write_documents(path, self._fitted())

    @classmethod
    def load(cls, path: str | Path, *, mmap: bool = True) -> Self:
        """Read a model that save() wrote; its matrices are mapped into memory.

        mmap : False reads them, for files that other programs write in place; see firth.load.

        Raises   FormatError if the file is damaged or is not a model of documents.
        """
        stored = read_documents(path, mmap=mmap)
        model = cls(**stored.settings.values())
        model._keep(stored)
        return model

    # ---------------------------------------------------------------- what was learned

    @property
    def documents(self) -> WordVectors:
        """A vector for each tag (N, D). Raises NotFittedError before fit()."""
        return self._fitted().documents

    @property
    def vectors(self) -> WordVectors:
        """The word vectors (V, D). Raises NotFittedError before fit(); SettingError if words were not trained."""
        words = self._fitted().words
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
        return self._fitted().outputs

    @property
    def node_vectors(self) -> Matrix:
        """The vectors (V - 1, D) of the Huffman tree. Raises NotFittedError; SettingError with other objectives."""
        if not self.settings.of_words.has_nodes:
            raise SettingError(f"objective={self.settings.objective!r} has no node vectors; use context_vectors")
        return self._fitted().outputs

    @property
    def vocabulary(self) -> Vocabulary:
        """The words and their counts, most frequent first. Raises NotFittedError before fit()."""
        return self._fitted().vocabulary

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

    def _fitted(self) -> StoredDocuments:
        if self._model is None:
            raise NotFittedError(_NOT_FITTED)
        return self._model

    def _keep(self, model: StoredDocuments) -> None:
        with self._inferring:
            self._model, self._inference = model, None

    # ---------------------------------------------------------------- training

    def _read(self, documents: DocumentsInput, tags: Iterable[Any] | None, reporter: Reporter) -> EncodedDocuments:
        settings = self.settings
        self._check_tokenizer()
        read = encode_documents(
            documents,
            tags,
            tokenizer=settings.tokenizer,
            limits=(settings.min_count, settings.max_vocabulary),
            progress=reporter,
        )
        check_neighbours(read.corpus, required=False)
        for note in training_notes(settings.of_words, read.corpus):
            reporter.message(note)
        if empty := int((read.words == 0).sum()):
            warn(
                f"{empty:,} of {len(read.tags):,} tags have no word that is kept (min_count={settings.min_count}) in "
                "their documents: their vectors are zeros"
            )
        return read

    def _check_tokenizer(self) -> None:
        if self.settings.tokenizer == CUSTOM_TOKENIZER:
            raise SettingError(
                "tokenizer='custom': it was a function, which a file cannot keep; give lists of tokens, or make a new "
                "Doc2Vec with it"
            )

    def _run(self, read: EncodedDocuments, reporter: Reporter) -> Run:
        """The training, with a backend that is started."""
        settings, corpus = self.settings.of_words, read.corpus
        vocabulary, n_tags = corpus.vocabulary, len(read.tags)
        documents = Documents(
            starts=read.starts,
            tags=read.tag_ids,
            first=len(vocabulary),
            count=n_tags,
            longest=int(np.diff(read.starts).max()),
        )
        window = None if self.settings.has_words else (0, 0)
        plan = plan_training(settings, corpus, Extras(documents=documents, window=window))
        inputs = initial_word_vectors(len(vocabulary) + n_tags, settings.vector_size, settings.seed)
        inputs[len(vocabulary) :][read.words == 0] = 0
        backend = started_backend(settings, plan, (inputs, None), reporter)
        return Run(settings, settings, vocabulary, plan, WordInputs(), backend)

    def _learned(self, read: EncodedDocuments, history: History, matrices: tuple[Matrix, Matrix]) -> StoredDocuments:
        vocabulary, (inputs, outputs) = read.corpus.vocabulary, matrices
        n_words = len(vocabulary)
        words = None
        if self.settings.has_words:
            words = WordVectors.from_stored(StoredVectors(vocabulary.words, inputs[:n_words].copy(), vocabulary.counts))
        documents = WordVectors.from_stored(StoredVectors(read.tags, inputs[n_words:].copy(), read.words))
        return StoredDocuments(self.settings, History(history), vocabulary, words, outputs, documents)

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
