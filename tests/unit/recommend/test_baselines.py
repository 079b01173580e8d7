"""Popularity, rules, neighbours: values against plain Python, and toy data with a known answer."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import SettingError
from firth.recommend import ItemKnn, Popularity, Repeats, Sequences, SequentialRules, SessionKnn
from firth.recommend.item_table import neighbour_table, rule_table
from firth.recommend.repeats import LAGS
from firth.recommend.scorer import NEVER, Histories
from firth.recommend.training_events import TrainingEvents

# Few items in long lists: most items come again.
sessions = st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=14), min_size=1, max_size=12)
wanted = st.lists(st.integers(0, 6), max_size=8)


def scored(scorer, history):
    """The scores of one history as {item: score}, without NEVER."""
    known = [item for item in history if scorer.items.number(item) >= 0]
    row = scorer.scores(Histories.of([scorer.items.numbers(known)]))[0]
    return {scorer.items.item(n): float(row[n]) for n in np.flatnonzero(row > NEVER)}, known


def with_repeats(scores, sequences, history, strength):
    """Seen items with more, by how often items come again; without them if none ever did."""
    shares = repeated_shares(sequences)
    if not any(shares):
        return {item: score for item, score in scores.items() if item not in history}
    total = sum(scores.values()) or 1
    lags = {item: min(lag, LAGS) for lag, item in reversed(list(enumerate(history[::-1])))}
    for item, lag in lags.items():
        if shares[lag] and strength:
            scores[item] = scores.get(item, 0) + strength * shares[lag] * total
    return scores


def repeated_shares(sequences):
    """How often items come again, by the lag of their last occurrence, counted with dictionaries."""
    hits, chances = Counter(), Counter()
    for sequence in sequences:
        for position in range(1, len(sequence)):
            last = {item: n for n, item in enumerate(sequence[:position])}
            for item, n in last.items():
                lag = min(position - n, LAGS + 1)
                chances[lag] += 1
                hits[lag] += item == sequence[position]
    return [hits[lag] / max(chances[lag], 1) for lag in range(1, LAGS + 2)]


def rules(sequences, history):
    """Sequential rules with dictionaries."""
    strengths, counts = defaultdict(Counter), Counter()
    for sequence in sequences:
        counts.update(sequence)
        for position, item in enumerate(sequence):
            for distance, later in enumerate(sequence[position + 1 : position + 11]):
                strengths[item][later] += 0.8**distance
    scores = Counter()
    for lag, item in enumerate(history[::-1][:20]):
        for later, strength in strengths[item].items():
            scores[later] += 0.75**lag * strength**0.7 / counts[item] ** 0.25
    return scores


def item_likeness(sequences, history):
    """Item-kNN with sets."""
    sets = defaultdict(set)
    for number, sequence in enumerate(sequences):
        for item in sequence:
            sets[item].add(number)
    counts = Counter(item for sequence in sequences for item in sequence)
    itself = min(1, 10 * max(repeated_shares(sequences)))
    scores = Counter()
    for lag, item in enumerate(history[::-1][:20]):
        for other in sets:
            common = len(sets[item] & sets[other])
            if other == item:
                likeness = itself * counts[item] ** 0.3
            else:
                likeness = common / (len(sets[item]) ** 0.5 * len(sets[other]) ** 0.2)
            if likeness:
                scores[other] += 0.8**lag * likeness
    return scores


def session_votes(sequences, history, neighbours, sample):
    """VS-kNN with the decays of STAN."""
    lags = {}
    for lag, item in enumerate(history[::-1][:20]):
        lags.setdefault(item, lag)
    found = [n for n, sequence in enumerate(sequences) if lags.keys() & set(sequence)][-sample:]
    similarities = {
        n: sum(0.8**lag for item, lag in lags.items() if item in sequences[n]) / len(sequences[n]) ** 0.5 for n in found
    }
    scores = Counter()
    for n in sorted(found, key=lambda n: (similarities[n], n))[-neighbours:]:
        latest = min(lags[item] for item in sequences[n] if item in lags)
        common = max(position for position, item in enumerate(sequences[n]) if lags.get(item) == latest)
        for position, item in enumerate(sequences[n]):
            if position != common:
                side = 0.4 if position < common else 1
                scores[item] += similarities[n] * 0.8**latest * side * 0.9 ** (min(abs(position - common), 20) - 1)
    return scores


@settings(max_examples=150, deadline=None)
@given(sessions, wanted)
def test_rules_are_those_of_plain_python(sequences, history):
    scores, known = scored(SequentialRules().fit(Sequences.of(sequences)), history)
    expected = with_repeats(rules(sequences, known), sequences, known, 0.3)
    assert scores == pytest.approx(dict(expected), rel=1e-5)


@settings(max_examples=150, deadline=None)
@given(sessions, wanted)
def test_item_neighbours_are_those_of_plain_python(sequences, history):
    scores, known = scored(ItemKnn().fit(Sequences.of(sequences)), history)
    expected = with_repeats(item_likeness(sequences, known), sequences, known, 0)
    assert scores == pytest.approx(dict(expected), rel=1e-5)


@settings(max_examples=150, deadline=None)
@given(sessions, wanted, st.sampled_from([(500, 2500), (2, 4), (3, 3), (1, 1)]))
def test_nearest_sequences_are_those_of_plain_python(sequences, history, limits):
    neighbours, sample = limits
    scorer = SessionKnn(neighbours=neighbours, sample=sample).fit(Sequences.of(sequences))
    scores, known = scored(scorer, history)
    expected = with_repeats(session_votes(sequences, known, *limits), sequences, known, 0.5)
    assert scores == pytest.approx(dict(expected), rel=1e-4)


@settings(max_examples=100, deadline=None)
@given(sessions)
def test_repeats_are_counted_by_the_lag_of_the_last_occurrence(sequences):
    repeats = Repeats().fit(Sequences.of(sequences))
    expected = repeated_shares(sequences)
    assert repeats.shares == pytest.approx(expected) and repeats.occur == any(expected)


def test_repeats_exclude_seen_items_where_nothing_ever_came_again():
    repeats = Repeats().fit(Sequences.of(["abc", "bda"]))
    scores = np.zeros((2, 4), np.float32)
    repeats.exclude(scores, Histories.of([np.array([1, 3], np.int32), np.empty(0, np.int32)]))
    assert scores.tolist() == [[0, NEVER, 0, NEVER], [0, 0, 0, 0]]


def test_popularity_is_the_share_of_events_by_weight():
    sequences = Sequences.of(["ab", "aa"])
    assert scored(Popularity().fit(sequences), [])[0] == pytest.approx({"a": 0.75, "b": 0.25})
    weighted = Sequences(sequences.items, sequences.ids, sequences.offsets, weights=np.array([1, 9, 1, 1], np.float32))
    assert scored(Popularity().fit(weighted), [])[0] == pytest.approx({"a": 0.25, "b": 0.75})


def test_rules_count_the_weight_of_the_later_event():
    sequences = Sequences.of(["abc", "ac"])
    weights = np.array([7, 5, 1, 7, 2], np.float32)
    weighted = Sequences(sequences.items, sequences.ids, sequences.offsets, weights=weights)
    scorer = SequentialRules(damping=1, balance=0).fit(weighted)
    assert scored(scorer, "a")[0] == pytest.approx({"b": 5, "c": 0.8 * 1 + 2})


def test_only_the_strongest_rules_are_kept():
    sequences = Sequences.of(["ab"] * 3 + ["ac"] * 2 + ["ad"] * 4 + ["ae"])
    assert scored(SequentialRules(most=2, damping=1, balance=0).fit(sequences), "a")[0] == {"d": 4, "b": 3}


def test_rows_that_are_cut_have_their_largest_numbers():
    random = np.random.default_rng(0)
    sequences = Sequences.of([random.permutation(60)[:12].tolist() for _ in range(200)])
    events = TrainingEvents(sequences)
    rows = [Histories.of([np.array([n], np.int32)]) for n in range(60)]
    every, few = SequentialRules().fit_events(events), SequentialRules(most=7).fit_events(events)
    for row in rows:
        long, short = every.scores(row)[0], few.scores(row)[0]
        assert (short > NEVER).sum() == 7
        assert sorted(short[short > NEVER]) == pytest.approx(sorted(long)[-7:])
        np.testing.assert_array_equal(short[short > NEVER], long[short > NEVER])


def test_history_and_recency():
    sequences = Sequences.of(["ab", "cd"])
    scorer = SequentialRules(history=2, recency=0.5, balance=0).fit(sequences)
    assert scored(scorer, "ac")[0] == pytest.approx({"d": 1, "b": 0.5})
    assert scored(scorer, "aca")[0] == pytest.approx({"b": 1, "d": 0.5})
    assert scored(SequentialRules(history=1, balance=0).fit(sequences), "ac")[0] == pytest.approx({"d": 1})


def test_the_latest_sequences_are_compared_by_their_times():
    sequences = Sequences.of(["ab", "ac", "ad"])
    times = np.array([30, 31, 10, 11, 20, 21], float)
    timed = Sequences(sequences.items, sequences.ids, sequences.offsets, times=times)
    assert scored(SessionKnn(sample=1).fit(timed), "a")[0].keys() == {"b"}
    assert scored(SessionKnn(sample=2).fit(timed), "a")[0].keys() == {"b", "d"}
    assert scored(SessionKnn(sample=1).fit(sequences), "a")[0].keys() == {"d"}


def test_votes_for_earlier_items_can_count_less():
    sequences = Sequences.of(["xay", "qr"])
    both = scored(SessionKnn(before=1).fit(sequences), "a")[0]
    later = scored(SessionKnn(before=0).fit(sequences), "a")[0]
    assert both["x"] == both["y"] and later == {"y": pytest.approx(both["y"])}


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (SequentialRules, {"steps": 0}),
        (SequentialRules, {"recency": 0}),
        (SequentialRules, {"balance": 1.5}),
        (ItemKnn, {"most": 0}),
        (ItemKnn, {"recency": 1.1}),
        (SessionKnn, {"neighbours": 0}),
        (SessionKnn, {"distance_decay": -1}),
        (SessionKnn, {"before": 2}),
    ],
)
def test_impossible_options_are_refused(kind, options):
    ((name, value),) = options.items()
    with pytest.raises(SettingError, match=f"{name}={value}: must be a"):
        kind(**options)


@pytest.mark.parametrize("most", [1, 3, 10])
def test_of_each_row_the_largest_numbers_are_kept(most):
    random = np.random.default_rng(most)
    sequences = [(40 * random.random(random.integers(2, 12)) ** 2).astype(int).tolist() for _ in range(200)]
    events = TrainingEvents(Sequences.of(sequences))
    steps = np.array([1, 0.7], np.float32)
    for full, kept in (
        (rule_table(events, steps, 1000), rule_table(events, steps, most)),
        (neighbour_table(events, 0.2, 1000), neighbour_table(events, 0.2, most)),
    ):
        for row in range(len(events.items)):
            every, some = (slice(table.offsets[row], table.offsets[row + 1]) for table in (full, kept))
            numbers = dict(zip(full.columns[every].tolist(), full.values[every].tolist(), strict=True))
            found = dict(zip(kept.columns[some].tolist(), kept.values[some].tolist(), strict=True))
            assert found.items() <= numbers.items() and len(found) == min(most, len(numbers))
            assert sorted(found.values()) == sorted(numbers.values())[-most:]
