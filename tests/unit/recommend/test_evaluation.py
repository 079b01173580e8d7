"""Ranks, metrics and reports: toy data with known ranks, and a slow reference that sorts."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import SettingError
from firth.evaluation.intervals import percentile_interval, resampled_mean
from firth.recommend import Popularity, Sequences, SequentialRules, baselines, evaluate
from firth.recommend.metrics import rank_metrics, resampled_means
from firth.recommend.scorer import NEVER

TRAIN = Sequences.of([list("abcde"), list("abcd"), list("abc"), list("ab"), ["a"]])  # numbered a, b, c, d, e


class Table:
    """A scorer that looks scores up by the last item of a history; "" is the row without a history."""

    name = "table"

    def __init__(self, rows, train=TRAIN):
        self.rows, self.items = rows, train.items

    def fit(self, sequences):
        raise AssertionError("evaluate() fits no recommender")

    def scores(self, histories):
        found = []
        for first, stop in zip(histories.offsets[:-1], histories.offsets[1:], strict=True):
            last = self.items.item(histories.ids[stop - 1]) if stop > first else ""
            found.append(self.rows[last])
        return np.array(found, np.float32).reshape(len(histories), len(self.items))


def expect(report, **values):
    got = {name: report[name.replace("_", " ").replace("at", "@")] for name in values}
    assert got == pytest.approx(values, nan_ok=True)


ROWS = {"a": [1, 9, 8, 7, 6], "b": [5, 1, 5, 5, 5], "x": [0] * 5, "": [1, 2, 3, NEVER, np.nan]}


def test_ranks_of_a_toy():
    # a → c: rank 2.   a → b: rank 1.   b → d: a and c are equal and have smaller numbers, rank 3.
    report = evaluate(Table(ROWS), Sequences.of(["ac", "ab", "bd"]), at=(1, 2, 3))
    expect(report, HRat1=1 / 3, HRat2=2 / 3, HRat3=1, MRRat3=(1 / 2 + 1 + 1 / 3) / 3, MRRat1=1 / 3)
    expect(report, NDCGat2=(1 + 1 / np.log2(3)) / 3, NDCGat3=(1 + 1 / np.log2(3) + 1 / 2) / 3)
    # All answers but a are outside the most popular fifth of five items. Lists of two: b c, b c, a c.
    expect(report, coverageat1=2 / 5, coverageat2=3 / 5, tail_HRat1=1 / 3)
    assert report.questions == report.sequences == report.total == report.tail_questions == 3


def test_answers_without_a_score_have_no_rank():
    report = evaluate(Table(ROWS), Sequences.of(["xd", "xe", "xa"]), at=5)
    assert report.questions == 3 and report.unknown_answers == 0
    expect(report, HRat5=1 / 3, MRRat5=1 / 9, coverageat5=3 / 5)  # a is number 3 of the three that have a score
    assert report.scorers[0].unknown_history == 3
    assert "3 unknown items were left out of the histories." in report.notes


def test_every_prefix_of_a_sequence_is_a_question_from_the_first_that_is_not_given():
    test = Sequences.of([["a", "b", "d", "q", "a"], ["b", "b"]])
    report = evaluate(Table({**ROWS, "d": [9, 0, 0, 0, 0]}), test, at=1)
    # a → b, b → d, (d → q is left out), d → a after the unknown q, b → b
    assert (report.questions, report.unknown_answers, report.sequences, report.scorers[0].unknown_history) == (
        4,
        1,
        2,
        1,
    )
    expect(report, HRat1=2 / 4)
    given_two = Sequences(test.items, test.ids, test.offsets, given=np.array([4, 1]))
    expect(evaluate(Table({**ROWS, "d": [9, 0, 0, 0, 0]}), given_two, at=1), HRat1=1 / 2)


def test_unknown_answers_can_be_misses():
    test = Sequences.of([["a", "b"], ["a", "q"], ["a", "c"], ["b", "z"]])
    every = evaluate(Table(ROWS), test, at=2, unknown_answers="misses")
    known = evaluate(Table(ROWS), test, at=2)
    assert (every.questions, every.unknown_answers, known.questions, known.unknown_answers) == (4, 2, 2, 2)
    expect(known, HRat2=1, MRRat2=3 / 4)
    expect(every, HRat2=1 / 2, MRRat2=3 / 8, tail_HRat2=1 / 2)
    assert every.notes[1] == "2 count as misses: their answers do not occur in the training data."
    assert known.notes[1] == "2 more were left out: their answers do not occur in the training data."


def test_sequences_can_count_the_same():
    test = Sequences.of(["abab", "aaa"])
    rows = {"a": [0, 1, 0, 0, 0], "b": [0, 1, 0, 0, 0]}
    expect(evaluate(Table(rows), test, at=1), HRat1=2 / 5)
    report = evaluate(Table(rows), test, at=1, per="sequence")
    expect(report, HRat1=(2 / 3 + 0) / 2)
    assert "each of which counts the same" in report.notes[0]


def test_the_tail_is_outside_the_most_popular_fifth():
    train = Sequences.of([[str(n)] * (20 - n) for n in range(10)])
    rows = {str(n): np.eye(10)[[1, 2, 3][n]] for n in range(3)}
    report = evaluate(Table(rows, train), Sequences.of([["0", "1"], ["1", "2"], ["2", "9"]]), at=1)
    assert report.tail_questions == 2  # 0 and 1 are popular
    expect(report, HRat1=2 / 3, tail_HRat1=1 / 2)
    expect(evaluate(Table(rows, train), Sequences.of([["0", "1"]]), at=1), tail_HRat1=np.nan)


def test_answers_that_only_attributes_are_known_of_are_left_out():
    sequences = Sequences.of(["ab", "ac"])
    counts = sequences.items.counts.copy()
    counts[2] = 0
    object.__setattr__(sequences.items.vocabulary, "counts", counts)
    scorer = Table({"a": [0, 1, 2]}, sequences)
    report = evaluate(scorer, Sequences.of(["ab", "ac"]), at=1)
    assert (report.questions, report.unknown_answers) == (1, 1)
    expect(report, HRat1=0)


ids = st.integers(0, 5)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(ids, min_size=1, max_size=6), min_size=1, max_size=6),
    st.lists(st.lists(st.integers(0, 7), min_size=2, max_size=6), min_size=1, max_size=6),
    st.integers(1, 7),
)
def test_metrics_are_those_of_sorting(train, test, k):
    training, asked = Sequences.of(train), Sequences.of(test)
    scorer = SequentialRules().fit(training)
    known = {item for sequence in train for item in sequence}
    hits, gains, reciprocals, listed = [], [], [], set()
    for sequence in test:
        for position in range(1, len(sequence)):
            if sequence[position] not in known:
                continue
            history = [item for item in sequence[:position] if item in known]
            row = scorer.scores(asked_histories(scorer, history))[0]
            order = [int(n) for n in np.argsort(-row, kind="stable") if row[n] > NEVER]
            ranked = [scorer.items.item(n) for n in order][:k]
            listed |= set(ranked)
            rank = ranked.index(sequence[position]) + 1 if sequence[position] in ranked else np.inf
            hits.append(rank <= k)
            gains.append(1 / np.log2(1 + rank))
            reciprocals.append(1 / rank)
    if not hits:
        with pytest.raises(SettingError, match="no question has a known answer"):
            evaluate(scorer, asked, at=k, progress=False)
        return
    report = evaluate(scorer, asked, at=k, progress=False)
    assert report.questions == len(hits)
    assert report[f"HR@{k}"] == pytest.approx(np.mean(hits))
    assert report[f"NDCG@{k}"] == pytest.approx(np.mean(gains))
    assert report[f"MRR@{k}"] == pytest.approx(np.mean(reciprocals))
    assert report[f"coverage@{k}"] == pytest.approx(len(listed) / len(known))


def asked_histories(scorer, history):
    from firth.recommend.scorer import Histories

    return Histories.of([scorer.items.numbers(history)])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-1, 30), min_size=1, max_size=30), st.integers(1, 20))
def test_metrics_are_ordered_and_between_0_and_1(ranks, k):
    found = rank_metrics(np.array(ranks), (k, k + 5), np.zeros(len(ranks), bool))
    for short, long in ((f"HR@{k}", f"HR@{k + 5}"), (f"NDCG@{k}", f"NDCG@{k + 5}"), (f"MRR@{k}", f"MRR@{k + 5}")):
        assert (found[short] >= 0).all() and (found[short] <= found[long]).all() and (found[long] <= 1).all()
    assert (found[f"MRR@{k}"] <= found[f"NDCG@{k}"]).all() and (found[f"NDCG@{k}"] <= found[f"HR@{k}"]).all()
    assert np.isnan(found[f"tail HR@{k}"]).all()


def test_intervals_are_those_of_the_bootstrap_over_sequences():
    random = np.random.default_rng(2)
    sequences = np.sort(random.integers(0, 50, 400))
    values = random.random((400, 2))
    drawn = resampled_means(values, np.ones(400), sequences, seed=5)
    np.testing.assert_allclose(drawn[:, 1], resampled_mean(values[:, 1], sequences, seed=5))


def test_bundles_of_many_sequences_give_the_same_intervals():
    random = np.random.default_rng(2)
    sequences = np.repeat(np.arange(30_000), 2)
    values = (random.random(60_000) < 0.1).astype(np.float64)[:, None]
    bundled = percentile_interval(resampled_means(values, np.ones(60_000), sequences)[:, 0])
    expected = 1.96 * np.sqrt(0.09 / 60_000)  # of independent questions
    assert bundled.high - bundled.low == pytest.approx(2 * expected, rel=0.1)
    assert bundled.low < values.mean() < bundled.high


def chain(random, n):
    """Sequences in which the next item is the following number, mostly."""
    starts = random.integers(0, 30, n)
    return [[int(s + i) % 30 if random.random() < 0.7 else int(random.integers(30)) for i in range(5)] for s in starts]


@pytest.fixture(scope="module")
def chains():
    random = np.random.default_rng(4)
    return Sequences.of(chain(random, 300)), Sequences.of(chain(random, 150))


def test_the_better_one_wins_and_the_report_says_so(chains):
    train, test = chains
    report = evaluate(SequentialRules().fit(train), test, train=train, against=[Popularity], at=(1, 5), progress=False)
    assert [scorer.name for scorer in report.scorers] == ["sequential rules", "popularity"]
    difference = report.difference
    assert difference.is_better and difference.metric == "HR@5" and difference.p_value < 0.01
    assert difference.interval.low < difference.difference < difference.interval.high
    assert difference.difference == pytest.approx(report["HR@5"] - report.scorers[1]["HR@5"])
    assert report.verdict.startswith("sequential rules beats the best baseline, popularity: HR@5 differs by +0.")
    interval = report.scorers[0].intervals["HR@5"]
    assert interval.low < report["HR@5"] < interval.high


def test_a_worse_one_is_told_to_use_the_baseline(chains):
    train, test = chains
    report = evaluate(Popularity().fit(train), test, train=train, against=baselines.all, progress=False, at=5)
    assert [one.name for one in report.scorers] == ["popularity", *(kind.name for kind in baselines.all)]
    best = max(report.scorers[1:], key=lambda one: one["HR@5"]).name
    assert report.verdict.startswith(f"Use the baseline: {best} beats popularity: HR@5 differs by -0.")
    same = SequentialRules().fit(train)
    report = evaluate(same, test, against=[same], progress=False)
    assert report.verdict.startswith("Use the baseline: sequential rules is not better than sequential rules beyond")
    assert report.difference.p_value == 1 and not report.difference.is_better
    assert evaluate(same, test, progress=False).verdict.startswith("There is no baseline to compare with")


def test_a_sample_of_questions_is_reproducible_and_reported(chains):
    train, test = chains
    scorer = SequentialRules().fit(train)
    every = evaluate(scorer, test, progress=False)
    some = evaluate(scorer, test, questions=100, seed=3, progress=False)
    assert (some.questions, some.total, every.questions) == (100, every.total, every.total)
    assert some.notes[0].startswith(f"100 questions of {every.total:,}, drawn at random")
    again = evaluate(scorer, test, questions=100, seed=3, progress=False)
    assert again.to_dict() == some.to_dict()
    assert evaluate(scorer, test, questions=10**6, progress=False).to_dict() == every.to_dict()


def test_batches_do_not_change_the_result(chains, monkeypatch):
    train, test = chains
    scorer = SequentialRules().fit(train)
    every = evaluate(scorer, test, progress=False)
    monkeypatch.setattr("firth.recommend.evaluation._MOST_AT_ONCE", 7)
    assert evaluate(scorer, test, progress=False).to_dict() == every.to_dict()


def test_a_report_as_text_html_and_json(chains):
    train, test = chains
    model = SequentialRules().fit(train)
    model.name = "<b>model</b>"
    report = evaluate(model, test, train=train, against=[Popularity], at=(1, 5), progress=False)
    lines = str(report).splitlines()
    assert lines[0].split()[:6] == ["HR@1", "HR@5", "NDCG@1", "NDCG@5", "MRR@1", "MRR@5"]
    assert lines[1].split()[:2] == ["<b>model</b>", f"{report['HR@1']:.4f}"]
    assert len({len(line) for line in lines[:3]}) == 1 and lines[-1] == report.verdict
    html = report._repr_html_()
    assert "&lt;b&gt;model" in html and "<b>model" not in html and report.verdict.partition(",")[2] in html
    stored = json.loads(report.to_json())
    assert stored == report.to_dict()
    assert stored["scorers"][1]["metrics"]["HR@5"] == report.scorers[1]["HR@5"]
    assert stored["difference"]["better"] is True and stored["verdict"] == report.verdict
    assert repr(report).startswith("Report(<b>model</b>: HR@1 0.")


def test_numbers_that_do_not_exist_are_null_in_json():
    report = evaluate(Table(ROWS), Sequences.of(["xa"]), at=1, progress=False)
    stored = json.loads(report.to_json())
    assert stored["scorers"][0]["metrics"]["tail HR@1"] is None and stored["difference"] is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"at": ()}, "at least one list"),
        ({"at": (10, 0)}, "at=0: must be a whole number, at least 1"),
        ({"at": 2.5}, "at=2.5"),
        ({"per": "user"}, "per='user': must be"),
        ({"questions": 0}, "questions=0"),
        ({"unknown_answers": "wrong"}, "unknown_answers='wrong': must be"),
        ({"against": baselines.all}, "train: must be the training data, to which Popularity is fitted"),
        ({"against": ["popularity"]}, "against='popularity': must be scorers"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(SettingError, match=message):
        evaluate(Table(ROWS), Sequences.of(["ab"]), progress=False, **options)


def test_a_test_of_unknown_items_is_refused():
    with pytest.raises(SettingError, match="of the 2 answers of the test none occurs in training"):
        evaluate(Table(ROWS), Sequences.of(["xyz"]), progress=False)
