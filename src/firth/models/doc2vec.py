"""Doc2Vec: vectors of documents, and of words in the same space.

A model is its settings (training/document_settings.py) and what fit() learned (learned_documents.py). A document is one
more input of all of its windows, so that training is that of Word2Vec; new documents are inferred by
backends/inference.py. The file of a model is in doc2vec_file.py.
"""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from firth.corpus.documents import DocumentsInput
from firth.corpus.tokenizers import Tokenizer
from firth.models.doc2vec_file import DocumentModel, check_documents_name, read_documents, write_documents
from firth.models.gensim_names import DOCUMENT_SETTINGS
from firth.models.learned_documents import LearnedDocuments
from firth.models.starting_documents import (
    documents_run_on_new_ones,
    first_documents_run,
    initial_for_documents,
    read_documents_checkpoint,
    resumed_documents_run,
)
from firth.models.training_run import Companions, Run, check_backend, check_companions, run_training
from firth.models.word2vec import Word2Vec
from firth.progress import ProgressOption, Reporter, open_progress
from firth.settings import answers_names
from firth.training.checkpoint import CHECKPOINT_SECONDS
from firth.training.document_settings import DocumentSettings
from firth.training.frozen import Frozen, check_first_frozen
from firth.training.new_documents import DocumentTexts
from firth.training.new_text import NewWords, Replay, settings_of_run
from firth.training.notes import outcome_notes
from firth.training.observation import Observer
from firth.vectors.word_vectors import WordVectors

__all__ = ["Doc2Vec"]


class Doc2Vec(LearnedDocuments):
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
    backend : what trains: "auto", "cpu" or "cuda", as for Word2Vec. New documents are inferred on the processor.
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
        backend: str = "auto",
        seed: int = 1,
        tokenizer: Tokenizer = "words",
    ) -> None:
        settings = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        super().__init__(DocumentSettings(**settings))

    def fit(
        self,
        documents: DocumentsInput,
        tags: Iterable[Any] | None = None,
        *,
        checkpoint: str | Path | None = None,
        every: float = CHECKPOINT_SECONDS,
        initial: "WordVectors | Word2Vec | Doc2Vec | str | Path | None" = None,
        frozen: Frozen = None,
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
        checkpoint : a .firth file to which the model is written again and again, with all that resume() needs to go on;
            None for none.
        every : seconds between two checkpoints; the end of an epoch and of the training has one, too.
        initial : vectors from which words start that have one there: a file of any format, WordVectors, a Word2Vec, or
            a Doc2Vec, from whose vectors documents with its tags start as well. The contexts of a model are used if it
            has the same objective; with train_words=False only these and documents are. All else starts at random.
        frozen : words whose vectors are held; or by how much the vectors of words from `initial` move, as for
            Word2Vec.fit(). Documents and contexts always move.
        observers : functions that see the training while it runs, as for Word2Vec.fit().
        progress : None or True shows a bar; False is silent; a function is called with a Progress about ten times a
            second. The stages are "reading" (bytes) and "training" (words).

        Raises   CorpusError if the documents cannot be read, no word of them is kept, or a tag is impossible.
                 TrainingInterrupted (a KeyboardInterrupt) on Ctrl-C during training; the model then has the vectors so
                 far. DivergenceError if the learning rate was far too high; the model then keeps what it had.
                 SettingError if `initial` has another vector_size, no word of the documents, or nothing that this
                 training could start from; FormatError or OSError if it cannot be read, or the checkpoint cannot be
                 written.
        Warns    of documents without a word of the vocabulary, whose vectors are zeros.
        """
        check_backend(self.settings.of_words)
        companions = check_companions(checkpoint, every, observers, check_documents_name)
        self._check_tokenizer()
        check_first_frozen(frozen, initial)
        with open_progress(progress) as reporter:
            start = initial_for_documents(initial, self.settings, reporter)
            run = first_documents_run(self.settings, DocumentTexts(documents, tags), start, frozen, reporter)
            self._train(run, companions, reporter)
        return self

    @classmethod
    def resume(
        cls,
        path: str | Path,
        documents: DocumentsInput,
        tags: Iterable[Any] | None = None,
        *,
        replay: DocumentsInput | None = None,
        tokenizer: Tokenizer | None = None,
        backend: str | None = None,
        checkpoint: str | Path | None = None,
        every: float = CHECKPOINT_SECONDS,
        observers: Iterable[Observer] = (),
        progress: ProgressOption = None,
    ) -> Self:
        """Go on with a training from its checkpoint; returns the model. With threads=1 every bit of the result is that
        of a training that was not interrupted: see Word2Vec.resume.

        Parameters
        ----------
        path : what fit() or continue_training() wrote as its checkpoint.
        documents, tags : the same as for those.
        replay : the same old documents as for continue_training().
        tokenizer : None for that of the training; to be given if it was a function.
        backend : what trains, as in the settings; None for "auto".
        checkpoint : where to write further checkpoints; None for `path`.
        every, observers, progress : as for fit().

        Raises   CorpusError or SettingError if documents or tags are others than before; SettingError if the training
                 is finished, or the file is a model without one; FormatError if it is damaged. TrainingInterrupted on
                 Ctrl-C; the checkpoint then has the vectors so far. All else as fit().
        """
        stored, at = read_documents_checkpoint(path, tokenizer)
        if backend is not None:
            at = dataclasses.replace(at, settings=dataclasses.replace(at.settings, backend=backend))
        check_backend(at.settings)
        companions = check_companions(
            path if checkpoint is None else checkpoint, every, observers, check_documents_name
        )
        model = cls(**stored.settings.values())
        with open_progress(progress) as reporter:
            texts = DocumentTexts(documents, tags, Replay(replay, 1.0))
            run = resumed_documents_run(path, (stored, at), texts, reporter)
            del stored  # the file is replaced, and need not stay open
            model._train(run, companions, reporter)
        return model

    def continue_training(
        self,
        documents: DocumentsInput,
        tags: Iterable[Any] | None = None,
        *,
        epochs: int | None = None,
        learning_rate: float | None = None,
        final_learning_rate: float | None = None,
        new_words: NewWords = "add",
        replay: DocumentsInput | None = None,
        replay_words: float = 3.0,
        frozen: Frozen = None,
        threads: int | None = None,
        backend: str | None = None,
        tokenizer: Tokenizer | None = None,
        checkpoint: str | Path | None = None,
        every: float = CHECKPOINT_SECONDS,
        observers: Iterable[Observer] = (),
        progress: ProgressOption = None,
    ) -> Self:
        """Learn from new documents, keep what was learned before, and return self.

        Tags that the model does not have get vectors, which follow those that it has. A tag that it has goes on with
        its vector, and its documents are from now on the old and the new ones. Other documents keep their vectors.
        Words are counted, and noise words drawn, as Word2Vec.continue_training does.

        Parameters
        ----------
        documents : new ones, of any kind that fit() takes.
        tags : as for fit(). None: the documents are numbered on from the number of tags that the model has.
        epochs : passes over them; None for as many as the model's settings say.
        learning_rate : at the first word, from where it falls linearly; None for half of the model's first rate.
        final_learning_rate : at the last word; None for the model's.
        new_words : "add": the words of old and new documents; those that the model did not know have to occur min_count
            times. "ignore": only those it knows. "only": the words of the new documents alone. As for Word2Vec; with
            hierarchical softmax only "ignore" is possible.
        replay : old documents with their tags, as pairs or a mapping; those without are numbered from 0 on, as in
            fit(). Some, drawn at random by the seed, are mixed evenly among the new ones; their vectors move as well.
        replay_words : words of old documents for each word of the new ones; all are read where they have fewer.
        frozen : words whose vectors are held; or by how much the vectors of words known before move: 0 holds them.
            None moves all in full. The vectors of documents that are read, and context vectors, always move.
        threads, backend, tokenizer : None for the model's own; a tokenizer that was a function is not in its file.
        checkpoint, every, observers, progress : as for fit(). resume() goes on with a checkpoint.

        Raises   NotFittedError before fit(). CorpusError if documents cannot be read, no word of them is kept, or
                 `replay` has a tag that the model has not. SettingError for impossible values, and TrainingInterrupted
                 and DivergenceError as fit(). The model is as it was after an error; after Ctrl-C in training it has
                 the vectors so far.
        Warns    of new tags without a word of the vocabulary, whose vectors are zeros.
        """
        stored = self.stored()
        settings = settings_of_run(
            self.settings.of_words,
            epochs=epochs,
            learning_rate=learning_rate,
            final_learning_rate=final_learning_rate,
            threads=threads,
            backend=backend,
            tokenizer=tokenizer,
        )
        check_backend(settings)
        companions = check_companions(checkpoint, every, observers, check_documents_name)
        texts = DocumentTexts(documents, tags, Replay(replay, replay_words))
        with open_progress(progress) as reporter:
            run = documents_run_on_new_ones(stored, settings, texts, new_words, frozen, reporter)
            self._train(run, companions, reporter)
        return self

    def _train(self, run: Run, companions: Companions, reporter: Reporter) -> None:
        """Train, and keep the result, also after Ctrl-C."""
        assert isinstance(run.model, DocumentModel)
        trained = run_training(run, companions, reporter)
        self._keep(run.model.learned(trained.history, trained.matrices))
        if trained.interruption is not None:
            raise trained.interruption
        for note in outcome_notes(self.history, run.plan.untrained_loss, self.documents.matrix):
            reporter.message(note)

    def save(self, path: str | Path) -> None:
        """Write the whole model as one .firth file; replaces an old one only when complete.

        Raises   NotFittedError before fit(); SettingError unless the name ends in .firth, .firth.gz or the like;
                 FormatError or OSError if the file cannot be written.
        """
        write_documents(path, self.stored())

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
