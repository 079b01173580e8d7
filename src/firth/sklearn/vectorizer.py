"""Word2VecVectorizer: texts to sentence vectors, by word vectors that it trains on the texts or is given.

Source  Arora, Liang and Ma 2017, "A simple but tough-to-beat baseline for sentence embeddings" (SIF).
Shapes  S texts, D numbers per vector.
"""

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np

from firth.arrays import Matrix
from firth.corpus.tokenizers import Tokenizer, check_tokenizer, tokenize_line
from firth.errors import MissingExtraError, SettingError, quoted
from firth.evaluation.sentences import Weighting, check_weighting
from firth.models.word2vec import Word2Vec
from firth.sklearn.vectorizer_file import StoredVectorizer, read_vectorizer, write_vectorizer
from firth.vectors.load import load
from firth.vectors.sentence_means import common_component, inverse_document_frequencies, without_component
from firth.vectors.word_vectors import WordVectors

try:
    from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.validation import check_is_fitted
except ImportError:
    raise MissingExtraError("firth.sklearn", "sklearn") from None

__all__ = ["Word2VecVectorizer"]

# Texts; or lists of tokens.
Texts: TypeAlias = Iterable[str | Iterable[str]]


class Word2VecVectorizer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts to vectors (S, D) float32: means of word vectors, for pipelines of scikit-learn.

    Words that have no vector are skipped; a text without any known word becomes zeros.

    Parameters
    ----------
    vectors : None: fit() trains them on its texts; or WordVectors, a fitted Word2Vec, or a path for `firth.load`. A
        path is best where estimators are cloned, as in a grid search: the file is mapped, and not copied.
    weighting : "mean"; "sif", smooth inverse frequency without the component that the texts of fit() have in common;
        "tfidf", by inverse document frequencies in the texts of fit().
    sif : a in the weight a / (a + p) of "sif", where p is the share of the word: of the counts of the vectors, or,
        where they have none, of the words of the texts of fit().
    tokenizer : how a text becomes words: "words", "whitespace" or a function from a text, without line ends, to its
        words. Lists of tokens are taken as they are.
    vector_size, window, min_count, epochs, architecture : of Word2Vec, where it is trained.
    settings : further settings of Word2Vec, by name, such as {"negative_samples": 10}.
    random_state : seed of the training: a whole number, None for another at each fit(), or a RandomState.
    n_jobs : threads of the training: None for 1, which makes it reproducible; -1 for all that are of use.

    Attributes
    ----------
    vectors_ : WordVectors, trained or given.
    idf_ : with "tfidf", the weight of each known word; words that the texts of fit() lack have the largest.
    frequencies_ : with "sif" and vectors without counts, the share of each word.
    common_component_ : (D,) with "sif", the direction that is removed.

    Raises   SettingError (a ValueError) for impossible options and for X that are no texts; CorpusError (a ValueError)
             where no word occurs min_count times.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> texts, labels = ["green tea", "black tea", "red car", "fast car"], [0, 0, 1, 1]
    >>> pipeline = make_pipeline(Word2VecVectorizer(min_count=1, vector_size=8, epochs=50), LogisticRegression())
    >>> pipeline.fit(texts, labels).predict(["tea"]).tolist()
    [0]
    """

    def __init__(
        self,
        *,
        vectors: "WordVectors | Word2Vec | str | PathLike[str] | None" = None,
        weighting: Weighting = "mean",
        sif: float = 1e-3,
        tokenizer: Tokenizer = "words",
        vector_size: int = 100,
        window: int | tuple[int, int] = 5,
        min_count: int = 5,
        epochs: int = 5,
        architecture: str = "skipgram",
        settings: Mapping[str, Any] | None = None,
        random_state: Any = 1,
        n_jobs: int | None = None,
    ) -> None:
        self.vectors = vectors
        self.weighting = weighting
        self.sif = sif
        self.tokenizer = tokenizer
        self.vector_size = vector_size
        self.window = window
        self.min_count = min_count
        self.epochs = epochs
        self.architecture = architecture
        self.settings = settings
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Texts, y: Any = None) -> Self:
        """Learn the word vectors, where none are given, and what the weighting needs.

        X : texts, or lists of tokens: a list, an array, a column of a data frame. y is not used.
        """
        self._fit(self._token_lists(X, is_new=True))
        return self

    def fit_transform(self, X: Texts, y: Any = None, **fit_params: Any) -> Matrix:
        """fit(X).transform(X), with the texts cut into words once."""
        if fit_params:
            raise SettingError(f"fit() takes no further parameters, but {', '.join(fit_params)} are given")
        sentences = self._token_lists(X, is_new=True)
        self._fit(sentences)
        return self._composed(sentences)

    def transform(self, X: Texts) -> Matrix:
        """The vectors of texts (S, D) float32."""
        check_is_fitted(self, "vectors_")
        return self._composed(self._token_lists(X, is_new=False))

    def save(self, path: str | Path) -> None:
        """Write the fitted vectorizer to one .firth file, without pickle; `firth.load` opens its vectors.

        Raises   SettingError where the tokenizer is a function, or a parameter cannot be written as JSON; FormatError
                 if the file cannot be written.
        """
        check_is_fitted(self, "vectors_")
        parameters = {name: value for name, value in self.get_params(deep=False).items() if name != "vectors"}
        learned = {
            "idf": getattr(self, "idf_", None),
            "frequencies": getattr(self, "frequencies_", None),
            "common_component": self.common_component_.tolist() if hasattr(self, "common_component_") else None,
        }
        write_vectorizer(path, self.vectors_, StoredVectorizer(parameters, learned, self.vectors is not None))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Open a vectorizer that `save` wrote; its vectors are mapped into memory.

        Raises   FileNotFoundError; FormatError if the file is damaged or holds no vectorizer.
        """
        vectors, stored = read_vectorizer(path)
        self = cls(vectors=vectors if stored.had_vectors else None, **stored.parameters)
        self.vectors_ = vectors
        if stored.learned["idf"] is not None:
            self.idf_ = stored.learned["idf"]
        if stored.learned["frequencies"] is not None:
            self.frequencies_ = stored.learned["frequencies"]
        if stored.learned["common_component"] is not None:
            self.common_component_ = np.array(stored.learned["common_component"], np.float64)
        return self

    def __sklearn_clone__(self) -> Self:
        """A copy that is not fitted. It shares the vectors that were given: scikit-learn would copy them."""
        bare = copy.copy(self)
        bare.vectors = None
        cloned: Self = BaseEstimator.__sklearn_clone__(bare)
        cloned.vectors = self.vectors
        return cloned

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.non_deterministic = self.vectors is None and self.n_jobs not in (None, 1)
        tags.transformer_tags.preserves_dtype = []
        return tags

    @property
    def _n_features_out(self) -> int:
        """D, for get_feature_names_out()."""
        return self.vectors_.vector_size

    # ---------------------------------------------------------------- the work

    def _token_lists(self, X: Texts, *, is_new: bool) -> list[list[str]]:
        """The words of each text.

        is_new : whether they are what is fitted to.
        """
        check_tokenizer(self.tokenizer)
        if isinstance(X, str):
            raise SettingError("X is one string: must be a list of texts, [text] for one")
        if hasattr(X, "columns"):
            raise SettingError(
                f"X is a {type(X).__name__}: must be one column of texts, frame['text']; in a ColumnTransformer name "
                "the column 'text', not ['text']"
            )
        if not isinstance(X, Iterable) or getattr(X, "ndim", 1) != 1:
            raise SettingError(f"X is {quoted(X)}: must be a list of texts or of lists of tokens")
        return [_words_of(text, number, self.tokenizer) for number, text in enumerate(X)]

    def _fit(self, sentences: list[list[str]]) -> None:
        check_weighting(self.weighting)
        for name in ("idf_", "frequencies_", "common_component_"):
            self.__dict__.pop(name, None)
        if not sentences:
            raise SettingError("X is empty: at least one text is needed")
        if self.weighting == "sif" and len(sentences) < 2:
            raise SettingError(
                "n_samples=1: weighting='sif' needs at least 2 texts, which may have something in common"
            )
        self.vectors_ = self._trained(sentences) if self.vectors is None else _given(self.vectors)
        if self.weighting == "tfidf":
            weights = inverse_document_frequencies(sentences)
            self.idf_ = {word: weight for word, weight in weights.items() if word in self.vectors_}
        elif self.weighting == "sif":
            if self.vectors_.counts is None or not self.vectors_.counts.any():
                self.frequencies_ = _shares(sentences)
            self.common_component_ = common_component(self._means(sentences))

    def _trained(self, sentences: list[list[str]]) -> WordVectors:
        seed = self.random_state
        if not isinstance(seed, int | np.integer):
            seed = check_random_state(seed).randint(np.iinfo(np.int32).max)
        model = Word2Vec(
            vector_size=self.vector_size,
            window=self.window,
            min_count=self.min_count,
            epochs=self.epochs,
            architecture=self.architecture,
            seed=int(seed),
            threads=None if self.n_jobs == -1 else self.n_jobs or 1,
            **(self.settings or {}),
        )
        return model.fit(sentences, progress=False).vectors

    def _composed(self, sentences: list[list[str]]) -> Matrix:
        means = self._means(sentences)
        if hasattr(self, "common_component_"):
            means = without_component(means.astype(np.float64), self.common_component_).astype(np.float32)
        return means

    def _means(self, sentences: list[list[str]]) -> Matrix:
        """The vectors with the common component."""
        if self.weighting == "sif":
            shares = getattr(self, "frequencies_", None)
            return self.vectors_.sentence_vectors(sentences, sif=self.sif, frequencies=shares, common=False)
        return self.vectors_.sentence_vectors(sentences, tfidf=getattr(self, "idf_", False))


def _words_of(text: Any, number: int, tokenizer: str | Callable[[str], Iterable[str]]) -> list[str]:
    if isinstance(text, str):
        return tokenize_line(" ".join(text.split()), tokenizer)
    if isinstance(text, list | tuple | np.ndarray) and all(isinstance(token, str) for token in text):
        return list(text)
    raise SettingError(
        f"X[{number}] is {quoted(text)} of type {type(text).__name__}: must be a text or a list of tokens; "
        "series.fillna('') makes missing values texts without words"
    )


def _given(vectors: Any) -> WordVectors:
    """The vectors that were given instead of training."""
    if isinstance(vectors, str | PathLike):
        return load(Path(vectors))
    if isinstance(vectors, Word2Vec):
        return vectors.vectors
    if isinstance(vectors, WordVectors):
        return vectors
    raise SettingError(
        f"vectors of type {type(vectors).__name__}: must be WordVectors, a fitted Word2Vec, a path or None"
    )


def _shares(sentences: list[list[str]]) -> dict[str, float]:
    """The share of each word in all occurrences."""
    counts: Counter[str] = Counter()
    for sentence in sentences:
        counts.update(sentence)
    total = counts.total()
    return {word: count / total for word, count in counts.items()}
