"""gensim.models.word2vec: the model, and gensim's readers of text."""

import logging
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.errors import NotFittedError, SettingError, TrainingInterrupted
from firth.formats.stored import StoredVectors
from firth.formats.tensor_file import damage_reported
from firth.gensim.corpora import MAX_WORDS_IN_BATCH, BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from firth.gensim.epochs import Epochs, expected_words, lock_composition, plans_of, threads_of
from firth.gensim.growing import GrownVocabulary
from firth.gensim.key_files import check_mmap, check_saving_options, fill_table, writable
from firth.gensim.model_files import SETTINGS, Parts, model_class, open_model, refuse_instance, settings_of, write_model
from firth.gensim.models.callbacks import CallbackAny2Vec
from firth.gensim.models.keyedvectors import KeyedVectors
from firth.gensim.predictions import predicted_words, sentence_scores
from firth.gensim.settings import answers_old_names, warn_without_effect
from firth.gensim.texts import Text, check_corpus, in_rows, read_text
from firth.gensim.training_checks import check_training, fraction_of
from firth.gensim.vocabulary import TrimRule
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import Extras

__all__ = ["BrownCorpus", "LineSentence", "PathLineSentences", "Text8Corpus", "Word2Vec"]

logger = logging.getLogger(__name__)


class Word2Vec(GrownVocabulary):
    """gensim's Word2Vec, trained by Firth's kernels.

    Parameters are gensim's, in its order. `batch_words`, `hashfxn` and `null_word` have no effect; other values than
    gensim's defaults are warned of. `workers` is the most threads; below 1, all cores.

    Attributes
    ----------
    wv : KeyedVectors, whose matrix `vectors` training changes in place.
    syn1neg, syn1 : (V, D) the output vectors of negative sampling, and of hierarchical softmax (the last row unused).
    """

    alpha: float
    min_alpha: float

    @answers_old_names({"size": "vector_size", "iter": "epochs"})
    def __init__(
        self,
        sentences: Iterable[Any] | None = None,
        corpus_file: str | Path | None = None,
        vector_size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int = 3,
        min_alpha: float = 0.0001,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Any = hash,
        epochs: int = 5,
        null_word: int = 0,
        trim_rule: TrimRule | None = None,
        sorted_vocab: int = 1,
        batch_words: int = MAX_WORDS_IN_BATCH,
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
    ) -> None:
        given = locals()
        no_effect = {"hashfxn": hash, "batch_words": MAX_WORDS_IN_BATCH, "null_word": 0}
        warn_without_effect("Word2Vec()", {name: (given[name], default) for name, default in no_effect.items()})
        self._begin({name: given[name] for name in (*SETTINGS, *no_effect) if name in given})
        if "wv" not in self.__dict__:  # FastText has made its own
            self.wv = self._new_vectors()
        if sentences is None and corpus_file is None:
            if trim_rule is not None or callbacks:
                logger.warning(
                    "trim_rule and callbacks are used with a corpus alone: give them to build_vocab(), train()"
                )
            return
        check_corpus(sentences, corpus_file)
        text = read_text(sentences, corpus_file)
        self._build(text, trim_rule=trim_rule)
        self._train(text, {"total_examples": text.sentences, "epochs": epochs}, callbacks)

    def _begin(self, settings: dict[str, Any]) -> None:
        """Set all attributes but the vectors."""
        for name, kind in (("vector_size", int), ("workers", int), ("alpha", float), ("min_alpha", float), ("sg", int),
                           ("hs", int), ("negative", int), ("cbow_mean", int), ("window", int)):  # fmt: skip
            settings[name] = kind(settings[name])
        self.__dict__.update(settings)
        self.layer1_size = self.vector_size
        self.min_alpha_yet_reached = self.alpha
        self.corpus_count = self.corpus_total_words = 0
        self.raw_vocab = {}
        self.__dict__["load"] = refuse_instance
        self.train_count = self.epochs_trained = 0
        self.total_train_time = self.running_training_loss = 0.0
        self.effective_min_count = self.min_count
        self.has_new_words = False

    def __str__(self) -> str:
        return f"{type(self).__name__}<vocab={len(self.wv)}, vector_size={self.vector_size}, alpha={self.alpha}>"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}"
            + (f"; the vectors have it: model.wv.{name}" if hasattr(KeyedVectors, name) else "")
        )

    def init_sims(self, replace: bool = False) -> None:
        """The name of wv.fill_norms() in gensim 3."""
        self.wv.init_sims(replace=replace)

    # ---------------------------------------------------------------- training

    @answers_old_names({"sentences": "corpus_iterable"})
    def train(
        self,
        corpus_iterable: Iterable[Any] | None = None,
        corpus_file: str | Path | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
        **kwargs: Any,
    ) -> tuple[int, int]:
        """Train on a corpus, which is read once; the learning rate falls from `alpha` to `min_alpha`.

        total_examples, total_words : of the corpus, of which one is required, as in gensim; the rate follows it.

        Returns  the words that subsampling is expected to leave, and all words, of all epochs.
        """
        no_effect = {
            "word_count": (word_count, 0),
            "queue_factor": (queue_factor, 2),
            "report_delay": (report_delay, 1.0),
        }
        warn_without_effect("train()", no_effect)
        self.alpha, self.min_alpha = start_alpha or self.alpha, end_alpha or self.min_alpha
        self.epochs, self.compute_loss = epochs, compute_loss
        totals = {"total_examples": total_examples, "total_words": total_words, "epochs": epochs}
        check_training(self, totals)
        check_corpus(corpus_iterable, corpus_file)
        return self._train(read_text(corpus_iterable, corpus_file), totals, callbacks)

    def _train(self, text: Text, totals: dict[str, Any], callbacks: Iterable[CallbackAny2Vec]) -> tuple[int, int]:
        check_training(self, totals)
        begun, epochs, listed = time.perf_counter(), totals["epochs"], list(callbacks)
        vocabulary = Vocabulary(self.wv.index_to_key, self.wv.expandos["count"])
        corpus = in_rows(text, self.wv.key_to_index, vocabulary)
        self.running_training_loss = 0.0
        for callback in listed:
            callback.on_train_begin(self)
        trained = 0
        if corpus is not None and len(self.wv) > 1:
            trained = self._run(corpus, epochs, fraction_of(text, totals), listed)
        else:
            logger.warning("no two words of the text are in the vocabulary: nothing is trained")
        for callback in listed:
            callback.on_train_end(self)
        self.wv.norms = None
        self.train_count += 1
        self.total_train_time += time.perf_counter() - begun
        logger.info("trained on %i raw words (%i expected after subsampling)", text.total_words * epochs, trained)
        return trained, text.total_words * epochs

    def _run(self, corpus: EncodedCorpus, epochs: int, fraction: float, callbacks: list[CallbackAny2Vec]) -> int:
        """Train all epochs; the learning rate falls over `fraction` of each, and is constant behind it."""
        training = self._training(corpus, restarts=bool(callbacks))
        words = expected_words(corpus, self.sample)
        drop = (self.min_alpha - self.alpha) / epochs
        try:
            for epoch in range(epochs):
                for callback in callbacks:
                    callback.on_epoch_begin(self)
                first = self.alpha + drop * epoch
                begun = time.perf_counter()
                found = training.run(self.epochs_trained, (first, first + drop * fraction))
                self.epochs_trained += 1
                self.running_training_loss += sum(totals.loss for totals in found)
                logger.info("EPOCH %i: %i words in %.1f s", epoch, found[0].words, time.perf_counter() - begun)
                self._take(training, is_last=epoch == epochs - 1)
                for callback in callbacks:
                    callback.on_epoch_end(self)
        except KeyboardInterrupt:
            self._take(training, is_last=True)
            raise TrainingInterrupted(f"training stopped in epoch {self.epochs_trained + 1}") from None
        self.min_alpha_yet_reached = self.min_alpha
        return words * epochs

    def _training(self, corpus: EncodedCorpus, *, restarts: bool) -> Epochs:
        if not self.wv.vectors.flags.writeable:
            self.wv.vectors = writable(self.wv.vectors)
        counts = np.asarray(corpus.vocabulary.counts)
        noise = np.bincount(corpus.ids, minlength=len(counts)).astype(np.int64) if self.has_new_words else counts
        if np.count_nonzero(noise) <= self.negative:  # a few words: too few to draw noise from
            noise = counts
        plans = plans_of(self._plan_settings(), corpus, np.maximum(noise, 0), self._extras(), self.sample)
        outputs = ([self.syn1neg] if self.negative else []) + ([self.syn1] if self.hs else [])
        threads = threads_of(self.workers, corpus.n_words)
        return Epochs(plans, self._input_rows(), outputs, threads, restarts)

    def _plan_settings(self) -> dict[str, Any]:
        return {
            "architecture": "skipgram" if self.sg else "cbow",
            "vector_size": self.vector_size,
            "window": self.window,
            "shrink_window": bool(self.shrink_windows),
            "seed": self.seed or 0,
            "negative": self.negative,
            "ns_exponent": self.ns_exponent,
            "hs": self.hs,
        }

    def _extras(self) -> Extras:
        return Extras(composition=lock_composition(self.wv.vectors_lockf, len(self.wv)), sums_inputs=self._sums_inputs)

    @property
    def _sums_inputs(self) -> bool:
        """Whether the sum of a window predicts, which firth.Word2Vec does not offer."""
        return not self.sg and not self.cbow_mean

    def _input_rows(self) -> Matrix:
        return self.wv.vectors

    def _take(self, training: Epochs, *, is_last: bool) -> None:
        """Write what an epoch learned into the vectors, where somebody looks at them."""
        if is_last or training.restarts:
            training.keep(len(training.plans) - 1)
            self.wv.norms = None

    def get_latest_training_loss(self) -> float:
        """The loss of the last train(), in nats, summed over all pairs of its epochs so far."""
        return self.running_training_loss

    # ---------------------------------------------------------------- what it has learned

    def score(
        self,
        sentences: Iterable[Sequence[Any]],
        total_sentences: int = int(1e6),
        chunksize: int = 100,
        queue_factor: int = 2,
        report_delay: float = 1,
    ) -> NDArray[np.float32]:
        """The log-likelihood of each sentence, at most of the first `total_sentences`; only with hs=1."""
        no_effect = {
            "chunksize": (chunksize, 100),
            "queue_factor": (queue_factor, 2),
            "report_delay": (report_delay, 1),
        }
        warn_without_effect("score()", no_effect)
        if not len(self.wv):
            raise NotFittedError("you must first build vocabulary before scoring new data")
        if not self.hs:
            raise NotFittedError("score() is of hierarchical softmax: it needs a model with hs=1")
        listed = [sentence for _, sentence in zip(range(total_sentences), sentences, strict=False)]
        how = {"skipgram": bool(self.sg), "is_mean": bool(self.cbow_mean)}
        return sentence_scores(self.wv, self.syn1, listed, self.window, **how)

    def predict_output_word(self, context_words_list: Sequence[Any], topn: int = 10) -> Any:
        """The most probable words among these, as (word, probability); None if none of them is known.

        Raises   RuntimeError without negative sampling, or in a model whose vectors were loaded alone.
        """
        if not self.negative:
            raise NotFittedError("predict_output_word() is of negative sampling: it needs a model with negative > 0")
        if "syn1neg" not in self.__dict__ or len(self.syn1neg) != len(self.wv):
            raise NotFittedError("Parameters required for predicting the output words not found.")
        is_mean = bool(self.cbow_mean)
        return predicted_words(self.wv, self.syn1neg, context_words_list, topn, is_mean=is_mean)

    # ---------------------------------------------------------------- files

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a file of Firth's, whatever its name; gensim's options for pickles have no effect."""
        names = ("fname_or_handle", "separately", "sep_limit", "ignore", "pickle_protocol")
        options = dict(zip(names, args, strict=False)) | kwargs
        path = options.pop("fname_or_handle")
        check_saving_options(path, options)
        settings = {name: self.__dict__[name] for name in SETTINGS if name in self.__dict__}
        write_model(path, type(self)._file_class, self.wv, settings, self.output_parts(), self.native_settings())

    _file_class = "Word2Vec"

    def output_parts(self) -> Parts:
        """What the model has besides its words and their vectors."""
        nodes = self.syn1[:-1] if self.hs and len(self.wv) else None
        return Parts(self.syn1neg if self.negative else None, nodes)

    def _native_extra(self) -> dict[str, Any]:
        return {}

    def native_settings(self, *, nearest: bool = False) -> Any:
        """The settings of firth.Word2Vec, where it has all of them; otherwise None.

        nearest : where it lacks some, those of negative sampling instead of both objectives, of means instead of sums.
        """
        has_more = (self.hs and self.negative) or self._sums_inputs
        if (has_more and not nearest) or not (self.hs or self.negative) or (self.wv.expandos["count"] < 1).any():
            return None
        settings = self._plan_settings() | self._native_extra()
        negative, exponent, hs = settings.pop("negative"), settings.pop("ns_exponent"), settings.pop("hs")
        if hs and not negative:
            settings["objective"] = "hierarchical_softmax"
        else:
            settings |= {"negative_samples": negative, "noise_exponent": float(exponent)}
        settings |= {"learning_rate": self.alpha, "final_learning_rate": min(self.min_alpha, self.alpha)}
        try:
            return Hyperparameters(min_count=max(self.min_count, 1), **settings).to_json()
        except SettingError:
            return None

    @classmethod
    def load(cls, *args: Any, rethrow: bool = False, **kwargs: Any) -> Self:
        """Read what save() wrote, gensim's own file of a model, or one of Firth's.

        mmap : "r" maps the vectors into memory, where they cannot be written to.

        Raises   AttributeError for a file of vectors alone, or of another class.
        """
        options = dict(zip(("fname", "mmap"), args, strict=False)) | kwargs
        stored = open_model(options["fname"])
        if (kind := model_class(stored)) != cls._file_class:
            raise AttributeError(f"Model of type {kind} can't be loaded by {cls.__name__}")
        mapped = check_mmap(options.get("mmap"))
        with damage_reported(options["fname"]):
            model = cls(**cls._constructor_settings(stored))
            model.restore(stored, settings_of(stored), mapped=mapped)
        return model

    @classmethod
    def _constructor_settings(cls, stored: StoredVectors) -> dict[str, Any]:
        return {"vector_size": stored.matrix.shape[1]}

    def _fill(self, stored: StoredVectors, *, mapped: bool) -> None:
        fill_table(self.wv, stored, mapped=mapped)

    def restore(self, stored: StoredVectors, settings: dict[str, Any], *, mapped: bool) -> None:
        """Take over the content of a file."""
        self.__dict__.update(settings)
        self.layer1_size = self.vector_size = stored.matrix.shape[1]
        self._fill(stored, mapped=mapped)
        if "count" not in self.wv.expandos:
            self.wv.expandos["count"] = np.ones(len(self.wv), np.int64)
        self._resize_outputs(keep=False)
        if stored.context_vectors is not None:
            self.syn1neg = writable(stored.context_vectors)
        if stored.node_vectors is not None:
            self.syn1[:-1] = stored.node_vectors
