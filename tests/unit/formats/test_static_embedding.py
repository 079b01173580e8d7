"""The folder of sentence-transformers and model2vec, read and written by the libraries themselves."""

import json
import unicodedata
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model2vec import StaticModel
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import BPE, Unigram, WordLevel, WordPiece

from firth.errors import FormatError, SettingError
from firth.formats import static_embedding
from firth.formats.detect import read_any
from firth.formats.stored import StoredVectors

WORDS = ["the", "cat", "sat", "new york", "e-mail", "...", "'s", "naïve", "東京", ".", "</s>", "2,000", "i'm"]
MATRIX = np.random.default_rng(6).normal(size=(len(WORDS), 4)).astype(np.float32)
COUNTS = np.arange(len(WORDS), 0, -1) ** 2
STORED = StoredVectors(WORDS, MATRIX, COUNTS)


def vector(*words):
    return MATRIX[[WORDS.index(word) for word in words]].mean(axis=0)


@pytest.fixture
def folder(tmp_path):
    static_embedding.write(tmp_path / "cats", STORED)
    return tmp_path / "cats"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The cat sat.", ["the", "cat", "sat", "."]),
        ("the dog sat", ["the", "sat"]),  # unknown words do not count
        ("In New York I'm the cat...", ["new york", "i'm", "the", "cat", "..."]),
        ("e-mailing New Yorkers", []),  # a word is never found inside another
        ("2,000 e-mail", ["2,000", "e-mail"]),
        ("NAI\u0308VE 東京", ["naïve", "東京"]),
    ],
)
def test_model2vec_takes_the_mean_of_the_words(folder, text, words):
    model = StaticModel.from_pretrained(folder)
    assert model.dim == 4
    expected = vector(*words) if words else np.zeros(4)
    np.testing.assert_allclose(model.encode(text), expected, atol=1e-6)


letters = st.characters(exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\0")


@settings(max_examples=60)
@given(words=st.lists(st.text(letters, min_size=1, max_size=6), unique=True, min_size=1, max_size=5))
def test_every_word_is_found_as_it_is(tmp_path_factory, words):
    folder = tmp_path_factory.mktemp("words") / "a"
    words = [word for word in words if word.strip()]
    matrix = np.arange(1, 2 * len(words) + 1, dtype=np.float32).reshape(-1, 2)
    static_embedding.write(folder, StoredVectors(words, matrix))
    model = StaticModel.from_pretrained(folder)
    for word, row in zip(words, matrix, strict=True):
        assert model.encode(word).tolist() == row.tolist(), word


def test_words_in_capitals_keep_theirs(tmp_path):
    static_embedding.write(tmp_path / "a", StoredVectors(["Paris", "paris"], MATRIX[:2]))
    model = StaticModel.from_pretrained(tmp_path / "a")
    np.testing.assert_array_equal(model.encode(["Paris", "paris"]), MATRIX[:2])


def test_long_texts_are_not_cut(folder):
    model = StaticModel.from_pretrained(folder)
    np.testing.assert_allclose(model.encode("cat " * 2000 + "the " * 2000), vector("cat", "the"), atol=1e-3)


def test_a_word_may_have_the_name_of_the_unknown_one(tmp_path):
    stored = StoredVectors(["[UNK]", "[[UNK]]", "a"], MATRIX[:3])
    static_embedding.write(tmp_path / "a", stored)
    assert read_any(tmp_path / "a").words == stored.words
    model = StaticModel.from_pretrained(tmp_path / "a")
    np.testing.assert_array_equal(model.encode("[UNK] zzz"), MATRIX[0])


def test_sif_weights_are_in_the_rows(tmp_path):
    static_embedding.write(tmp_path / "a", STORED, sif=0.001)
    shares = COUNTS / COUNTS.sum()
    expected = MATRIX * (0.001 / (0.001 + shares))[:, None]
    np.testing.assert_allclose(read_any(tmp_path / "a").matrix, expected, rtol=1e-6)
    assert json.loads((tmp_path / "a" / "config.json").read_text())["sif_coefficient"] == 0.001
    assert "SIF weights with a = 0.001" in (tmp_path / "a" / "README.md").read_text()


@pytest.mark.parametrize("sif", [0, -1.0, float("inf"), float("nan")])
def test_impossible_sif_weights(tmp_path, sif):
    with pytest.raises(SettingError, match=f"sif={sif!r}"):
        static_embedding.write(tmp_path / "a", STORED, sif=sif)


def test_sif_weights_need_counts(tmp_path):
    with pytest.raises(SettingError, match="no counts"):
        static_embedding.write(tmp_path / "a", StoredVectors(WORDS, MATRIX), sif=0.001)


def test_texts_of_length_1(tmp_path):
    static_embedding.write(tmp_path / "a", STORED, normalize=True)
    model = StaticModel.from_pretrained(tmp_path / "a")
    expected = vector("the", "cat")
    np.testing.assert_allclose(model.encode("the cat"), expected / np.linalg.norm(expected), atol=1e-6)
    assert read_any(tmp_path / "a").matrix.tobytes() == MATRIX.tobytes()  # the words keep theirs


@pytest.mark.skipif(
    find_spec("sentence_transformers") is None, reason="sentence_transformers, which needs PyTorch, is not installed"
)
@pytest.mark.filterwarnings("ignore")
def test_sentence_transformers_takes_the_mean_too(tmp_path):
    from sentence_transformers import SentenceTransformer

    static_embedding.write(tmp_path / "a", STORED)
    model = SentenceTransformer(str(tmp_path / "a"), device="cpu")
    np.testing.assert_allclose(model.encode(WORDS), MATRIX, atol=1e-6)
    np.testing.assert_allclose(model.encode("The cat sat."), vector("the", "cat", "sat", "."), atol=1e-6)
    model.save(str(tmp_path / "theirs"))
    assert read_any(tmp_path / "theirs").matrix.tobytes() == MATRIX.tobytes()
    static_embedding.write(tmp_path / "a", STORED, normalize=True)
    normalized = SentenceTransformer(str(tmp_path / "a"), device="cpu").encode(WORDS)
    np.testing.assert_allclose(np.linalg.norm(normalized, axis=1), 1, atol=1e-6)


def theirs(folder, tokenizer, rows, **more):
    """A model of model2vec's, saved by model2vec."""
    model = StaticModel(rows, tokenizer, **more)
    model.save_pretrained(folder)
    return model


def numbers(rows, dtype=np.float32):
    return np.random.default_rng(7).integers(-9, 9, (rows, 3)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64, np.int8])
@pytest.mark.parametrize(
    ("model", "pieces"),
    [
        (WordLevel({"[UNK]": 0, "cat": 2, "the": 1}, unk_token="[UNK]"), ["[UNK]", "the", "cat"]),
        (WordPiece({"the": 0, "##re": 1, "[UNK]": 2}, unk_token="[UNK]"), ["the", "##re", "[UNK]"]),
        (Unigram([("<unk>", 0.0), ("▁the", -1.0), ("cat", -2.0)], unk_id=0), ["<unk>", "▁the", "cat"]),
        (BPE({"t": 0, "h": 1, "th": 2}, [("t", "h")]), ["t", "h", "th"]),
    ],
)
def test_folders_of_model2vec(tmp_path, model, pieces, dtype):
    rows = numbers(3, dtype)
    theirs(tmp_path / "a", Tokenizer(model), rows)
    back = read_any(tmp_path / "a")
    assert list(back.words) == pieces
    assert back.matrix.dtype == np.float32
    assert back.matrix.tolist() == rows.tolist()


def test_added_tokens_are_words_too(tmp_path):
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "the": 1}, unk_token="[UNK]"))
    tokenizer.add_tokens(["new york"])
    theirs(tmp_path / "a", tokenizer, numbers(3))
    assert list(read_any(tmp_path / "a").words) == ["[UNK]", "the", "new york"]


def test_mapping_and_weights_are_applied_as_model2vec_does(tmp_path):
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "the": 1, "cat": 2, "sat": 3}, unk_token="[UNK]"))
    mapping, weights = np.array([1, 0, 1, 0]), np.array([1.0, 0.5, 0.25, 2.0], np.float32)
    model = theirs(tmp_path / "a", tokenizer, numbers(2), weights=weights, token_mapping=mapping)
    back = read_any(tmp_path / "a")
    for word in ("the", "cat", "sat"):
        row = back.matrix[list(back.words).index(word)]
        np.testing.assert_allclose(model.encode(word), row, atol=1e-6)


def change(folder, **tensors):
    there = load_file(folder / "model.safetensors") | tensors
    save_file({name: array for name, array in there.items() if array is not None}, folder / "model.safetensors")


def test_the_layouts_of_sentence_transformers(folder):
    rows = load_file(folder / "model.safetensors")["embeddings"]
    change(folder, embeddings=None, **{"embedding.weight": rows})
    assert list(read_any(folder).words) == WORDS
    (folder / "0_StaticEmbedding").mkdir()
    for name in ("model.safetensors", "tokenizer.json"):
        (folder / name).rename(folder / "0_StaticEmbedding" / name)
    assert list(read_any(folder).words) == WORDS
    assert list(static_embedding.read(folder).words) == WORDS


def test_bfloat16(folder):
    halves = (np.pad(MATRIX, ((0, 1), (0, 0))).view(np.uint32) >> 16).astype("<u2").tobytes()
    entry = {"dtype": "BF16", "shape": [len(WORDS) + 1, 4], "data_offsets": [0, len(halves)]}
    header = json.dumps({"embeddings": entry}).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + halves)
    np.testing.assert_allclose(read_any(folder).matrix, MATRIX, rtol=1e-2)


@pytest.mark.parametrize(
    ("tensors", "problem"),
    [
        ({"embeddings": numbers(9)}, "has 9 rows, but the tokenizer knows 14 pieces"),
        ({"embeddings": None, "other": numbers(14)}, "has no tensor 'embeddings'"),
        ({"embeddings": numbers(14)[0]}, "1 dimensions"),
        ({"embeddings": numbers(14)[:, :0]}, "no numbers at all"),
        ({"embeddings": numbers(14, np.int64)}, "is of type I64"),
        ({"embeddings": np.full((14, 3), np.inf, np.float16)}, "not finite"),
        ({"mapping": np.arange(13)}, "does not lead each of 14 pieces"),
        ({"mapping": np.arange(14) + 1}, "to one of 14 rows"),
        ({"mapping": np.arange(14) - 1}, "to one of 14 rows"),
        ({"mapping": np.arange(14.0)}, "must be whole numbers"),
        ({"weights": np.ones(9)}, "9 weights for 14 pieces"),
        ({"weights": np.full(14, 1e39)}, "not finite"),
    ],
)
def test_damaged_tensors_are_explained(folder, tensors, problem):
    change(folder, **tensors)
    with pytest.raises(FormatError, match=problem):
        read_any(folder)


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda content: content["model"]["vocab"].pop("cat"), "'sat' has the number 2, where 1 is expected"),
        (lambda content: content["model"]["vocab"].update(cat=0), "where 1 is expected"),
        (lambda content: content["model"]["vocab"].update(cat="1"), "is not a tokenizer"),
        (lambda content: content.pop("model"), "is not a tokenizer"),
        (lambda content: content["model"].update(vocab=7), "is not a tokenizer"),
        (lambda content: content.update(added_tokens=[{}]), "is not a tokenizer"),
    ],
)
def test_damaged_tokenizers_are_explained(folder, edit, problem):
    content = json.loads((folder / "tokenizer.json").read_text())
    edit(content)
    (folder / "tokenizer.json").write_text(json.dumps(content))
    with pytest.raises(FormatError, match=problem):
        read_any(folder)


def test_normal_form_is_that_of_the_words(tmp_path):
    decomposed = unicodedata.normalize("NFD", "é")
    static_embedding.write(tmp_path / "a", StoredVectors([decomposed, "é"], MATRIX[:2]))
    model = StaticModel.from_pretrained(tmp_path / "a")
    np.testing.assert_array_equal(model.encode([decomposed, "é"]), MATRIX[:2])
