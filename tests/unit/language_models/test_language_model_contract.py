"""What holds for every language model. A new one is one more entry of IMPLEMENTATIONS."""

import math
import os
import random
import signal
import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import firth
from firth import CorpusError, FormatError, MixtureModel, NeuralModel, NgramModel, NotFittedError
from firth.errors import SettingError
from firth.language_models.load import load_language_model
from firth.language_models.model import LanguageModel
from firth.language_models.sentences import read_text

NEURAL = {"order": 3, "vector_size": 8, "hidden_size": 8, "min_count": 1, "batch_size": 16, "epochs": 2}


class Implementation(NamedTuple):
    """A language model, and what it can do."""

    new: Callable[..., LanguageModel]  # not fitted, with settings that all models have
    fitted_parts: bool  # made of fitted models: it is never without a vocabulary, and fit() finds only weights
    stages: list[str]  # of the progress of fit()


def new_ngram(**settings):
    return NgramModel(**{"order": 3, "min_count": 1} | settings)


def new_neural(**settings):
    return NeuralModel(**NEURAL | settings)


def new_mixture(**settings):
    corpus = cycle(40, seed=3)
    tokenizer = settings.get("tokenizer", "words")
    lines = [" ".join(sentence) for sentence in corpus]
    return MixtureModel([new(tokenizer=tokenizer).fit(lines, progress=False) for new in (new_ngram, new_neural)])


IMPLEMENTATIONS = {
    "ngram": Implementation(new_ngram, False, ["reading", "counting", "smoothing"]),
    "neural": Implementation(new_neural, False, ["reading", "training"]),
    "mixture": Implementation(new_mixture, True, ["reading", "scoring"]),
}


def cycle(sentences, seed=1):
    """Sentences that go round a cycle of five words from any of them: the next word is always certain."""
    rng = random.Random(seed)
    words = ["one", "two", "three", "four", "five"]
    starts = [rng.randrange(5) for _ in range(sentences)]
    return [[words[(start + i) % 5] for i in range(rng.randint(1, 7))] for start in starts]


TEXT = cycle(120)
HELD_OUT = [*cycle(20, seed=2), ["one", "zebra", "three"], ["unheard"]]
WORDS = ["one", "two", "three", "four", "five", "zebra", "unheard", "<unk>"]
histories = st.lists(st.sampled_from(WORDS), max_size=6)


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def implementation(request):
    return IMPLEMENTATIONS[request.param]


@pytest.fixture(scope="module")
def model(implementation):
    """Fitted, and not to be changed."""
    return implementation.new().fit(TEXT, progress=False)


@pytest.fixture(scope="module", params=[name for name, one in IMPLEMENTATIONS.items() if not one.fitted_parts])
def from_text(request):
    """One that learns its vocabulary from a text."""
    return IMPLEMENTATIONS[request.param]


def log_probability(model, sentences):
    """Of every word and sentence end, one distribution after the other."""
    logs = []
    for sentence in sentences:
        ids = [*(model.vocabulary.id_of(word) for word in sentence), model.vocabulary.end]
        logs += [math.log(model.distribution(sentence[:i])[outcome]) for i, outcome in enumerate(ids)]
    return logs


def same_predictions(one, other):
    assert one.vocabulary.words == other.vocabulary.words
    for history in ([], ["one"], ["one", "two", "three", "four"], ["zebra", "two"]):
        np.testing.assert_array_equal(one.distribution(history), other.distribution(history))


class TestProbabilities:
    @given(history=histories)
    def test_a_distribution_sums_to_one_after_any_history(self, model, history):
        found = model.distribution(history)
        assert found.shape == (len(model.vocabulary),) == (len(model.vocabulary.words),)
        assert found.dtype == np.float64
        assert found.min() > 0
        assert found.sum() == pytest.approx(1, abs=1e-6)

    def test_the_next_word_of_a_cycle_is_learned(self, implementation):
        settings = {} if implementation.new is not new_neural else {"epochs": 30}
        model = implementation.new(**settings).fit(TEXT, progress=False)
        words = ["one", "two", "three", "four", "five"]
        assert [model.next_words([word], 1)[0].word for word in words] == [*words[1:], "one"]

    @given(sentences=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), min_size=1, max_size=4))
    def test_log_probabilities_are_those_of_single_distributions(self, model, sentences):
        found = model.log_probabilities(read_text(sentences, model.tokenizer, model.vocabulary))
        np.testing.assert_allclose(found, log_probability(model, sentences), rtol=1e-5, atol=1e-5)

    def test_a_text_is_split_as_the_training_text_was(self, model):
        np.testing.assert_array_equal(model.distribution("One, TWO three"), model.distribution(["one", "two", "three"]))
        np.testing.assert_array_equal(model.distribution(), model.distribution([]))

    def test_all_unknown_words_are_one(self, model):
        assert "zebra" not in model.vocabulary
        for other in ("never seen", "<unk>", "<s>", "</s>"):
            np.testing.assert_array_equal(model.distribution(["one", other]), model.distribution(["one", "zebra"]))

    def test_the_start_of_a_sentence_is_part_of_the_history(self, from_text):
        corpus = [["one", "two", "three"]] * 30 + [["two", "three"]]
        model = from_text.new().fit(corpus, progress=False)
        assert model.distribution([])[model.vocabulary.id_of("one")] > 0.75, "one word in three, but the first of most"


class TestNextWords:
    def test_they_are_the_most_probable_words_in_order(self, model):
        found = model.next_words(["one"], 3)
        probabilities = model.distribution(["one"])[: len(model.vocabulary.known)]
        assert [p for _, p in found] == sorted(probabilities.tolist(), reverse=True)[:3]
        assert [p for _, p in found] == [probabilities[model.vocabulary.id_of(word)] for word, _ in found]

    def test_the_special_words_are_not_among_them(self, model):
        found = model.next_words("", count=100)
        assert {word for word, _ in found} == {"one", "two", "three", "four", "five"}

    @pytest.mark.parametrize("count", [0, -1, True, 1.5])
    def test_impossible_counts_are_errors(self, model, count):
        with pytest.raises(SettingError, match="count"):
            model.next_words("one", count)


class TestScore:
    def test_nats_are_the_mean_over_words_and_sentence_ends(self, model):
        score = model.score(HELD_OUT)
        logs = log_probability(model, HELD_OUT)
        assert score.nats == pytest.approx(-np.mean(logs), rel=1e-5)
        assert score.predicted == len(logs) == sum(map(len, HELD_OUT)) + len(HELD_OUT)
        assert score.sentences == len(HELD_OUT)
        assert score.unknown_words == 2

    def test_perplexity_is_the_exponential_of_the_nats(self, model):
        assert model.perplexity(HELD_OUT) == model.score(HELD_OUT).perplexity
        assert model.perplexity(HELD_OUT) == pytest.approx(math.exp(model.score(HELD_OUT).nats))

    def test_a_uniform_model_would_be_worse(self, model):
        assert model.perplexity(cycle(50, seed=5)) < len(model.vocabulary)

    def test_an_empty_text_is_an_error(self, model):
        with pytest.raises(CorpusError):
            model.score([])


class TestFit:
    def test_it_returns_the_model(self, implementation):
        model = implementation.new()
        assert model.fit(TEXT, progress=False) is model

    def test_it_is_repeatable(self, implementation, model):
        same_predictions(implementation.new().fit(TEXT, progress=False), model)

    def test_fitting_again_replaces_what_was_learned(self, from_text):
        again = from_text.new().fit([["other", "words"], ["words"]] * 9, progress=False).fit(TEXT, progress=False)
        same_predictions(again, from_text.new().fit(TEXT, progress=False))

    def test_words_with_special_spellings_are_unknown(self, from_text):
        model = from_text.new(tokenizer="whitespace").fit(["<s> a </s>", "a <unk> b"], progress=False)
        assert set(model.vocabulary.known) == {"a", "b"}

    def test_max_vocabulary_keeps_the_most_frequent(self, from_text):
        text = [["a"] * 3, ["b"] * 2, ["c"]]
        assert from_text.new(max_vocabulary=2).fit(text, progress=False).vocabulary.known == ["a", "b"]

    def test_min_count_leaves_out_rarer_words(self, from_text):
        text = [["a", "b"], ["a", "c"]]
        assert from_text.new(min_count=2).fit(text, progress=False).vocabulary.known == ["a"]
        with pytest.raises(CorpusError, match="min_count=5"):
            from_text.new(min_count=5).fit(text, progress=False)

    @pytest.mark.parametrize("setting", [{"order": 0}, {"order": True}, {"min_count": 0}, {"tokenizer": "letters"}])
    def test_impossible_settings_are_errors(self, from_text, setting):
        with pytest.raises(SettingError, match=next(iter(setting))):
            from_text.new(**setting)

    def test_nothing_works_before_it(self, from_text, tmp_path):
        model = from_text.new()
        for use in (
            lambda: model.next_words("a"),
            lambda: model.distribution("a"),
            lambda: model.score(["a"]),
            lambda: model.vocabulary,
            lambda: model.save(tmp_path / "never.lm"),
            lambda: MixtureModel([model, model]),
        ):
            with pytest.raises(NotFittedError, match="fit"):
                use()
        assert not list(tmp_path.iterdir())

    def test_a_failed_one_leaves_the_model_as_it_was(self, implementation, model):
        again = implementation.new().fit(TEXT, progress=False)
        with pytest.raises(CorpusError):
            again.fit([], progress=False)
        same_predictions(again, model)


class TestProgress:
    def test_the_stages_of_fit(self, implementation):
        records = []
        implementation.new().fit(TEXT, progress=records.append)
        stages = list(dict.fromkeys(record.stage for record in records))
        assert stages == implementation.stages
        for name in stages:
            done = [record.done for record in records if record.stage == name]
            total = {record.total for record in records if record.stage == name}.pop()
            assert done == sorted(done)
            assert total is None or done[-1] == total

    def test_false_shows_nothing_and_none_shows_lines(self, implementation, capsys):
        model = implementation.new()
        capsys.readouterr()
        model.fit(TEXT, progress=False)
        assert capsys.readouterr() == ("", "")
        model.fit(TEXT, progress=None)
        out, err = capsys.readouterr()
        assert out == ""
        assert [line for line in err.splitlines() if line.endswith("…")] == [
            f"{stage.capitalize()} …" for stage in implementation.stages
        ]

    def test_anything_else_is_an_error(self, implementation):
        with pytest.raises(SettingError, match="progress='yes'"):
            implementation.new().fit(TEXT, progress="yes")

    def test_ctrl_c_in_any_stage_leaves_the_model_as_it_was(self, implementation, model):
        again = implementation.new().fit(TEXT, progress=False)
        for stage in implementation.stages:

            def interrupt(record, stage=stage):
                if record.stage == stage:
                    signal.raise_signal(signal.SIGINT)

            with pytest.raises(KeyboardInterrupt):
                again.fit(cycle(30, seed=8), progress=interrupt)
            same_predictions(again, model)


class TestFiles:
    def test_one_keeps_every_bit(self, model, tmp_path):
        model.save(tmp_path / "model.lm")
        for again in (load_language_model(tmp_path / "model.lm"), type(model).load(tmp_path / "model.lm")):
            assert type(again) is type(model)
            assert repr(again) == repr(model)
            assert again.tokenizer == model.tokenizer
            same_predictions(again, model)
            assert again.score(HELD_OUT) == model.score(HELD_OUT)
            again.save(tmp_path / "again.lm")
            assert (tmp_path / "again.lm").read_bytes() == (tmp_path / "model.lm").read_bytes()

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows does not cut a file that is open")
    def test_without_mmap_nothing_in_the_file_matters_any_more(self, model, tmp_path):
        path = tmp_path / "model.lm"
        model.save(path)
        models = load_language_model(path, mmap=False), type(model).load(path, mmap=False)
        os.truncate(path, 0)
        for again in models:
            same_predictions(again, model)
            again.save(tmp_path / "again.lm")
            assert type(model).load(tmp_path / "again.lm").score(HELD_OUT) == model.score(HELD_OUT)

    def test_a_tokenizer_that_was_a_function_must_be_set_again(self, implementation, tmp_path):
        text = [" ".join(sentence) for sentence in TEXT]
        model = implementation.new(tokenizer=str.split).fit(text, progress=False)
        model.save(tmp_path / "model.lm")
        again = load_language_model(tmp_path / "model.lm")
        with pytest.raises(SettingError, match="tokenizer"):
            again.next_words("one two")
        assert again.next_words(["one", "two"]) == model.next_words("one two")
        again.tokenizer = str.split
        assert again.next_words("one two") == model.next_words("one two")

    def test_a_file_of_another_kind_is_refused(self, model, tmp_path):
        firth.WordVectors(["a", "b"], [[1, 2], [3, 4]]).save(tmp_path / "vectors.firth")
        with pytest.raises(FormatError, match=model.kind):
            type(model).load(tmp_path / "vectors.firth")
        with pytest.raises(FormatError, match="not a language model"):
            load_language_model(tmp_path / "vectors.firth")

    def test_what_is_not_a_model_is_refused(self, model, tmp_path):
        (tmp_path / "empty.lm").write_bytes(b"")
        for load in (type(model).load, load_language_model):
            with pytest.raises(FileNotFoundError):
                load(tmp_path / "none.lm")
            with pytest.raises(FormatError, match="folder"):
                load(tmp_path)
            with pytest.raises(FormatError, match="empty"):
                load(tmp_path / "empty.lm")

    def test_a_damaged_one_is_an_error_that_names_it_or_still_works(self, model, tmp_path):
        path = tmp_path / "model.lm"
        model.save(path)
        content = path.read_bytes()
        rng = random.Random(7)
        refused = 0
        for _ in range(300):
            path.write_bytes(damaged(content, rng))
            try:
                again = load_language_model(path)
            except FormatError as problem:
                assert str(path) in str(problem)
                refused += 1
            else:
                with np.errstate(all="ignore"):
                    again.next_words("one two three")
                    again.score(HELD_OUT)
        assert refused > 100, "most damages are where they can be noticed"


def damaged(content, rng):
    """One to three bits flipped, pieces cut out, or pieces inserted, mostly near the beginning."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(min(len(data), rng.choice([2500, len(data)])))
        kind = rng.randrange(3)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at : at + rng.randint(1, 40)]
        else:
            data[at:at] = rng.randbytes(rng.randint(1, 9))
    return data
