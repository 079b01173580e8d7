"""A training from which nothing was learned is an error or a warning, never a success."""

import math

import numpy as np
import pytest

import firth
from firth import CorpusError, DivergenceError, FirthWarning, Word2Vec
from firth.backends.cpu import CpuBackend
from firth.corpus import encode
from firth.progress import Reporter
from firth.training.example_files import write_examples
from firth.training.examples import TrainingExamples
from firth.training.history import EpochRecord
from firth.training.hyperparameters import OBJECTIVES, Hyperparameters
from firth.training.lone_words import check_neighbours, longest_sentence, one_word_sentences
from firth.training.notes import outcome_notes
from firth.training.plan import initial_word_vectors, plan_training
from firth.training.trainer import Trainer

WORDS = ["the", "cat", "drinks", "warm", "tea", "and", "the", "cat", "sleeps"] * 50
QUICK = {"vector_size": 8, "threads": 1, "subsample_threshold": 0}


@pytest.mark.parametrize(
    ("corpus", "advice"),
    [
        (WORDS, r"give \[words\]"),
        (iter(WORDS), r"give \[words\]"),
        ([[word] for word in WORDS], r"give \[words\]"),
        (encode(WORDS), r"450 sentences has one word$"),
    ],
    ids=["list", "iterator", "token lists", "encoded"],
)
def test_a_flat_list_of_words_is_an_error(corpus, advice):
    with pytest.raises(CorpusError, match=advice):
        Word2Vec(**QUICK).fit(corpus, progress=False)


def test_a_file_with_a_word_on_each_line(tmp_path):
    (tmp_path / "words.txt").write_text("\n".join(WORDS))
    for corpus in (tmp_path / "words.txt", str(tmp_path / "words.txt"), [tmp_path / "words.txt"]):
        with pytest.raises(CorpusError, match="each of the 450 sentences has one word; each line of a file is a sent"):
            Word2Vec(**QUICK).fit(corpus, progress=False)


def test_words_whose_neighbours_were_left_out():
    """Rare words around a frequent one: what min_count leaves has no neighbours, though no sentence is short."""
    with pytest.raises(CorpusError, match=r"and 20 of 30 words were left out \(min_count=5\)"):
        Word2Vec(**QUICK).fit([f"a{i} tea b{i}" for i in range(10)], progress=False)


def test_most_words_alone_is_a_warning():
    with pytest.warns(FirthWarning, match=r"450 of 650 words are alone in their sentence.* give \[words\]"):
        check_neighbours(encode([*WORDS, *["new york"] * 100]), WORDS)
    check_neighbours(encode([*WORDS, *["new york"] * 300]), WORDS)


def test_lengths_of_sentences_of_a_text_in_many_pieces(monkeypatch):
    monkeypatch.setattr("firth.training.lone_words._SENTENCES_AT_ONCE", 2)
    corpus = encode(["a", "b c", "d", "e f g", "h"], min_count=1)
    assert (one_word_sentences(corpus), longest_sentence(corpus)) == (3, 3)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_the_loss_of_an_untrained_model(architecture, objective):
    """What the backend measures where nothing moves."""
    rng = np.random.default_rng(1)
    lines = [" ".join(f"w{int(x)}" for x in 40 * rng.random(20) ** 3) for _ in range(400)]
    settings = Hyperparameters(
        architecture=architecture, objective=objective, min_count=1, threads=1, vector_size=8, subsample_threshold=0.05
    )
    plan, backend = plan_training(settings, encode(lines, min_count=1)), CpuBackend(1)
    backend.start(plan, initial_word_vectors(plan.n_words, 8, 1), None)
    measured = backend.train_epoch(0, (0.0, 0.0), range(8_000), lambda totals: None).mean_loss
    assert plan.untrained_loss == pytest.approx(measured, rel=0.02)
    if objective == "negative_sampling":
        assert plan.untrained_loss == pytest.approx(6 * math.log(2))


class _Diverging(CpuBackend):
    """One whose losses rise, while all numbers stay finite."""

    factor = 1.0

    def train_epoch(self, *arguments):
        done = super().train_epoch(*arguments)
        self._loss *= self.factor
        return done


@pytest.mark.parametrize(("factor", "outcome"), [(1, None), (3, "warning"), (50, "error"), (math.nan, "error")])
def test_divergence_that_stays_finite(factor, outcome):
    settings = Hyperparameters(min_count=1, **QUICK)
    plan, backend = plan_training(settings, encode(["a b c d e f g h"] * 20, min_count=1)), _Diverging(1)
    backend.factor = factor
    backend.start(plan, initial_word_vectors(8, 8, 1), None)
    trainer = Trainer(settings, plan, backend, Reporter())
    if outcome == "error":
        with pytest.raises(DivergenceError, match=r"learning_rate=0.025 is too high for this text; try a tenth of it"):
            trainer.run()
        assert len(trainer.history) == 1
    elif outcome == "warning":
        with pytest.warns(FirthWarning, match=r"the loss is 8\.00, and that of an untrained model is 4\.16"):
            trainer.run()
    else:
        trainer.run()


def test_a_learning_rate_with_which_the_vectors_explode_and_stay_finite():
    """Half a hundred lines: the loss rises to hundreds, and no number overflows."""
    rng = np.random.default_rng(3)
    lines = [" ".join(f"w{int(x)}" for x in 300 * rng.random(20) ** 3) for _ in range(60)]
    model = Word2Vec(learning_rate=0.6, min_count=1, **{**QUICK, "vector_size": 8})
    with pytest.raises(DivergenceError, match=r"learning_rate=0.6 is too high"):
        model.fit(lines, progress=False)


def notes_of(losses, untrained, matrix):
    records = [EpochRecord(i, loss, 9, 9 if loss == loss else 0, 1.0, 0.1) for i, loss in enumerate(losses)]
    return list(outcome_notes(records, untrained, matrix))


def test_a_loss_that_hardly_fell_and_vectors_that_are_nearly_one_are_noted():
    spread, bundle = np.eye(5, 8, dtype=np.float32), np.ones((5, 8), np.float32) + 0.01 * np.eye(5, 8, dtype=np.float32)
    assert notes_of([4.0, 2.5], 4.16, spread) == []
    assert "little was learned: the loss is 4.1500" in notes_of([4.15], 4.16, spread)[0]
    assert notes_of([2.5, math.nan], 4.16, spread) == [], "the last epoch with pairs counts"
    assert "the mean cosine of two words is 1.000" in notes_of([2.5], 4.16, bundle)[0]
    assert notes_of([2.5], 4.16, bundle[:1]) == []


def test_examples_of_a_text_without_any_are_an_error(tmp_path):
    corpus = encode(["thou shalt not", "tea"], min_count=1)
    TrainingExamples(corpus, kind="lm", window=2).check()
    with pytest.raises(CorpusError, match="has 3 words, but kind='lm' and window=3 needs 4"):
        write_examples(TrainingExamples(corpus, kind="lm", window=3), tmp_path / "e.csv")
    for kind in ("skipgram", "cbow", "negative"):
        with pytest.raises(CorpusError, match=f"the longest sentence has 1 word, but kind='{kind}' needs 2"):
            TrainingExamples(encode(["tea", "milk"], min_count=1), kind=kind).check()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("model", [firth.NgramModel(min_count=1), firth.NeuralModel(min_count=1, epochs=1)])
def test_language_models_of_single_words(model):
    with pytest.warns(FirthWarning, match=r"450 of 450 words are alone in their sentence.* give \[words\]"):
        model.fit(WORDS, progress=False)
    with pytest.warns(FirthWarning, match="the vocabulary has one word, 'tea'"):
        model.fit(["tea tea tea"] * 3, progress=False)


def test_a_text_of_which_a_language_model_knows_no_word():
    model = firth.NgramModel(min_count=1).fit(["green tea", "black tea"], progress=False)
    with pytest.raises(CorpusError, match="the model knows none of the 4 words"):
        model.score(["дом и", "сад мой"])
    mixture = firth.MixtureModel([model, model])
    with pytest.raises(CorpusError, match="the model knows none of the 4 words"):
        mixture.fit(["дом и", "сад мой"], progress=False)
    assert model.score(["tea или"]).unknown_words == 1
