"""Word2Vec: word vectors from text, by skip-gram or CBOW.

A model is its settings (training/hyperparameters.py) and what fit() learned. The epochs are in training/trainer.py,
queries in vectors/word_vectors.py, the file of a model is in word2vec_file.py.
"""

import dataclasses
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import Tokenizer
from firth.distributed.machines import Cluster
from firth.models import gensim_names
from firth.models.cluster_run import check_distributable, first_cluster_run, resumed_cluster_run, settings_of_nodes
from firth.models.fasttext_file import is_fasttext_model, read_fasttext_model
from firth.models.learned import Learned
from firth.models.starting import first_run, initial_for, read_checkpoint, resumed_run, run_on_new_text
from firth.models.training_run import Companions, Run, check_backend, check_companions, run_training
from firth.models.word2vec_file import ModelFormat, WordModel, check_model_file, read_model, write_model
from firth.phrases.model import PhrasesInput
from firth.progress import ProgressOption, Reporter, open_progress
from firth.settings import answers_names
from firth.training.checkpoint import CHECKPOINT_SECONDS
from firth.training.corpus_for import corpus_for
from firth.training.frozen import Frozen, check_first_frozen
from firth.training.hyperparameters import Hyperparameters
from firth.training.new_text import NewWords, Replay, Texts, settings_of_run
from firth.training.notes import outcome_notes
from firth.training.observation import Observer
from firth.training.sequences import Groups, Sessions, check_extras
from firth.vectors.word_vectors import WordVectors

__all__ = ["Word2Vec"]


class Word2Vec(Learned):
    """Word vectors, learned from which words occur near each other in a text.

    Parameters
    ----------
    architecture : "skipgram": each context word predicts the center word. "cbow": the mean of all context words does,
        which is faster and as a rule better for frequent words and worse for rare ones.
    objective : how the true word is distinguished from the rest of the vocabulary. "negative_sampling": by logistic
        regression against random noise words. "hierarchical_softmax": by a path through a binary tree of all words.
        "softmax": against all words; exact, and slow. "nce" (noise-contrastive estimation): against random noise
        words, so that scores become log-probabilities.
    vector_size : D, numbers per vector.
    window : largest distance, in words, between a center word and a context word. 2 to 5 makes interchangeable words
        similar, 10 and more words of one topic. Two numbers are those before and after the center: (5, 0) looks back.
    shrink_window : draw each position's distance from 1 to `window`, so that near words count more.
    subwords : the shortest and longest character n-grams, in characters, whose vectors make up that of a word, as
        fastText does with (3, 6) (Bojanowski et al. 2017, arXiv:1607.04606); unknown words then have vectors, too.
        None for none.
    subword_buckets : numbers that n-grams are hashed to, by fastText's function; None for 2,000,000. Only those that
        occur take memory. Only with subwords.
    min_count : words that occur less often are left out.
    max_vocabulary : keep at most this number of words, the most frequent; None for no limit.
    subsample_threshold : occurrences of words whose share of the text is greater are skipped at random, the more
        frequent the word the more of them; 0 skips none.
    negative_samples : K, noise words for each position; None for 5. With negative sampling they are all different, so
        at most V - 1 are used. Only with objectives that draw noise words: negative_sampling and nce.
    noise_exponent : noise words are drawn in proportion to their count to this power; 0 draws all words alike, below 0
        rare words more often; None for 0.75, with subwords 0.5. Only with objectives that draw noise words.
    cbow_gradient : "word2vec" (None) gives each context word the whole gradient of their mean, as word2vec.c and gensim
        do; "exact" divides it by their number (Irsoy et al. 2020, arXiv:2012.15332) and needs a learning rate of about
        0.1. Only with cbow.
    learning_rate : at the first word; None for 0.025 (skipgram) or 0.05 (cbow, and with subwords). It falls linearly.
    final_learning_rate : at the last word.
    epochs : passes over the whole text.
    threads : worker threads; None for as many of the available cores as are of use.
    backend : what trains. "cpu": the processor. "cuda": an NVIDIA GPU, with `pip install 'firth[cuda]'`, with all
        objectives but softmax (docs/gpu.md). "auto": the GPU where there is one that can train the model, for at least
        20 million words times epochs, unless `threads` is given. It is not saved: no model depends on it.
    seed : of all random draws, any 64-bit number. With threads=1 it determines every bit of the result; with more, the
        training examples are the same, but the order of the updates differs from run to run.
    tokenizer : "words" (lower case, punctuation dropped), "whitespace" (as word2vec.c and gensim's LineSentence), or
        a function from a line to its words.

    Attributes
    ----------
    vectors : WordVectors (V, D) after fit(); `context_vectors` (V, D) is the other matrix, or with hierarchical softmax
        `node_vectors` (V - 1, D).
    vocabulary : the words and their counts, most frequent first.
    history : an EpochRecord for each epoch: loss, words, seconds and more; empty before fit().
    hyperparameters : all settings, as a frozen dataclass.

    Raises   SettingError if a setting is impossible, or does not apply to the architecture or objective.
    Source   Mikolov et al. 2013, arXiv:1301.3781 and arXiv:1310.4546.
    """

    @answers_names(gensim_names.SETTINGS)
    def __init__(
        self,
        *,
        architecture: str = "skipgram",
        objective: str = "negative_sampling",
        vector_size: int = 100,
        window: int | tuple[int, int] = 5,
        shrink_window: bool = True,
        subwords: tuple[int, int] | None = None,
        subword_buckets: int | None = None,
        min_count: int = 5,
        max_vocabulary: int | None = None,
        subsample_threshold: float = 1e-3,
        negative_samples: int | None = None,
        noise_exponent: float | None = None,
        cbow_gradient: str | None = None,
        learning_rate: float | None = None,
        final_learning_rate: float = 1e-4,
        epochs: int = 5,
        threads: int | None = None,
        backend: str = "auto",
        seed: int = 1,
        tokenizer: Tokenizer = "words",
    ) -> None:
        settings = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        super().__init__(Hyperparameters(**settings))

    @classmethod
    def from_hyperparameters(cls, hyperparameters: Hyperparameters) -> Self:
        """A model, not fitted yet, with these settings: `Word2Vec(**hyperparameters.values())`."""
        return cls(**hyperparameters.values())

    def fit(
        self,
        corpus: "CorpusInput | EncodedCorpus",
        progress: ProgressOption = None,
        *,
        sessions: Sessions | None = None,
        groups: Groups | None = None,
        checkpoint: str | Path | None = None,
        every: float = CHECKPOINT_SECONDS,
        initial: "WordVectors | Word2Vec | str | Path | None" = None,
        frozen: Frozen = None,
        observers: Iterable[Observer] = (),
        phrases: PhrasesInput | None = None,
        cluster: Cluster | None = None,
    ) -> "Word2Vec":
        """Learn vectors from a corpus, and return self. What was learned before is replaced at the end.

        Parameters
        ----------
        corpus : a path, a folder, a glob, "-" for standard input, an open file, a list of paths, or an iterable of
            texts or of lists of tokens, read once; files may be .gz, .bz2, .xz or .zst. Or an EncodedCorpus, to train
            several models on a text that is read once; its min_count and max_vocabulary must be those of the model,
            and the model's tokenizer should be the one it was encoded with.
        progress : None or True shows a bar (a line per epoch where no bar can be drawn); False is silent; a function
            is called with a Progress about ten times a second; its stages are "reading" (bytes) and "training" (words).
        sessions : for sequences, an item of each that all of its positions predict as well; see Sessions.
        groups : groups of items, from whose own members each center gets further noise words; see Groups. Both only
            with objective="negative_sampling".
        checkpoint : a .firth file to which the model is written again and again, with all that resume() needs to go on;
            None for none.
        every : seconds between two checkpoints; the end of an epoch and of the training has one, too.
        initial : vectors from which words start that have one there, or n-grams of one: a file of any format,
            WordVectors, or a model, whose contexts are used if it has the same objective. Others start at random.
        frozen : words whose vectors are held; or by how much the vectors of words from `initial` move: 0 holds them,
            0.2 moves them a fifth of what they learn. None moves all in full. Context vectors always move.
        observers : functions that see the training while it runs, each called with an Observation at its start, about
            ten times a second, at the end of every epoch and at its end; see firth.training.observers.
        phrases : Phrases that are joined before words are counted, or the path of their table. Those that are not
            fitted yet are found in this corpus. An EncodedCorpus should then have all words (min_count=1).
        cluster : machines that train together: a RayCluster, or a LocalCluster that shows on one machine what these
            would learn; see docs/distributed.md. Files are read by all machines, which have to see them at the same
            paths; any other corpus is read here, and its ids are handed out. The objective is negative sampling, and
            `threads` are those of each machine. None: this process.

        Raises   CorpusError if the corpus cannot be read, no word of it is kept or no word has a neighbour.
                 TrainingInterrupted (a KeyboardInterrupt) on Ctrl-C during training; the model then keeps the vectors
                 so far. DivergenceError if the learning rate was far too high; the model then keeps what it had.
                 SettingError if an encoded corpus has another min_count or max_vocabulary, or `initial` another
                 vector_size or no word of the text, or if backend="cuda" finds no GPU; MissingExtraError if it finds no
                 numba-cuda; FormatError or OSError if `initial` or the
                 phrases cannot be read or the checkpoint cannot be written. What an observer raises; the model then
                 keeps what it had.
        """
        settings, companions = self.hyperparameters, check_companions(checkpoint, every, observers, check_model_file)
        check_first_frozen(frozen, initial)
        check_extras(settings, sessions, groups, phrases)
        if cluster is not None:
            check_distributable(settings, sessions=sessions, groups=groups, frozen=frozen)
            return self._fit_on_cluster((corpus, phrases), cluster, initial, companions, progress)
        check_backend(settings)
        with open_progress(progress) as reporter:
            given = initial_for(initial, settings, reporter)
            encoded = corpus_for(settings, corpus, reporter, phrases)
            run = first_run(settings, encoded, given, frozen, (corpus, sessions, groups), reporter)
            self._train(run, companions, reporter)
        return self

    def _fit_on_cluster(
        self,
        corpus: tuple[Any, PhrasesInput | None],
        cluster: Cluster,
        initial: Any,
        companions: Companions,
        progress: ProgressOption,
    ) -> "Word2Vec":
        settings = self.hyperparameters
        with open_progress(progress) as reporter, closing(cluster.open(settings_of_nodes(settings))) as machines:
            given = initial_for(initial, settings, reporter)
            self._train(first_cluster_run(machines, settings, corpus, given, reporter), companions, reporter)
        return self

    @classmethod
    def resume(
        cls,
        path: str | Path,
        corpus: "CorpusInput | EncodedCorpus",
        *,
        replay: "CorpusInput | EncodedCorpus | None" = None,
        tokenizer: Tokenizer | None = None,
        backend: str | None = None,
        checkpoint: str | Path | None = None,
        every: float = CHECKPOINT_SECONDS,
        observers: Iterable[Observer] = (),
        sessions: Sessions | None = None,
        groups: Groups | None = None,
        phrases: PhrasesInput | None = None,
        cluster: Cluster | None = None,
        progress: ProgressOption = None,
    ) -> Self:
        """Go on with a training from its checkpoint; returns the model.

        It goes on at the same word of the same epoch, on the same line of the learning rate. Draws follow from the seed
        and the position in the text: with threads=1 every bit of the result, and the losses of the history, are those
        of a training that was not interrupted.

        Parameters
        ----------
        path : what fit() or continue_training() wrote as its checkpoint.
        corpus : the same text as for those.
        replay : the same old text as for continue_training().
        tokenizer : None for that of the training; to be given if it was a function.
        backend : what trains, as in the settings; None for "auto".
        checkpoint : where to write further checkpoints; None for `path`.
        every, observers, sessions, groups, phrases, progress : as for fit().
        cluster : to be given if fit() had one; with as many nodes, and one thread on each, every bit is the same again.

        Raises   CorpusError if a text is another one; SettingError if the training is finished, or the file is a
                 model without one; FormatError if it is damaged. TrainingInterrupted on Ctrl-C; the checkpoint then has
                 the vectors so far. All else as fit().
        """
        stored, at = read_checkpoint(path, tokenizer)
        if backend is not None:
            at = dataclasses.replace(at, settings=dataclasses.replace(at.settings, backend=backend))
        check_extras(stored.hyperparameters, sessions, groups, phrases)
        if cluster is None:
            check_backend(at.settings)
        companions = check_companions(path if checkpoint is None else checkpoint, every, observers, check_model_file)
        model = cls.from_hyperparameters(stored.hyperparameters)
        if cluster is not None:
            check_distributable(stored.hyperparameters, sessions=sessions, groups=groups, replay=replay)
            nodes = cluster.open(settings_of_nodes(at.settings))
            with open_progress(progress) as reporter, closing(nodes) as machines:
                run = resumed_cluster_run(path, (stored, at), machines, (corpus, phrases), reporter)
                model._train(run, companions, reporter)
            return model
        with open_progress(progress) as reporter:
            run = resumed_run(path, (stored, at), (corpus, replay, phrases), (sessions, groups), reporter)
            del stored  # the file is replaced, and need not stay open
            model._train(run, companions, reporter)
        return model

    def continue_training(
        self,
        corpus: "CorpusInput | EncodedCorpus",
        *,
        epochs: int | None = None,
        learning_rate: float | None = None,
        final_learning_rate: float | None = None,
        new_words: NewWords = "add",
        replay: "CorpusInput | EncodedCorpus | None" = None,
        replay_words: float = 3.0,
        frozen: Frozen = None,
        threads: int | None = None,
        backend: str | None = None,
        tokenizer: Tokenizer | None = None,
        checkpoint: str | Path | None = None,
        every: float = CHECKPOINT_SECONDS,
        observers: Iterable[Observer] = (),
        phrases: PhrasesInput | None = None,
        progress: ProgressOption = None,
    ) -> Self:
        """Learn from a new text, keep what was learned before, and return self.

        The counts of both texts are added, and decide the order of the words and subsampling; noise words are drawn by
        the counts of what is read now, so that words which the new text lacks are not pushed away from all others.
        Epochs are counted on: no draws repeat. The model keeps its settings. docs/going-on.md has measurements.

        Parameters
        ----------
        corpus : the new text, of any kind that fit() takes.
        epochs : passes over it; None for as many as the model's settings say.
        learning_rate : at its first word, from where it falls linearly; None for half of the model's first rate. More
            makes the model forget the old text, less leaves new words where they began.
        final_learning_rate : at the last word; None for the model's.
        new_words : "add": the words of both texts; those that the model did not know have to occur min_count times.
            "ignore": only those it knows. "only": the words of the new text alone, as fit() chooses them; those in
            common keep their vectors. Beyond max_vocabulary the rarest words are left out. With hierarchical softmax
            only "ignore" is possible, which then keeps all counts and the tree.
        replay : the old text, of any kind: sentences of it, drawn at random by the seed, are mixed evenly among the new
            ones. If you still have the text, this keeps most of what was learned from it.
        replay_words : words of the old text for each word of the new one; all of it is read where it has fewer.
        frozen : words whose vectors are held; or by how much the vectors of words known before move: 0 holds them,
            0.2 moves them a fifth of what they learn. None moves all in full. Context vectors always move.
        threads, backend, tokenizer : None for the model's own; a tokenizer that was a function is not in its file.
        checkpoint, every, observers, progress : as for fit(). resume() goes on with a checkpoint.
        phrases : those that the model was trained with; joined in both texts before words are counted.

        Raises   NotFittedError before fit(). CorpusError if a text cannot be read, or no two words of it that are kept
                 are neighbours. SettingError for impossible values, and TrainingInterrupted and DivergenceError as
                 fit(). The model is as it was after an error; after Ctrl-C in training it has the vectors so far.
        """
        settings = settings_of_run(
            self.hyperparameters,
            epochs=epochs,
            learning_rate=learning_rate,
            final_learning_rate=final_learning_rate,
            threads=threads,
            backend=backend,
            tokenizer=tokenizer,
        )
        check_backend(settings)
        companions = check_companions(checkpoint, every, observers, check_model_file)
        texts = Texts(corpus, Replay(replay, replay_words), phrases)
        with open_progress(progress) as reporter:
            run = run_on_new_text(self.stored(), settings, texts, new_words, frozen, reporter)
            self._train(run, companions, reporter)
        return self

    def _train(self, run: Run, companions: Companions, reporter: Reporter) -> None:
        """Train, and keep the result, also after Ctrl-C."""
        trained = run_training(run, companions, reporter)
        model = WordModel(self.hyperparameters, run.model.vocabulary, run.model.inputs)
        self._keep(model.learned(trained.history, trained.matrices))
        if trained.interruption is not None:
            raise trained.interruption
        for note in outcome_notes(self.history, run.plan.untrained_loss, self.vectors.matrix):
            reporter.message(note)

    def save(self, path: str | Path, format: ModelFormat | None = None) -> None:
        """Write the whole model, both matrices included, as one file; replaces an old one only when complete.

        format : "firth", or "fasttext" for a .bin that fastText and gensim open and train on. It holds neither the
            history nor settings that fastText does not have, and zeros for n-grams that do not occur. None: "firth".

        Raises   NotFittedError before fit(); SettingError unless the name ends in .firth, .firth.gz or the like, or if
                 it does with "fasttext"; FormatError or OSError if the file cannot be written.
        """
        write_model(path, self.stored(), format)

    @classmethod
    def load(cls, path: str | Path, *, mmap: bool = True) -> Self:
        """Read a model that save() wrote, or fastText's own .bin; its matrices are mapped into memory.

        A model of fastText's has the settings that its file holds, and the defaults of others. One whose training
        cannot go on here is refused: supervised, quantised, or with a tree of hierarchical softmax that is not ours.

        mmap : False reads them, for files that other programs write in place; see firth.load.

        Raises   FormatError if the file is damaged or is not a whole model (firth.load reads any file of vectors).
        """
        read = read_fasttext_model if is_fasttext_model(path) else read_model
        stored = read(path, mmap=mmap)
        model = cls.from_hyperparameters(stored.hyperparameters)
        model._keep(stored)
        return model
