"""Rounds cover each epoch, follow from the text alone, and divide every piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.backends.rounds import Rounds
from firth.distributed.rounds import GRAIN, RoundPlan, rounds_for, share_of_piece

TOKENS = st.integers(1, 400_000)


@given(tokens=TOKENS, words=st.integers(1, 3000), nodes=st.integers(1, 64), epoch=st.integers(0, 6))
def test_rounds_cover_an_epoch_in_grains(tokens, words, nodes, epoch):
    parts = list(RoundPlan(rounds_for(nodes), tokens, words).parts(epoch, range(tokens)))
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert parts[-1].stop == tokens
    assert all(part.stop % GRAIN == 0 for part in parts[:-1]) and all(parts)


@given(tokens=TOKENS, words=st.integers(1, 300), done=st.integers(0, 9))
def test_what_is_left_of_an_epoch_has_the_same_rounds(tokens, words, done):
    plan = RoundPlan(Rounds(0.1, 3, 92), tokens, words)
    parts = list(plan.parts(1, range(tokens)))
    done = min(done, len(parts) - 1)
    assert list(plan.parts(1, range(parts[done].start, tokens))) == parts[done:]


@given(length=st.integers(1, 100_000), tokens=TOKENS, cuts=st.lists(st.integers(0, 400_000), max_size=5))
def test_each_word_of_a_piece_is_in_one_round(length, tokens, cuts):
    ends = [0, *sorted(cut for cut in cuts if cut < tokens), tokens]
    shares = [share_of_piece(length, range(*two), tokens) for two in zip(ends[:-1], ends[1:], strict=True)]
    assert [word for share in shares for word in (share.start, share.stop)][:1] == [0]
    assert [share.stop for share in shares[:-1]] == [share.start for share in shares[1:]]
    assert shares[-1].stop == length


def test_the_piece_that_is_all_of_the_text_gives_the_tokens_of_the_round():
    tokens = range(3 * GRAIN, 7 * GRAIN)
    assert share_of_piece(123_456, tokens, 123_456) == tokens


@pytest.mark.parametrize(("nodes", "first", "last"), [(4, 4, 365), (16, 2, 91), (64, 2, 91)])
def test_more_nodes_meet_more_often(nodes, first, last):
    rounds = rounds_for(nodes)
    assert rounds.least == pytest.approx(first) and rounds.most == pytest.approx(last, abs=1)
