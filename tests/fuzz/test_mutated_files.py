"""Whatever happens to a file, it is read or refused with an error of ours, and memory and time stay bounded.

samples.py has the kinds of files and how they are used, mutations.py the damage. Here a few mutations of each kind are
tried in this process; `make fuzz` tries a million (campaign.py).
"""

import random
import zlib

import pytest

from fuzz.mutations import mutated
from fuzz.samples import BASE_KINDS, KINDS
from fuzz.trying import Sample, limited, try_mutations

SEED = "20260"
MUTATIONS = 150
GROWTH = 256 << 20  # bytes for a file of a few kilobytes, which may be made to hold 8 MB


def available():
    return [pytest.param(name, marks=pytest.mark.skipif(not KINDS[name].is_available, reason="optional package"))
            for name in KINDS]  # fmt: skip


@pytest.mark.parametrize("kind", available())
def test_mutations_are_read_or_refused(kind, tmp_path):
    mutations = MUTATIONS if kind in BASE_KINDS else MUTATIONS // 3
    with limited():
        tally = try_mutations(kind, SEED, range(mutations), tmp_path)
    assert not tally.faults, "repeat with: python tests/fuzz/campaign.py --only KIND:NUMBER"
    assert tally.outcomes["read"] + tally.outcomes["refused"] == mutations
    assert tally.most_memory < GROWTH


def test_the_seed_alone_decides_what_is_tried(tmp_path):
    sample = Sample.of("glove", tmp_path)
    content = sample.contents[sample.path]
    first, second = (
        zlib.crc32(b"".join(mutated(content, random.Random(f"1 glove {number}")) for number in range(100)))
        for _ in range(2)
    )
    assert first == second
