"""Judging models from the command line."""

import json

from firth import WordVectors


def test_own_test_sets(firth, model, tmp_path):
    (tmp_path / "q.txt").write_text(": gender\nman woman king queen\nman woman king lion\n")
    (tmp_path / "s.csv").write_text("word1,word2,score\nking,queen,9\nking,man,5\nman,wörter,1\n")
    arguments = ("evaluate", model, "--analogies", "q.txt", "--similarity", "s.csv")
    scores = json.loads(firth(*arguments, "--json").stdout)["models"][0]["scores"]
    assert scores["q.txt"]["accuracy"] == 1
    assert (scores["q.txt"]["covered"], scores["q.txt"]["total"]) == (1, 2)
    assert scores["q.txt"]["sections"] == {"gender": {"correct": 1, "covered": 1, "total": 2}}
    assert scores["s.csv"]["total"] == 3
    assert -1 <= scores["s.csv"]["interval"][0] <= scores["s.csv"]["spearman"]
    shown = firth(*arguments).stdout
    assert "1 of 2" in shown
    assert "Spearman" in shown
    assert "95 % interval" in shown


def test_two_models_on_the_same_questions(firth, model, words, tmp_path):
    mirrored = {word: (-x, y, z) for word, (x, y, z) in words.items()}
    mirrored["queen"] = (5, -5, 5)
    WordVectors(list(mirrored), list(mirrored.values())).save(tmp_path / "worse.firth")
    (tmp_path / "q.txt").write_text("man woman king queen\nking queen man woman\n")
    arguments = ("evaluate", model, "worse.firth", "--analogies", "q.txt", "--top", 7)
    comparison = json.loads(firth(*arguments, "--json").stdout)["comparisons"]["q.txt"]
    assert comparison["covered"] == 2
    assert comparison["difference"] == 1
    assert "worse.firth, on what both models cover" in firth(*arguments).stdout


def test_built_in_questions_need_no_file(firth, model):
    scores = json.loads(firth("evaluate", model, "--json").stdout)["models"][0]["scores"]
    assert set(scores) == {"built-in analogies", "built-in categories", "built-in odd words"}
    gender = scores["built-in analogies"]["sections"]["gender"]
    assert (gender["covered"], gender["correct"]) == (2, 2)
    assert scores["built-in categories"]["purity"] is None  # no word of them is known


def test_categories_and_odd_words_of_ones_own(firth, model, tmp_path):
    (tmp_path / "c.txt").write_text("low: man woman\nhigh: king queen\n")
    (tmp_path / "o.txt").write_text("man woman king jack-in-the-box\nman woman nobody\n")
    arguments = ("evaluate", model, model, "--categories", "c.txt", "--odd-words", "o.txt", "--json")
    record = json.loads(firth(*arguments).stdout)
    scores = record["models"][0]["scores"]
    assert (scores["c.txt"]["covered"], scores["o.txt"]["accuracy"], scores["o.txt"]["total"]) == (4, 1, 2)
    assert {name: (some["covered"], some["difference"]) for name, some in record["comparisons"].items()} == {
        "c.txt": (4, 0),
        "o.txt": (1, 0),
    }


def test_errors_are_reported_before_the_work(firth, model, tmp_path):
    (tmp_path / "q.txt").write_text("man woman king queen\n")
    assert "nowhere" in firth("evaluate", model, "nowhere", code=2).stderr
    without = firth("evaluate", model, "--odd-words", "q.txt", "--method", "3cosmul", code=2).stderr
    assert "--method applies only to analogies" in without
    assert "two test sets" in firth("evaluate", model, "--analogies", "q.txt", "--odd-words", "q.txt", code=2).stderr


def test_sentences_of_a_file(firth, model, tmp_path):
    rows = "king man\tqueen woman\t4\nking\tman woman\t2\nking queen\tQueen king!\t5\n"
    (tmp_path / "sts.tsv").write_text(f"sentence1\tsentence2\tscore\n{rows}")
    arguments = ("evaluate", model, "--sentences", "sts.tsv", "--weighting", "tfidf")
    score = json.loads(firth(*arguments, "--json").stdout)["models"][0]["scores"]["sts.tsv"]
    assert score["weighting"] == "tfidf" and score["covered"] == 3 and len(score["pearson_interval"]) == 2
    assert "Pearson" in firth(*arguments).stdout
    assert "applies only to --sentences" in firth("evaluate", model, "--weighting", "sif", code=2).stderr


def test_a_backend_that_cannot_be_used_is_an_error_before_the_work(firth, model):
    assert "must be one of cpu, cuda" in firth("evaluate", model, "--backend", "gpu", code=2).stderr
    with_products = firth("evaluate", model, "--backend", "cuda", "--method", "3cosmul", code=2).stderr
    assert "method='3cosmul': backend='cuda' finds the rows nearest to sums" in " ".join(with_products.split())
    without = firth("evaluate", model, "--backend", "cpu", "--odd-words", "o.txt", code=2).stderr
    assert "--backend applies only to analogies" in without
