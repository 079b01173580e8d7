"""The neural language model: embeddings of the preceding words, a hidden layer, a probability for every word.

neural_network.py computes, neural_training.py trains, neural_file.py stores.

Shapes   V outcomes, C = order - 1 words of history, D numbers per embedding, T words in S sentences.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firth.corpus.sources import CorpusInput, recognise
from firth.corpus.tokenizers import Tokenizer
from firth.errors import NotFittedError, SettingError
from firth.language_models import neural_file
from firth.language_models.model import LanguageModel
from firth.language_models.model_file import ModelFile
from firth.language_models.neural_network import Examples, Network, Workspace, initial_network
from firth.language_models.neural_training import EpochScore, train_network
from firth.language_models.sentences import Sentences, pad, read_held_out, read_training_text
from firth.language_models.settings import NeuralSettings
from firth.language_models.vocabulary import LanguageVocabulary
from firth.progress import ProgressOption, open_progress
from firth.settings import answers_names
from firth.vectors.word_vectors import WordVectors

__all__ = ["NeuralModel"]

SCORED_AT_ONCE = 256  # examples; their scores are (256, V)


class NeuralModel(LanguageModel):
    """A neural language model: predicts the next word from the embeddings of the words before it.

    Parameters
    ----------
    order : n, at least 2; the model sees the n - 1 preceding words. Unlike for n-grams, it may be large.
    vector_size : D, numbers per embedding.
    hidden_size : M, units of the hidden layer.
    direct_connections : connect the embeddings to the output also directly; D * (n - 1) more weights per word.
    min_count : words that occur less often become `<unk>`.
    max_vocabulary : keep at most that many words, the most frequent; None for no limit. Training time and memory grow
        with the vocabulary.
    tokenizer : "words", "whitespace", or a function from a line to its words.
    epochs : maximum number of passes over the text.
    patience : stop after that many epochs in a row that did not lower the held-out perplexity; each of them also
        halves the learning rate.
    batch_size : examples per step.
    learning_rate : of Adagrad.
    weight_decay : strength of the L2 penalty on the weight matrices; biases and embeddings have none.
    held_out_share : share of the sentences that fit() holds out where it is given no held-out text.
    seed : of the initial weights, the order of the examples and the choice of held-out sentences.

    Attributes
    ----------
    vocabulary : the words that can be predicted.
    vectors : the embeddings of the K known words, as WordVectors (K, D).
    history : an EpochScore for each epoch.

    Raises SettingError if a setting is impossible.

    Source   Bengio, Ducharme, Vincent & Jauvin 2003, "A Neural Probabilistic Language Model", JMLR 3; its letters are
             n = order, m = vector_size, h = hidden_size.
    """

    kind = neural_file.KIND
    version = neural_file.VERSION

    @answers_names({})
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
        corpus: CorpusInput,
        held_out: "CorpusInput | None" = None,
        *,
        vectors: WordVectors | None = None,
        progress: ProgressOption = None,
    ) -> Self:
        """Learn from a corpus, and return self. An earlier fit is replaced when this one is complete.

        Parameters
        ----------
        corpus : whatever Word2Vec.fit takes; a line, or a list of tokens, is a sentence.
        held_out : a text that is not trained on, for early stopping; None holds out a random `held_out_share` of the
            sentences of the corpus.
        vectors : embeddings to start from, with `vector_size` numbers each; words that they lack start at random.
        progress : None or True shows a bar (a line per epoch where no bar can be drawn); False shows nothing; a
            function is called with Progress records of the stages "reading" and "training". The facts of the latter:
            epoch, epochs, epoch_done, loss (nats per word of this epoch so far), held_out_perplexity (of the last
            complete epoch, or None), learning_rate, words_per_second.

        Raises   CorpusError if a corpus cannot be read or no word of it is kept. SettingError if the vectors have
                 another size or none of the words. DivergenceError if the learning rate is too high.
                 KeyboardInterrupt on Ctrl-C; the model is then what it was before.
        """
        settings = self.settings
        if vectors is not None and vectors.vector_size != settings.vector_size:
            raise SettingError(
                f"vectors= of {vectors.vector_size} numbers for vector_size={settings.vector_size}: must have the same "
                f"size; set vector_size={vectors.vector_size}"
            )
        if isinstance(held_out, str | os.PathLike):
            recognise(held_out)  # a wrong name is reported before the corpus is read
        with open_progress(progress) as reporter:
            vocabulary, sentences = read_training_text(
                corpus, self.tokenizer, settings.min_count, settings.max_vocabulary, reporter
            )
            if held_out is None:
                sentences, stopping = _hold_out(sentences, settings.held_out_share, settings.seed)
            else:
                stopping = read_held_out(held_out, self.tokenizer, vocabulary, reporter)
            length = settings.order - 1
            sizes = settings.vector_size, settings.hidden_size
            network = initial_network(len(vocabulary), length, sizes, settings.direct_connections, settings.seed)
            if vectors is not None:
                _start_from(network, vocabulary, vectors)
            training, stopping_examples = (_examples(some, length, vocabulary) for some in (sentences, stopping))
            trained = train_network(network, training, stopping_examples, settings, reporter)
        self._vocabulary, self._network, self.history = vocabulary, trained.network, trained.history
        return self

    @property
    def network(self) -> Network:
        """All weights. Raises NotFittedError before fit()."""
        if self._network is None:
            raise NotFittedError("this model is not fitted: call fit(corpus), or load(path) a saved one")
        return self._network

    @property
    def vectors(self) -> WordVectors:
        """The embeddings of the known words (K, D). Raises NotFittedError before fit()."""
        known = self.vocabulary.known
        return WordVectors(known, self.network.embeddings[: len(known)], self.vocabulary.counts)

    def probabilities_after(self, history: Sequence[int]) -> NDArray[np.float64]:
        """Look up embeddings, compute the hidden layer, project to the vocabulary."""
        length = self.settings.order - 1
        padded = [self.vocabulary.start] * length + list(history)
        last = np.array([padded[len(padded) - length :]], np.int32)
        found = Workspace(1, len(self.vocabulary)).probabilities(self.network, last)[0].astype(np.float64)
        return np.asarray(found / found.sum())

    def log_probabilities(self, sentences: Sentences) -> NDArray[np.float64]:
        """Natural logarithms, computed for 256 examples at once."""
        histories, next_words = _examples(sentences, self.settings.order - 1, self.vocabulary)
        workspace = Workspace(SCORED_AT_ONCE, len(self.vocabulary))
        logs = np.empty(len(next_words), np.float64)
        for start in range(0, len(next_words), SCORED_AT_ONCE):
            some = slice(start, start + SCORED_AT_ONCE)
            logs[some] = -workspace.losses(self.network, Examples(histories[some], next_words[some]))
        return logs

    def pack(self) -> ModelFile:
        """The arrays and metadata of a file. Raises NotFittedError before fit()."""
        return neural_file.pack(neural_file.StoredNetwork(self.vocabulary, self.network, self.settings, self.history))

    @classmethod
    def unpack(cls, path: str | Path, content: ModelFile) -> Self:
        """The model from the content of a file. Raises FormatError, naming `path`, if it is inconsistent."""
        stored = neural_file.unpack(path, content)
        model = cls(**stored.settings.values())
        model._vocabulary, model._network, model.history = stored.vocabulary, stored.network, stored.history
        return model

    def __repr__(self) -> str:
        settings = self.settings
        size = "not fitted" if self._network is None else f"{len(self.vocabulary.known):,} words"
        return f"NeuralModel(order {settings.order}, {settings.vector_size} → {settings.hidden_size}, {size})"


def _examples(sentences: Sentences, length: int, vocabulary: LanguageVocabulary) -> Examples:
    """An example for every word and every end of a sentence; histories have `length` words."""
    text = pad(sentences, length, vocabulary)
    predicted = np.flatnonzero(text.positions >= length)
    histories = np.stack([text.ids[predicted - length + i] for i in range(length)], axis=1)
    return Examples(histories, text.ids[predicted])


def _hold_out(sentences: Sentences, share: float, seed: int) -> tuple[Sentences, Sentences]:
    """Sentences to learn from, and a random share of them, at least one, to stop by."""
    n_sentences = len(sentences.offsets) - 1
    if n_sentences < 2:
        raise SettingError("held_out=None with a corpus of one sentence: give held_out=, or a corpus of at least two")
    is_held_out = np.zeros(n_sentences, bool)
    n_held_out = min(n_sentences - 1, max(1, round(share * n_sentences)))
    is_held_out[np.random.default_rng(seed).permutation(n_sentences)[:n_held_out]] = True
    return _select(sentences, ~is_held_out), _select(sentences, is_held_out)


def _select(sentences: Sentences, selected: NDArray[np.bool_]) -> Sentences:
    lengths = np.diff(sentences.offsets)
    offsets = np.concatenate([[0], np.cumsum(lengths[selected])]).astype(np.int64)
    return Sentences(sentences.ids[np.repeat(selected, lengths)], offsets)


def _start_from(network: Network, vocabulary: LanguageVocabulary, vectors: WordVectors) -> None:
    """Copy given vectors into the embeddings, scaled to a mean length of 1, at which tanh does not saturate."""
    rows = [(i, vectors.word_id(word)) for i, word in enumerate(vocabulary.known) if word in vectors]
    if not rows:
        raise SettingError("vectors=: has none of the words of the corpus; were both split by the same tokenizer?")
    ours, theirs = np.array(rows).T
    found = vectors.matrix[theirs]
    length = float(np.sqrt((found.astype(np.float64) ** 2).sum(axis=1)).mean())
    network.embeddings[ours] = found / max(length, 1e-12)
