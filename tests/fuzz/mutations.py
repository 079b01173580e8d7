"""Damage: each mutation takes bytes and a random generator and returns other bytes.

Half of them know nothing of formats. The others follow the structure that the content shows, so that what is inside is
reached: a compressed file is damaged inside and compressed again, with right checksums; a safetensors header, a JSON
document and the header of a NumPy array are changed as what they are, and lengths fit again; of a pickle, operations
are changed; of text, fields and lines.
"""

import bz2
import gzip
import json
import lzma
import pickletools
import random
import re
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from fuzz.samples import compress

__all__ = ["mutated"]

Mutation = Callable[[bytes, random.Random], bytes]

NUMBERS = [
    b"0", b"1", b"-1", b"2", b"3", b"5", b"1000000000000", b"18446744073709551616", b"9" * 40, b"1e999", b"-1e-999",
    b"nan", b"inf", b"0.1.2", b"1_0", b"0x10", b"1e38", b"4e38", b"1e5", b"1" + b"0" * 400,
]  # fmt: skip
VALUES = [0, 1, -1, 2, 127, 128, 255, 65535, 2**31 - 1, -(2**31), 2**32, 10**12, 2**62, 2**63 - 1, -(2**63)]
PIECES = [
    b"\n", b"\n\n", b"\r\n", b"\r", b" ", b"\t", b"\0", b"\xff", b"\xc3", b"nan", b"1e999", b"-", b".", b"99999999999",
    b'"', b"{", b"}", b"[", b"]", b"null", b",", b";", b":", b"#", b"\xef\xbb\xbf", b"the", b"()R", b"\x93", b"\x94",
    b"h\x01", b"cos\nsystem\n", b"(", b"u", b"\xe2\x80\xa8", b"\xc2\x85", b"\x0c", b"\x1b[31m", b"\xe2\x80\xae",
]  # fmt: skip
SWOLLEN = 1 << 23  # bytes that a compressed file is made to hold, rarely
SWOLLEN_BZ2 = 1 << 19  # bz2 takes long to compress repetitions


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Changed once or a few times."""
    for _ in range(rng.choice([1, 1, 2, 3])):
        content = _structural(content, rng) if rng.random() < 0.5 else rng.choice(PLAIN)(content or b"?", rng)
    return content


# ---------------------------------------------------------------- bytes


def flip_bits(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def replace_bytes(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        changed[rng.randrange(len(changed))] = rng.choice([rng.randrange(256), *b"\n \t0-e9[}\0\xff"])
    return bytes(changed)


def cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def delete(content: bytes, rng: random.Random) -> bytes:
    begin = rng.randrange(len(content))
    return content[:begin] + content[begin + rng.randint(1, 20) :]


def insert(content: bytes, rng: random.Random) -> bytes:
    at = rng.randint(0, len(content))
    return content[:at] + rng.choice([*PIECES, rng.randbytes(rng.randint(1, 8))]) + content[at:]


def swap(content: bytes, rng: random.Random) -> bytes:
    a, b, c, d = sorted(rng.randint(0, len(content)) for _ in range(4))
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def repeat(content: bytes, rng: random.Random) -> bytes:
    begin = rng.randrange(len(content))
    return content[:begin] + content[begin : begin + rng.randint(1, 200)] * rng.randint(2, 50) + content[begin:]


def write_extreme_number(content: bytes, rng: random.Random) -> bytes:
    """Digits become other digits."""
    numbers = list(re.finditer(rb"-?[0-9]+\.?[0-9]*", content))
    if not numbers:
        return insert(content, rng)
    found = rng.choice(numbers)
    return content[: found.start()] + rng.choice(NUMBERS) + content[found.end() :]


def store_extreme_number(content: bytes, rng: random.Random) -> bytes:
    """Bytes become those of another whole number or float."""
    value = rng.choice(VALUES)
    packed = struct.pack("<Q", value % 2**64)[: rng.choice([1, 2, 4, 8])]
    if rng.random() < 0.2:
        packed = struct.pack("<f", rng.choice([np.inf, np.nan, 3e38, -1e-45]))
    at = rng.choice([rng.randrange(len(content)), rng.randrange(min(64, len(content)))])
    return content[:at] + packed + content[at + len(packed) :]


def rewrite_header(content: bytes, rng: random.Random) -> bytes:
    """Another first line."""
    _, _, rest = content.partition(b"\n")
    first = b" ".join(rng.choice(NUMBERS) for _ in range(rng.randint(1, 3)))
    return first + b"\n" + rng.choice([rest, content])


PLAIN: list[Mutation] = [
    flip_bits, replace_bytes, cut, delete, insert, swap, repeat,
    write_extreme_number, store_extreme_number, rewrite_header,
]  # fmt: skip


# ---------------------------------------------------------------- structure


def _structural(content: bytes, rng: random.Random) -> bytes:
    """The mutation that fits what the content looks like."""
    for looks_alike, mutate in STRUCTURES:
        if looks_alike(content):
            return mutate(content, rng)
    return rng.choice(PLAIN)(content or b"?", rng)


def change_inside(content: bytes, rng: random.Random) -> bytes:
    """What is compressed changes; the file around it stays right."""
    kind, unpacked = _unpacked(content)
    if not kind:
        return rng.choice(PLAIN)(content, rng)
    if rng.random() < 0.002:
        piece = unpacked[rng.randrange(max(1, len(unpacked))) :][: rng.randint(1, 64)] or b"\0"
        size = SWOLLEN_BZ2 if kind == "bz2" else SWOLLEN
        return compress(unpacked + piece * (size // len(piece)), kind)
    return compress(mutated(unpacked, rng), kind)


def _unpacked(content: bytes) -> tuple[str, bytes]:
    """The kind of compression and what is inside; "" where it is damaged already."""
    try:
        if content.startswith(b"\x1f\x8b"):
            return "gz", gzip.decompress(content)
        if content.startswith(b"BZh"):
            return "bz2", bz2.decompress(content)
        if content.startswith(b"\xfd7zXZ"):
            return "xz", lzma.decompress(content)
        import zstandard

        return "zst", zstandard.ZstdDecompressor().decompress(content, max_output_size=2 * SWOLLEN)
    except Exception:  # any of four packages' errors: it is damaged
        return "", b""


def change_safetensors(content: bytes, rng: random.Random) -> bytes:
    """The header changes as JSON, or the tensors as numbers; the length before the header fits again."""
    length = int.from_bytes(content[:8], "little")
    header, data = content[8 : 8 + length], content[8 + length :]
    if data and rng.random() < 0.4:
        data = rng.choice([flip_bits, store_extreme_number, store_extreme_number, replace_bytes])(data, rng)
    else:
        header = change_json(header, rng)
    return len(header).to_bytes(8, "little") + header + data


def change_json(content: bytes, rng: random.Random) -> bytes:
    """One value anywhere in the document becomes another."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return rng.choice(PLAIN)(content or b"?", rng)
    return json.dumps(_changed_value(document, rng)).encode("utf-8", "surrogatepass")


def _changed_value(value: Any, rng: random.Random) -> Any:
    """Walk down at random, and change what is there."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        changed = dict(value)
        if rng.random() < 0.1:
            changed[rng.choice([key + "x", "", "format", "version", "__metadata__"])] = changed.pop(key)
        else:
            changed[key] = _changed_value(changed[key], rng)
        return changed
    if isinstance(value, list) and value and rng.random() < 0.9:
        place = rng.randrange(len(value))
        return [*value[:place], _changed_value(value[place], rng), *value[place + rng.choice([0, 1, 1, 1]) :]]
    if isinstance(value, str) and rng.random() < 0.5:
        if value[:1] in '{["' and value:  # JSON in JSON, as the metadata are
            return change_json(value.encode("utf-8", "surrogatepass"), rng).decode("utf-8", "replace")
        return value[: rng.randrange(len(value) + 1)] + rng.choice(["", "\x1b[31m", "\ud800", "\u202e", "9" * 30])
    if isinstance(value, int) and rng.random() < 0.5:
        return value + rng.choice([-1, 1, 8, -8])
    return rng.choice(JSON_VALUES)


JSON_VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2**31, 2**53, 2**63, 10**30, -(2**63), 0.5, 1e308, float("nan"), float("inf"), "",
    "F32", "I64", "1", "99", "\x1b[2J", [], {}, [[]], [0, 0], [2**62, 2**62], [0, 2**63], {"": []}, [[[[[[[[]]]]]]]],
]  # fmt: skip


def change_npy(content: bytes, rng: random.Random) -> bytes:
    """The text of the header changes, and its length fits again."""
    length = int.from_bytes(content[8:10], "little")
    header, data = content[10 : 10 + length], content[10 + length :]
    changed = rng.choice([write_extreme_number, insert, delete, replace_bytes])(header or b"?", rng)
    return content[:8] + min(len(changed), 65535).to_bytes(2, "little") + changed[:65535] + data


def change_pickle(content: bytes, rng: random.Random) -> bytes:
    """Operations are left out, doubled, exchanged or get other arguments."""
    try:
        starts = [position for _, _, position in pickletools.genops(content)]
    except Exception:  # damaged already: pickletools raises errors of many kinds
        return rng.choice(PLAIN)(content, rng)
    ends = [*starts[1:], len(content)]
    operations = [content[begin:end] for begin, end in zip(starts, ends, strict=True)]
    i = rng.randrange(len(operations))
    choice = rng.randrange(5)
    if choice == 0:
        del operations[i]
    elif choice == 1:
        operations.insert(i, operations[rng.randrange(len(operations))])
    elif choice == 2:
        j = rng.randrange(len(operations))
        operations[i], operations[j] = operations[j], operations[i]
    elif choice == 3:
        operations[i : i + 1] = [operations[i]] * rng.choice([2, 10, 1000])
    else:
        operations[i] = operations[i][:1] + rng.choice(PLAIN)(operations[i][1:] or b"?", rng)
    return b"".join(operations)


def change_fields(content: bytes, rng: random.Random) -> bytes:
    """Fields and lines of text are left out, doubled, exchanged or replaced."""
    lines = content.split(b"\n")
    i = rng.randrange(len(lines))
    choice = rng.randrange(6)
    if choice == 0:
        del lines[i]
    elif choice == 1:
        lines.insert(i, lines[rng.randrange(len(lines))])
    elif choice == 2:
        lines[i] = b""
    else:
        fields = re.split(rb"([ \t,;:])", lines[i])
        j = rng.randrange(len(fields))
        if choice == 3:
            fields[j] = rng.choice([*NUMBERS, *PIECES, *(word.encode() for word in ("the", "x", "東京"))])
        elif choice == 4:
            fields.insert(j, rng.choice(fields))
        else:
            del fields[j]
        lines[i] = b"".join(fields)
    return rng.choice([b"\n", b"\n", b"\n", b"\n", b"\r\n", b"\r"]).join(lines)


def _is_compressed(content: bytes) -> bool:
    return content.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"))


def _is_safetensors(content: bytes) -> bool:
    return content[8:9] == b"{" and int.from_bytes(content[:8], "little") < len(content)


STRUCTURES: list[tuple[Callable[[bytes], bool], Mutation]] = [
    (_is_compressed, change_inside),
    (_is_safetensors, change_safetensors),
    (lambda content: content[:1] in (b"{", b"["), change_json),
    (lambda content: content.startswith(b"\x93NUMPY"), change_npy),
    (lambda content: content[:1] == b"\x80", change_pickle),
    (lambda content: b"\n" in content, change_fields),
]
