"""Models that are saved as fastText's .bin, and which files of that format are models that can be trained on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firth
from firth import Word2Vec
from firth.errors import FormatError, SettingError
from firth.formats.mapped import mapping_of
from firth.models.fasttext_file import makes_same_tree
from firth.training.plan import huffman_tree

WORDS = ["rose", "größe", "東京", "a", "daisy", "the", "😀x", "ß"]
SETTINGS = {
    "tokenizer": "whitespace",
    "min_count": 1,
    "vector_size": 5,
    "subsample_threshold": 0,
    "epochs": 2,
    "threads": 1,
    "window": 2,
}


def text():
    """Nine sentences in which word i occurs 2^(7 - i) times: no node of the tree weighs as much as a word."""
    tokens = np.repeat(WORDS, 2 ** np.arange(8)[::-1])
    return [" ".join(part) for part in np.array_split(np.random.default_rng(1).permutation(tokens), 9)]


def fitted(**changes):
    return Word2Vec(**SETTINGS | changes).fit(text(), progress=False)


def fasttext_tree(counts):
    """The program's HierarchicalSoftmaxLoss::buildTree: for each word its nodes in the order of making, and labels."""
    words, nodes = len(counts), 2 * len(counts) - 1
    count = [*counts, *[10**15] * (words - 1)]
    parent, binary = [-1] * nodes, [False] * nodes
    leaf, node = words - 1, words
    for made in range(words, nodes):
        mini = []
        for _ in range(2):
            if leaf >= 0 and count[leaf] < count[node]:
                mini.append(leaf)
                leaf -= 1
            else:
                mini.append(node)
                node += 1
        count[made] = count[mini[0]] + count[mini[1]]
        parent[mini[0]] = parent[mini[1]] = made
        binary[mini[1]] = True
    paths = []
    for word in range(words):
        path, at = [], word
        while parent[at] != -1:
            path.append((parent[at] - words, binary[at]))
            at = parent[at]
        paths.append(path[::-1])
    return paths


@settings(max_examples=60)
@given(counts=st.lists(st.integers(1, 30) | st.integers(1, 10**6), min_size=2, max_size=12))
def test_which_trees_are_those_of_the_program(counts):
    """Node j of ours is the one that it makes as number V - 2 - j; its label is 1 where our code is 0."""
    counts = np.array(sorted(counts, reverse=True))
    tree = huffman_tree(counts)
    ours = [
        [(len(counts) - 2 - (turn >> 1), not turn & 1) for turn in tree.turns[begin:end].tolist()]
        for begin, end in zip(tree.offsets[:-1], tree.offsets[1:], strict=True)
    ]
    assert makes_same_tree(counts) == (ours == fasttext_tree(counts.tolist()))


def test_a_tree_over_words_in_another_order_is_not_ours():
    assert makes_same_tree(np.array([9, 5, 3]))
    assert not makes_same_tree(np.array([5, 9, 3]))
    assert makes_same_tree(np.array([5]))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"architecture": "cbow", "window": 3, "negative_samples": 3},
        {"objective": "softmax"},
        {"objective": "hierarchical_softmax", "subsample_threshold": 0.1},
    ],
)
def test_a_model_without_ngrams_comes_back(tmp_path, changes):
    model = fitted(**changes)
    assert list(model.vocabulary) == WORDS
    model.save(tmp_path / "a.bin", format="fasttext")
    back = Word2Vec.load(tmp_path / "a.bin")
    assert list(back.vocabulary) == list(model.vocabulary)
    assert back.vocabulary.counts.tolist() == model.vocabulary.counts.tolist()
    assert back.vocabulary.total_words == model.vocabulary.total_words
    assert back.vectors.matrix.tobytes() == model.vectors.matrix.tobytes()
    assert back.vectors.subwords is None
    if back.hyperparameters.has_nodes:
        assert back.node_vectors.tobytes() == model.node_vectors.tobytes()
    else:
        assert back.context_vectors.tobytes() == model.context_vectors.tobytes()
    names = ("architecture", "objective", "vector_size", "window", "min_count", "negative_samples", "epochs")
    for name in names:
        assert getattr(back.hyperparameters, name) == getattr(model.hyperparameters, name)
    assert back.hyperparameters.tokenizer == "whitespace"
    assert back.score(text()).loss == pytest.approx(model.score(text()).loss, abs=1e-6)
    back.save(tmp_path / "b.bin", "fasttext")
    assert (tmp_path / "b.bin").read_bytes() == (tmp_path / "a.bin").read_bytes()
    back.fit(text(), progress=False)  # with the settings of the file
    assert len(back.history) == 2


def test_a_model_that_is_read_into_memory(tmp_path):
    fitted().save(tmp_path / "a.bin", format="fasttext")
    mapped, read = (Word2Vec.load(tmp_path / "a.bin", mmap=mmap) for mmap in (True, False))
    assert mapping_of(mapped.context_vectors) is not None
    assert mapping_of(read.context_vectors) is None
    assert read.context_vectors.tobytes() == mapped.context_vectors.tobytes()


def test_compressed_models(tmp_path):
    model = fitted()
    model.save(tmp_path / "a.bin.gz", format="fasttext")
    assert Word2Vec.load(tmp_path / "a.bin.gz").context_vectors.tobytes() == model.context_vectors.tobytes()


def test_settings_that_fasttext_does_not_have(tmp_path):
    """nce has the output matrix of ns; a threshold of 0 would skip every word there."""
    fitted(objective="nce").save(tmp_path / "a.bin", format="fasttext")
    back = Word2Vec.load(tmp_path / "a.bin").hyperparameters
    assert (back.objective, back.negative_samples) == ("negative_sampling", 5)
    assert back.subsample_threshold == 1.0


@pytest.mark.parametrize(
    ("name", "format", "problem"),
    [
        ("a.firth", "fasttext", "cannot have a name that ends in .firth; use .bin"),
        ("a.firth.gz", "fasttext", "cannot have a name that ends in .firth"),
        ("a.bin", None, r"ends in \.firth, or with format='fasttext'"),
        ("a.bin", "firth", r"ends in \.firth"),
        ("a.bin", "word2vec-binary", r"saved as 'firth' or 'fasttext'; model\.vectors\.save"),
    ],
)
def test_names_and_formats_that_do_not_fit(tmp_path, name, format, problem):
    with pytest.raises(SettingError, match=problem):
        fitted(epochs=1).save(tmp_path / name, format=format)
    assert not list(tmp_path.iterdir())


def test_models_that_cannot_be_trained_on(tmp_path, made_by_hand):
    path = tmp_path / "a.bin"
    labels = ((b"one", 4, 0), (b"two", 3, 0), (b"__label__a", 5, 1), (b"__label__b", 2, 1))
    for changes, problem in [
        ({"settings": {"model": 3}, "entries": labels}, "supervised fastText model.*firth.load"),
        ({"settings": {"loss": 4}}, "no loss 'ova'; read its vectors with firth.load"),
        ({"settings": {"ws": 0}}, "cannot be trained on: window=0"),
        ({"settings": {"neg": -1}}, "cannot be trained on: negative_samples=-1"),
        ({"quantised": 1}, "quantised fastText model"),
        ({"entries": ((b"one", 4, 0), (b"two", 0, 0))}, "occurs 0 times"),
        ({"settings": {"loss": 1}, "entries": ((b"one", 3, 0), (b"two", 4, 0))}, "tree of hierarchical"),
    ]:  # fmt: skip
        changes["settings"] = changes.get("settings", {}) | {"maxn": 0}
        path.write_bytes(made_by_hand(**changes))
        with pytest.raises(FormatError, match=problem):
            Word2Vec.load(path)


def test_hierarchical_softmax_over_another_tree_is_refused(tmp_path):
    """Where a node weighs as much as a word."""
    model = Word2Vec(**SETTINGS, objective="hierarchical_softmax")
    model.fit(["a b c"] * 4 + ["a b"] * 2 + ["a d"] * 2, progress=False)
    assert model.vocabulary.counts.tolist() == [8, 6, 4, 2]
    model.save(tmp_path / "a.bin", format="fasttext")
    with pytest.raises(FormatError, match=r"is not the one of Word2Vec; read its vectors with firth\.load"):
        Word2Vec.load(tmp_path / "a.bin")
    assert firth.load(tmp_path / "a.bin").matrix.tobytes() == model.vectors.matrix.tobytes()
