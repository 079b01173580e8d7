"""gensim.models.fasttext: words that are made of character n-grams."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from firth.arrays import Matrix
from firth.errors import FormatError, NotFittedError
from firth.formats import fasttext, fasttext_writer
from firth.formats.stored import StoredVectors
from firth.gensim.corpora import MAX_WORDS_IN_BATCH
from firth.gensim.epochs import Epochs
from firth.gensim.model_files import Parts, native_settings_as_gensims
from firth.gensim.models.callbacks import CallbackAny2Vec
from firth.gensim.models.word2vec import Word2Vec
from firth.gensim.settings import answers_old_names, warn_without_effect
from firth.gensim.subword_keys import FastTextKeyedVectors, ngram_settings
from firth.gensim.vocabulary import TrimRule
from firth.kernels.arguments import Composition
from firth.models.fasttext_file import read_fasttext_model
from firth.subwords.ngrams import ngram_rows
from firth.training.inputs import rows_of_parts
from firth.training.plan import Extras

__all__ = [
    "FastText",
    "FastTextKeyedVectors",
    "ft_ngram_hashes",
    "load_facebook_model",
    "load_facebook_vectors",
    "save_facebook_model",
]


class FastText(Word2Vec):
    """gensim's FastText: Word2Vec whose words are made of n-grams. `wv` is a FastTextKeyedVectors."""

    wv: FastTextKeyedVectors

    @answers_old_names({"size": "vector_size", "iter": "epochs"})
    def __init__(
        self,
        sentences: Iterable[Any] | None = None,
        corpus_file: str | Path | None = None,
        sg: int = 0,
        hs: int = 0,
        vector_size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        word_ngrams: int = 1,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int = 3,
        min_alpha: float = 0.0001,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Any = hash,
        epochs: int = 5,
        null_word: int = 0,
        min_n: int = 3,
        max_n: int = 6,
        sorted_vocab: int = 1,
        bucket: int = 2000000,
        trim_rule: TrimRule | None = None,
        batch_words: int = MAX_WORDS_IN_BATCH,
        callbacks: Iterable[CallbackAny2Vec] = (),
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        if word_ngrams != 1:
            raise NotImplementedError("word_ngrams is of supervised models: it must be 1")
        self.word_ngrams = word_ngrams
        self.wv = FastTextKeyedVectors(vector_size, given.pop("min_n"), given.pop("max_n"), given.pop("bucket"))
        del given["word_ngrams"]
        super().__init__(**given)

    def _new_vectors(self) -> FastTextKeyedVectors:
        return FastTextKeyedVectors(self.vector_size, self.wv.min_n, self.wv.max_n, self.wv.bucket)

    # ---------------------------------------------------------------- training

    def _extras(self) -> Extras:
        vectors = self.wv
        factors = (vectors.vectors_lockf, vectors.vectors_vocab_lockf, vectors.vectors_ngrams_lockf)
        if any((np.asarray(one) != 1).any() for one in factors):
            raise ValueError("rows of FastText cannot be held: leave vectors_lockf and its relatives at 1")
        parts = vectors.parts()
        if parts is None:
            return Extras(sums_inputs=self._sums_inputs)
        composition = Composition(parts.starts, parts.parts, np.ones(len(vectors), np.float32))
        rows = None if self.sg else rows_of_parts(parts)
        return Extras(composition, len(parts.buckets), rows_of_words=rows, sums_inputs=self._sums_inputs)

    def _input_rows(self) -> Matrix:
        return self.wv.input_rows()

    def _take(self, training: Epochs, *, is_last: bool) -> None:
        super()._take(training, is_last=is_last)
        if is_last or training.restarts:
            self.wv.keep_rows(training.inputs)

    # ---------------------------------------------------------------- files

    _file_class = "FastText"

    def output_parts(self) -> Parts:
        """What the model has besides its words and their vectors."""
        own = self.wv.vectors_vocab if self.wv.subwords is not None else None
        return super().output_parts()._replace(own=own, subwords=self.wv.subwords)

    def _native_extra(self) -> dict[str, Any]:
        if not self.wv.bucket:
            return {}
        return {"subwords": (max(1, self.wv.min_n), self.wv.max_n), "subword_buckets": self.wv.bucket}

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> "FastText":
        """Read what save() wrote, gensim's own file of a model, or one of Firth's: see Word2Vec.load."""
        return super().load(*args, **kwargs)

    @classmethod
    def load_fasttext_format(cls, model_file: str | Path, encoding: str = "utf8") -> "FastText":
        """The name of load_facebook_model in gensim 3."""
        return load_facebook_model(model_file, encoding)

    @classmethod
    def _constructor_settings(cls, stored: StoredVectors) -> dict[str, Any]:
        names = ("min_n", "max_n", "bucket")
        return super()._constructor_settings(stored) | dict(zip(names, ngram_settings(stored), strict=True))

    def _fill(self, stored: StoredVectors, *, mapped: bool) -> None:
        self.wv.take(stored, mapped=mapped)


def load_facebook_model(path: str | Path, encoding: str = "utf-8") -> FastText:
    """A model of fastText's, .bin, to be trained on.

    Raises   NotImplementedError for a supervised model; FormatError for one that is damaged or cannot be trained on.
    """
    check_encoding(encoding)
    try:
        found = read_fasttext_model(path)
    except FormatError as error:
        if fasttext.SUPERVISED in str(error):
            raise NotImplementedError(f"{error}; load_facebook_vectors() reads its words") from None
        raise
    vectors, vocabulary = found.vectors.stored(), found.vocabulary
    stored = StoredVectors(
        list(vectors.words),
        vectors.matrix,
        vocabulary.counts,
        metadata=vectors.metadata,
        subwords=vectors.subwords,
        own_vectors=found.own_vectors,
        context_vectors=None if found.hyperparameters.has_nodes else found.output_vectors,
        node_vectors=found.output_vectors if found.hyperparameters.has_nodes else None,
    )
    min_n, max_n, bucket = ngram_settings(stored)
    model = FastText(vector_size=stored.matrix.shape[1], min_n=min_n, max_n=max_n, bucket=bucket)
    settings = native_settings_as_gensims(found.hyperparameters.to_json(), stored.matrix.shape[1])
    model.restore(stored, settings | {"corpus_total_words": vocabulary.total_words}, mapped=False)
    return model


def load_facebook_vectors(path: str | Path, encoding: str = "utf-8") -> FastTextKeyedVectors:
    """The vectors of a model of fastText's, .bin; also of a supervised one."""
    check_encoding(encoding)
    stored = fasttext.read(path)
    vectors = FastTextKeyedVectors(stored.matrix.shape[1], *ngram_settings(stored))
    vectors.take(stored)
    return vectors


def save_facebook_model(
    model: FastText, path: str | Path, encoding: str = "utf-8", lr_update_rate: int = 100, word_ngrams: int = 1
) -> None:
    """Write a model as fastText does, .bin. Of a model with both objectives, that of negative sampling."""
    check_encoding(encoding)
    given = {"lr_update_rate": (lr_update_rate, 100), "word_ngrams": (word_ngrams, 1)}
    warn_without_effect("save_facebook_model()", given)
    if not len(model.wv):
        raise NotFittedError("the model has no vocabulary yet: train it first")
    stored, parts = model.wv.stored(), model.output_parts()
    metadata: dict[str, Any] = {
        "hyperparameters": model.native_settings(nearest=True),
        "total_words": model.corpus_total_words,
    }
    fasttext_writer.write(
        path,
        StoredVectors(
            stored.words,
            stored.matrix,
            stored.counts,
            context_vectors=parts.contexts,
            node_vectors=None if parts.contexts is not None else parts.nodes,
            metadata={name: value for name, value in metadata.items() if value is not None},
            subwords=stored.subwords,
            own_vectors=stored.own_vectors,
        ),
    )


def check_encoding(encoding: str) -> None:
    """Raise ValueError for anything but UTF-8: n-grams are of bytes, and are found again in UTF-8 alone."""
    if encoding.lower().replace("-", "") != "utf8":
        raise ValueError(f"encoding={encoding!r}: files of fastText are in UTF-8; convert the words first")


def ft_ngram_hashes(word: str, minn: int, maxn: int, num_buckets: int) -> list[int]:
    """The bucket of each n-gram of a word."""
    return ngram_rows(word.encode("utf8"), max(1, minn), maxn, num_buckets)
