"""What other software may rely on: names, defaults, files, errors."""

import dataclasses
import gzip
import inspect
import io

import numpy as np
import pytest

import firth
from firth import (
    CorpusError,
    DivergenceError,
    FirthWarning,
    FormatError,
    NotFittedError,
    SettingError,
    Word2Vec,
    WordVectors,
)
from firth.formats import native
from firth.formats.stored import StoredVectors

LINES = ["The cat sat on the mat.", "The dog sat on the log.", "A cat and a dog met."] * 20
TOKENS = [line.lower().replace(".", "").split() for line in LINES]
QUICK = {"vector_size": 8, "min_count": 1, "epochs": 2, "threads": 1}

# The contract: other programs call Word2Vec with these.
DEFAULTS = {
    "architecture": "skipgram",
    "objective": "negative_sampling",
    "vector_size": 100,
    "window": 5,
    "shrink_window": True,
    "subwords": None,
    "subword_buckets": None,  # 2,000,000 with subwords
    "min_count": 5,
    "max_vocabulary": None,
    "subsample_threshold": 1e-3,
    "negative_samples": None,  # 5 where noise words are drawn
    "noise_exponent": None,  # 0.75 where noise words are drawn
    "cbow_gradient": None,  # "word2vec" for CBOW
    "learning_rate": None,
    "final_learning_rate": 1e-4,
    "epochs": 5,
    "threads": None,
    "backend": "auto",
    "seed": 1,
    "tokenizer": "words",
}


@pytest.fixture(scope="module")
def model():
    return Word2Vec(**QUICK, seed=7, window=3).fit(LINES, progress=False)


def outputs(model):
    """The other matrix."""
    has_nodes = model.hyperparameters.objective == "hierarchical_softmax"
    return model.node_vectors if has_nodes else model.context_vectors


def same_model(one, other):
    assert list(one.vectors.words) == list(other.vectors.words)
    np.testing.assert_array_equal(one.vectors.matrix, other.vectors.matrix)
    np.testing.assert_array_equal(outputs(one), outputs(other))
    np.testing.assert_array_equal(one.vocabulary.counts, other.vocabulary.counts)
    assert one.vocabulary.total_words == other.vocabulary.total_words


# ---------------------------------------------------------------- names


def test_the_signature():
    parameters = inspect.signature(Word2Vec).parameters
    assert {name: parameter.default for name, parameter in parameters.items()} == DEFAULTS
    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert list(inspect.signature(Word2Vec.fit).parameters)[:3] == ["self", "corpus", "progress"]


def test_a_model_is_made_from_its_hyperparameters(model):
    class Mine(Word2Vec):
        """A subclass, which class methods must return."""

    again = Mine.from_hyperparameters(model.hyperparameters)
    assert type(again) is Mine
    assert again.hyperparameters == model.hyperparameters
    same_model(again.fit(LINES, progress=False), model)


def test_load_returns_the_class_it_is_called_on(model, tmp_path):
    class Mine(Word2Vec):
        """A subclass with an attribute of its own."""

        def __init__(self, **settings):
            super().__init__(**settings)
            self.mine = True

    model.save(tmp_path / "m.firth")
    assert Mine.load(tmp_path / "m.firth").mine


def test_fit_returns_self_and_what_it_learned():
    model = Word2Vec(**QUICK)
    assert model.fit(LINES, progress=False) is model
    assert isinstance(model.vectors, WordVectors)
    assert model.vectors.matrix.shape == model.context_vectors.shape == (len(model.vocabulary), 8)
    assert model.vectors.matrix.dtype == model.context_vectors.dtype == np.float32
    assert list(model.vectors.words) == list(model.vocabulary.words)
    assert model.vocabulary.count_of("the") == 80
    assert [record.epoch for record in model.history] == [1, 2]
    for record in model.history:
        assert record.words == sum(map(len, TOKENS))
        assert record.loss > 0
        assert record.seconds > 0
    assert model.vectors.most_similar("cat", count=2)[0].word in model.vocabulary


@pytest.mark.parametrize("name", ["vectors", "context_vectors", "node_vectors", "vocabulary", "save"])
def test_results_before_fit_are_an_error(name, tmp_path):
    model = Word2Vec(objective="hierarchical_softmax" if name == "node_vectors" else "negative_sampling")
    assert model.history == []
    assert "not fitted" in repr(model)
    with pytest.raises(NotFittedError, match="fit"):
        model.save(tmp_path / "m.firth") if name == "save" else getattr(model, name)
    assert list(tmp_path.iterdir()) == []


def test_repr_says_what_it_is(model):
    assert repr(model) == "Word2Vec(skipgram, 8 numbers per vector, 10 words)"


def test_fitting_again_replaces_everything(model):
    again = Word2Vec(**QUICK, seed=7, window=3)
    with pytest.warns(FirthWarning, match=r"nothing was learned: subsampling \(subsample_threshold=0.001\)"):
        again.fit([["one", "two"], ["three", "four"]] * 9, progress=False)
    assert sorted(again.vectors.words) == ["four", "one", "three", "two"]
    again.fit(LINES, progress=False)
    assert len(again.history) == 2
    same_model(again, model)


def test_a_fit_that_fails_leaves_the_model_as_it_was(model):
    copy = Word2Vec(**QUICK, seed=7, window=3).fit(LINES, progress=False)
    with pytest.raises(CorpusError):
        copy.fit([], progress=False)
    same_model(copy, model)


# ---------------------------------------------------------------- corpora


@pytest.mark.parametrize("kind", ["texts", "generator", "tokens", "token generator", "path", "gzip", "files", "text"])
def test_corpora_of_every_kind_give_the_same_model(kind, model, tmp_path):
    plain, packed = tmp_path / "corpus.txt", tmp_path / "corpus.gz"
    text = "\n".join(LINES)
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    corpora = {
        "texts": LINES,
        "generator": (line for line in LINES),
        "tokens": TOKENS,
        "token generator": (tuple(sentence) for sentence in TOKENS),
        "path": plain,
        "gzip": str(packed),
        "files": [plain],
        "text": [text],
    }
    same_model(Word2Vec(**QUICK, seed=7, window=3).fit(corpora[kind], progress=False), model)


def test_an_open_file(model):
    file = io.BytesIO("\n".join(LINES).encode())
    same_model(Word2Vec(**QUICK, seed=7, window=3).fit(file, progress=False), model)


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        ([], "the corpus is empty"),
        ([""], "no words"),
        (LINES, "min_count=1000"),
        ("the cat sat on the mat", "the cat sat on the mat"),
        (17, "int"),
        ([["a", 1]], "tokens must be strings"),
    ],
)
def test_something_that_is_not_a_corpus_is_an_error(corpus, message):
    with pytest.raises(CorpusError, match=message):
        Word2Vec(min_count=1000 if corpus is LINES else 1).fit(corpus, progress=False)


def test_tokens_are_any_strings(tmp_path):
    sentences = [["New York", "naïve\n", "東京", "", "a\x00b", "…"]] * 5
    trained = Word2Vec(**QUICK, subsample_threshold=0).fit(sentences, progress=False)
    assert set(trained.vectors.words) == set(sentences[0])
    trained.save(tmp_path / "m.firth")
    same_model(Word2Vec.load(tmp_path / "m.firth"), trained)


def test_limits_of_the_vocabulary():
    trained = Word2Vec(**{**QUICK, "min_count": 20}, max_vocabulary=4, subsample_threshold=0).fit(LINES, progress=False)
    assert len(trained.vocabulary) == 4
    assert trained.vocabulary.unknown_words == sum(map(len, TOKENS)) - trained.vocabulary.counts.sum() > 0
    assert trained.history[0].words == trained.vocabulary.counts.sum(), "only known words are trained"


# ---------------------------------------------------------------- files


def test_a_saved_model_comes_back_whole(model, tmp_path):
    model.save(tmp_path / "m.firth")
    back = Word2Vec.load(str(tmp_path / "m.firth"))
    same_model(back, model)
    assert back.hyperparameters == model.hyperparameters
    assert back.history == model.history
    assert repr(back) == repr(model)


@pytest.mark.parametrize("objective", ["hierarchical_softmax", "softmax", "nce"])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_every_objective_learns_scores_and_is_saved(architecture, objective, tmp_path):
    trained = Word2Vec(**QUICK, architecture=architecture, objective=objective).fit(LINES, progress=False)
    words = len(trained.vocabulary)
    assert outputs(trained).shape == ((words - 1, 8) if objective == "hierarchical_softmax" else (words, 8))
    assert outputs(trained).any()
    assert objective in repr(trained)
    trained.save(tmp_path / "m.firth")
    back = Word2Vec.load(tmp_path / "m.firth")
    same_model(back, trained)
    assert back.hyperparameters == trained.hyperparameters
    assert back.score(LINES) == trained.score(LINES)
    assert 0 < trained.score(LINES).loss < 1.05 * trained.history[0].loss
    same_model(back.fit(LINES, progress=False), trained)
    assert list(firth.load(tmp_path / "m.firth").words) == list(trained.vectors.words)


def test_each_objective_has_its_own_matrix(model):
    with pytest.raises(SettingError, match="has no node vectors; use context_vectors"):
        _ = model.node_vectors
    tree = Word2Vec(**QUICK, objective="hierarchical_softmax").fit(LINES, progress=False)
    with pytest.raises(SettingError, match="has no context vectors; use node_vectors"):
        _ = tree.context_vectors


@pytest.mark.parametrize("objective", ["hierarchical_softmax", "softmax", "nce"])
def test_a_vocabulary_of_one_word(objective, tmp_path):
    model = Word2Vec(**QUICK, objective=objective, subsample_threshold=0)
    with pytest.warns(FirthWarning, match="the vocabulary has one word, 'a'"):
        trained = model.fit([["a", "a", "a"]] * 5, progress=False)
    assert np.isfinite(trained.vectors.matrix).all()
    assert trained.history[0].loss >= 0
    trained.save(tmp_path / "m.firth")
    same_model(Word2Vec.load(tmp_path / "m.firth"), trained)


def test_a_model_file_without_the_matrix_of_its_objective_is_an_error(model, tmp_path):
    path = tmp_path / "m.firth"
    facts = {"hyperparameters": {"objective": "hierarchical_softmax", "vector_size": 8}}
    vectors, counts = model.vectors, np.asarray(model.vocabulary.counts)
    stored = StoredVectors(model.vocabulary.words, vectors.matrix, counts, model.context_vectors, facts)
    native.write(path, stored)
    with pytest.raises(FormatError, match="not the whole model"):
        Word2Vec.load(path)


def test_any_reader_of_vectors_reads_a_saved_model(model, tmp_path):
    model.save(tmp_path / "m.firth")
    vectors = firth.load(tmp_path / "m.firth")
    assert list(vectors.words) == list(model.vectors.words)
    np.testing.assert_array_equal(vectors.matrix, model.vectors.matrix)
    assert vectors.most_similar("cat") == model.vectors.most_similar("cat")


def test_words_that_were_left_out_are_still_counted(tmp_path):
    trained = Word2Vec(**{**QUICK, "min_count": 21}).fit(LINES, progress=False)
    trained.save(tmp_path / "m.firth")
    assert Word2Vec.load(tmp_path / "m.firth").vocabulary.unknown_words == trained.vocabulary.unknown_words > 0


@pytest.mark.parametrize("name", ["m.bin", "m.txt", "m.firth.txt", "m.bin.gz", "m"])
def test_a_name_that_says_another_format_is_refused(model, tmp_path, name):
    with pytest.raises(SettingError, match=rf"{name}: a model is saved under a name that ends in .firth"):
        model.save(tmp_path / name)
    assert not list(tmp_path.iterdir())
    model.save(tmp_path / "m.FIRTH.gz")


def test_a_model_can_be_saved_over_the_file_it_was_loaded_from(model, tmp_path):
    model.save(tmp_path / "m.firth")
    back = Word2Vec.load(tmp_path / "m.firth")
    back.save(tmp_path / "m.firth")
    same_model(Word2Vec.load(tmp_path / "m.firth"), model)
    same_model(back, model)


def test_a_loaded_model_finds_the_index_next_to_its_file(model, tmp_path):
    path = tmp_path / "m.firth"
    model.save(path)
    firth.load(path).build_index(tmp_path / "m.firth.index")
    word = model.vocabulary.words[0]
    found = Word2Vec.load(path).vectors.most_similar(word, count=2, approximate=True)
    assert found == firth.load(path).most_similar(word, count=2, approximate=True)


def test_a_loaded_model_can_be_fitted_again(model, tmp_path):
    model.save(tmp_path / "m.firth")
    same_model(Word2Vec.load(tmp_path / "m.firth").fit(LINES, progress=False), model)


def test_a_custom_tokenizer(tmp_path):
    trained = Word2Vec(**QUICK, tokenizer=lambda line: line.split(","), subsample_threshold=0)
    trained.fit(["a b,c d"] * 9, progress=False)
    assert set(trained.vectors.words) == {"a b", "c d"}
    trained.save(tmp_path / "m.firth")
    back = Word2Vec.load(tmp_path / "m.firth")
    assert back.hyperparameters.tokenizer == "custom"
    same_model(back, trained)
    with pytest.raises(SettingError, match="tokenizer='custom'"):  # a file cannot hold a function
        back.fit(["a b"], progress=False)


def test_a_model_without_training_pairs_can_be_saved(tmp_path):
    """Where subsampling leaves no two neighbours, there is no loss: NaN in the history."""
    trained = Word2Vec(**QUICK, subsample_threshold=1e-9)
    with pytest.warns(FirthWarning, match="nothing was learned"):
        trained.fit([["one", "two"]] * 9, progress=False)
    assert np.isnan(trained.history[0].loss)
    assert trained.history[0].pairs == 0
    trained.save(tmp_path / "m.firth")
    back = Word2Vec.load(tmp_path / "m.firth")
    same_model(back, trained)
    assert np.isnan(back.history[0].loss)


@pytest.mark.parametrize("format", ["firth", "word2vec-binary"])
def test_a_file_of_vectors_only_is_not_a_model(model, tmp_path, format):
    model.vectors.save(tmp_path / "v", format=format)
    with pytest.raises(FormatError) as error:
        Word2Vec.load(tmp_path / "v")
    assert error.value.path == tmp_path / "v"
    if format == "firth":
        assert "firth.load()" in str(error.value)


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
def test_a_cut_file_is_an_error(model, tmp_path, kept):
    path = tmp_path / "m.firth"
    model.save(path)
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
    with pytest.raises(FormatError, match=r"m\.firth"):
        Word2Vec.load(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hyperparameters", {"vector_size": -1}),
        ("hyperparameters", {"future_setting": 1}),
        ("hyperparameters", [1, 2]),
        ("hyperparameters", "none"),
        ("hyperparameters", None),
        ("history", [{"epoch": 1}]),
        ("history", [3]),
        ("history", 5),
        ("history", {"epoch": 1}),
        ("total_words", "many"),
        ("total_words", None),
        ("total_words", [1]),
    ],
)
def test_impossible_metadata_is_an_error(model, tmp_path, name, value):
    path = tmp_path / "m.firth"
    facts = {"hyperparameters": model.hyperparameters.to_json(), "history": [], "total_words": 400, name: value}
    vectors, counts = model.vectors, np.asarray(model.vocabulary.counts)
    native.write(path, StoredVectors(model.vocabulary.words, vectors.matrix, counts, model.context_vectors, facts))
    with pytest.raises(FormatError, match=r"m\.firth"):
        Word2Vec.load(path)


def test_a_file_of_before_with_a_cbow_gradient_for_skipgram_is_read(model, tmp_path):
    """It had no effect and was not refused, so every model file had one."""
    path = tmp_path / "m.firth"
    stored = model.hyperparameters.to_json() | {"cbow_gradient": "word2vec"}
    facts = {"hyperparameters": stored, "history": [], "total_words": 400}
    vectors, counts = model.vectors, np.asarray(model.vocabulary.counts)
    native.write(path, StoredVectors(model.vocabulary.words, vectors.matrix, counts, model.context_vectors, facts))
    assert Word2Vec.load(path).hyperparameters == model.hyperparameters


def test_a_missing_file_is_the_usual_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Word2Vec.load(tmp_path / "nothing.firth")


def test_divergence_is_an_error_and_keeps_what_was_learned():
    model = Word2Vec(vector_size=8, epochs=5, threads=1, subsample_threshold=0, min_count=1)
    model.fit([["alone", "apart"]] * 9, progress=False)
    model.hyperparameters = dataclasses.replace(model.hyperparameters, learning_rate=1e6)
    before = model.vectors.matrix.copy()
    corpus = [[f"w{(i * j) % 17}" for i in range(40)] for j in range(200)]
    with pytest.raises(DivergenceError, match=r"learning_rate=1e\+06"):
        model.fit(corpus, progress=False)
    assert list(model.vectors.words) == ["alone", "apart"]
    np.testing.assert_array_equal(model.vectors.matrix, before)
