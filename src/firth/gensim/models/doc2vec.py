"""gensim.models.doc2vec: vectors of documents, and gensim's readers of documents."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import SettingError, warn
from firth.formats.tensor_file import damage_reported
from firth.gensim.document_files import is_document_model, read_document_model, write_document_model
from firth.gensim.documents import (
    TaggedBrownCorpus,
    TaggedDocument,
    TaggedLineDocument,
    TaggedText,
    documents_of_training,
    read_documents,
    set_tags,
)
from firth.gensim.epochs import Epochs
from firth.gensim.inference import Inferring
from firth.gensim.key_files import check_mmap, check_saving_options, fill_table, writable
from firth.gensim.key_table import KEY_TYPES
from firth.gensim.model_files import SETTINGS
from firth.gensim.models.callbacks import CallbackAny2Vec
from firth.gensim.models.keyedvectors import KeyedVectors
from firth.gensim.settings import answers_old_names, warn_without_effect
from firth.gensim.texts import check_corpus
from firth.gensim.training_checks import check_training
from firth.gensim.vocabulary import TrimRule
from firth.training.plan import Extras

__all__ = ["Doc2Vec", "TaggedBrownCorpus", "TaggedDocument", "TaggedLineDocument"]

_SETTINGS = ("dbow_words",)
_SEED_OF_TAGS = 7919  # the 1000th prime, as in gensim: tags and words begin with different random numbers


class Doc2Vec(Inferring):
    """gensim's Doc2Vec, trained by Firth's kernels.

    Parameters are gensim's; `kwargs` are those of Word2Vec. `dm_concat=1` is refused.

    Attributes
    ----------
    dv : KeyedVectors, a vector for each tag.
    wv : KeyedVectors of words, which dm=0 without dbow_words=1 does not train.
    """

    @answers_old_names({"size": "vector_size", "iter": "epochs"})
    def __init__(
        self,
        documents: Iterable[Any] | None = None,
        corpus_file: str | Path | None = None,
        vector_size: int = 100,
        dm_mean: int | None = None,
        dm: int = 1,
        dbow_words: int = 0,
        dm_concat: int = 0,
        dm_tag_count: int = 1,
        dv: KeyedVectors | None = None,
        dv_mapfile: str | None = None,
        comment: str | None = None,
        trim_rule: TrimRule | None = None,
        callbacks: Iterable[CallbackAny2Vec] = (),
        window: int = 5,
        epochs: int = 10,
        shrink_windows: bool = True,
        **kwargs: Any,
    ) -> None:
        if dm and dm_concat:
            raise SettingError(
                "dm_concat=1: its inputs are concatenated, so that outputs have a part for each position of a window; "
                "here documents and words are averaged: leave it out"
            )
        no_effect: dict[str, tuple[Any, Any]] = {"dm_tag_count": (dm_tag_count, 1), "dv_mapfile": (dv_mapfile, None)}
        warn_without_effect("Doc2Vec()", no_effect)
        if dm_mean is not None:
            kwargs["cbow_mean"] = dm_mean
        super().__init__(
            vector_size=vector_size,
            sg=(1 + dm) % 2,
            window=window,
            epochs=epochs,
            shrink_windows=shrink_windows,
            comment=comment,
            **kwargs,
        )
        self.dbow_words, self.dm_concat, self.dm_tag_count = int(dbow_words), int(dm_concat), int(dm_tag_count)
        self.dv = dv or KeyedVectors(self.vector_size)
        self._reading: TaggedText | None = None
        self._inference = None
        if documents is not None or corpus_file is not None:
            read = _read(documents, corpus_file)
            self._build_documents(read, trim_rule=trim_rule)
            self._train_documents(read, {"total_examples": read.text.sentences, "epochs": epochs}, callbacks)

    @property
    def dm(self) -> bool:
        """Whether the mean of document and words predicts (PV-DM)."""
        return not self.sg

    @property
    def dbow(self) -> int:
        """Whether the document by itself predicts (PV-DBOW)."""
        return int(self.sg)

    @property
    def docvecs(self) -> KeyedVectors:
        """The name of dv in gensim 3."""
        return self.dv

    def __getitem__(self, tag: Any) -> NDArray[Any]:
        """The vector of a word or a tag, or a matrix for several."""
        if isinstance(tag, KEY_TYPES):
            return self.wv[tag] if tag in self.wv else self.dv[tag]
        return np.vstack([self[one] for one in tag])

    def __str__(self) -> str:
        kind = ("dbow+w" if self.dbow_words else "dbow") if self.sg else "dm/m" if self.cbow_mean else "dm/s"
        parts = {
            f'"{self.comment}"': bool(self.comment),
            kind: True,
            f"d{self.vector_size}": True,
            f"n{self.negative}": self.negative,
            "hs": self.hs,
            f"w{self.window}": not self.sg or self.dbow_words,
            f"mc{self.min_count}": self.min_count > 1,
            f"s{self.sample:g}": self.sample > 0,
            f"t{self.workers}": self.workers > 1,
        }
        return f"{type(self).__name__}<{','.join(part for part, is_shown in parts.items() if is_shown)}>"

    # ---------------------------------------------------------------- the vocabulary

    def build_vocab(
        self,
        corpus_iterable: Iterable[Any] | None = None,
        corpus_file: str | Path | None = None,
        update: bool = False,
        progress_per: int = 10000,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        **kwargs: Any,
    ) -> None:
        """Count the words of documents, and make vectors for those that are kept and for all tags.

        update : add new words and tags to those of the model.
        """
        warn_without_effect("build_vocab()", {"progress_per": (progress_per, 10000)})
        read = _read(corpus_iterable, corpus_file)
        self._build_documents(read, update=update, keep_raw_vocab=keep_raw_vocab, trim_rule=trim_rule, **kwargs)

    def _build_documents(self, read: TaggedText, update: bool = False, **options: Any) -> None:
        set_tags(self.dv, read, update=update)
        self._build(read.text, update=update, **options)

    def scan_vocab(  # type: ignore[override]
        self,
        corpus_iterable: Iterable[Any] | None = None,
        corpus_file: str | Path | None = None,
        progress_per: int = 100000,
        trim_rule: TrimRule | None = None,
    ) -> tuple[int, int]:
        """Count the words of documents and their tags; returns how many words and documents there are."""
        no_effect = {"progress_per": (progress_per, 100000), "trim_rule": (trim_rule, None)}
        warn_without_effect("scan_vocab()", no_effect)
        read = _read(corpus_iterable, corpus_file)
        set_tags(self.dv, read, update=False)
        self._scan(read.text)
        return read.text.total_words, read.text.sentences

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[Any, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """As build_vocab, from counts, without tags."""
        super().build_vocab_from_freq(word_freq, keep_raw_vocab, corpus_count, trim_rule, update)

    def init_weights(self) -> None:
        """Make new vectors: random ones of words and tags, zeros of outputs."""
        super().init_weights()
        self.dv.vectors = np.zeros((0, self.vector_size), np.float32)
        self.dv.resize_vectors(seed=(self.seed or 0) + _SEED_OF_TAGS)

    def update_weights(self) -> None:
        """Make vectors for words and tags that have none."""
        super().update_weights()
        self.dv.resize_vectors(seed=(self.seed or 0) + _SEED_OF_TAGS)

    def reset_from(self, other_model: "Doc2Vec") -> None:  # type: ignore[override]
        """Take over the words and tags of another model, with new vectors."""
        self.dv = KeyedVectors(self.vector_size)
        self.dv.index_to_key, self.dv.key_to_index = other_model.dv.index_to_key, other_model.dv.key_to_index
        self.dv.expandos = other_model.dv.expandos
        super().reset_from(other_model)

    def estimated_lookup_memory(self) -> int:
        """Bytes that looking up tags takes."""
        return 60 * len(self.dv) + 140 * len(self.dv)

    def estimate_memory(self, vocab_size: int | None = None, report: dict[str, int] | None = None) -> dict[str, int]:
        """Bytes that a model of so many words needs, by part."""
        tags = {"doctag_lookup": self.estimated_lookup_memory(), "doctag_syn0": len(self.dv) * self.vector_size * 4}
        return super().estimate_memory(vocab_size, dict(report or {}) | tags)

    def init_sims(self, replace: bool = False) -> None:
        """The name of dv.fill_norms() in gensim 3."""
        self.dv.init_sims(replace=replace)

    # ---------------------------------------------------------------- training

    def train(  # type: ignore[override]
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
        callbacks: Iterable[CallbackAny2Vec] = (),
        **kwargs: Any,
    ) -> tuple[int, int]:
        """Train on documents, as Word2Vec.train(); tags that the model does not know are left out."""
        no_effect = {
            "word_count": (word_count, 0),
            "queue_factor": (queue_factor, 2),
            "report_delay": (report_delay, 1.0),
        }
        warn_without_effect("train()", no_effect)
        check_corpus(corpus_iterable, corpus_file)
        if corpus_file is not None and not Path(corpus_file).is_file():
            raise TypeError(f"Parameter corpus_file must be a valid path to a file, got {corpus_file!r} instead")
        self.alpha, self.min_alpha = start_alpha or self.alpha, end_alpha or self.min_alpha
        self.epochs = epochs
        totals = {"total_examples": total_examples, "total_words": total_words, "epochs": epochs}
        check_training(self, totals)
        return self._train_documents(_read(corpus_iterable, corpus_file), totals, callbacks)

    def _train_documents(
        self, read: TaggedText, totals: dict[str, Any], callbacks: Iterable[CallbackAny2Vec]
    ) -> tuple[int, int]:
        if (np.asarray(self.dv.vectors_lockf) != 1).any():
            warn("dv.vectors_lockf has no effect: the vectors of documents move in full")
        self._reading, self._inference = read, None
        try:
            return self._train(read.text, totals, callbacks)
        finally:
            self._reading = None
            self.dv.norms = None

    def _extras(self) -> Extras:
        assert self._reading is not None
        documents, _ = documents_of_training(self._reading, self.wv.key_to_index, self.dv, len(self.wv))
        return super()._extras()._replace(documents=documents, window=self._window())

    def _window(self) -> tuple[int, int] | None:
        """Where documents are the only inputs, no words."""
        return (0, 0) if self.sg and not self.dbow_words else None

    def _input_rows(self) -> Matrix:
        if not self.dv.vectors.flags.writeable:
            self.dv.vectors = writable(self.dv.vectors)
        return np.concatenate((self.wv.vectors, self.dv.vectors))

    def _take(self, training: Epochs, *, is_last: bool) -> None:
        super()._take(training, is_last=is_last)
        words = len(self.wv)
        self.wv.vectors[:], self.dv.vectors[:] = training.inputs[:words], training.inputs[words:]
        self.dv.norms = None

    # ---------------------------------------------------------------- files

    def save_word2vec_format(
        self,
        fname: str | Path,
        doctag_vec: bool = False,
        word_vec: bool = True,
        prefix: str = "*dt_",
        fvocab: str | Path | None = None,
        binary: bool = False,
    ) -> None:
        """Write words, tags or both as a file of word2vec. prefix : of every tag."""
        total = len(self.wv) + len(self.dv) if word_vec and doctag_vec else None
        if word_vec:
            self.wv.save_word2vec_format(fname, fvocab, binary, total)
        if doctag_vec:
            self.dv.save_word2vec_format(
                fname,
                prefix=prefix,
                fvocab=fvocab,
                binary=binary,
                write_header=not word_vec,
                append=word_vec,
                sort_attr="doc_count",
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a file of Firth's, whatever its name; gensim's options for pickles have no effect."""
        names = ("fname_or_handle", "separately", "sep_limit", "ignore", "pickle_protocol")
        options = dict(zip(names, args, strict=False)) | kwargs
        path = options.pop("fname_or_handle")
        check_saving_options(path, options)
        settings = {name: self.__dict__[name] for name in (*SETTINGS, *_SETTINGS) if name in self.__dict__}
        write_document_model(path, self.wv, self.dv, settings, self.output_parts())

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> Self:
        """Read what save() wrote.

        mmap : "r" maps the vectors into memory, where they cannot be written to.

        Raises   AttributeError for a file of another kind, gensim's pickles among them.
        """
        options = dict(zip(("fname", "mmap"), args, strict=False)) | kwargs
        path, mapped = options["fname"], check_mmap(options.get("mmap"))
        if not is_document_model(path):
            raise AttributeError(
                f"{path} is no model that Doc2Vec.save() of Firth wrote; of gensim's own pickles of Doc2Vec the "
                "vectors of documents are not read: save them there by save_word2vec_format(doctag_vec=True)"
            )
        stored = read_document_model(path)
        with damage_reported(path):
            model = cls(vector_size=stored.words.matrix.shape[1])
            model.__dict__.update(stored.settings)
            fill_table(model.wv, stored.words, mapped=mapped)
            fill_table(model.dv, stored.documents, mapped=mapped)
            model.dv.key_to_index = {key: row for key, row in model.dv.key_to_index.items() if isinstance(key, str)}
            model._resize_outputs(keep=False)
            if stored.contexts is not None:
                model.syn1neg = writable(stored.contexts)
            if stored.nodes is not None:
                model.syn1[:-1] = stored.nodes
        return model


def _read(documents: Iterable[Any] | None, corpus_file: str | Path | None) -> TaggedText:
    check_corpus(documents, corpus_file)
    return read_documents(TaggedLineDocument(corpus_file) if documents is None else documents)
