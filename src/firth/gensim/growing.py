"""The vocabulary of a model: counted, chosen, grown; and matrices that grow with it."""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import NotFittedError
from firth.gensim.epochs import subsampling_share
from firth.gensim.models.keyedvectors import KeyedVectors
from firth.gensim.settings import warn_without_effect
from firth.gensim.texts import Text, read_text
from firth.gensim.vocabulary import Limits, TrimRule, add_words, choose, set_codes
from firth.training.sampling_tables import keep_probabilities, noise_probabilities

__all__ = ["GrownVocabulary"]

logger = logging.getLogger(__name__)


class GrownVocabulary:
    """Builds the vocabulary of a model in `wv`, and its matrices.

    raw_vocab : the counts of what was scanned, until the vocabulary is made of them.
    """

    wv: KeyedVectors
    raw_vocab: dict[Any, int]
    vector_size: int
    layer1_size: int
    seed: int
    hs: int
    negative: int
    ns_exponent: float
    sample: float
    min_count: int
    max_final_vocab: int | None
    max_vocab_size: int | None
    sorted_vocab: int
    effective_min_count: int
    corpus_count: int | None
    corpus_total_words: int | None
    has_new_words: bool
    syn1neg: Matrix
    syn1: Matrix

    @property
    def cum_table(self) -> NDArray[np.uint32]:
        """(V,) the noise distribution added up, as shares of 2**31 - 1; gensim draws from it, Firth from another table.

        Raises   AttributeError without negative sampling.
        """
        if not self.negative:
            raise AttributeError("cum_table is of negative sampling: the model has negative=0")
        if not len(self.wv):
            return np.zeros(0, np.uint32)
        shares = noise_probabilities(np.asarray(self.wv.expandos["count"], np.int64), float(self.ns_exponent))
        table: NDArray[np.uint32] = np.round(np.minimum(np.cumsum(shares), 1.0) * (2**31 - 1)).astype(np.uint32)
        table[-1] = 2**31 - 1
        return table

    def _new_vectors(self) -> KeyedVectors:
        return KeyedVectors(self.vector_size)

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
        """Count the words of a corpus and make vectors for those that are kept.

        update : keep the vocabulary and add the new words behind it, with their counts.
        trim_rule : a function of (word, count, min_count) that returns RULE_KEEP, RULE_DISCARD or RULE_DEFAULT.
        kwargs : min_count= or sample= instead of the model's.
        """
        warn_without_effect("build_vocab()", {"progress_per": (progress_per, 10000)})
        text = read_text(corpus_iterable, corpus_file)
        self._build(text, update=update, keep_raw_vocab=keep_raw_vocab, trim_rule=trim_rule, **kwargs)

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[Any, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """As build_vocab, from counts."""
        self.corpus_count, self.raw_vocab = corpus_count or 0, dict(word_freq)
        self.prepare_vocab(update=update, keep_raw_vocab=keep_raw_vocab, trim_rule=trim_rule)
        self.prepare_weights(update=update)

    def _build(self, text: Text, update: bool = False, **options: Any) -> None:
        self._scan(text)
        self.corpus_count, self.corpus_total_words = text.sentences, text.total_words
        self.prepare_vocab(update=update, **options)
        self.prepare_weights(update=update)

    def scan_vocab(
        self,
        corpus_iterable: Iterable[Any] | None = None,
        corpus_file: str | Path | None = None,
        progress_per: int = 10000,
        workers: int | None = None,
        trim_rule: TrimRule | None = None,
    ) -> tuple[int, int]:
        """Count the words of a corpus, into `raw_vocab`; returns how many words and sentences it has."""
        no_effect = {"progress_per": (progress_per, 10000), "workers": (workers, None), "trim_rule": (trim_rule, None)}
        warn_without_effect("scan_vocab()", no_effect)
        text = read_text(corpus_iterable, corpus_file)
        self._scan(text)
        return text.total_words, text.sentences

    def _scan(self, text: Text) -> None:
        self.raw_vocab = dict(zip(text.words, text.counts, strict=True))

    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, int]:
        """Make the vocabulary of the words that were scanned; returns what was kept and what left out.

        dry_run : report alone.
        """
        if update and not len(self.wv):
            raise NotFittedError("build_vocab(update=True) adds to a vocabulary: build one first, without update")
        raw, min_count, sample = self.raw_vocab, min_count or self.min_count, sample or self.sample
        limits = Limits(min_count, self.max_final_vocab, self.max_vocab_size, trim_rule)
        self.effective_min_count = limits.effective(raw)
        kept = choose(raw, limits)
        if not dry_run:
            self._keep(kept, update=update)
            self.min_count, self.sample = min_count, sample
            if not keep_raw_vocab:
                self.raw_vocab = {}
        logger.info("%i of %i unique words are kept", len(kept), len(raw))
        return _report(raw, kept, sample)

    def _keep(self, kept: dict[Any, int], *, update: bool) -> None:
        if not update:
            self.wv = self._new_vectors()
        add_words(self.wv, kept)
        if self.sorted_vocab and not update:
            self.wv.sort_by_descending_frequency()
        self.has_new_words = update

    def prepare_weights(self, update: bool = False) -> None:
        """Make vectors for the words, or with `update` for those that have none."""
        if update:
            self.update_weights()
        else:
            self.init_weights()

    def init_weights(self) -> None:
        """Make new vectors: random ones of words, zeros of outputs."""
        self.wv.vectors = np.zeros((0, self.vector_size), np.float32)
        self._resize_outputs(keep=False)
        self.wv.resize_vectors(seed=self.seed)

    def update_weights(self) -> None:
        """Make vectors for words that have none."""
        self.wv.resize_vectors(seed=self.seed)
        self._resize_outputs(keep=True)

    def _resize_outputs(self, *, keep: bool) -> None:
        for name, is_used in (("syn1", self.hs), ("syn1neg", self.negative)):
            if not is_used:
                continue
            grown = np.zeros((len(self.wv), self.layer1_size), np.float32)
            if keep and name in self.__dict__:
                before = getattr(self, name)
                grown[: len(before)] = before
            setattr(self, name, grown)
        if self.hs:
            set_codes(self.wv)

    def reset_from(self, other_model: "GrownVocabulary") -> None:
        """Take over the vocabulary of another model, with new vectors."""
        self.wv = self._new_vectors()
        self.wv.index_to_key, self.wv.key_to_index = other_model.wv.index_to_key, other_model.wv.key_to_index
        self.wv.expandos = other_model.wv.expandos
        self.corpus_count = other_model.corpus_count
        self.init_weights()

    def estimate_memory(self, vocab_size: int | None = None, report: dict[str, int] | None = None) -> dict[str, int]:
        """Bytes that a model of so many words needs, by part; twice as much for matrices while it is trained."""
        words, report = vocab_size or len(self.wv), dict(report or {})
        matrix = words * self.vector_size * 4
        report["vocab"] = words * 200  # a string, an entry of a dictionary, an item of a list and a count
        report |= {"vectors": matrix} | ({"syn1": matrix} if self.hs else {})
        report |= {"syn1neg": matrix} if self.negative else {}
        report["total"] = sum(report.values())
        return report


def _report(raw: Mapping[Any, int], kept: Mapping[Any, int], sample: float) -> dict[str, int]:
    counts = np.fromiter(kept.values(), np.int64, len(kept))
    share = keep_probabilities(np.maximum(counts, 1), subsampling_share(sample, counts))
    return {
        "drop_unique": len(raw) - len(kept),
        "retain_total": int(counts.sum()),
        "downsample_unique": int((share < 1).sum()),
        "downsample_total": int(share @ counts),
        "num_retained_words": len(kept),
    }
