"""The interpreter of pickles: data come out as Python's own machine makes them, and nothing else ever happens."""

import collections
import os
import pickle
import struct
import subprocess
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import firth
from firth.errors import FormatError
from firth.formats.inert_objects import Bag, InertArray
from firth.formats.inert_pickle import is_pickle, read_pickle

PROTOCOLS = [2, 3, 4, 5]

words = st.one_of(st.text(max_size=9), st.binary(max_size=9))
phrases = st.lists(words, max_size=16).map(tuple)
keys = st.one_of(words, phrases, st.integers(-(2**63), 2**63 - 1), st.booleans(), st.none())
data = st.recursive(
    st.one_of(
        keys,
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False),
        st.binary(max_size=300),
        st.text(min_size=250, max_size=300),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(keys, inner, max_size=5),
        st.frozensets(keys, max_size=5),
    ),
    max_leaves=20,
)


def read(content):
    return read_pickle(Path("a.pickle"), memoryview(content))


def plain(value):
    """The same with bytes in place of views of the file, and dicts in place of their kinds."""
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return type(value)(map(plain, value)) if isinstance(value, list | tuple) else value


@given(value=data, protocol=st.sampled_from(PROTOCOLS))
def test_data_come_back(value, protocol):
    content = pickle.dumps(value, protocol)
    assert is_pickle(content)
    back = plain(read(content))
    assert back == value
    assert repr(type(back)) == repr(type(value))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_large_containers_shared_objects_and_their_kinds(protocol):
    shared = ["again"]
    value = {
        "many": {f"word{i}": i for i in range(3000)},
        "list": [shared, shared, list(range(2500))],
        "ordered": collections.OrderedDict(a=1, b=[2]),
        "counted": collections.defaultdict(int, {"x": 7}),
        "set": {1, 2, "three"},
        "number": np.float32(0.5),
        "bytes": b"\xff" * 400,
    }
    back = plain(read(pickle.dumps(value, protocol)))
    assert back == value
    assert back["list"][0] is not None and read(pickle.dumps(value, protocol))["list"][0][0] == "again"


# Of "┌" the last two bytes are those of the two instructions that alternate in a list of words.
vocabulary = st.lists(st.text(st.sampled_from("aé┌ה\x94\x8c😀\ud800") | st.characters(), max_size=70), unique=True)


@given(words=vocabulary, numbers=st.lists(st.integers(-(2**33), 2**33) | st.integers(0, 70_000)), data=st.data())
def test_vocabularies_come_back(words, numbers, data):
    """As gensim writes them: a list of words, and a dictionary that numbers the same objects."""
    words += [f"{words[0] if words else ''} {i}" for i in range(data.draw(st.sampled_from([0, 5, 1100])))]
    value = {
        "words": words,
        "numbers": dict(zip(words, (numbers or [0]) * len(words), strict=False)),
        "end": words[-1:],
    }
    assert read(pickle.dumps(value, data.draw(st.sampled_from([4, 5])))) == value


def test_one_object_twice_is_one_object():
    shared = [1]
    first, second = read(pickle.dumps([shared, shared]))
    assert first is second


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.asfortranarray(np.arange(12, dtype=np.float64).reshape(3, 4)),
        np.arange(5, dtype=">i4"),
        np.array([True, False]),
        np.array(7, np.uint8),
        np.empty((0, 5), np.float16),
    ],
)
def test_arrays_come_back(array, protocol):
    back = read(pickle.dumps(array, protocol))
    assert isinstance(back, InertArray)
    assert back.value.dtype == array.dtype
    np.testing.assert_array_equal(back.value, array)


@pytest.mark.parametrize("array", [np.array([{}, "x"], object), np.array(["ab"]), np.zeros(2, "f4,i4")])
def test_arrays_of_anything_but_numbers_are_left_empty(array):
    found = read(pickle.dumps(array))
    assert isinstance(found, InertArray)
    assert found.value is None


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_random_generators_are_bags(protocol):
    assert isinstance(read(pickle.dumps(np.random.RandomState(3), protocol)), Bag)


def test_bytes_and_text_of_python_2():
    assert read(b"\x80\x02U\x03a\xe9bT\x02\x00\x00\x00cd\x86.") == ("a\xe9b", "cd")


class Attack:
    """Pickles as a call."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


ATTACKS = {
    "posix.system": lambda mark: Attack(os.system, f"touch {mark}"),
    "builtins.eval": lambda mark: Attack(eval, f"open({str(mark)!r}, 'w').close()"),
    "builtins.exec": lambda mark: Attack(exec, f"open({str(mark)!r}, 'w').close()"),
    "builtins.__import__": lambda mark: Attack(__import__, "antigravity"),
    "builtins.getattr": lambda mark: Attack(getattr, Attack(__import__, "os"), "system"),
    "(subprocess|commands).Popen": lambda mark: Attack(subprocess.Popen, ["touch", str(mark)]),
    "io.open": lambda mark: Attack(open, str(mark), "w"),
    "pathlib": lambda mark: Attack(Path.touch, mark),
    "numpy.load": lambda mark: Attack(np.load, str(mark)),
    "_?pickle.loads": lambda mark: Attack(pickle.loads, b"x"),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_are_named_and_not_run(tmp_path, name, protocol):
    mark, path = tmp_path / "was-here", tmp_path / "model.kv"
    path.write_bytes(pickle.dumps({"vectors": [1, 2, ATTACKS[name](mark)]}, protocol))
    named = "nt.system" if os.name == "nt" and name == "posix.system" else name
    with pytest.raises(FormatError, match=f"byte \\d+: names '({named}|builtins.getattr).*nothing was run"):
        firth.load(path)
    assert not mark.exists()


def test_the_attack_would_have_worked(tmp_path):
    """Python's own machine does run it: the files above are no blanks."""
    pickle.loads(pickle.dumps(ATTACKS["builtins.eval"](tmp_path / "was-here")))
    assert (tmp_path / "was-here").exists()


def text(value):
    return b"\x8c" + bytes([len(value)]) + value.encode()


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        (text("gensim.utils") + text("os.system") + b"\x93)R.", "names 'gensim.utils.os.system'"),
        (text("gensim") + text("") + b"\x93.", "names"),
        (text("os") + text("system") + b"\x93.", "byte 14: names 'os.system'"),
        (b"cos\nsystem\n(S'x'\ntR.", "byte 2: names 'os.system'"),
        (b"Ngensim.x\n\x93.", "does not occur in gensim's files"),
        (text("builtins") + text("hash") + b"\x93" + text("x") + b"\x85R.", "calls builtins.hash"),
        (text("x") + b")R.", "calls a str"),
        (text("numpy") + text("ndarray") + b"\x93)\x81.", "makes an object of numpy.ndarray"),
        (b"}" + text("x") + b"b.", "gives attributes to a dict"),
        (b"P1\n.", "instruction 0x50"),
        (b"\x82\x01.", "instruction 0x82"),
        (b"}(]K\x01u.", "uses a list as a key"),
        (b"}(K\x01K\x02K\x03u.", "damaged"),
        (b"]K\x01K\x02s.", "fills a list as if it were a dict"),
        (b"h\x05.", "object 5 is used before"),
        (b".", "damaged"),
        (b"N", "cut short"),
        (b"t.", "damaged"),
        (b"\x8e" + struct.pack("<Q", 1 << 62) + b".", "promises 4,611,686,018,427,387,904 bytes, but 1 follow"),
        (b"X" + struct.pack("<I", 4_000_000_000) + b"ab.", "promises 4,000,000,000 bytes"),
        (b"\x95" + struct.pack("<Q", 1 << 60) + b"N.", "promises"),
        (b"(" * 5000 + b".", "nests so deep"),
        (b"\x8a\xff" + b"\x7f" * 9, "promises 255 bytes"),
        (b"\x8b" + struct.pack("<i", 1 << 30) + b".", "instruction 0x8b"),
        (b"\x80\x63N.", "protocol 99"),
    ],
)
def test_other_programs_are_refused(program, problem):
    with pytest.raises(FormatError, match=problem):
        read(b"\x80\x04" + program)


def array_program(shape, data=b"1234"):
    """An array of bytes, as pickles build it."""
    start = b"\x80\x04" + text("numpy") + text("dtype") + b"\x93" + text("u1") + b"\x89\x88\x87R"
    name = text("numpy._core.numeric") + text("_frombuffer") + b"\x93"
    return start + b"\x940" + name + b"C" + bytes([len(data)]) + data + b"h\x00" + pickle.dumps(shape)[2:-1] + text("C")


@pytest.mark.parametrize(
    "shape", [(5,), (10**12, 10**12), (-1,), (1,) * 40, ("x",), [4], (2**62, 4, 2**62), (0, 2**70)]
)
def test_arrays_of_impossible_shapes_are_refused(shape):
    with pytest.raises(FormatError, match="array|damaged"):
        read(array_program(shape) + b"(NNNN1tR.")


def test_nesting_without_end_and_laughter_are_harmless():
    """A list in a list, 100,000 times; and a tuple of two tuples of two tuples, to 2^200 in all."""
    deep = read(b"\x80\x04" + b"]" * 100_000 + b"a" * 99_999 + b".")
    assert len(deep) == 1
    laughter = b"\x80\x04" + b"K\x01" + b"2\x86" * 200 + b"."
    assert len(read(laughter)) == 2
    with pytest.raises(FormatError, match="uses a tuple as a key"):
        read(laughter[:-1] + b"}" + b"2\x86" * 3 + b"K\x01s.")


@pytest.mark.parametrize("key", [("a",) * 17, ("a", 1), (("a",), "b")])
def test_tuples_that_are_no_phrases_are_no_keys(key):
    with pytest.raises(FormatError, match="uses a tuple as a key"):
        read(pickle.dumps({key: 1}, 4))


def test_high_numbers_of_objects_need_no_memory():
    assert read(b"\x80\x02Nr\xff\xff\xff\xff0j\xff\xff\xff\xff.") is None


@given(content=st.binary(max_size=60), protocol=st.sampled_from(PROTOCOLS))
def test_random_programs_end(content, protocol):
    try:
        read(b"\x80" + bytes([protocol]) + content)
    except FormatError as error:
        assert error.byte is not None


# Small pickles that would cost gigabytes or minutes. In each, what follows the mark is repeated.
PUT = pickle.BINPUT + b"\0"
GET = pickle.BINGET + b"\0"
EXPENSIVE = {
    "empty sets": (b"", pickle.EMPTY_SET, 1 << 18),
    "copies of a text": (
        b"c_codecs\nencode\nq\1" + b"\x54" + struct.pack("<i", 1 << 16) + b"a" * (1 << 16) + b"\x8c\6latin1\x86" + PUT,
        b"h\1" + GET + b"R",
        1 << 16,
    ),
    "copies of a list as sets": (
        b"cbuiltins\nfrozenset\nq\1"
        + b"]("
        + b"".join(b"M" + struct.pack("<H", i) for i in range(1 << 15))
        + b"e\x85"
        + PUT,
        b"h\1" + GET + b"R0",
        1 << 15,
    ),
    "copies of a dictionary as attributes": (
        b"cgensim.utils\nSaveLoad\nq\1}(" + b"".join(b"\x8c\4%04xN" % i for i in range(1 << 15)) + b"u" + PUT,
        b"h\1)\x81" + GET + b"b",
        1 << 15,
    ),
}


@pytest.mark.parametrize("name", EXPENSIVE)
def test_cheap_bytes_that_are_expensive_to_read_are_refused(name):
    begin, repeated, times = EXPENSIVE[name]
    content = b"\x80\4" + begin + repeated * times + b"."
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match="far more memory or time than its length allows"):
            read(content)
        assert tracemalloc.get_traced_memory()[1] < (64 << 20) + 64 * len(content)
    finally:
        tracemalloc.stop()


def test_keys_whose_hashes_are_all_the_same_are_refused():
    """Hashes of whole numbers repeat after 2 ** 61 - 1: a set of n such numbers would take n * n steps."""
    for numbers in (frozenset({(2**61 - 1) * (1 + i) for i in range(9)}), {i * (2**61 - 1): 0 for i in range(9)}):
        with pytest.raises(FormatError, match="more than 64 bits as a key"):
            read(pickle.dumps(numbers, 4))


def test_words_with_objects_for_each_fit_into_the_budget():
    """As gensim wrote them before version 4, in far greater number than the tests of its files have."""
    machine = {f"{i:x}": collections.OrderedDict(index=i, count=1, sample_int=2**32) for i in range(40_000)}
    assert len(read(pickle.dumps({"vocab": machine, "index2word": list(machine)}, 2))["vocab"]) == 40_000
