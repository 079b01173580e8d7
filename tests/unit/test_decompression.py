"""Compressed data of four kinds: all of their content, whatever comes in pieces; damage; and far too much content."""

import bz2
import gzip
import io
import lzma
import random
import tracemalloc

import pytest

from firth.decompression import Decompressed, DecompressionError, compression_of
from firth.errors import SettingError

MB = 1 << 20


def zstd(content, **options):
    return pytest.importorskip("zstandard").ZstdCompressor(**options).compress(content)


COMPRESS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lambda content: lzma.compress(content, preset=1),
    "zst": zstd,
}
EVERY_KIND = pytest.mark.parametrize("kind", COMPRESS)


def decompress(packed, kind=None, piece=1 << 16):
    reader = Decompressed(io.BytesIO(packed), kind or compression_of(packed[:10]))
    pieces = []
    while piece_read := reader.read(piece):
        pieces.append(piece_read)
    return b"".join(pieces)


def size_of(packed, kind):
    """The bytes that come out, none of which is kept."""
    reader, size, buffer = Decompressed(io.BytesIO(packed), kind), 0, bytearray(1 << 16)
    while count := reader.readinto(buffer):
        size += count
    return size


def some_text(size):
    rng = random.Random(size)
    return " ".join(rng.choices(["tea", "milk", "sugar", "naïve", "0.125", "\0\0"], k=size // 4)).encode()[:size]


@EVERY_KIND
def test_all_content_comes_out(kind):
    for size in (0, 1, 100, 70_000, MB):
        content = some_text(size)
        packed = COMPRESS[kind](content)
        assert compression_of(packed[:10]) == kind
        assert decompress(packed) == content
        if size <= 100:
            assert decompress(packed, piece=1) == content


@EVERY_KIND
def test_members_one_after_the_other_and_zeros_at_the_end(kind):
    parts = [some_text(1000), b"", some_text(200_000)]
    packed = b"".join(map(COMPRESS[kind], parts))
    assert decompress(packed) == b"".join(parts)
    assert decompress(packed + bytes(5000)) == b"".join(parts)


@EVERY_KIND
def test_what_is_cut_short_or_followed_by_something_else_is_refused(kind):
    packed = COMPRESS[kind](some_text(3000))
    for end in {11, 20, len(packed) // 2, *range(len(packed) - 12, len(packed))}:
        with pytest.raises(DecompressionError, match="damaged or cut short"):
            decompress(packed[:end], kind)
    with pytest.raises(DecompressionError, match="something else"):
        decompress(packed + b"and some text", kind)


def test_zstd_frames_of_every_form():
    content = some_text(400_000)
    stream = pytest.importorskip("zstandard").ZstdCompressor().compressobj()  # does not know the size beforehand
    skippable = b"\x5a\x2a\x4d\x18" + (9).to_bytes(4, "little") + b"anything!"
    frames = [
        zstd(content, write_checksum=True),
        stream.compress(content) + stream.flush(),
        skippable,
        zstd(b"abc", write_content_size=False),
        zstd(random.Random(1).randbytes(300_000)),  # raw blocks
    ]
    assert decompress(b"".join(frames)) == content * 2 + b"abc" + random.Random(1).randbytes(300_000)
    damaged = bytearray(frames[0])
    damaged[-1] ^= 1
    with pytest.raises(DecompressionError):
        decompress(bytes(damaged))


@EVERY_KIND
def test_a_small_file_that_expands_to_gigabytes_is_refused_before_it_takes_memory(kind):
    zeros = COMPRESS[kind](bytes(16 * MB))
    packed = zeros * 128
    tracemalloc.start()
    try:
        with pytest.raises(DecompressionError, match="more than 100 times their size.*FIRTH_MAX_EXPANSION"):
            size_of(packed, kind)
        assert tracemalloc.get_traced_memory()[1] < 16 * MB
    finally:
        tracemalloc.stop()


def test_the_limit_can_be_raised(monkeypatch):
    packed = gzip.compress(bytes(70 * MB), 1)
    monkeypatch.setenv("FIRTH_MAX_EXPANSION", "1e6")
    assert size_of(packed, "gz") == 70 * MB
    monkeypatch.setenv("FIRTH_MAX_EXPANSION", "many")
    with pytest.raises(SettingError, match="FIRTH_MAX_EXPANSION='many': must be a number, 1 or more"):
        size_of(packed, "gz")


def test_small_content_may_be_as_repetitive_as_it_likes():
    assert size_of(gzip.compress(bytes(60 * MB), 1), "gz") == 60 * MB


def test_errors_of_the_system_are_not_taken_for_damage():
    class Failing(io.BytesIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        Decompressed(Failing(), "gz").read(10)
