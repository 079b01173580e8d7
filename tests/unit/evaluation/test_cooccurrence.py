"""Co-occurrence lift: compared with a slow reference, and high for words of one topic."""

import numpy as np
import pytest

from firth import SettingError, WordVectors
from firth.corpus import encode
from firth.evaluation.cooccurrence import CooccurrenceCounts


def reference_lift(sentences, vectors, centers, distance):
    """The lift from the words themselves, with loops."""
    total = sum(map(len, sentences))
    counts = {word: sum(sentence.count(word) for sentence in sentences) for word in vectors.words}
    lifts = []
    for word in centers:
        near = [
            other
            for sentence in sentences
            for position, found in enumerate(sentence)
            if found == word
            for nearby, other in enumerate(sentence)
            if nearby != position and abs(nearby - position) <= distance
        ]
        names = [neighbour.word for neighbour in vectors.most_similar(word, 10)]
        expected = len(near) * sum(counts[name] for name in names) / total
        if expected:
            lifts.append(sum(near.count(name) for name in names) / expected)
    return np.median(lifts)


@pytest.mark.parametrize("distance", [1, 3, 10])
def test_the_lift_is_that_of_the_reference(distance):
    random = np.random.default_rng(1)
    sentences = [[f"w{int(word)}" for word in random.random(int(random.integers(1, 15))) ** 2 * 60] for _ in range(200)]
    corpus = encode(sentences, min_count=1)
    words = corpus.vocabulary.words
    vectors = WordVectors(words, random.normal(size=(len(words), 6)).astype(np.float32))
    counts = CooccurrenceCounts(corpus, distance)
    centers = [words[word_id] for word_id in counts.centers]
    assert centers == list(words[len(words) // 10 :]), "all but the first tenth of a small vocabulary"
    assert counts.lift(vectors) == pytest.approx(reference_lift(sentences, vectors, centers, distance), rel=1e-12)


def test_words_of_one_topic_occur_together_and_words_of_one_kind_do_not():
    """Twelve dishes with ingredients of the same twelve kinds; vectors similar by kind, or similar by dish."""
    random = np.random.default_rng(2)
    sentences = [[f"{dish}-{kind}" for kind in random.permutation(12)] for dish in range(12) for _ in range(30)]
    corpus = encode(sentences, min_count=1)
    names = [tuple(map(int, word.split("-"))) for word in corpus.vocabulary.words]
    noise = random.normal(size=(len(names), 24)) * 0.01
    by_dish, by_kind = noise.copy(), noise.copy()
    for row, (dish, kind) in enumerate(names):
        by_dish[row, dish] += 1
        by_kind[row, kind] += 1
    counts = CooccurrenceCounts(corpus)
    assert counts.lift(WordVectors(corpus.vocabulary.words, by_kind.astype(np.float32))) == 0
    assert counts.lift(WordVectors(corpus.vocabulary.words, by_dish.astype(np.float32))) > 10


def test_without_co_occurrences_the_lift_is_nan():
    corpus = encode([["a"], ["b"], ["a"]], min_count=1)
    assert np.isnan(CooccurrenceCounts(corpus).lift(WordVectors(["a", "b"], np.eye(2, dtype=np.float32))))


def test_the_distance_is_at_least_one_word():
    with pytest.raises(SettingError, match="distance=0"):
        CooccurrenceCounts(encode([["a", "b"]], min_count=1), distance=0)
