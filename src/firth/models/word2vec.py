"""Word2Vec: vectors from text, by skip-gram or CBOW."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from firth.arrays import Matrix
from firth.backends.cpu import CpuBackend
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import CUSTOM_TOKENIZER, Tokenizer
from firth.corpus.vocabulary import Vocabulary
from firth.errors import FormatError, NotFittedError, SettingError, TrainingInterrupted
from firth.formats import native
from firth.formats.stored import StoredVectors
from firth.notebook import html_table
from firth.progress import ProgressOption, Reporter, open_progress
from firth.training.corpus_for import corpus_for
from firth.training.history import EpochRecord, History
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import expected_words_read, initial_word_vectors, plan_training
from firth.training.scoring import Score, score_text
from firth.training.trace import Trace, trace_step, traced_words
from firth.training.trainer import Trainer
from firth.vectors.word_vectors import WordVectors

__all__ = ["Word2Vec"]

_MANY_WORDS = 50_000  # of softmax, above which its cost is mentioned
_OPERATIONS = 6  # for each number of a pair of vectors: a product and two updates
_OPERATIONS_PER_HOUR = 3600 * 30e9  # of one thread on a processor of 2020 and later


class Word2Vec:
    """Word vectors learned from the company words keep.

    Parameters
    ----------
    architecture : "skipgram" asks each word of a window which word stands in its middle; "cbow" asks their mean, which
        is faster and better for frequent words.
    objective : what the true word is told apart from. "negative_sampling": words drawn at random, by logistic
        regression. "hierarchical_softmax": other branches of a tree over the words. "softmax": all words of the
        vocabulary; exact, and slow. "nce": words drawn at random, so that scores become log-probabilities.
    vector_size : D, numbers per vector.
    window : largest distance, in words, between a word and its context. 2 to 15 finds words that can stand for one
        another, larger ones words of one topic.
    shrink_window : draw each position's distance from 1 to `window`, so that near words count more.
    min_count : words that occur less often are left out.
    max_vocabulary : keep only so many words, the most frequent; None for no limit.
    subsample_threshold : occurrences of words whose share of the text is greater are skipped, the more the greater;
        0 reads all.
    negative_samples : K, noise words for each position; None for 5. With negative sampling they are all different, so
        at most V - 1 are used. Objectives that draw no noise words refuse this and the next one.
    noise_exponent : noise words are drawn by count to this power; 0 draws all alike, negative ones prefer rare words;
        None for 0.75.
    cbow_gradient : "word2vec" gives each word of a window the whole gradient of their mean, as word2vec.c and gensim
        do; "exact" gives each its share (Irsoy et al. 2020, arXiv:2012.15332) and wants a learning rate of about 0.1.
    learning_rate : at the first word; None for 0.025 (skipgram) or 0.05 (cbow). It falls in a straight line.
    final_learning_rate : at the last word.
    epochs : times the whole text is read.
    threads : worker threads; None for one per available core.
    seed : of all that is drawn. With threads=1 it decides every bit of the result; with more, threads meet in an
        order that no seed decides, but the training examples are the same.
    tokenizer : "words" (lower case, punctuation dropped), "whitespace" (as word2vec.c and gensim's LineSentence), or
        a function from a line to its words.

    Attributes
    ----------
    vectors : WordVectors (V, D) after fit(); `context_vectors` (V, D) is the other matrix, or with hierarchical softmax
        `node_vectors` (V - 1, D).
    vocabulary : the words and their counts, most frequent first.
    history : an EpochRecord for each epoch: loss, words, seconds and more.
    hyperparameters : all settings, as a frozen dataclass.

    Raises   SettingError if a setting is impossible.
    Source   Mikolov et al. 2013, arXiv:1301.3781 and arXiv:1310.4546.
    """

    def __init__(
        self,
        *,
        architecture: str = "skipgram",
        objective: str = "negative_sampling",
        vector_size: int = 100,
        window: int = 5,
        shrink_window: bool = True,
        min_count: int = 5,
        max_vocabulary: int | None = None,
        subsample_threshold: float = 1e-3,
        negative_samples: int | None = None,
        noise_exponent: float | None = None,
        cbow_gradient: str = "word2vec",
        learning_rate: float | None = None,
        final_learning_rate: float = 1e-4,
        epochs: int = 5,
        threads: int | None = None,
        seed: int = 1,
        tokenizer: Tokenizer = "words",
    ) -> None:
        settings = {name: value for name, value in locals().items() if name != "self"}
        self._start(Hyperparameters(**settings))

    def _start(self, hyperparameters: Hyperparameters) -> None:
        self.hyperparameters = hyperparameters
        self.history = History()
        self._vocabulary: Vocabulary | None = None
        self._vectors: WordVectors | None = None
        self._output_vectors: Matrix | None = None  # context vectors, or node vectors

    def fit(self, corpus: "CorpusInput | EncodedCorpus", progress: ProgressOption = None) -> "Word2Vec":
        """Learn vectors from a corpus, and return self. What was learned before is replaced at the end.

        Parameters
        ----------
        corpus : a path, a folder, a glob, "-" for standard input, an open file, a list of paths, or an iterable of
            texts or of lists of tokens, read once; files may be .gz, .bz2, .xz or .zst. Or an EncodedCorpus, to train
            several models on a text that is read once; its min_count and max_vocabulary must be those of the model,
            and the model's tokenizer should be the one it was encoded with.
        progress : None or True shows a bar (a line per epoch where nothing can move); False is silent; a function is
            called with a Progress about ten times a second; its stages are "reading" (bytes) and "training" (words).

        Raises   CorpusError if the corpus cannot be read or no word of it is kept. TrainingInterrupted (a
                 KeyboardInterrupt) on Ctrl-C during training; the model then keeps the vectors so far.
                 DivergenceError if the learning rate was far too high; the model then keeps what it had. SettingError
                 if an encoded corpus has another min_count or max_vocabulary.
        """
        settings = self.hyperparameters
        with open_progress(progress) as reporter:
            encoded = corpus_for(settings, corpus, reporter)
            vocabulary = encoded.vocabulary
            _mention_if_hardly_read(settings, vocabulary, reporter)
            _mention_if_slow(settings, vocabulary, reporter)
            plan, backend = plan_training(settings, encoded), CpuBackend(settings.worker_threads)
            start = initial_word_vectors(len(vocabulary), settings.vector_size, settings.seed)
            backend.start(plan, start, None, reporter.message)
            del start  # the backend has a copy
            trainer = Trainer(settings, plan, backend, reporter)
            try:
                trainer.run()
            except TrainingInterrupted:
                self._keep(vocabulary, trainer.history, backend.matrices())
                raise
        self._keep(vocabulary, trainer.history, backend.matrices())
        return self

    def _keep(self, vocabulary: Vocabulary, history: list[EpochRecord], matrices: tuple[Matrix, Matrix]) -> None:
        self._vocabulary = vocabulary
        self.history = History(history)
        self._vectors = WordVectors(vocabulary.words, matrices[0], vocabulary.counts)
        self._output_vectors = matrices[1]

    def score(self, corpus: CorpusInput, *, seed: int = 1, tokenizer: Tokenizer | None = None) -> Score:
        """The mean loss per pair of a text, by preference one that the model was not trained on. Nothing is learned.

        It is the loss of `history`, with windows, noise words and subsampling as in training, but of finished vectors.

        Parameters
        ----------
        corpus : as for fit(). Words that the model does not know are left out, as rare words are in training.
        seed : of what is drawn. Models of the same vocabulary and settings meet the same pairs and noise words.
        tokenizer : None for the model's own.

        Raises   NotFittedError before fit(); CorpusError if the corpus cannot be read or holds no known neighbours.
        """
        settings = self.hyperparameters
        tokenizer = tokenizer or settings.tokenizer
        if tokenizer == CUSTOM_TOKENIZER:
            raise SettingError(
                "the model's tokenizer was a function, which a file cannot keep: give it as tokenizer=, or any if the "
                "corpus is lists of tokens"
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
        """One training step with these words, in every detail; the model stays as it is.

        Skip-gram looks up the center in the word vectors and a neighbour in the context vectors, CBOW the words around
        in the word vectors and the center in the context vectors; then both look up the negatives.

        Parameters
        ----------
        center : the word in the middle of a window.
        context : skip-gram: one word beside it. CBOW: one word, or all words of the window.
        negatives : words that are not there; or how many to draw, None for as many as in training.
        learning_rate : None for that of the first word of training.
        seed : of the negatives that are drawn.

        Raises   NotFittedError before fit(); UnknownWordError; SettingError if words are missing or come twice, or the
                 objective is another than negative sampling.
        """
        matrices = self.vectors.matrix, self.context_vectors
        words = traced_words(self.hyperparameters, self.vocabulary, (center, context, negatives), seed)
        return trace_step(self.hyperparameters, matrices, words, learning_rate)

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
        if self._has_nodes:
            raise SettingError("objective='hierarchical_softmax': there are no context vectors, but node_vectors")
        return self._outputs()

    @property
    def node_vectors(self) -> Matrix:
        """The vectors (V - 1, D) of the nodes of Huffman's tree, by falling count: row 0 is the root's.

        Raises   NotFittedError before fit(); SettingError with other objectives than hierarchical softmax.
        """
        if not self._has_nodes:
            objective = self.hyperparameters.objective
            raise SettingError(f"objective={objective!r}: there are no node vectors, but context_vectors")
        return self._outputs()

    @property
    def _has_nodes(self) -> bool:
        return self.hyperparameters.objective == "hierarchical_softmax"

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

    def save(self, path: str | Path) -> None:
        """Write the whole model, both matrices included, as one .firth file; replaces an old one only when complete.

        Raises   NotFittedError before fit(); OSError if the file cannot be written.
        """
        vocabulary = self.vocabulary
        metadata = {
            "hyperparameters": self.hyperparameters.to_json(),
            "history": [record.to_json() for record in self.history],
            "total_words": vocabulary.total_words,
        }
        words, matrix, counts = vocabulary.words, self.vectors.matrix, vocabulary.counts
        if self._has_nodes:
            stored = StoredVectors(words, matrix, counts, metadata=metadata, node_vectors=self.node_vectors)
        else:
            stored = StoredVectors(words, matrix, counts, self.context_vectors, metadata)
        native.write(path, stored)

    @classmethod
    def load(cls, path: str | Path) -> "Word2Vec":
        """Read a model that save() wrote; its matrices are mapped into memory.

        Raises   FormatError if the file is damaged or is not a whole model (firth.load reads any file of vectors).
        """
        stored = native.read(path)
        if stored.counts is None or "hyperparameters" not in stored.metadata:
            raise FormatError(path, "has vectors but not the whole model; read it with firth.load()")
        model = cls.__new__(cls)
        model._start(_read_hyperparameters(path, stored.metadata["hyperparameters"]))
        model.history = _read_history(path, stored.metadata.get("history", []))
        settings = model.hyperparameters
        model._vocabulary = Vocabulary(
            stored.words,
            np.asarray(stored.counts),
            settings.min_count,
            settings.max_vocabulary,
            _read_total_words(path, stored.metadata.get("total_words", -1)),
        )
        vectors = StoredVectors(stored.words, stored.matrix, stored.counts, metadata=stored.metadata)
        model._vectors = WordVectors.from_stored(vectors, path)
        model._output_vectors = stored.node_vectors if model._has_nodes else stored.context_vectors
        if model._output_vectors is None:
            raise FormatError(path, "has vectors but not the whole model; read it with firth.load()")
        return model

    def __repr__(self) -> str:
        size = "not fitted" if self._vectors is None else f"{len(self.vocabulary):,} words"
        settings = self.hyperparameters
        objective = "" if settings.objective == "negative_sampling" else f" with {settings.objective}"
        return f"Word2Vec({settings.architecture}{objective}, {settings.vector_size} numbers per vector, {size})"

    def _repr_html_(self) -> str:
        settings = self.hyperparameters
        facts = [
            ("architecture", settings.architecture),
            ("objective", settings.objective),
            ("numbers per vector", f"{settings.vector_size:,}"),
            ("vocabulary", "not fitted" if self._vectors is None else f"{len(self.vocabulary):,} words"),
        ]
        if self.history:
            last = self.history[-1]
            facts += [
                ("epochs", f"{len(self.history)} of {settings.epochs}"),
                ("loss of the last epoch", f"{last.loss:.4f} nats per pair"),
                ("speed", f"{last.words_per_second:,.0f} words/s"),
            ]
        return html_table("Word2Vec", ["", ""], facts, numbers=0)


def _mention_if_hardly_read(settings: Hyperparameters, vocabulary: Vocabulary, reporter: Reporter) -> None:
    """Of a text of few different words, subsampling skips nearly all: training would silently learn nothing."""
    tokens, read = int(vocabulary.counts.sum()), expected_words_read(settings, vocabulary.counts)
    if read < 0.1 * tokens:
        reporter.message(
            f"Note: subsampling (subsample_threshold={settings.subsample_threshold:g}) keeps about {read:,.0f} of "
            f"{tokens:,} tokens per epoch; set it to 0 to keep all."
        )


def _mention_if_slow(settings: Hyperparameters, vocabulary: Vocabulary, reporter: Reporter) -> None:
    """Full softmax multiplies every word that is read with the whole vocabulary: that can take days."""
    words = len(vocabulary)
    if settings.objective == "softmax" and words > _MANY_WORDS:
        hours = expected_words_read(settings, vocabulary.counts) * words * settings.vector_size * _OPERATIONS
        hours /= _OPERATIONS_PER_HOUR * settings.worker_threads
        reporter.message(
            f"Note: softmax over {words:,} words takes very roughly {hours:,.1f} hours for each epoch of this text; "
            "hierarchical_softmax or negative_sampling take seconds to minutes. max_vocabulary limits the words."
        )


def _read_hyperparameters(path: str | Path, values: Any) -> Hyperparameters:
    try:
        return Hyperparameters.from_json(values)
    except (SettingError, TypeError, AttributeError) as error:
        raise FormatError(path, f"its hyperparameters cannot be read: {error}") from None


def _read_history(path: str | Path, records: Any) -> History:
    try:
        return History(EpochRecord(**record) for record in records)
    except TypeError as error:
        raise FormatError(path, f"its training history cannot be read: {error}") from None


def _read_total_words(path: str | Path, value: Any) -> int:
    if not isinstance(value, int):
        raise FormatError(path, f"its number of words cannot be read: {value!r}")
    return value
