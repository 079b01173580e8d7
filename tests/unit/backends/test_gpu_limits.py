"""What a GPU refuses, how much memory it needs, and when "auto" looks for one. No GPU is needed."""

import subprocess
import sys

import numpy as np
import pytest

from firth import Doc2Vec, MissingExtraError, SettingError, Word2Vec
from firth.backends.choice import WORDS_THAT_PAY, best_backend, pays
from firth.backends.cpu import CpuBackend
from firth.backends.gpu_limits import bytes_on_gpu, padded
from firth.backends.gpu_settings import refused_settings
from firth.backends.gpu_targets import kind_of_targets, most_targets, target_tables
from firth.backends.gpu_text import FIRST_OF_SENTENCE, mark
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.arguments import Composition, Documents, EncodedIds, SessionTargets
from firth.kernels.cuda.training.arguments import CONTRAST, EXTRAS, NOISE, TREE
from firth.kernels.cuda.training.shape import most_registers, shape_of
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import NO_EXTRAS, Extras, plan_training


def plan_of(tokens=1000, extras=NO_EXTRAS, **settings):
    ids = np.tile(np.arange(10, dtype=np.int32), tokens // 10)
    corpus = EncodedCorpus(
        Vocabulary([f"w{i}" for i in range(10)], np.full(10, tokens // 10)), ids, np.array([0, tokens]), tokens
    )
    return plan_training(Hyperparameters(**settings), corpus, extras)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"objective": "softmax"}, "objective='softmax': backend='cuda' trains the other objectives"),
        ({"vector_size": 1025}, "vector_size=1025: backend='cuda' trains vectors of at most 1,024 numbers"),
    ],
)
def test_what_a_gpu_does_not_train_is_refused_when_the_model_is_made(settings, why):
    with pytest.raises(SettingError, match=why):
        Word2Vec(backend="cuda", **settings)
    Word2Vec(backend="auto", **settings)
    if settings.get("objective") != "softmax":
        with pytest.raises(SettingError, match=why):
            Doc2Vec(backend="cuda", **settings)


SESSIONS = Extras(sessions=SessionTargets(np.zeros(1, np.int32), 1.0))


@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax", "nce"])
def test_what_a_gpu_trains(objective):
    Word2Vec(backend="cuda", objective=objective, vector_size=1024)
    plan = plan_of(objective=objective)
    assert refused_settings(plan.objective, 1024) is None
    assert refused_settings(plan.objective, 1025).startswith("vector_size=1025")
    assert refused_settings(plan_of(extras=SESSIONS).objective, 100) is None
    assert refused_settings(plan_of(objective="softmax").objective, 100).startswith("objective='softmax'")


def test_targets_of_a_plan():
    assert (kind_of_targets(plan_of()), most_targets(plan_of(negative_samples=7))) == (NOISE, 8)
    tree = plan_of(objective="hierarchical_softmax")
    assert (kind_of_targets(tree), most_targets(tree)) == (TREE, 4)  # ten words that are equally frequent
    nce = plan_of(objective="nce", negative_samples=20)
    assert (kind_of_targets(nce), most_targets(nce)) == (CONTRAST, 21)
    sessions = plan_of(extras=SESSIONS)
    assert (kind_of_targets(sessions), most_targets(sessions)) == (EXTRAS, 7)
    assert target_tables(sessions).sentence_offsets is sessions.corpus.sentence_offsets


@pytest.mark.parametrize("kind", [Word2Vec, Doc2Vec])
def test_a_machine_without_a_gpu_says_what_to_install(kind):
    model = kind(backend="cuda", min_count=1)
    with pytest.raises((SettingError, MissingExtraError), match=r"backend='cuda'.*firth\[cuda\]|nvidia-smi"):
        model.fit(["a b c"])


def test_a_machine_without_the_package_says_so(monkeypatch):
    monkeypatch.setattr("firth.kernels.cuda.present.is_installed", lambda: False)
    with pytest.raises(
        MissingExtraError, match=r"backend='cuda' needs an optional package: pip install 'firth\[cuda\]'"
    ):
        Word2Vec(backend="cuda", min_count=1).fit(["a b c"])


def test_auto_looks_for_a_gpu_where_that_pays():
    enough = WORDS_THAT_PAY // 1000
    assert pays(plan_of(), 100, enough, None)
    assert not pays(plan_of(), 100, enough - 1, None)
    assert not pays(plan_of(), 100, enough, 4), "who speaks of threads means the processor"
    assert not pays(plan_of(), 1025, enough, None)
    assert not pays(plan_of(objective="softmax"), 100, enough, None)


def test_auto_and_cpu_train_on_the_processor_where_there_is_no_gpu():
    for kind, epochs in (("auto", 1), ("cpu", WORDS_THAT_PAY), ("auto", 1)):
        assert isinstance(best_backend(kind, None, plan_of(), 100, epochs), CpuBackend)


def test_a_model_does_not_depend_on_the_backend(tmp_path):
    model = Word2Vec(backend="cpu", min_count=1, vector_size=4, threads=1).fit(["a b c d"], progress=False)
    model.save(tmp_path / "m.firth")
    assert Word2Vec.load(tmp_path / "m.firth").hyperparameters.backend == "auto"
    assert "backend" not in model.hyperparameters.to_json()


def test_a_model_of_documents_does_not_depend_on_the_backend(tmp_path):
    model = Doc2Vec(backend="cpu", min_count=1, vector_size=4, threads=1).fit(["a b c d", "a b"], progress=False)
    model.save(tmp_path / "m.firth")
    assert Doc2Vec.load(tmp_path / "m.firth").settings.backend == "auto"
    assert "backend" not in model.settings.to_json()


def test_small_texts_do_not_import_what_compiles_for_gpus():
    program = (
        "import sys, firth; firth.Word2Vec(min_count=1, vector_size=4).fit(['a b c d'], progress=False); "
        "assert not any(name.startswith(('numba_cuda', 'cuda', 'numba.cuda.cudadrv')) for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_bytes_are_those_of_the_arrays():
    found = bytes_on_gpu(plan_of(), 100)
    assert found["matrices"] == 2 * 10 * 104 * 4
    assert found["text"] == 4000
    tree = plan_of(objective="hierarchical_softmax")
    assert bytes_on_gpu(tree, 100)["tables"] - found["tables"] == sum(part.nbytes for part in tree.tree[:2]) - 12
    assert bytes_on_gpu(plan_of(), 100, 100, streams=True)["text"] == 800
    composition = Composition(np.arange(11) * 3, np.zeros(30, np.int32), np.ones(10, np.float32))
    documents = Documents(np.array([0, 2]), np.array([0, 1], np.int32), 12, 2, 2)
    extras = Extras(composition=composition, ngram_rows=2, documents=documents)
    more = bytes_on_gpu(plan_of(extras=extras), 100)
    assert more["matrices"] == (14 + 10) * 104 * 4
    assert more["tables"] == found["tables"] + 8 * 11 + 4 * 30 + 2 * 4 * 10 + 8 * 2 + 4 * 2
    assert [padded(size) for size in (1, 8, 9, 100, 300)] == [8, 8, 16, 104, 304]


@pytest.mark.parametrize("tokens", [range(0, 9), range(0, 4), range(2, 9), range(3, 4), range(5, 5)])
def test_the_first_tokens_of_sentences_are_marked(tokens):
    ids, offsets = np.arange(9, dtype=np.int32), np.array([0, 1, 3, 3, 7, 9])
    marked = np.full(10, 77, np.int32)
    mark(EncodedIds(ids, offsets), tokens, marked)
    expected = [ids[i] + (FIRST_OF_SENTENCE if i in offsets else 0) for i in tokens]
    np.testing.assert_array_equal(marked, [*expected, *[77] * (10 - len(tokens))])


@pytest.mark.parametrize("cbow", [False, True])
@pytest.mark.parametrize("vector_size", [1, 100, 128, 129, 256, 300, 384, 385, 513, 641, 769, 900, 1024])
@pytest.mark.parametrize("kind", [NOISE, TREE, CONTRAST, EXTRAS])
def test_every_shape_holds_all_targets_and_products(vector_size, cbow, kind):
    for most in [*range(1, 129), 300, 1001, 2002]:
        shape = shape_of(vector_size, most, kind, cbow=cbow, exact=False, fours=True)
        blocks = -(-shape.all_targets // shape.targets)
        assert (blocks - 1) * shape.targets < shape.all_targets == (1 if kind == TREE else most)
        each = 4 if kind in (NOISE, TREE) else 8
        assert 1 <= shape.slots <= 32
        assert shape.slots * shape.all_targets * each <= 16_384, "14 warps would not fit in a multiprocessor"
        assert shape.targets * (1 if cbow else shape.inputs) <= shape.sums <= (32 if cbow else 64)
        assert 128 * shape.vectors >= vector_size
        rows = shape.targets * (1 if cbow else 2) + shape.inputs + 1
        assert 4 * shape.vectors * rows < 224, "more rows would not fit in 255 registers"
        assert most_registers(shape) in (None, 128)
