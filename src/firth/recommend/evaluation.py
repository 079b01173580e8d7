"""How good is a recommender? The rank of each answer among all items, beside the baselines.

Only full rankings: ranks among a few sampled items do not even keep the order of models (Krichene and Rendle 2020, "On
sampled metrics for item recommendation").
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError, quoted
from firth.evaluation.comparison import two_sided_p
from firth.evaluation.intervals import percentile_interval
from firth.interruption import importing
from firth.progress import ProgressOption, Stage, open_progress
from firth.recommend.items import UNKNOWN
from firth.recommend.metrics import means, rank_metrics, resampled_means
from firth.recommend.questions import Questions
from firth.recommend.report import Difference, Report, ScorerMetrics
from firth.recommend.scorer import Scorer
from firth.recommend.sequences import Sequences
from firth.settings import check_value, one_of, whole_number

__all__ = ["evaluate"]

_BYTES_AT_ONCE = 1 << 24  # of scores
_MOST_AT_ONCE = 1024  # questions
_POPULAR = 0.2  # the share of the items that is not the tail


def evaluate(
    scorer: Scorer,
    test: Sequences,
    *,
    train: Sequences | None = None,
    against: Sequence[type[Scorer] | Scorer] = (),
    at: int | Sequence[int] = (10, 20),
    per: str = "question",
    unknown_answers: str = "left out",
    questions: int | None = None,
    seed: int = 1,
    progress: ProgressOption = None,
) -> Report:
    """Judge a recommender by the next items of test sequences, beside baselines.

    Every event of a test sequence that is not merely given is the answer of a question, and all events before it are
    the history. All items are ranked, ties by the smaller number, which is the more frequent item; an item with the
    score NEVER has no rank.

    Parameters
    ----------
    test : such as the last part of Sequences.split().
    train : what the recommender was fitted to, for baselines that are not fitted yet.
    against : baselines, such as baselines.all: fitted scorers, or classes, one of each of which is fitted to `train`.
    at : lengths of lists, such as 10 or (10, 20). The hits in the longest list decide which baseline is the best, and
        whether the recommender beats it.
    per : "question", or "sequence" if each sequence is to count the same, however many questions it has.
    unknown_answers : what becomes of questions whose answer does not occur in training, so that no scorer can know it:
        "left out", or "misses", as in much of the literature; they are counted in both cases.
    questions : judge only so many, drawn at random.
    seed : of that draw and of the 2,000 resamples.
    progress : how to show it; see firth.progress.

    Returns
    -------
    HR@k (hit rate), NDCG@k, MRR@k; "tail HR@k", where the answer is outside the most popular fifth of the items;
    "coverage@k", the share of the items that are in any list. 95 % bootstrap intervals over sequences.

    Raises
    ------
    SettingError : impossible options, baselines that are to be fitted without `train`, or no question with a known
        answer.
    """
    lengths = _checked(at, per, questions)
    check_value("unknown_answers", unknown_answers, one_of(("left out", "misses")))
    scorers = [scorer, *(_fitted(one, train) for one in against)]
    is_known = np.zeros(len(test.items), bool)
    for one in scorers:
        numbers = test.items.numbers_in(one.items)
        is_known |= (numbers != UNKNOWN) & (one.items.counts[numbers] > 0)
    asked = Questions.of(test, is_known, questions, seed, all_count=unknown_answers == "misses")
    if not len(asked):
        raise SettingError(
            f"no question has a known answer: of the {asked.unknown:,} answers of the test none occurs in training"
        )
    is_tail = _is_tail(scorer, asked)
    weights = 1 / np.bincount(asked.sequences)[asked.sequences] if per == "sequence" else np.ones(len(asked))
    judged = []
    with open_progress(progress) as reporter:
        for one in scorers:
            with reporter.stage(f"evaluating {one.name}", len(asked), "questions") as stage:
                judged.append(_judge(one, asked, lengths, is_tail, stage))
    values = np.concatenate([one.values for one in judged], axis=1)
    drawn = resampled_means(values, weights, asked.sequences, seed)
    drawn_of = np.split(drawn, len(judged), axis=1)
    found = tuple(_metrics(one, weights, part) for one, part in zip(judged, drawn_of, strict=True))
    return Report(
        scorers=found,
        at=lengths,
        questions=len(asked),
        sequences=len(np.unique(asked.sequences)),
        total=asked.total,
        unknown_answers=asked.unknown,
        are_misses=unknown_answers == "misses",
        tail_questions=int(is_tail.sum()),
        per=per,
        difference=_difference(found, drawn_of, f"HR@{lengths[-1]}") if against else None,
    )


def _checked(at: int | Sequence[int], per: str, questions: int | None) -> tuple[int, ...]:
    """The lengths of lists, ascending."""
    lengths = tuple(at) if isinstance(at, Sequence) else (at,)
    for k in lengths:
        check_value("at", k, whole_number(1))
    if not lengths:
        raise SettingError("at=(): must have the length of at least one list")
    check_value("per", per, one_of(("question", "sequence")))
    if questions is not None:
        check_value("questions", questions, whole_number(1))
    return tuple(sorted(set(lengths)))


def _fitted(one: type[Scorer] | Scorer, train: Sequences | None) -> Scorer:
    if not isinstance(one, type):
        if not hasattr(one, "scores"):
            raise SettingError(f"against={quoted(one)}: must be scorers, or their classes, such as baselines.all")
        return one
    if train is None:
        raise SettingError(f"train: must be the training data, to which {one.__name__} is fitted, or give it fitted")
    fitted: Scorer = one().fit(train)
    return fitted


def _is_tail(scorer: Scorer, asked: Questions) -> NDArray[np.bool_]:
    """Whether each answer (Q,) is outside the most popular fifth of the items that occur in training."""
    numbers = asked.answers(asked.test.items.numbers_in(scorer.items))
    popular = _POPULAR * np.count_nonzero(scorer.items.counts)
    is_tail: NDArray[np.bool_] = (numbers == UNKNOWN) | (numbers >= popular)
    return is_tail


class _Judged(NamedTuple):
    """One scorer's answers."""

    name: str
    metrics: list[str]
    values: NDArray[np.float64]  # (Q, M)
    coverage: dict[str, float]
    unknown_history: int


def _judge(
    scorer: Scorer, asked: Questions, lengths: tuple[int, ...], is_tail: NDArray[np.bool_], stage: Stage
) -> _Judged:
    """Rank the answers, some questions at a time."""
    with importing():
        from firth.kernels.cpu.recommend.ranks import list_best, rank_answers

    n = len(scorer.items)
    numbers = asked.test.items.numbers_in(scorer.items)
    answers = asked.answers(numbers)
    ranks = np.empty(len(asked), np.int64)
    is_listed = {k: np.zeros(n, bool) for k in lengths}
    step = max(1, min(_MOST_AT_ONCE, _BYTES_AT_ONCE // (4 * max(n, 1))))
    best = np.empty((step, lengths[-1]), np.int32)
    workspace = np.empty(lengths[-1], np.float32)
    for first in range(0, len(asked), step):
        stop = min(first + step, len(asked))
        scores = scorer.scores(asked.histories(numbers, first, stop))
        rank_answers(scores, answers[first:stop], ranks[first:stop])
        list_best(scores, best[: stop - first], workspace)
        for k, listed in is_listed.items():
            items = best[: stop - first, :k]
            listed[items[items >= 0]] = True
        stage.update(stop)
    columns = rank_metrics(ranks, lengths, is_tail)
    coverage = {f"coverage@{k}": float(listed.mean()) for k, listed in is_listed.items()}
    values = np.stack(list(columns.values()), axis=1)
    return _Judged(scorer.name, list(columns), values, coverage, asked.unknown_history(scorer.items))


def _metrics(judged: _Judged, weights: NDArray[np.float64], drawn: NDArray[np.float64]) -> ScorerMetrics:
    """Means and intervals.    drawn : (R, M)."""
    values = dict(zip(judged.metrics, means(judged.values, weights).tolist(), strict=True))
    intervals = {name: percentile_interval(column) for name, column in zip(judged.metrics, drawn.T, strict=True)}
    return ScorerMetrics(judged.name, {**values, **judged.coverage}, intervals, judged.unknown_history)


def _difference(found: tuple[ScorerMetrics, ...], drawn: Sequence[NDArray[np.float64]], metric: str) -> Difference:
    """The first scorer against the best of the others."""
    column = list(found[0].values).index(metric)
    best = max(range(1, len(found)), key=lambda i: found[i][metric])
    differences = drawn[0][:, column] - drawn[best][:, column]
    return Difference(
        metric,
        found[best].name,
        found[0][metric] - found[best][metric],
        percentile_interval(differences),
        two_sided_p(differences),
    )
