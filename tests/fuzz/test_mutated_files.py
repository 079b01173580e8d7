"""Whatever happens to a file of vectors, it is read or refused with an error of ours, and memory stays bounded.

A format is one line of FORMATS. Each is changed in MUTATIONS ways, which the seed, the format and a number decide:
`FUZZ_SEED=1 FUZZ_ONLY=glove:1234 pytest tests/fuzz` repeats one. `make fuzz MINUTES=10` runs for longer, with
another seed, and keeps what fails in fuzz-failures/.
"""

import contextlib
import gzip
import os
import random
import re
import resource
import shutil
import signal
import struct
import sys
import time
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from firth.errors import FirthError
from firth.formats import text_vectors_reader
from firth.formats.detect import read_any
from firth.formats.save import write_as
from firth.formats.stored import StoredVectors
from firth.subwords.ngrams import Subwords
from firth.vectors.word_vectors import WordVectors

MUTATIONS = 2000
SEED = int(os.environ.get("FUZZ_SEED", "20260"))
MINUTES = float(os.environ.get("FUZZ_MINUTES", "0"))
ONLY_FORMAT, _, ONLY_NUMBER = os.environ.get("FUZZ_ONLY", "").partition(":")
FAILURES = Path("fuzz-failures")
MEMORY = 4 << 30  # bytes of address space more than before; threads reserve most of it and use little
HANGING = 60  # seconds

WORDS = ["the", "naïve", "x", "東京"]
MATRIX = np.random.default_rng(4).normal(size=(4, 3)).astype(np.float32)
COUNTS = np.array([9, 5, 2, 1])
SENTENCES = [["the", "naïve", "x", "東京"]] * 3


# Samples: each writes a small file or folder below `folder` and returns what is to be opened.


def saved(format, words=WORDS, subwords=None):
    def make(folder):
        stored = StoredVectors(words, MATRIX, COUNTS, context_vectors=MATRIX, metadata={"a": [1]}, subwords=subwords)
        write_as(folder / "a", stored, format)
        return folder / "a"

    return make


def compressed(make):
    def make_compressed(folder):
        path = make(folder)
        path.write_bytes(gzip.compress(path.read_bytes()))
        return path

    return make_compressed


def gensim_model(kind, part, sep_limit=10**9, protocol=4):
    def make(folder):
        import gensim.models

        model = getattr(gensim.models, kind)(SENTENCES, vector_size=3, min_count=1, epochs=1, workers=1, **SMALL[kind])
        (model.wv if part == "wv" else model).save(str(folder / "a"), sep_limit=sep_limit, pickle_protocol=protocol)
        return folder / "a"

    return make


SMALL = {"Word2Vec": {}, "FastText": {"bucket": 5, "min_n": 2, "max_n": 3}}


def fasttext_model(folder):
    import gensim.models
    from gensim.models.fasttext import save_facebook_model

    model = gensim.models.FastText(SENTENCES, vector_size=3, min_count=1, epochs=1, workers=1, **SMALL["FastText"])
    save_facebook_model(model, str(folder / "a"))
    return folder / "a"


FORMATS = {  # (The readers know no difference between word2vec text, fastText's .vec and text for spaCy.)
    "firth": saved("firth"),
    "firth-subwords": saved("firth", subwords=Subwords(MATRIX, 2, 3)),
    "word2vec-text": saved("word2vec-text"),
    "word2vec-binary": saved("word2vec-binary"),
    "glove": saved("glove", [". . .", "naïve", "x", "東京"]),
    "word2vec-text-gz": compressed(saved("word2vec-text")),
    "firth-gz": compressed(saved("firth")),
    "fasttext-bin": fasttext_model,
    "gensim-kv": gensim_model("Word2Vec", "wv"),
    "gensim-kv-protocol-2": gensim_model("Word2Vec", "wv", protocol=2),
    "gensim-kv-several-files": gensim_model("Word2Vec", "wv", sep_limit=5),
    "gensim-model": gensim_model("Word2Vec", "model"),
    "gensim-fasttext": gensim_model("FastText", "wv"),
    "numpy": saved("numpy"),
    "projector": saved("projector"),
    "projector-bytes": saved("projector-bytes"),
    "sentence-transformers": saved("sentence-transformers"),
}


# Mutations: each takes bytes and a random generator and returns other bytes.


def flip_bits(content, rng):
    changed = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def replace_bytes(content, rng):
    changed = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        changed[rng.randrange(len(changed))] = rng.choice([rng.randrange(256), *b"\n \t0-e9[}\0\xff"])
    return bytes(changed)


def cut(content, rng):
    return content[: rng.randrange(len(content))]


def delete(content, rng):
    begin = rng.randrange(len(content))
    return content[:begin] + content[begin + rng.randint(1, 20) :]


def insert(content, rng):
    at = rng.randint(0, len(content))
    return content[:at] + rng.choice([*PIECES, rng.randbytes(rng.randint(1, 8))]) + content[at:]


def swap(content, rng):
    a, b, c, d = sorted(rng.randint(0, len(content)) for _ in range(4))
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def repeat(content, rng):
    begin = rng.randrange(len(content))
    return content[:begin] + content[begin : begin + rng.randint(1, 200)] * rng.randint(2, 50) + content[begin:]


def write_extreme_number(content, rng):
    """Digits become other digits."""
    numbers = list(re.finditer(rb"-?[0-9]+\.?[0-9]*", content))
    if not numbers:
        return insert(content, rng)
    found = rng.choice(numbers)
    return content[: found.start()] + rng.choice(NUMBERS) + content[found.end() :]


def store_extreme_number(content, rng):
    """Bytes become those of another whole number or float."""
    value = rng.choice(VALUES)
    packed = struct.pack("<Q", value % 2**64)[: rng.choice([1, 2, 4, 8])]
    if rng.random() < 0.2:
        packed = struct.pack("<f", rng.choice([np.inf, np.nan, 3e38, -1e-45]))
    at = rng.choice([rng.randrange(len(content)), rng.randrange(min(64, len(content)))])
    return content[:at] + packed + content[at + len(packed) :]


def rewrite_header(content, rng):
    """Another first line."""
    _, _, rest = content.partition(b"\n")
    first = b" ".join(rng.choice(NUMBERS) for _ in range(rng.randint(1, 3)))
    return first + b"\n" + rng.choice([rest, content])


KINDS = [
    flip_bits, replace_bytes, cut, delete, insert, swap, repeat,
    write_extreme_number, store_extreme_number, rewrite_header,
]  # fmt: skip
NUMBERS = [
    b"0", b"1", b"-1", b"2", b"3", b"5", b"1000000000000", b"18446744073709551616", b"9" * 40, b"1e999", b"-1e-999",
    b"nan", b"inf", b"0.1.2", b"1_0", b"0x10", b"1e38", b"4e38", b"1e5", b"1" + b"0" * 400,
]  # fmt: skip
VALUES = [0, 1, -1, 2, 127, 128, 255, 65535, 2**31 - 1, -(2**31), 2**32, 10**12, 2**62, 2**63 - 1, -(2**63)]
PIECES = [
    b"\n", b"\n\n", b"\r\n", b" ", b"\t", b"\0", b"\xff", b"\xc3", b"nan", b"1e999", b"-", b".", b"99999999999", b'"',
    b"{", b"}", b"[", b"]", b"null", b",", b"\xef\xbb\xbf", b"the", b"()R", b"\x93", b"\x94", b"h\x01",
    b"cos\nsystem\n", b"(", b"u",
]  # fmt: skip


class Sample(NamedTuple):
    """A file or folder that is right, and all its files."""

    path: Path
    contents: dict[Path, bytes]


@pytest.fixture
def sample(request, tmp_path):
    path = FORMATS[request.param](tmp_path)
    return Sample(path, {file: file.read_bytes() for file in sorted(tmp_path.rglob("*")) if file.is_file()})


def mutated(sample, rng):
    """One of the files, changed once or a few times."""
    path = rng.choice(sorted(sample.contents))
    content = sample.contents[path]
    for _ in range(rng.choice([1, 1, 2, 3])):
        content = rng.choice(KINDS)(content or b"?", rng)
    return path, content


def read_or_refuse(path, on_error):
    """Whether it is read, and then makes sense; an error that is not ours comes through."""
    try:
        stored = read_any(path, on_error=on_error)
        vectors = WordVectors.from_stored(stored)
        words = vectors.words
        if words:
            vectors.most_similar(words[0], 1)
        if stored.subwords is not None:
            stored.subwords.vector("unseen")
    except FirthError:
        return False
    assert all(isinstance(word, str) for word in words)
    assert len(set(words)) == len(words) == len(stored.matrix)
    assert stored.matrix.dtype == np.float32
    assert not words or np.isfinite(stored.matrix).all()
    assert stored.counts is None or stored.counts.shape == (len(words),)
    assert stored.context_vectors is None or stored.context_vectors.shape == stored.matrix.shape
    assert on_error == "skip" or stored.skipped.count == 0
    return True


@contextlib.contextmanager
def limits():
    """Neither memory nor time without end."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, before[1]))
    try:
        yield
    finally:
        signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_AS, before)


def give_up(signum, frame):
    raise TimeoutError(f"longer than {HANGING} s")


def replace(path, content):
    """Not cut to nothing first: some systems flush such a file to the disk."""
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()


def numbers_of_mutations():
    """The number of the default suite, or as many as fit into the time, or the one that FUZZ_ONLY names."""
    if ONLY_NUMBER:
        yield int(ONLY_NUMBER)
        return
    until = time.monotonic() + 60 * MINUTES / len(FORMATS)
    number = 0
    while number < MUTATIONS or time.monotonic() < until:
        yield number
        number += 1


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux reports the memory in use this way")
@pytest.mark.parametrize("sample", [name for name in FORMATS if ONLY_FORMAT in ("", name)], indirect=True)
def test_mutations_are_read_or_refused(sample, request, monkeypatch):
    name = request.node.callspec.params["sample"]
    assert read_or_refuse(sample.path, "raise")
    monkeypatch.setattr(signal, "_previous", signal.signal(signal.SIGALRM, give_up), raising=False)
    was_read = []
    with limits(), warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in numbers_of_mutations():
            rng = random.Random(f"{SEED} {name} {number}")
            path, content = mutated(sample, rng)
            # Some texts are read by compiled code and threads, as large files are.
            monkeypatch.setattr(text_vectors_reader, "SMALL", 0 if number % 25 == 24 else 1 << 18)
            replace(path, content)
            signal.alarm(HANGING)
            try:
                was_read.append(read_or_refuse(sample.path, rng.choice(["raise", "skip"])))
            except BaseException as error:
                keep(name, number, sample.path)
                raise AssertionError(f"FUZZ_SEED={SEED} FUZZ_ONLY={name}:{number}: {error!r}") from error
            replace(path, sample.contents[path])
    summary = f"{name}: {len(was_read):,} mutations, {sum(was_read):,} read, the others refused; seed {SEED}\n"
    sys.stderr.write(summary if MINUTES else "")
    assert ONLY_NUMBER or 0 < sum(was_read) < len(was_read)


def keep(name, number, path):
    """Copy what failed to where it is found."""
    if MINUTES:
        target = FAILURES / f"{name}-{SEED}-{number}"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(path.parent, target)


def test_the_seed_alone_decides_what_is_tried(tmp_path):
    path = FORMATS["glove"](tmp_path)
    sample = Sample(path, {path: path.read_bytes()})
    first, second = (
        zlib.crc32(b"".join(mutated(sample, random.Random(f"1 glove {number}"))[1] for number in range(100)))
        for _ in range(2)
    )
    assert first == second
