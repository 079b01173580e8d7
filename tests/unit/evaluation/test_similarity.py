"""Word similarity: the correlations are those of SciPy, and every usual table can be read."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from firth.errors import FormatError, SettingError
from firth.evaluation.correlation import pearson, ranks, spearman, weighted_spearman
from firth.evaluation.similarity import (
    SimilarityPair,
    evaluate_similarity,
    read_similarity_pairs,
)
from firth.vectors.word_vectors import WordVectors


def random_vectors(count: int = 60) -> WordVectors:
    random = np.random.default_rng(5)
    return WordVectors([f"w{i}" for i in range(count)], random.standard_normal((count, 8)))


def random_pairs(count: int = 100) -> list[SimilarityPair]:
    random = np.random.default_rng(6)
    return [
        SimilarityPair(f"w{a}", f"W{b}", float(judgement)) for a, b, judgement in random.integers(0, 60, (count, 3))
    ]


@pytest.mark.parametrize("distinct", [3, 10, 10_000])
def test_correlations_equal_scipy_with_ties(distinct):
    first, second = np.random.default_rng(distinct).integers(0, distinct, (2, 200)).astype(float)
    assert ranks(first).tolist() == stats.rankdata(first).tolist()
    assert pearson(first, second) == pytest.approx(stats.pearsonr(first, second)[0], abs=1e-12)
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second)[0], abs=1e-12)


def test_weights_mean_repetition():
    random = np.random.default_rng(2)
    first, second = random.integers(0, 6, (2, 30)).astype(float)
    weights = random.integers(0, 4, (5, 30)).astype(float)
    for row, result in zip(weights, weighted_spearman(first, second, weights), strict=True):
        times = row.astype(int)
        expected = stats.spearmanr(np.repeat(first, times), np.repeat(second, times))[0]
        assert result == pytest.approx(expected, abs=1e-12)


def test_correlations_of_constant_or_single_values_are_nan():
    assert np.isnan(pearson(np.ones(4), np.arange(4.0)))
    assert np.isnan(spearman(np.arange(1.0), np.arange(1.0)))
    assert np.isnan(spearman(np.empty(0), np.empty(0)))


def test_the_score_is_the_correlation_of_cosines_and_judgements():
    vectors, pairs = random_vectors(), random_pairs()
    pairs.append(SimilarityPair("w1", "unheard", 3.0))
    score = evaluate_similarity(vectors, pairs)
    rows = {word: row for word, row in zip(vectors.words, vectors.matrix, strict=True)}
    cosines = []
    for first, second, _ in pairs[:-1]:
        a, b = rows[first], rows[second.lower()]
        cosines.append(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    judgements = [pair.judgement for pair in pairs[:-1]]
    assert score.spearman == pytest.approx(stats.spearmanr(judgements, cosines)[0], abs=1e-6)
    assert score.pearson == pytest.approx(stats.pearsonr(judgements, cosines)[0], abs=1e-6)
    assert (score.covered, score.total) == (100, 101)
    low, high, _ = score.interval()
    assert low < score.spearman < high
    assert score.interval(level=0.5).low > low


@pytest.mark.filterwarnings("ignore:none of the")
def test_top_and_ignore_case_decide_what_is_covered():
    pairs = [SimilarityPair("W0", "w1", 1.0), SimilarityPair("w0", "w50", 2.0)]
    assert evaluate_similarity(random_vectors(), pairs, top=10).covered == 1
    assert evaluate_similarity(random_vectors(), pairs, ignore_case=False).covered == 1
    assert np.isnan(evaluate_similarity(random_vectors(), pairs, top=1).interval().low)


@pytest.mark.parametrize(
    "text",
    [
        "tiger\tcat\t7.5\nbook\tpaper\t5\n",
        "# WordSim\nWord 1,Word 2,Human (mean)\ntiger,cat,7.5\nbook,paper,5\n",
        ",word1,word2,similarity\n0,tiger,cat,7.5\n1,book,paper,5\n",
        "0,tiger,cat,7.5\n1,book,paper,5\n2,,,\n,,,\n",
        "tiger-n cat-n 7.5\nbook-n paper-n 5\n",
        "word1\tword2\tPOS\tSimLex999\tconc\ntiger\tcat\tN\t7.5\t1\nbook\tpaper\tN\t5\t2\n",
        '"tiger";"cat";7.5\r\n"book";"paper";5\r\n',
        "\ufefftiger cat 7.5\n\nbook paper 5",
        ",w1,w2,score\n0,tiger,cat,7.5\n1,book,paper,5\n",
        ",first,other,value\n17,tiger,cat,7.5\n3,book,paper,5\n",
        "id;score;one;other\n1;7.5;tiger;cat\n2;5;book;paper\n",
        "Unnamed: 0\tword_a\tword_b\tsim\n0\ttiger\tcat\t7.5\n1\tbook\tpaper\t5\n",
        '"w1" "w2" "score"\n"1" "tiger" "cat" 7.5\n"2" "book" "paper" 5\n',
        "w1,w2,score\n1,tiger,cat,7.5\n2,book,paper,5\n",
        "8,tiger,cat,7.5,x\n9,book,paper,5,y\n",
        "word1,word2,mean; 0-10\ntiger,cat,7.5\nbook,paper,5\n",
        "word1,word2,1999\ntiger,cat,7.5\nbook,paper,5\n",
        '"tiger","cat",7.5\r"book","paper",5\r',
        "word1,word2,score,,\ntiger,cat,7.5,,\nbook,paper,5,,\n3,,,,\n",
        "#,w1,w2,score\n1,tiger,cat,7.5\n2,book,paper,5\n",
    ],
)
def test_tables_in_all_usual_layouts(tmp_path, text):
    path = tmp_path / "pairs"
    path.write_text(text, encoding="utf-8", newline="")
    assert read_similarity_pairs(path) == [("tiger", "cat", 7.5), ("book", "paper", 5.0)]


def test_hyphens_stay_unless_every_word_has_a_part_of_speech(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("plan-b,cat-n,1\nvitamin,cat-n,2\n", encoding="utf-8")
    assert read_similarity_pairs(path)[0] == ("plan-b", "cat-n", 1.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,1\nc,d\n", "line 2"),
        ("a,b,1\nc,d,much\n", "line 2"),
        ("a,b,1\nc,d,nan\n", "line 2"),
        ("word1,word2,score\n", "no pairs of words below"),
        ("c,d,nan\na,b,1\n", "line 1"),
        ("c,d,\na,b,1\n", "line 1"),
        ("a,b,1\nc\n", "line 2"),
        ("a,b,1\nc,,2\n", "line 2"),
        ("a;b;1\nc;d;7,5\n", "line 2: '7,5' has a decimal comma: write 7.5"),
        ("a;b;7,5\nc;d;1\n", "line 1: '7,5' has a decimal comma"),
        ('a,b,1\n"c,d,2\ne,f,3\n', "line 2: a quoted cell"),
        ("a,b,1\nc,d,1_0\n", "line 2"),
    ],
)
def test_errors_of_bad_tables_have_the_line(tmp_path, text, message):
    path = tmp_path / "pairs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=message):
        read_similarity_pairs(path)


@pytest.mark.parametrize(
    "pair",
    [("w1", "w2"), ("w1", "w2", "high"), ("w1", "w2", None), ("w1", "w2", float("nan")), 5, "ab3", ("w1", 2, 3), None],
)
def test_given_pairs_need_a_number(pair):
    with pytest.raises(SettingError, match="must be two words and a finite number"):
        evaluate_similarity(random_vectors(), [("w1", "w2", 3), pair])


def test_numbers_can_be_words(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("7,seven,9,x\n8,eight,8,y\n", encoding="utf-8")
    assert read_similarity_pairs(path) == [("7", "seven", 9.0), ("8", "eight", 8.0)]
    path.write_text("word1,word2,score\n7,seven,9\n8,eight,8\n", encoding="utf-8")
    assert read_similarity_pairs(path) == [("7", "seven", 9.0), ("8", "eight", 8.0)]


def test_pairs_of_a_data_frame_are_its_rows():
    frame = pd.DataFrame({"a": ["w1", "w2"], "b": ["w3", "w4"], "score": [1.0, 2.0]})
    assert evaluate_similarity(random_vectors(), frame.itertuples(index=False)).covered == 2
    assert evaluate_similarity(random_vectors(), frame.to_numpy()).covered == 2
    for wrong in (frame, {"w1": 1}, b"w1"):
        with pytest.raises(SettingError):
            evaluate_similarity(random_vectors(), wrong)
