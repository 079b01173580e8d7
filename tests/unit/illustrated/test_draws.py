"""The document's two ways to make a dataset, and the random draws."""

import numpy as np

from firth.illustrated.draws import Draws, positions, random_bits

SENTENCE = "thou shalt not make a machine in the likeness of a human mind"
EVERY_BIT = 2**32 - 1


def draws_of(words, *, window=2, shrink_window=False, negative_samples=2, keep=None, key=5):
    keep_thresholds = np.full(words, EVERY_BIT, np.uint32) if keep is None else keep
    themselves = np.uint64(EVERY_BIT << 32) | np.arange(words, dtype=np.uint64)  # every slot keeps its own word
    return Draws(keep_thresholds, themselves, window, shrink_window, negative_samples, key)


def windows_of(sentence, **settings):
    """(center, context) in words, for every position."""
    tokens = sentence.split()
    words = list(dict.fromkeys(tokens))
    ids = [words.index(word) for word in tokens]
    found = positions([ids], draws_of(len(words), **settings))
    return [(words[position.center], [words[word] for word in position.context]) for position in found]


def test_the_documents_skipgram_pairs():
    pairs = [(center, word) for center, context in windows_of(SENTENCE) for word in context]
    assert pairs[:2] == [("thou", "shalt"), ("thou", "not")]
    assert [pair for pair in pairs if pair[0] == "not"] == [
        ("not", "thou"), ("not", "shalt"), ("not", "make"), ("not", "a"),
    ]  # fmt: skip
    assert [pair for pair in pairs if pair[0] == "make"] == [
        ("make", "shalt"), ("make", "not"), ("make", "a"), ("make", "machine"),
    ]  # fmt: skip
    assert len(pairs) == 4 * 13 - 6  # 2 + 1 are missing at either end


def test_the_documents_cbow_window():
    windows = dict(windows_of("jay was hit by a red bus in"))
    assert windows["red"] == ["by", "a", "bus", "in"]


def test_windows_end_with_the_sentence_and_lonely_words_are_no_examples():
    found = list(positions([[0, 1], [2], [], [3, 4, 5]], draws_of(6, window=5)))
    assert [(one.position, one.center, one.context) for one in found] == [
        (0, 0, [1]), (1, 1, [0]), (3, 3, [4, 5]), (4, 4, [3, 5]), (5, 5, [3, 4]),
    ]  # fmt: skip


def test_windows_reach_over_words_that_are_not_read():
    """As in word2vec.c: subsampled words are taken out before windows are cut."""
    keep = np.full(7, EVERY_BIT, np.uint32)
    keep[[2, 5]] = 0
    found = {one.center: one.context for one in positions([range(7)], draws_of(7, keep=keep))}
    assert found == {0: [1, 3], 1: [0, 3, 4], 3: [0, 1, 4, 6], 4: [1, 3, 6], 6: [3, 4]}


def test_a_shrinking_window_reaches_every_distance_equally_often():
    draws = draws_of(9, window=(5, 3), shrink_window=True)
    reach = np.array([draws.reach(position) for position in range(20_000)])
    np.testing.assert_allclose(np.bincount(reach[:, 1], minlength=4) / len(reach), [0, *[1 / 3] * 3], atol=0.01)
    shares = np.bincount(reach[:, 0], minlength=6) / len(reach)
    assert shares[0] == 0
    np.testing.assert_allclose(shares[1:], 0.2, atol=0.012)  # 4 standard deviations of a share of 20,000 draws


def test_occurrences_are_read_with_their_probability():
    keep = (np.array([1.0, 0.5, 0.1, 0.01]) * EVERY_BIT).astype(np.uint32)
    draws = draws_of(4, keep=keep)
    for word, probability in enumerate([1.0, 0.5, 0.1, 0.01]):
        read = np.mean([draws.is_read(word, position) for position in range(word * 20_000, (word + 1) * 20_000)])
        assert abs(read - probability) <= 4 * np.sqrt(probability * (1 - probability) / 20_000)


def test_noise_words_are_different_and_never_the_center():
    for words in (2, 3, 10):
        draws = draws_of(words, negative_samples=words - 1)
        for position in range(50):
            center = position % words
            assert sorted([center, *draws.noise_words(center, position)]) == list(range(words))


def test_the_random_bits_are_splitmix64():
    """The first outputs of the reference implementation for seed 1234567: its state is key + counter x golden."""
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert [random_bits(1234567, counter) for counter in range(1, 5)] == expected
