"""Whatever happens to a fastText model, it is read or refused with FormatError: nothing else, and never a hang."""

import struct

import numpy as np
import pytest

from firth.errors import FormatError
from firth.formats import byte_cursor
from firth.formats.detect import read_any
from firth.subwords import word_means

MUTATIONS = 3000
DICTIONARY, ENTRIES, INPUT = 64, 92, 120  # where the parts of the first content begin
EXTREMES = [0, 1, -1, 127, 255, 2**15, 2**31 - 1, -(2**31), 2**32, 2**62, 2**63 - 1, -(2**63)]
POSITIONS = [
    *range(4, DICTIONARY, 4),
    *range(DICTIONARY, ENTRIES, 4),
    ENTRIES + 4,
    ENTRIES + 17,
    INPUT - 1,
    INPUT,
    INPUT + 8,
]
PIECES = [b"\0", b"\xff", b"\x80", b"<", b"\0\0\0\0\0\0\0\0", struct.pack("<f", np.inf), struct.pack("<i", 793712314)]


def bytes_changed(content, rng):
    changed = bytearray(content)
    for position in rng.integers(4, len(content), rng.integers(1, 4)):  # behind the magic number
        changed[position] = rng.integers(256)
    return bytes(changed)


def bit_flipped(content, rng):
    changed = bytearray(content)
    changed[rng.integers(4, len(content))] ^= 1 << rng.integers(8)
    return bytes(changed)


def cut(content, rng):
    begin, end = sorted(rng.integers(4, len(content), 2))
    return content[:begin] + content[end:] if rng.integers(2) else content[:end]


def piece_inserted(content, rng):
    position = rng.integers(4, len(content) + 1)
    piece = PIECES[rng.integers(len(PIECES))] if rng.integers(2) else content[position // 2 : position]
    return content[:position] + piece + content[position:]


def number_extreme(content, rng):
    position = POSITIONS[rng.integers(len(POSITIONS))]
    form = "<i" if rng.integers(2) else "<q"
    value = EXTREMES[rng.integers(len(EXTREMES))]
    number = struct.pack("<Q", value % 2**64)[: struct.calcsize(form)]
    return content[:position] + number + content[position + len(number) :]


KINDS = [bytes_changed, bit_flipped, cut, piece_inserted, number_extreme]
LABELLED = ((b"one", 4, 0), (b"two", 3, 0), (b"__label__a", 5, 1), (b"__label__b", 2, 1))


@pytest.fixture(scope="module")
def contents(made_by_hand):
    return [
        made_by_hand(),
        made_by_hand(settings={"minn": 0, "maxn": 0, "bucket": 0}, input_shape=(2, 2), numbers=range(4)),
        made_by_hand(settings={"model": 3}, entries=LABELLED),
    ]


def check(stored):
    words = list(stored.words)
    assert stored.matrix.shape == (len(words), stored.metadata["fasttext"]["dim"])
    assert stored.matrix.dtype == np.float32
    assert np.isfinite(stored.matrix).all()
    assert len(words) == len(stored.counts)
    assert not len(words) or stored.counts.min() >= 0
    if stored.subwords:
        vector = stored.subwords.vector("unseen")
        assert vector is None or np.isfinite(vector).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("compiled", [False, True], ids=["plain", "compiled"])
def test_mutations_are_read_or_refused(tmp_path, monkeypatch, contents, kind, compiled):
    if compiled:
        monkeypatch.setattr(word_means, "SMALL", 0)
        monkeypatch.setattr(byte_cursor, "SMALL", 0)
    rng = np.random.default_rng(9)
    path = tmp_path / "a.bin"
    outcomes = {True: 0, False: 0}
    for i in range(MUTATIONS // len(KINDS) // 2):
        path.write_bytes(kind(contents[i % len(contents)], rng))
        try:
            check(read_any(path))
            outcomes[True] += 1
        except FormatError:
            outcomes[False] += 1
    assert outcomes[False]  # the mutations reach something
