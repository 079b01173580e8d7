"""Corpora whose structure is known, and must be found; and the same from gensim."""

import numpy as np
import pytest

import firth
from firth import Word2Vec
from firth.illustrated.hierarchical_softmax import huffman_paths, word_probabilities
from firth.illustrated.nce import log_probabilities
from firth.illustrated.softmax import softmax

VARIANTS = [
    {"architecture": "skipgram"},
    {"architecture": "cbow"},
    {"architecture": "cbow", "cbow_gradient": "exact", "learning_rate": 0.1},
    *(
        {"architecture": architecture, "objective": objective}
        for objective in ("hierarchical_softmax", "softmax", "nce")
        for architecture in ("skipgram", "cbow")
    ),
]
variants = pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant.values())))
SMALL = {"min_count": 1, "threads": 1, "subsample_threshold": 0, "epochs": 20}


def cosines(vectors, words=None):
    """Every word of `words` (default: all) with every one."""
    matrix = vectors.matrix if words is None else vectors[words]
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return unit @ unit.T


def two_topics(words, sentences=300):
    """Sentences of ten words, all of topic a or all of topic b, drawn at random."""
    rng = np.random.default_rng(words)
    return [[f"{'ab'[i % 2]}{word}" for word in rng.integers(0, words, 10)] for i in range(sentences)]


def same_topic(vectors):
    """Whether two different words are of one topic, and whether they are of two."""
    topics = np.array([word[0] for word in vectors.words])
    same = topics[:, None] == topics
    return same & ~np.eye(len(topics), dtype=bool), ~same


@variants
@pytest.mark.parametrize("words", [2, 3, 8])
def test_topics_that_never_mix_are_separated(variant, words):
    vectors = Word2Vec(**SMALL, vector_size=10, **variant).fit(two_topics(words), progress=False).vectors
    same, different = same_topic(vectors)
    similarity = cosines(vectors)
    assert similarity[same].mean() > 0.4
    assert similarity[different].mean() < 0.2
    for word in vectors.words:
        assert vectors.most_similar(word, count=1)[0].word[0] == word[0]


@variants
def test_interchangeable_words_are_nearest(variant):
    """x3 and y3 are never seen together, but between the same words; c3-0 .. c3-3 are seen with both."""
    rng = np.random.default_rng(1)
    corpus = []
    for _ in range(1500):
        group, neighbours = rng.integers(10), rng.permutation(4)
        around = [f"c{group}-{neighbour}" for neighbour in neighbours]
        corpus.append([*around[:2], f"{'xy'[rng.integers(2)]}{group}", *around[2:]])
    model = Word2Vec(**SMALL, vector_size=20, window=2, shrink_window=False, **variant)
    vectors = model.fit(corpus, progress=False).vectors
    assert [vectors.most_similar(f"x{group}", count=1)[0].word for group in range(10)] == [f"y{g}" for g in range(10)]
    assert [vectors.most_similar(f"y{group}", count=1)[0].word for group in range(10)] == [f"x{g}" for g in range(10)]


@variants
def test_the_loss_falls(variant):
    history = Word2Vec(**SMALL, vector_size=10, **variant).fit(two_topics(8), progress=False).history
    assert history[-1].loss < 0.95 * history[0].loss
    assert history[-1].loss < 6 * np.log(2), "better than six coin tosses"


def chain():
    """A text of eight words, each drawn by the one before it; and the probabilities (V, V) of their neighbours."""
    rng = np.random.default_rng(4)
    follows = rng.dirichlet(np.full(8, 0.7), size=8)
    words = [0]
    for _ in range(60_000):
        words.append(int(rng.choice(8, p=follows[words[-1]])))
    neighbours = np.zeros((8, 8))
    np.add.at(neighbours, (words[:-1], words[1:]), 1)
    neighbours += neighbours.T
    return [[f"w{word}" for word in words]], neighbours / neighbours.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("objective", ["softmax", "nce", "hierarchical_softmax"])
def test_predictions_are_the_probabilities_of_the_text(objective):
    """Skip-gram with a window of one word, vectors long enough for everything, and a rate that falls to nothing."""
    corpus, neighbours = chain()
    model = Word2Vec(
        objective=objective, vector_size=16, window=1, min_count=1, subsample_threshold=0, threads=1, epochs=15,
        learning_rate=0.05, final_learning_rate=0,
    ).fit(corpus, progress=False)  # fmt: skip
    if objective == "hierarchical_softmax":
        paths = huffman_paths(model.vocabulary.counts.tolist())
        found = np.array([word_probabilities(vector, model.node_vectors, paths) for vector in model.vectors.matrix])
    else:
        dots = model.vectors.matrix @ model.context_vectors.T
        # The scores of noise-contrastive estimation are log-probabilities as they are: nothing divides by their sum.
        found = softmax(dots) if objective == "softmax" else np.exp(log_probabilities(dots))
    order = [int(word[1:]) for word in model.vectors.words]
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=0.02)
    np.testing.assert_allclose(found, neighbours[np.ix_(order, order)], atol=0.025)


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_the_defaults_suit_a_small_corpus(architecture):
    """6,000 words: too few to learn much in five epochs, but what is learned points the right way."""
    model = Word2Vec(architecture=architecture).fit(two_topics(20, sentences=600), progress=False)
    assert len(model.vectors) == 40
    assert np.isfinite(model.vectors.matrix).all()
    assert model.history[-1].loss < model.history[0].loss
    same, different = same_topic(model.vectors)
    similarity = cosines(model.vectors)
    assert similarity[same].mean() > similarity[different].mean()


@variants
def test_more_threads_find_the_same_topics(variant):
    settings = {**SMALL, "threads": 4, "vector_size": 10}
    vectors = Word2Vec(**settings, **variant).fit(two_topics(8, sentences=1000), progress=False).vectors
    same, different = same_topic(vectors)
    assert cosines(vectors)[same].mean() > cosines(vectors)[different].mean() + 0.3


# ---------------------------------------------------------------- gensim


def five_topics():
    """Sentences of one of five topics, with words that all topics share; 8 words of each."""
    rng = np.random.default_rng(3)
    corpus = []
    for _ in range(600):
        topic = rng.integers(5)
        words = (rng.random(12) ** 1.5 * 8).astype(int)  # some more frequent than others
        corpus.append([f"{topic if rng.random() < 0.7 else 'common'}-{word}" for word in words])
    return corpus


@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax"])
@pytest.mark.parametrize(("architecture", "skipgram", "rate"), [("skipgram", 1, 0.025), ("cbow", 0, 0.05)])
def test_gensim_finds_the_same_neighbours(architecture, skipgram, rate, objective):
    corpus = five_topics()
    shared = {"vector_size": 20, "window": 4, "min_count": 1, "epochs": 10, "seed": 3}
    hierarchical = objective == "hierarchical_softmax"
    chosen = {"sg": skipgram, "hs": int(hierarchical), "negative": 0 if hierarchical else 5}
    gensim_model = pytest.importorskip("gensim.models").Word2Vec
    theirs = gensim_model(corpus, **chosen, sample=0, alpha=rate, workers=1, **shared).wv
    model = Word2Vec(
        architecture=architecture, objective=objective, subsample_threshold=0, threads=1, learning_rate=rate, **shared
    )
    ours = model.fit(corpus, progress=False).vectors
    assert set(ours.words) == set(theirs.index_to_key)
    for word in ours.words:
        if not word.startswith("common"):
            found = {neighbour.word for neighbour in ours.most_similar(word, count=7)}
            assert found == {neighbour for neighbour, _ in theirs.most_similar(word, topn=7)}
    their_unit = theirs.get_normed_vectors()[[theirs.key_to_index[word] for word in ours.words]]
    pairs = np.triu_indices(len(ours.words), 1)
    # Two seeds of either library agree as much: 0.97 to 0.99.
    assert np.corrcoef(cosines(ours)[pairs], (their_unit @ their_unit.T)[pairs])[0, 1] > 0.95


@pytest.mark.parametrize("format", ["word2vec-binary", "word2vec-text"])
def test_vectors_survive_a_journey_through_gensim(tmp_path, format):
    vectors = Word2Vec(**{**SMALL, "epochs": 1}, vector_size=10).fit(two_topics(8), progress=False).vectors
    binary = format == "word2vec-binary"
    vectors.save(tmp_path / "ours", format=format)
    keyed_vectors = pytest.importorskip("gensim.models").KeyedVectors
    theirs = keyed_vectors.load_word2vec_format(str(tmp_path / "ours"), binary=binary)
    theirs.save_word2vec_format(str(tmp_path / "theirs"), binary=binary)
    back = firth.load(tmp_path / "theirs")
    assert list(back.words) == list(vectors.words)
    assert back.matrix.tobytes() == vectors.matrix.tobytes()
