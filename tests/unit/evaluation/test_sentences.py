"""Sentence similarity: how sentences are composed, scored and read from files."""

import numpy as np
import pytest
from scipy import stats

import firth
from firth.errors import FirthWarning, FormatError, SettingError
from firth.evaluation import SentencePair, Suite, evaluate_sentences
from firth.evaluation.comparison import compare
from firth.evaluation.sentence_pairs import read_sentence_pairs
from firth.vectors.sentence_means import inverse_document_frequencies

WORDS = ["the", "cat", "dog", "stock", "market", "fell", "slept", "London"]
PAIRS = [
    ("The cat slept.", "The dog slept!", 4.5),
    ("The stock market fell.", "the MARKET fell", 4.8),
    ("The cat slept.", "The stock fell.", 0.5),
    ("London", "the market in london", 2.0),
    ("Quarks", "the cat", 1.0),
]


@pytest.fixture
def vectors():
    matrix = np.random.default_rng(4).normal(size=(len(WORDS), 6))
    matrix[2] = matrix[1] + 0.1  # the dog is like the cat
    return firth.WordVectors(WORDS, matrix, [90, 9, 8, 7, 6, 5, 4, 3])


def cosine(a, b):
    return a @ b / np.sqrt((a @ a) * (b @ b))


def mean(vectors, words):
    return np.mean([vectors[word] for word in words], axis=0, dtype=np.float64)


def test_sentences_are_means_of_their_known_words_in_any_case(vectors):
    score = evaluate_sentences(vectors, PAIRS)
    assert score.cosines[0] == pytest.approx(
        cosine(mean(vectors, ["the", "cat", "slept"]), mean(vectors, ["the", "dog", "slept"])), abs=1e-6
    )
    assert score.cosines[3] == pytest.approx(
        cosine(mean(vectors, ["London"]), mean(vectors, ["the", "market", "London"])), abs=1e-6
    )
    assert np.isnan(score.cosines[4]) and (score.covered, score.total) == (4, 5)
    judgements = [pair[2] for pair in PAIRS[:4]]
    assert score.pearson == pytest.approx(stats.pearsonr(judgements, score.cosines[:4]).statistic)
    assert score.spearman == pytest.approx(stats.spearmanr(judgements, score.cosines[:4]).statistic)


def test_both_correlations_have_intervals(vectors):
    random = np.random.default_rng(0)
    texts = [" ".join(random.choice(WORDS, 4)) for _ in range(80)]
    pairs = [(texts[i], texts[i + 40], float(random.normal())) for i in range(40)]
    score = evaluate_sentences(vectors, pairs)
    for value, interval in ((score.spearman, score.interval()), (score.pearson, score.pearson_interval())):
        assert -1 <= interval.low < value < interval.high <= 1
    spread = 1 / np.sqrt(40)
    assert 2 * spread < score.pearson_interval().high - score.pearson_interval().low < 6 * spread
    (first, second) = score.rows()
    assert first[0] == "Spearman" and second[0] == "Pearson" and "…" in first[2] and "…" in second[2]


def test_weights_by_inverse_document_frequency(vectors):
    sentences = [["the", "cat"], ["the", "dog", "dog"], ["the", "market"]]
    weights = inverse_document_frequencies(sentences)
    assert weights == {"the": 1.0, "cat": np.log(4 / 2) + 1, "dog": np.log(4 / 2) + 1, "market": np.log(4 / 2) + 1}
    found = vectors.sentence_vectors(sentences, tfidf=True)
    expected = (vectors["the"] + 2 * weights["dog"] * vectors["dog"].astype(np.float64)) / 3
    np.testing.assert_allclose(found[1], expected, atol=1e-6)
    assert vectors.sentence_vectors(sentences, tfidf=weights).tobytes() == found.tobytes()
    alone = vectors.sentence_vectors(["slept the"], tfidf=weights)[0]  # a new word counts as the rarest
    np.testing.assert_allclose(alone, (weights["cat"] * vectors["slept"] + vectors["the"]) / 2, atol=1e-6)


def test_weightings_are_those_of_sentence_vectors(vectors):
    texts = [pair[0] for pair in PAIRS[:4]] + [pair[1] for pair in PAIRS[:4]]
    known = {word.lower(): word for word in WORDS}
    tokens = [[known[word] for word in text.lower().strip(".!").split() if word in known] for text in texts]
    for weighting, options in (("sif", {"sif": 1e-3}), ("tfidf", {"tfidf": True})):
        made = vectors.sentence_vectors(tokens, **options).astype(np.float64)
        expected = [cosine(made[i], made[i + 4]) for i in range(4)]
        np.testing.assert_allclose(
            evaluate_sentences(vectors, PAIRS[:4], weighting=weighting).cosines, expected, atol=1e-6
        )


def test_an_easy_set_is_solved_and_a_reversed_one_is_not(vectors):
    easy = [("cat", "dog", 5), ("cat cat", "stock", 0), ("market", "market", 5.5)]
    assert evaluate_sentences(vectors, easy).spearman == 1
    assert evaluate_sentences(vectors, [(a, b, -score) for a, b, score in easy]).spearman == -1


def test_options(vectors):
    with pytest.warns(FirthWarning, match="none of the 1 pairs of sentences is covered"):
        assert evaluate_sentences(vectors, [("cat", "market", 1)], top=3).covered == 0
    with pytest.warns(FirthWarning):
        assert evaluate_sentences(vectors, [("LONDON", "cat", 1)], ignore_case=False).covered == 0
    by_letter = evaluate_sentences(vectors, [("cat,dog", "dog", 1)], tokenizer=lambda line: line.split(","))
    assert by_letter.covered == 1
    bare = firth.WordVectors(WORDS, vectors.matrix)
    with pytest.raises(SettingError, match="no counts"):
        evaluate_sentences(bare, PAIRS, weighting="sif")
    shares = dict(zip(WORDS, vectors.counts / vectors.counts.sum(), strict=True))
    given = evaluate_sentences(bare, PAIRS, weighting="sif", frequencies=shares)
    np.testing.assert_allclose(given.cosines, evaluate_sentences(vectors, PAIRS, weighting="sif").cosines, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weighting": "max"}, "weighting='max': must be one of mean, sif, tfidf"),
        ({"frequencies": {}}, "frequencies= with weighting='mean' has no effect"),
        ({"tokenizer": "letters"}, "tokenizer='letters'"),
    ],
)
def test_impossible_options(vectors, options, message):
    with pytest.raises(SettingError, match=message):
        evaluate_sentences(vectors, PAIRS, **options)


@pytest.mark.parametrize("pair", [("a", "b"), ("a", 1, 2), ("a", "b", "x"), ("a", "b", float("nan")), "abc"])
def test_given_pairs_are_checked(vectors, pair):
    with pytest.raises(SettingError, match="must be two sentences and a finite number"):
        evaluate_sentences(vectors, [pair])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tfidf": True, "sif": 1e-3}, "give one of them"),
        ({"tfidf": "idf"}, "tfidf='idf': must be True, False"),
        ({"tfidf": {"a": -1}}, r"tfidf\['a'\] is -1: must be a finite number"),
    ],
)
def test_impossible_weights(vectors, options, message):
    with pytest.raises(SettingError, match=message):
        vectors.sentence_vectors(["the cat"], **options)


# ---------------------------------------------------------------- files

READ = [SentencePair("A man sings, loudly.", 'He said "no"', 3.2), SentencePair("One", "Two", 0.0)]
TABLES = {
    "header, tabs": 'score\tsentence1\tsentence2\n3.2\tA man sings, loudly.\tHe said "no"\n0\tOne\tTwo\n',
    "header, commas": 'sentence1,sentence2,score\n"A man sings, loudly.","He said ""no""",3.2\nOne,Two,0\n',
    "header, semicolons": 'sentence1;sentence2;score\nA man sings, loudly.;"He said ""no""";3.2\nOne;Two;0\n',
    "SICK": "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n"
    '1\tA man sings, loudly.\tHe said "no"\t3.2\tNEUTRAL\n2\tOne\tTwo\t0\tNEUTRAL\n',
    "GLUE": "index\tgenre\told_index\tsource1\tsentence1\tsentence2\tscore\n"
    '0\tx\t1\tnone\tA man sings, loudly.\tHe said "no"\t3.2\n1\tx\t2\tnone\tOne\tTwo\t0.0\n',
    "STS benchmark": 'main-news\tMSRvid\t2012\t0001\t3.200\tA man sings, loudly.\tHe said "no"\n'
    "main-news\tMSRvid\t2012\t0002\t0\tOne\tTwo\n",
    "three columns": 'A man sings, loudly.\tHe said "no"\t3.2\r\nOne\tTwo\t0\r\n',
    "number first": '3.2\tA man sings, loudly.\tHe said "no"\n\n0\tOne\tTwo\n',
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_tables_in_their_usual_layouts(tmp_path, text):
    (tmp_path / "a").write_text(text, encoding="utf-8-sig", newline="")
    assert read_sentence_pairs(tmp_path / "a") == READ


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("", "there is nothing in it", None),
        ("sentence1\tsentence2\tscore\n", "no pairs of sentences below", None),
        ("One\tTwo\t1\nOne\tTwo\n", "a row needs two sentences and a finite number", 2),
        ("One\tTwo\t1\nOne\tTwo\tnan\n", "a row needs two sentences", 2),
        ("One\tTwo\t1\n\nOne\t \t1\n", "a row needs two sentences", 3),
        ("One,Two\n", "2 columns, .*named sentence1", 1),
        ('a,b,1\n"a,b,1\n', "cannot be read as a table", 2),
    ],
)
def test_bad_tables_are_refused_with_the_line(tmp_path, text, problem, line):
    (tmp_path / "a").write_text(text)
    with pytest.raises(FormatError, match=problem) as caught:
        read_sentence_pairs(tmp_path / "a")
    assert caught.value.line == line


def test_files_in_a_suite_and_two_models(tmp_path, vectors):
    (tmp_path / "sts.tsv").write_text(
        "sentence1\tsentence2\tscore\n" + "".join(f"{a}\t{b}\t{s}\n" for a, b, s in PAIRS)
    )
    suite = Suite.read(sentences=[tmp_path / "sts.tsv"])
    first, second = (suite.evaluate(vectors, weighting=weighting)["sts.tsv"] for weighting in ("mean", "tfidf"))
    assert first.weighting == "mean" and first.cosines[:4].tolist() != second.cosines[:4].tolist()
    assert compare(first, first).difference == 0 and compare(first, second).covered == 4
    with pytest.raises(SettingError, match="weighting='x'"):
        suite.evaluate(vectors, weighting="x")
