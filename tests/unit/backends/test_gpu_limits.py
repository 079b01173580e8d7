"""What a GPU refuses, how much memory it needs, and when "auto" looks for one. No GPU is needed."""

import subprocess
import sys

import numpy as np
import pytest

from firth import Doc2Vec, MissingExtraError, SettingError, Word2Vec
from firth.backends.choice import WORDS_THAT_PAY, best_backend, pays
from firth.backends.cpu import CpuBackend
from firth.backends.gpu_limits import bytes_on_gpu, padded, refused_part
from firth.backends.gpu_text import FIRST_OF_SENTENCE, mark
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.arguments import Composition, Documents, EncodedIds, SessionTargets
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
        ({"objective": "softmax"}, "objective='softmax': backend='cuda' trains negative sampling; use backend='cpu'"),
        ({"objective": "hierarchical_softmax"}, "backend='cuda' trains negative sampling"),
        ({"objective": "nce"}, "backend='cuda' trains negative sampling"),
        ({"vector_size": 385}, "vector_size=385: backend='cuda' trains vectors of at most 384 numbers"),
        ({"negative_samples": 128}, "negative_samples=128: backend='cuda' draws at most 127 noise words"),
    ],
)
def test_what_a_gpu_does_not_train_is_refused_when_the_model_is_made(settings, why):
    with pytest.raises(SettingError, match=why):
        Word2Vec(backend="cuda", **settings)
    Word2Vec(backend="auto", **settings)
    if settings.get("objective") != "softmax":
        with pytest.raises(SettingError, match=why):
            Doc2Vec(backend="cuda", **settings)


def test_further_targets_are_refused():
    sessions = SessionTargets(np.zeros(1, np.int32), 1.0)
    assert refused_part(plan_of(extras=Extras(sessions=sessions)), 100).startswith(
        "sessions: backend='cuda' does not train further targets"
    )
    assert refused_part(plan_of(), 384) is None
    assert refused_part(plan_of(), 385).startswith("vector_size=385")


@pytest.mark.parametrize("kind", [Word2Vec, Doc2Vec])
def test_a_machine_without_a_gpu_says_what_to_install(kind):
    model = kind(backend="cuda", min_count=1)
    with pytest.raises((SettingError, MissingExtraError), match=r"backend='cuda'.*firth\[cuda\]|nvidia-smi"):
        model.fit(["a b c"])


def test_a_machine_without_the_package_says_so(monkeypatch):
    monkeypatch.setattr("firth.backends.cuda.is_installed", lambda: False)
    with pytest.raises(
        MissingExtraError, match=r"backend='cuda' needs an optional package: pip install 'firth\[cuda\]'"
    ):
        Word2Vec(backend="cuda", min_count=1).fit(["a b c"])


def test_auto_looks_for_a_gpu_where_that_pays():
    enough = WORDS_THAT_PAY // 1000
    assert pays(plan_of(), 100, enough, None)
    assert not pays(plan_of(), 100, enough - 1, None)
    assert not pays(plan_of(), 100, enough, 4), "who speaks of threads means the processor"
    assert not pays(plan_of(), 385, enough, None)
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
@pytest.mark.parametrize("vector_size", [1, 100, 128, 129, 256, 300, 384])
def test_every_shape_holds_all_targets_and_products(vector_size, cbow):
    for negative_samples in range(1, 128):
        shape = shape_of(vector_size, negative_samples, cbow, False, True)
        blocks = -(-shape.all_targets // shape.targets)
        assert (blocks - 1) * shape.targets < shape.all_targets == 1 + negative_samples
        assert shape.targets * (1 if cbow else shape.inputs) <= shape.sums <= (32 if cbow else 64)
        assert 128 * shape.vectors >= vector_size
        assert shape.targets * shape.vectors <= 24, "more rows would not fit in 255 registers"
        assert most_registers(shape) in (None, 128)
