"""Word2VecVectorizer: scikit-learn's own checks, its results, and its file."""

import copy
import doctest
import re
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import validate_data

import firth
import firth.sklearn.vectorizer
from firth.errors import FormatError, SettingError
from firth.formats.mapped import mapping_of
from firth.sklearn import Word2VecVectorizer
from firth.vectors.sentence_means import common_component

DOCS = Path(__file__).resolve().parents[3] / "docs"
TEXTS = ["Green tea, black tea", "a cup of tea", "the red car", "a fast car and a red one", "no", "tea in a car"] * 3
SMALL = {"min_count": 1, "vector_size": 6, "epochs": 3}


# ---------------------------------------------------------------- scikit-learn's checks


class OfNumbers(Word2VecVectorizer):
    """The same for tables of numbers, which the checks of scikit-learn are made of: each number is a word."""

    def _token_lists(self, X, *, is_new):
        rows = validate_data(self, X, reset=is_new)
        return [[f"{column}:{number:.0f}" for column, number in enumerate(row)] for row in rows]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.string = True, False
        return tags


def expected_failures(estimator):
    return {"check_fit2d_1feature": "texts of one word have no neighbours to learn from: a CorpusError says so"}


@parametrize_with_checks(
    [
        OfNumbers(weighting=weighting, min_count=1, vector_size=3, epochs=1, settings={"subsample_threshold": 0})
        for weighting in ("mean", "sif", "tfidf")
    ],
    expected_failed_checks=expected_failures,
)
def test_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def test_tags_say_that_input_is_text():
    tags = Word2VecVectorizer().__sklearn_tags__()
    assert tags.input_tags.string and not tags.input_tags.two_d_array and not tags.non_deterministic
    assert Word2VecVectorizer(n_jobs=2).__sklearn_tags__().non_deterministic


# ---------------------------------------------------------------- results


def test_the_example_of_the_docstring():
    result = doctest.testmod(firth.sklearn.vectorizer)
    assert result.attempted > 3 and result.failed == 0


def test_trained_vectors_and_means_are_those_of_firth():
    vectorizer = Word2VecVectorizer(**SMALL, window=2, settings={"learning_rate": 0.04}, random_state=7).fit(TEXTS)
    expected = firth.Word2Vec(**SMALL, window=2, learning_rate=0.04, seed=7, threads=1).fit(iter(TEXTS), progress=False)
    assert vectorizer.vectors_.words == expected.vectors.words
    assert vectorizer.vectors_.matrix.tobytes() == expected.vectors.matrix.tobytes()
    made = vectorizer.transform(["Tea! unknown", "unknown", ["red", "car"]])
    assert made.dtype == np.float32 and not made[1].any()
    assert made[0].tobytes() == expected.vectors["tea"].tobytes()
    np.testing.assert_allclose(made[2], expected.vectors[["red", "car"]].mean(axis=0), atol=1e-7)


@pytest.mark.parametrize("weighting", ["mean", "sif", "tfidf"])
def test_fit_transform_is_fit_and_transform(weighting):
    vectorizer = Word2VecVectorizer(**SMALL, weighting=weighting)
    assert vectorizer.fit_transform(TEXTS).tobytes() == clone(vectorizer).fit(TEXTS).transform(TEXTS).tobytes()
    one_by_one = np.vstack([vectorizer.transform([text]) for text in TEXTS])
    np.testing.assert_allclose(one_by_one, vectorizer.transform(TEXTS), atol=1e-6)


def test_sif_removes_what_the_texts_of_fit_have_in_common():
    vectorizer = Word2VecVectorizer(**SMALL, weighting="sif", sif=1e-2)
    made = vectorizer.fit_transform(TEXTS)
    tokens = [re.findall(r"\w+", text.lower()) for text in TEXTS]
    np.testing.assert_allclose(made, vectorizer.vectors_.sentence_vectors(tokens, sif=1e-2), atol=1e-6)
    np.testing.assert_allclose(made @ vectorizer.common_component_, 0, atol=1e-5)
    raw = vectorizer.vectors_.sentence_vectors(tokens, sif=1e-2, common=False)
    assert abs(common_component(raw) @ vectorizer.common_component_) == pytest.approx(1)


def test_tfidf_uses_the_texts_of_fit():
    vectorizer = Word2VecVectorizer(**SMALL, weighting="tfidf").fit(TEXTS)
    assert vectorizer.idf_["car"] == pytest.approx(np.log(19 / 10) + 1)
    made = vectorizer.transform(["a fast cup"])[0]
    words = ["a", "fast", "cup"]
    expected = sum(vectorizer.idf_[word] * vectorizer.vectors_[word] for word in words) / 3
    np.testing.assert_allclose(made, expected, rtol=1e-5)
    assert not hasattr(vectorizer.set_params(weighting="mean").fit(TEXTS), "idf_")


@pytest.mark.parametrize("counts", [None, [5, 3, 2]])
def test_vectors_that_are_given_are_used(tmp_path, counts):
    vectors = firth.WordVectors(["tea", "car", "cup"], [[1, 0], [0, 1], [1, 1]], counts)
    vectors.save(tmp_path / "a.firth")
    for given in (vectors, tmp_path / "a.firth", str(tmp_path / "a.firth")):
        assert Word2VecVectorizer(vectors=given).fit(TEXTS).transform(["tea car"]).tolist() == [[0.5, 0.5]]
    sif = Word2VecVectorizer(vectors=vectors, weighting="sif").fit(TEXTS)
    assert hasattr(sif, "frequencies_") == (counts is None)
    model = firth.Word2Vec(**SMALL, threads=1).fit(iter(TEXTS), progress=False)
    assert Word2VecVectorizer(vectors=model).fit(["x"]).vectors_ is model.vectors


def test_mapped_vectors_are_shared_by_clones_and_copied_for_other_processes(tmp_path):
    firth.WordVectors(["tea", "car"], [[1, 0], [0, 1]]).save(tmp_path / "a.firth")
    vectorizer = Word2VecVectorizer(vectors=firth.load(tmp_path / "a.firth")).set_output(transform="pandas")
    cloned = clone(make_pipeline(vectorizer))[0]
    assert cloned.vectors is vectorizer.vectors and cloned is not vectorizer
    assert isinstance(cloned.fit(TEXTS).transform(TEXTS), pd.DataFrame)
    scores = cross_val_score(make_pipeline(vectorizer, LogisticRegression()), TEXTS, [0, 0, 1, 1, 0, 1] * 3, cv=2)
    assert len(scores) == 2
    copied = copy.deepcopy(vectorizer.fit(TEXTS))
    assert copied.transform(["tea car"]).to_numpy().tolist() == [[0.5, 0.5]]
    assert mapping_of(copied.vectors_.matrix) is None
    assert copied.vectors_.most_similar("tea") == vectorizer.vectors_.most_similar("tea")


@pytest.mark.parametrize(
    "make", [list, tuple, iter, np.array, pd.Series, pl.Series, lambda texts: pd.Series(texts, dtype="category")]
)
def test_any_column_of_texts_is_taken(make):
    assert Word2VecVectorizer(**SMALL).fit_transform(make(TEXTS)).shape == (18, 6)


def test_output_as_frames_and_names_of_features():
    vectorizer = Word2VecVectorizer(**SMALL).fit(TEXTS)
    names = [f"word2vecvectorizer{i}" for i in range(6)]
    assert vectorizer.get_feature_names_out().tolist() == names
    series = pd.Series(TEXTS[:2], index=["x", "y"])
    frame = vectorizer.set_output(transform="pandas").transform(series)
    assert frame.columns.tolist() == names and frame.index.tolist() == ["x", "y"]
    assert vectorizer.set_output(transform="polars").transform(TEXTS[:2]).columns == names


def test_random_state_and_jobs():
    fitted = [Word2VecVectorizer(**SMALL, random_state=state).fit(TEXTS).vectors_.matrix for state in (1, 1, 2)]
    assert fitted[0].tobytes() == fitted[1].tobytes() != fitted[2].tobytes()
    states = [Word2VecVectorizer(**SMALL, random_state=np.random.RandomState(3)).fit(TEXTS) for _ in range(2)]
    assert states[0].vectors_.matrix.tobytes() == states[1].vectors_.matrix.tobytes()
    Word2VecVectorizer(**SMALL, random_state=None, n_jobs=-1).fit(TEXTS)


@pytest.mark.parametrize(
    ("options", "texts", "message"),
    [
        ({}, "tea", "X is one string"),
        ({}, pd.DataFrame({"text": TEXTS}), r"must be one column of texts, frame\['text'\]"),
        ({}, np.ones((3, 2)), "must be a list of texts or of lists of tokens"),
        ({}, 5, "must be a list of texts"),
        ({}, [], "X is empty"),
        ({}, ["tea", None], r"X\[1\] is None of type NoneType.*fillna"),
        ({}, pd.Series(["tea", np.nan]), r"X\[1\] is nan of type float"),
        ({}, [["tea"], [1]], r"X\[1\] is \[1\]"),
        ({}, pa.array(["tea"]), r"X\[0\] is .* of type StringScalar"),
        ({"weighting": "sum"}, TEXTS, "weighting='sum': must be one of mean, sif, tfidf"),
        ({"tokenizer": "letters"}, TEXTS, "tokenizer='letters'"),
        ({"vectors": 5}, TEXTS, "vectors of type int: must be WordVectors"),
        ({"weighting": "sif"}, TEXTS[:1], "n_samples=1: weighting='sif' needs at least 2 texts"),
        ({"vector_size": 0}, TEXTS, "vector_size"),
        ({"settings": {"negative": 3}}, TEXTS, "negative"),
        ({"min_count": 100}, TEXTS, "min_count"),
    ],
)
def test_what_is_refused(options, texts, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Word2VecVectorizer(**SMALL | options).fit(texts)


# ---------------------------------------------------------------- with the rest of scikit-learn


@pytest.fixture(scope="module")
def paragraphs():
    """Paragraphs of pages of the documentation, and the page of each."""
    texts, labels = [], []
    for page in ("recommend", "formats", "language-models", "plots"):
        for paragraph in (DOCS / f"{page}.md").read_text(encoding="utf-8").split("\n\n"):
            if len(paragraph.split()) > 12:
                texts.append(paragraph)
                labels.append(page)
    return np.array(texts, object), np.array(labels)


def test_a_classifier_of_paragraphs(paragraphs):
    texts, labels = paragraphs
    vectorizer = Word2VecVectorizer(vector_size=30, min_count=2, epochs=10, weighting="tfidf")
    pipeline = make_pipeline(vectorizer, StandardScaler(), LogisticRegression(max_iter=500))
    scores = cross_val_score(pipeline, texts, labels, cv=3)
    most_frequent = max(np.unique(labels, return_counts=True)[1]) / len(labels)
    assert scores.mean() > most_frequent + 0.1


def test_a_search_over_settings_and_a_column_of_a_frame():
    labels = [int("tea" in text.lower()) for text in TEXTS]
    search = GridSearchCV(
        make_pipeline(Word2VecVectorizer(**SMALL), LogisticRegression()),
        {"word2vecvectorizer__weighting": ["mean", "tfidf"], "word2vecvectorizer__vector_size": [4, 8]},
        cv=2,
    )
    assert 0.4 < search.fit(TEXTS, labels).best_score_ <= 1
    frame = pd.DataFrame({"text": TEXTS, "stars": range(18)})
    columns = make_column_transformer((Word2VecVectorizer(**SMALL), "text"), ("passthrough", ["stars"]))
    assert columns.fit_transform(frame).shape == (18, 7)
    assert columns.get_feature_names_out()[0] == "word2vecvectorizer__word2vecvectorizer0"


# ---------------------------------------------------------------- its file


@pytest.mark.parametrize("weighting", ["mean", "sif", "tfidf"])
@pytest.mark.parametrize("given", [False, True])
def test_a_saved_vectorizer_does_the_same(tmp_path, weighting, given):
    vectors = firth.WordVectors(["tea", "car", "a"], [[1, 0], [0, 1], [1, 1]]) if given else None
    vectorizer = Word2VecVectorizer(**SMALL, vectors=vectors, weighting=weighting, window=(2, 3)).fit(TEXTS)
    vectorizer.save(tmp_path / "v.firth")
    back = Word2VecVectorizer.load(tmp_path / "v.firth")
    assert back.transform(TEXTS).tobytes() == vectorizer.transform(TEXTS).tobytes()
    parameters = back.get_params()
    assert (parameters.pop("vectors") is not None) == given
    assert parameters == {name: value for name, value in vectorizer.get_params().items() if name != "vectors"}
    assert clone(back).fit(TEXTS).transform(TEXTS).tobytes() == vectorizer.transform(TEXTS).tobytes()
    assert firth.load(tmp_path / "v.firth").words == vectorizer.vectors_.words


def test_what_cannot_be_saved_or_opened(tmp_path):
    by_function = Word2VecVectorizer(**SMALL, tokenizer=str.split).fit(TEXTS)
    with pytest.raises(SettingError, match="tokenizer=.* cannot be saved: name a built-in tokenizer"):
        by_function.save(tmp_path / "v.firth")
    assert not list(tmp_path.iterdir())
    firth.WordVectors(["a"], [[1.0]]).save(tmp_path / "a.firth")
    with pytest.raises(
        FormatError, match=r"holds vectors, but no vectorizer: give them as Word2VecVectorizer\(vectors"
    ):
        Word2VecVectorizer.load(tmp_path / "a.firth")
    for described in ({"version": 2}, {"version": 1}, [], {"version": 1, "parameters": {"window": 5}, "learned": {}}):
        firth.WordVectors(["a"], [[1.0]], metadata={"vectorizer": described}).save(tmp_path / "b.firth")
        with pytest.raises(FormatError, match="newer Firth|makes no sense"):
            Word2VecVectorizer.load(tmp_path / "b.firth")
    with pytest.raises(FileNotFoundError):
        Word2VecVectorizer.load(tmp_path / "none.firth")
