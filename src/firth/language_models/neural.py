"""The neural language model: embeddings of the words before, a hidden layer, a probability for every word.

Shapes   V outcomes, C = order - 1 words of history, D numbers per embedding, T words in S sentences.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firth.corpus.sources import Corpus
from firth.corpus.tokenizers import Tokenizer
from firth.errors import NotFittedError, SettingError
from firth.language_models import neural_file
from firth.language_models.model import LanguageModel
from firth.language_models.model_file import ModelFile
from firth.language_models.neural_network import Examples, Network, Workspace, initial_network
from firth.language_models.neural_settings import NeuralSettings
from firth.language_models.neural_training import EpochScore, train_network
from firth.language_models.sentences import Sentences, pad, read_known, read_new
from firth.language_models.vocabulary import LanguageVocabulary
from firth.vectors.word_vectors import WordVectors

__all__ = ["NeuralModel"]

SCORED_AT_ONCE = 256  # examples: (256, V) scores at a time


class NeuralModel(LanguageModel):
    """The next word from the embeddings of the words before it.

    Parameters
    ----------
    order : n; the model looks at the n - 1 words before. Unlike an n-gram model it may be large.
    vector_size : D, numbers per embedding.
    hidden_size : numbers in the hidden layer.
    direct_connections : also lead from the embeddings straight to the output; D * (n - 1) more weights per word.
    min_count, max_vocabulary : which words are kept; all others become "<unk>". Time and memory grow with the number.
    tokenizer : "words", "whitespace", or a function from a line to its words.
    epochs : passes over the text, at most.
    patience : epochs in a row without a lower perplexity of the held-out text after which to stop; each also halves
        the learning rate.
    batch_size : examples between two steps.
    learning_rate : of Adagrad.
    weight_decay : pull of the weights towards 0.
    held_out_share : share of the sentences that fit() puts aside where no held-out text is given.
    seed : of the first weights, the order of the examples and the sentences put aside.

    Attributes
    ----------
    vocabulary : what can be predicted.
    vectors : the embeddings, as WordVectors (K, D).
    history : an EpochScore for each epoch.

    Raises SettingError if a setting is impossible.

    Source   Bengio, Ducharme, Vincent & Jauvin 2003, "A Neural Probabilistic Language Model", JMLR 3; its letters are
             n = order, m = vector_size, h = hidden_size.
    """

    kind = neural_file.KIND
    version = neural_file.VERSION

    def __init__(
        self,
        *,
        order: int = 5,
        vector_size: int = 60,
        hidden_size: int = 100,
        direct_connections: bool = False,
        min_count: int = 4,
        max_vocabulary: int | None = None,
        tokenizer: Tokenizer = "words",
        epochs: int = 10,
        patience: int = 2,
        batch_size: int = 256,
        learning_rate: float = 0.1,
        weight_decay: float = 0.0,
        held_out_share: float = 0.05,
        seed: int = 1,
    ) -> None:
        settings = {name: value for name, value in locals().items() if name != "self"}
        self.settings = NeuralSettings(**settings)
        self.tokenizer = tokenizer
        self.history: list[EpochScore] = []
        self._network: Network | None = None

    def fit(
        self,
        corpus: Corpus,
        held_out: "Corpus | None" = None,
        *,
        vectors: WordVectors | None = None,
        report: Callable[[EpochScore], None] | None = None,
    ) -> Self:
        """Learn from a corpus, and return self. What was learned before is replaced at the end.

        Parameters
        ----------
        corpus : whatever Word2Vec.fit takes; a line, or a list of tokens, is a sentence.
        held_out : a text to stop by; None puts aside every 20th sentence of the corpus (`held_out_share`), at random.
        vectors : embeddings to start from, of the same size; words that they lack start small and random.
        report : called after every epoch.

        Raises   CorpusError if a corpus cannot be read or no word of it is kept. SettingError if the vectors have
                 another size. DivergenceError if the learning rate was far too high. KeyboardInterrupt on Ctrl-C; the
                 model then is what it was before.
        """
        settings = self.settings
        if vectors is not None and vectors.vector_size != settings.vector_size:
            raise SettingError(
                f"vectors of {vectors.vector_size} numbers for vector_size={settings.vector_size}: must be the same"
            )
        vocabulary, sentences = read_new(corpus, self.tokenizer, settings.min_count, settings.max_vocabulary)
        if held_out is None:
            sentences, aside = _put_aside(sentences, settings.held_out_share, settings.seed)
        else:
            aside = read_known(held_out, self.tokenizer, vocabulary)
        sizes = settings.vector_size, settings.hidden_size
        direct = settings.direct_connections
        network = initial_network(len(vocabulary), settings.order - 1, sizes, direct, settings.seed)
        if vectors is not None:
            _start_from(network, vocabulary, vectors)
        scores: list[EpochScore] = []

        def note(score: EpochScore) -> None:
            scores.append(score)
            if report is not None:
                report(score)

        training, stopping = (_examples(some, settings.order - 1, vocabulary) for some in (sentences, aside))
        best = train_network(network, training, stopping, settings.training, note)
        self._vocabulary, self._network, self.history = vocabulary, best, scores
        return self

    @property
    def network(self) -> Network:
        """All that was learned. Raises NotFittedError before fit()."""
        if self._network is None:
            raise NotFittedError("this model has not learned anything yet: call fit(corpus) or load(path) first")
        return self._network

    @property
    def vectors(self) -> WordVectors:
        """The embeddings of the known words (K, D). Raises NotFittedError before fit()."""
        known = self.vocabulary.known
        return WordVectors(known, self.network.embeddings[: len(known)], self.vocabulary.counts)

    def probabilities_after(self, history: Sequence[int]) -> NDArray[np.float64]:
        """The three steps: look up embeddings, compute the hidden layer, project to the vocabulary."""
        length = self.settings.order - 1
        padded = [self.vocabulary.start] * length + list(history)
        last = np.array([padded[len(padded) - length :]], np.int32)
        found = Workspace(1, len(self.vocabulary)).probabilities(self.network, last)[0].astype(np.float64)
        return np.asarray(found / found.sum())

    def log_probabilities(self, sentences: Sentences) -> NDArray[np.float64]:
        """Some hundred words at once."""
        histories, following = _examples(sentences, self.settings.order - 1, self.vocabulary)
        workspace = Workspace(SCORED_AT_ONCE, len(self.vocabulary))
        logs = np.empty(len(following), np.float64)
        for start in range(0, len(following), SCORED_AT_ONCE):
            some = slice(start, start + SCORED_AT_ONCE)
            logs[some] = -workspace.losses(self.network, (histories[some], following[some]))
        return logs

    def pack(self) -> ModelFile:
        """The model as arrays and JSON, for a file. Raises NotFittedError before fit()."""
        return neural_file.pack(neural_file.StoredNetwork(self.vocabulary, self.network, self.settings, self.history))

    @classmethod
    def unpack(cls, path: str | Path, content: ModelFile) -> Self:
        """The model from arrays and JSON. Raises FormatError, naming `path`, where they make no sense."""
        stored = neural_file.unpack(path, content)
        model = cls()
        model.settings = stored.settings
        model.tokenizer = stored.settings.tokenizer
        model._vocabulary, model._network, model.history = stored.vocabulary, stored.network, stored.history
        return model

    def __repr__(self) -> str:
        settings = self.settings
        size = "not fitted" if self._network is None else f"{len(self.vocabulary.known):,} words"
        return f"NeuralModel(order {settings.order}, {settings.vector_size} → {settings.hidden_size}, {size})"


def _examples(sentences: Sentences, length: int, vocabulary: LanguageVocabulary) -> Examples:
    """A history (C,) and the word that came next, for every word and every sentence end."""
    text = pad(sentences, length, vocabulary)
    places = np.flatnonzero(text.places >= length)
    histories = np.stack([text.ids[places - length + i] for i in range(length)], axis=1)
    return histories, text.ids[places]


def _put_aside(sentences: Sentences, share: float, seed: int) -> tuple[Sentences, Sentences]:
    """Sentences to learn from, and others, at least one, to stop by."""
    n_sentences = len(sentences.offsets) - 1
    if n_sentences < 2:
        raise SettingError("there is only one sentence, so none can be put aside: give held_out=")
    aside = np.zeros(n_sentences, bool)
    n_aside = min(n_sentences - 1, max(1, round(share * n_sentences)))
    aside[np.random.default_rng(seed).permutation(n_sentences)[:n_aside]] = True
    return _chosen(sentences, ~aside), _chosen(sentences, aside)


def _chosen(sentences: Sentences, keep: NDArray[np.bool_]) -> Sentences:
    lengths = np.diff(sentences.offsets)
    offsets = np.concatenate([[0], np.cumsum(lengths[keep])]).astype(np.int64)
    return Sentences(sentences.ids[np.repeat(keep, lengths)], offsets)


def _start_from(network: Network, vocabulary: LanguageVocabulary, vectors: WordVectors) -> None:
    """Put vectors that are there in place of random ones, scaled to a mean length that tanh can still tell apart."""
    rows = [(i, vectors.word_id(word)) for i, word in enumerate(vocabulary.known) if word in vectors]
    if not rows:
        raise SettingError("vectors=: not one of the words of the text is among them")
    ours, theirs = np.array(rows).T
    found = vectors.matrix[theirs]
    length = float(np.sqrt((found.astype(np.float64) ** 2).sum(axis=1)).mean())
    network.embeddings[ours] = found / max(length, 1e-12)
