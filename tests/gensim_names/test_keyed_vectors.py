"""KeyedVectors answers as gensim's does."""

import copy
import pickle

import numpy as np
import pytest

gensim = pytest.importorskip("gensim")

from gensim.models import KeyedVectors as Theirs  # noqa: E402
from gensim.test.utils import datapath  # noqa: E402

from firth.errors import FirthWarning  # noqa: E402
from firth.gensim import KeyedVectors  # noqa: E402

WORDS = ["king", "queen", "man", "woman", "water", "fire", "tree", "stone", "king's", "Rome"]


@pytest.fixture
def matrix() -> np.ndarray:
    return np.random.default_rng(5).standard_normal((len(WORDS), 12)).astype(np.float32)


@pytest.fixture
def both(matrix) -> tuple[Theirs, KeyedVectors]:
    pair = []
    for kind in (Theirs, KeyedVectors):
        vectors = kind(12)
        vectors.add_vectors(WORDS, matrix)
        for row, word in enumerate(WORDS):
            vectors.set_vecattr(word, "count", 100 - row * row)
        pair.append(vectors)
    return tuple(pair)


def approximately(one, other) -> None:
    """Equal, with numbers that agree to 1e-5."""
    if isinstance(one, np.ndarray):
        assert np.allclose(one, other, atol=1e-5)
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            approximately(a, b)
    elif isinstance(one, float | np.floating):
        assert one == pytest.approx(other, abs=1e-5)
    else:
        assert one == other


CALLS = {
    "one": lambda v: v.most_similar("king"),
    "two": lambda v: v.most_similar("king", "man", topn=3),
    "analogy": lambda v: v.most_similar(positive=["king", "woman"], negative=["man"]),
    "weights": lambda v: v.most_similar(positive=[("king", 0.5), "woman"], negative=[("man", -2.0)]),
    "vector": lambda v: v.most_similar(positive=[v["king"] * 3, "queen"]),
    "matrix": lambda v: v.most_similar(positive=v.vectors[:3]),
    "row": lambda v: v.most_similar(0, topn=4),
    "all": lambda v: v.most_similar("king", topn=None),
    "none": lambda v: v.most_similar("king", topn=0),
    "restricted": lambda v: v.most_similar("king", restrict_vocab=4),
    "clipped": lambda v: v.most_similar("king", clip_start=2, clip_end=7),
    "clipped all": lambda v: v.most_similar("king", topn=None, clip_start=2, clip_end=7),
    "more than there are": lambda v: v.most_similar("king", topn=100),
    "cosmul": lambda v: v.most_similar_cosmul(positive=["king", "woman"], negative=["man"]),
    "cosmul of one": lambda v: v.most_similar_cosmul("king", topn=4),
    "cosmul all": lambda v: v.most_similar_cosmul(positive=["king", "woman"], negative=["man"], topn=None),
    "similar_by_word": lambda v: v.similar_by_word("water", 2),
    "similar_by_key": lambda v: v.similar_by_key("water", 2, restrict_vocab=6),
    "similar_by_vector": lambda v: v.similar_by_vector(v["water"]),
    "most_similar_to_given": lambda v: v.most_similar_to_given("king", ["water", "queen", "tree"]),
    "similarity": lambda v: v.similarity("king", "water"),
    "distance": lambda v: v.distance("king", "water"),
    "distances": lambda v: v.distances("king"),
    "distances to some": lambda v: v.distances(v["king"], ["water", "tree"]),
    "n_similarity": lambda v: v.n_similarity(["king", "queen"], ["water", "fire", "unknown"]),
    "closer_than": lambda v: v.closer_than("king", "tree"),
    "words_closer_than": lambda v: v.words_closer_than("king", "tree"),
    "rank": lambda v: v.rank("king", "tree"),
    "doesnt_match": lambda v: v.doesnt_match(["king", "queen", "water", "unknown"]),
    "rank_by_centrality": lambda v: v.rank_by_centrality(["king", "queen", "water"], use_norm=False),
    "relative_cosine_similarity": lambda v: v.relative_cosine_similarity("king", "queen", 3),
    "cosine_similarities": lambda v: v.cosine_similarities(v["king"], v.vectors),
    "get_vector": lambda v: v.get_vector("king", norm=True),
    "word_vec": lambda v: v.word_vec("king"),
    "several": lambda v: v[["king", "water"]],
    "get_mean_vector": lambda v: v.get_mean_vector(["king", "unknown", "water"], [1, 2, -3]),
    "mean of vectors": lambda v: v.get_mean_vector([v["king"], "water"], pre_normalize=False, post_normalize=True),
    "get_normed_vectors": lambda v: v.get_normed_vectors(),
    "vectors_for_all": lambda v: v.vectors_for_all(["water", "unknown", "king", "water"]).index_to_key,
    "get_index": lambda v: (v.get_index("tree"), v.get_index("unknown", default=-7), v.has_index_for("tree")),
    "counts": lambda v: [v.get_vecattr(word, "count") for word in WORDS],
    "contains": lambda v: ("king" in v, "unknown" in v, 3 in v, 99 in v),
    "str": str,
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("call", CALLS)
def test_results_are_those_of_gensim(both, call) -> None:
    theirs, ours = (CALLS[call](vectors) for vectors in both)
    approximately(ours, theirs)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("error", "call"),
    [
        (KeyError, lambda v: v["unknown"]),
        (KeyError, lambda v: v.most_similar("unknown")),
        (KeyError, lambda v: v.get_mean_vector(["unknown"], ignore_missing=False)),
        (KeyError, lambda v: v.get_vecattr("king", "colour")),
        (ValueError, lambda v: v.most_similar()),
        (ValueError, lambda v: v.most_similar_cosmul(negative=["king"])),
        (ValueError, lambda v: v.doesnt_match([])),
        (ValueError, lambda v: v.get_mean_vector([])),
        (ValueError, lambda v: v.get_mean_vector(["king"], np.ones(2))),
        (ZeroDivisionError, lambda v: v.n_similarity([], ["king"])),
        (AttributeError, lambda v: v.vocab),
        (AttributeError, lambda v: v.index2word),
        (NotImplementedError, lambda v: v.similarity_unseen_docs()),
        (TypeError, lambda v: v.allocate_vecattrs(["count"], [str])),
    ],
)
def test_errors_are_of_the_types_of_gensim(both, error, call) -> None:
    for vectors in both:
        with pytest.raises(error):
            call(vectors)


@pytest.mark.parametrize("function", ["most_similar", "most_similar_cosmul"])
def test_analogies_are_scored_as_by_gensim(tmp_path, function) -> None:
    path = tmp_path / "questions.txt"
    names = ["war", "conflict", "terrorism", "call", "israel", "peace", "the", "of", "Unknown"]
    rng = np.random.default_rng(1)
    lines = [": one"] + [" ".join(rng.choice(names, 4)) for _ in range(60)]
    lines += [": two"] + [" ".join(rng.choice(names, 4)) for _ in range(40)] + ["three words only"]
    path.write_text("\n".join(lines) + "\n")
    for options in ({}, {"dummy4unknown": True}, {"case_insensitive": False, "restrict_vocab": 50}):
        found = [
            kind.load_word2vec_format(datapath("euclidean_vectors.bin"), binary=True).evaluate_word_analogies(
                str(path), **options
            )
            for kind in (Theirs, KeyedVectors)
        ]
        assert found[0] == found[1]
    ours = KeyedVectors.load_word2vec_format(datapath("euclidean_vectors.bin"), binary=True)
    score, sections = ours.evaluate_word_analogies(path, similarity_function=function)
    assert 0 <= score <= 1
    assert [section["section"] for section in sections] == ["one", "two", "Total accuracy"]
    with pytest.raises(ValueError, match="most_similar_cosmul"):
        ours.evaluate_word_analogies(path, similarity_function="closest")


def test_pairs_are_scored_as_by_gensim() -> None:
    for options in ({}, {"dummy4unknown": True}, {"restrict_vocab": 1500}):
        theirs, ours = (
            kind.load_word2vec_format(datapath("euclidean_vectors.bin"), binary=True).evaluate_word_pairs(
                datapath("wordsim353.tsv"), **options
            )
            for kind in (Theirs, KeyedVectors)
        )
        for one, other in zip(ours[:2], theirs[:2], strict=True):
            assert one[0] == pytest.approx(other[0], abs=1e-5)
            assert one[1] == pytest.approx(other[1], rel=1e-3)
            assert (one.statistic, one.pvalue) == tuple(one)
        assert ours[2] == pytest.approx(theirs[2])


@pytest.mark.parametrize("binary", [False, True])
def test_word2vec_files_are_exchanged(both, tmp_path, binary) -> None:
    theirs, ours = both
    ours.save_word2vec_format(tmp_path / "ours", tmp_path / "ours.counts", binary=binary)
    theirs.save_word2vec_format(str(tmp_path / "theirs"), str(tmp_path / "theirs.counts"), binary=binary)
    assert (tmp_path / "ours.counts").read_bytes() == (tmp_path / "theirs.counts").read_bytes()
    read = Theirs.load_word2vec_format(str(tmp_path / "ours"), str(tmp_path / "ours.counts"), binary=binary)
    assert read.index_to_key == WORDS
    assert np.array_equal(read.vectors, ours.vectors)
    for options in ({}, {"limit": 3}, {"unicode_errors": "ignore"}, {"datatype": np.float64}):
        path = str(tmp_path / "theirs")
        a, b = (kind.load_word2vec_format(path, binary=binary, **options) for kind in (Theirs, KeyedVectors))
        assert a.index_to_key == b.index_to_key
        assert a.vectors.dtype == b.vectors.dtype
        assert np.array_equal(a.vectors, b.vectors)
        assert np.array_equal(a.expandos["count"], b.expandos["count"])


def test_rarer_options_of_writing(both, tmp_path) -> None:
    for number, options in enumerate(
        [
            {"write_header": False},
            {"write_header": False, "binary": True},
            {"prefix": "x_"},
            {"total_vec": 12},
            {"sort_attr": "none"},
        ]
    ):
        paths = [tmp_path / f"{number}-{kind}" for kind in ("theirs", "ours")]
        for vectors, path in zip(both, paths, strict=True):
            vectors.save_word2vec_format(str(path), **options)
        assert paths[0].read_bytes().split() == paths[1].read_bytes().split()
        for vectors, path in zip(both, paths, strict=True):
            vectors.save_word2vec_format(str(path), append=True, **options)
        assert paths[0].read_bytes().split() == paths[1].read_bytes().split()


def test_files_without_a_header_and_with_repeated_words(tmp_path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("a 1 2\nb 3 4\na 5 6\n")
    read = KeyedVectors.load_word2vec_format(path, no_header=True)
    assert read.index_to_key == ["a", "b"]
    assert read.vectors.tolist() == [[1, 2], [3, 4]]
    with pytest.raises(NotImplementedError):
        KeyedVectors.load_word2vec_format(path, no_header=True, binary=True)
    path.write_text("3 2\na 1 2\nb 3 4\n")
    with pytest.raises(EOFError):
        KeyedVectors.load_word2vec_format(path)
    path.write_text("2 2\na 1 2\nb 3 4 5\n")
    with pytest.raises(ValueError, match="line 1"):
        KeyedVectors.load_word2vec_format(path)


@pytest.mark.parametrize("binary", [False, True])
def test_vectors_are_intersected(both, tmp_path, matrix, binary) -> None:
    """gensim's own fails with NumPy 2 for binary files, and without a vectors_lockf of full length for text."""
    _, ours = both
    other = KeyedVectors(12)
    other.add_vectors(["water", "new"], np.ones((2, 12)))
    other.save_word2vec_format(tmp_path / "other", binary=binary)
    ours.intersect_word2vec_format(tmp_path / "other", binary=binary)
    assert np.array_equal(ours["water"], np.ones(12))
    assert np.array_equal(ours["king"], matrix[0])
    assert ours.vectors_lockf.tolist() == [float(word != "water") for word in WORDS]
    other.save_word2vec_format(tmp_path / "other")
    with pytest.raises(ValueError, match="vector size"):
        KeyedVectors(3).intersect_word2vec_format(tmp_path / "other")


def test_rows_that_are_written_to_are_found(both) -> None:
    _, ours = both
    ours.most_similar("king")
    ours.vectors[4] = ours.vectors[0]
    ours.fill_norms(force=True)
    assert ours.most_similar("king", topn=1) == [("water", pytest.approx(1.0))]
    ours["fire"] = ours["king"].copy()
    assert ours.similarity("fire", "king") == 1.0
    with pytest.raises(ValueError, match="read-only"):
        ours["king"][0] = 1


def test_keys_may_be_whole_numbers(tmp_path) -> None:
    vectors = KeyedVectors(2)
    vectors.add_vectors([103, 5, "five"], np.eye(3)[:, :2])
    assert vectors.get_index(103) == 0
    assert vectors.get_index(2) == 2  # a row, where no key is called so
    vectors.save(tmp_path / "numbers.kv")
    read = KeyedVectors.load(str(tmp_path / "numbers.kv"))
    assert read.index_to_key == [103, 5, "five"]
    assert read.most_similar(103)[0][0] in (5, "five")


def test_growing_one_by_one(both) -> None:
    for kind in (Theirs, KeyedVectors):
        vectors = kind(2, count=2)
        assert [vectors.add_vector("a", [1, 2]), vectors.add_vector("b", [3, 4])] == [0, 1]
        assert vectors.vectors.tolist() == [[1, 2], [3, 4]]
        vectors.add_vectors(["b", "c"], np.array([[0, 0], [5, 6]]), replace=True)
        assert vectors.vectors.tolist() == [[1, 2], [0, 0], [5, 6]]
        vectors.set_vecattr("c", "colour", "red")
        assert vectors.get_vecattr("c", "colour") == "red"
        vectors.set_vecattr("c", "count", 3)
        vectors.sort_by_descending_frequency()
        assert vectors.index_to_key == ["c", "b", "a"]
        assert vectors["c"].tolist() == [5, 6]


def test_attributes_come_with_new_keys() -> None:
    """gensim's own add_vectors(extras=…) fails."""
    vectors = KeyedVectors(2)
    vectors.add_vectors(["a", "b"], np.eye(2), extras={"count": np.array([5, 6])})
    assert vectors.get_vecattr("b", "count") == 6


def test_files_keep_attributes_and_counts(both, tmp_path) -> None:
    _, ours = both
    ours.set_vecattr("king", "colour", "red")
    ours.set_vecattr("tree", "weight", 1.5)
    ours.save(tmp_path / "ours.kv")
    read = KeyedVectors.load(tmp_path / "ours.kv")
    assert read.get_vecattr("king", "colour") == "red"
    assert read.get_vecattr("tree", "weight") == 1.5
    assert read.get_vecattr("queen", "count") == 99
    assert np.array_equal(read.vectors, ours.vectors)
    read.vectors[0] = 0
    mapped = KeyedVectors.load(tmp_path / "ours.kv", mmap="r")
    assert not mapped.vectors.flags.writeable
    assert mapped.most_similar("queen") == ours.most_similar("queen")
    with pytest.raises(ValueError, match="mmap"):
        KeyedVectors.load(tmp_path / "ours.kv", mmap="w")


def test_gensims_own_files_are_read(both, tmp_path) -> None:
    theirs, _ = both
    theirs.save(str(tmp_path / "theirs.kv"))
    read = KeyedVectors.load(tmp_path / "theirs.kv")
    assert read.index_to_key == WORDS
    assert np.array_equal(read.vectors, theirs.vectors)
    assert read.get_vecattr("queen", "count") == 99


def test_options_of_pickles_are_warned_of(both, tmp_path) -> None:
    _, ours = both
    with pytest.warns(FirthWarning, match="sep_limit"):
        ours.save(tmp_path / "ours.kv", sep_limit=0)
    with pytest.raises(TypeError, match="open file"), (tmp_path / "other.kv").open("wb") as file:
        ours.save(file)
    with pytest.raises(TypeError, match="colour"):
        ours.save(tmp_path / "ours.kv", colour="red")


def test_objects_are_copied_and_sent_to_other_processes(both) -> None:
    _, ours = both
    found = ours.most_similar("king")
    for other in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert other.most_similar("king") == found


def test_word_movers_distance() -> None:
    pytest.importorskip("ot")
    rng = np.random.default_rng(3)
    pair = []
    for kind in (Theirs, KeyedVectors):
        vectors = kind(4)
        vectors.add_vectors(list("abcdef"), np.random.default_rng(3).standard_normal((6, 4)).astype(np.float32))
        pair.append(vectors)
    for _ in range(10):
        one, other = (list(rng.choice(list("abcdefg"), 5)) for _ in range(2))
        for norm in (True, False):
            theirs, ours = (vectors.wmdistance(one, other, norm=norm) for vectors in pair)
            assert ours == pytest.approx(theirs, abs=1e-5)
    assert pair[1].wmdistance(["a"], ["unknown"]) == float("inf")
    assert pair[1].wmdistance(["a", "b"], ["b", "a"]) == 0.0


def test_one_key_is_found_in_every_form() -> None:
    rng = np.random.default_rng(4)
    ours = KeyedVectors(7)
    ours.add_vectors([f"w{row}" for row in range(300)], rng.standard_normal((300, 7)))
    for forms in (["w5"], "w5", ("w5",), [("w5", 2.0)], [ours["w5"]]):
        found = ours.most_similar(forms, topn=20)
        expected = [pair for pair in found if pair[0] != "w5"]
        wanted = ours.most_similar("w5", topn=len(expected))
        assert [key for key, _ in expected] == [key for key, _ in wanted]
        assert np.allclose([score for _, score in expected], [score for _, score in wanted], atol=1e-6)
    assert ours.most_similar("w5", negative=[], topn=3) == ours.most_similar("w5", topn=3)
    assert ours.most_similar("w5", negative="w6", topn=3) != ours.most_similar("w5", topn=3)
    assert len(ours.most_similar("w5", topn=1000)) == 299
    assert [key for key, _ in ours.most_similar("w299", topn=3, restrict_vocab=2)] in (["w0", "w1"], ["w1", "w0"])
