"""Approximate search: it finds nearly what the exact search finds, reads few rows, and refuses other vectors."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firth
from firth import FormatError, MissingExtraError, SettingError, UnknownWordError, WordVectors
from firth.formats.compressed import map_file
from firth.formats.tensor_file import TensorFile
from firth.progress import Progress

WORDS, SIZE = 2000, 20


def clustered(words=WORDS, size=SIZE, seed=0):
    """Vectors in clouds, like those of words."""
    random = np.random.default_rng(seed)
    centers = random.normal(size=(40, size))
    return centers[random.integers(0, 40, words)] + 0.5 * random.normal(size=(words, size))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A saved model, and its index next to it."""
    path = tmp_path_factory.mktemp("indexed") / "words.firth"
    vectors = WordVectors([f"w{i}" for i in range(WORDS)], clustered())
    vectors.save(path)
    vectors.build_index(f"{path}.index", threads=1, progress=False)
    return path


@pytest.fixture
def vectors(model):
    return firth.load(model)


def shared(ours, theirs):
    """The share of the second results that the first ones contain."""
    pairs = zip(ours, theirs, strict=True)
    return np.mean([len({n.word for n in a} & {n.word for n in b}) / len(b) for a, b in pairs])


def test_most_neighbours_are_found_with_the_same_similarities(vectors):
    queries = [f"w{i}" for i in range(0, WORDS, 3)]
    exact, approximate = vectors.most_similar(queries), vectors.most_similar(queries, approximate=True)
    assert shared(approximate, exact) > 0.93
    for word, ours, theirs in zip(queries, approximate, exact, strict=True):
        assert len(ours) == 10
        assert word not in {near.word for near in ours}
        similarities = dict(theirs)
        assert all(near.similarity == similarities.get(near.word, near.similarity) for near in ours)
        assert [near.similarity for near in ours] == sorted((near.similarity for near in ours), reverse=True)


def test_one_query_and_many_have_the_same_results(vectors):
    queries = [f"w{i}" for i in range(200)]
    many = vectors.most_similar(queries, 5, approximate=True)
    assert many == [vectors.most_similar(word, 5, approximate=True) for word in queries]
    assert many[3] == vectors.most_similar(positive=["w3"], count=5, approximate=True)
    by_vector = vectors.nearest_to_vector(vectors["w3"], 6, approximate=True)
    assert by_vector[0].word == "w3"
    assert by_vector[1:] == many[3]


def test_neighbours_of_sums_are_found(vectors):
    random = np.random.default_rng(4)
    a, b, c = ([f"w{i}" for i in random.integers(0, WORDS, 300)] for _ in range(3))
    exact, approximate = vectors.analogy(a, b, c), vectors.analogy(a, b, c, approximate=True)
    assert shared(approximate, exact) > 0.75
    assert vectors.analogy(a[0], b[0], c[0], approximate=True) == approximate[0]
    assert not any({x, y, z} & {near.word for near in some} for x, y, z, some in zip(a, b, c, approximate, strict=True))


def test_excluded_words_are_replaced_by_others(vectors):
    best = [near.word for near in vectors.most_similar("w7", 30)]
    found = vectors.most_similar("w7", 10, exclude=best[:20], approximate=True)
    assert len(found) == 10
    assert not {near.word for near in found} & {*best[:20], "w7"}
    assert len({near.word for near in found} & set(best[20:])) >= 8


@pytest.mark.parametrize(
    ("options", "message"),
    [({"restrict": 100}, "restrict="), ({"method": "3cosmul"}, "3cosmul"), ({"count": 0}, "count")],
)
def test_unsupported_options_are_errors(vectors, options, message):
    with pytest.raises(SettingError, match=message):
        vectors.most_similar("w1", approximate=True, **options)


def test_unknown_words_stay_errors(vectors):
    with pytest.raises(UnknownWordError):
        vectors.most_similar("nowhere", approximate=True)


def test_very_long_results_and_queries_of_zeros_are_exact(vectors):
    assert vectors.most_similar("w1", 1500, approximate=True) == vectors.most_similar("w1", 1500)
    zeros = np.zeros(SIZE)
    assert vectors.most_similar(zeros, 3, approximate=True) == vectors.most_similar(zeros, 3)


# ---------------------------------------------------------------- rows that are read


def test_a_query_reads_only_the_rows_it_meets(model, tmp_path):
    """Damaged rows that are far away are an error for the exact search, and not noticed by this one."""
    content = np.fromfile(model, np.uint8)
    file = TensorFile(model, map_file(model))
    matrix = file.array("word_vectors", "F32", 2)
    start = matrix.ctypes.data - map_address(file)
    intact = firth.load(model)
    found = intact.most_similar("w5", approximate=True)
    assert "inverse_norms" not in vars(intact.search)
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    far = np.argsort(unit @ unit[5])[:300]
    sampled = np.linspace(0, WORDS - 1, 64).astype(int)  # the rows that identify the vectors of an index
    for row in set(far.tolist()) - set(sampled.tolist()):
        content[start + row * SIZE * 4 :][: SIZE * 4].view(np.float32)[:] = np.nan
    content.tofile(tmp_path / "damaged.firth")
    damaged = firth.load(tmp_path / "damaged.firth")
    damaged.open_index(f"{model}.index")
    assert damaged.most_similar("w5", approximate=True) == found
    with pytest.raises(SettingError, match="finite"):
        damaged.most_similar("w5")


def map_address(file):
    """Where the bytes of the file begin in memory."""
    return file._data.ctypes.data - (8 + int.from_bytes(file_beginning(file), "little"))


def file_beginning(file):
    with file._path.open("rb") as opened:
        return opened.read(8)


def test_loading_a_model_opens_no_index(model, tmp_path):
    (tmp_path / "copy.firth").write_bytes(model.read_bytes())
    (tmp_path / "copy.firth.index").write_bytes(b"rubbish")
    vectors = firth.load(tmp_path / "copy.firth")
    assert vectors.most_similar("w1", 3)
    with pytest.raises(FormatError, match=r"copy\.firth\.index"):
        vectors.most_similar("w1", 3, approximate=True)


# ---------------------------------------------------------------- building


def test_an_index_reports_its_recall_and_settings(model, vectors):
    index = vectors.index
    assert index.recall.mean >= 0.95
    assert index.recall.words >= index.recall.sums > 0.8
    assert repr(index) == f"<Index of 2,000 rows: search width {index.search_width}, recall {index.recall.mean:.3f}>"
    assert index.path == model.with_suffix(".firth.index")
    assert index.settings.threads == 1


def test_a_wider_search_finds_more_and_an_impossible_width_is_an_error():
    vectors = WordVectors([str(i) for i in range(700)], np.random.default_rng(1).normal(size=(700, 30)))
    index = vectors.build_index(recall=0.5, links=4, progress=False)
    queries = list(vectors.words[:200])
    exact = vectors.most_similar(queries)
    index.search_width = 16
    narrow = shared(vectors.most_similar(queries, approximate=True), exact)
    index.search_width = 700
    assert shared(vectors.most_similar(queries, approximate=True), exact) > 0.999 > narrow
    for wrong in (0, -5, 2.5, True, "wide", 10**9):
        with pytest.raises(SettingError, match="search_width"):
            index.search_width = wrong
    assert index.search_width == 700


def test_one_thread_and_a_seed_repeat_every_link(vectors, tmp_path):
    some = WordVectors(vectors.words[:500], vectors.matrix[:500])
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        some.build_index(tmp_path / name, seed=seed, threads=1, progress=False)
    contents = {name: (tmp_path / name).read_bytes() for name in "abc"}
    assert contents["a"] == contents["b"] != contents["c"]


def test_more_recall_needs_a_wider_search():
    vectors = WordVectors([str(i) for i in range(1000)], np.random.default_rng(1).normal(size=(1000, 30)))
    less = vectors.build_index(recall=0.5, links=4, progress=False)
    more = vectors.build_index(recall=0.97, links=4, progress=False)
    assert less.search_width < more.search_width
    assert less.recall.mean < more.recall.mean
    assert more.recall.mean > 0.95


@pytest.mark.parametrize(
    ("matrix", "count"),
    [
        ([[1.0, 2.0]], 0),
        ([[1.0, 2.0], [2.0, 1.0]], 1),
        (np.eye(5), 4),
        (np.ones((50, 3)), 10),
        (np.vstack([np.eye(4), np.zeros((8, 4))]), 10),
        (np.vstack([np.full((20, 3), 1e-20), np.full((20, 3), 1e17), -np.ones((5, 3))]), 10),
    ],
)
def test_few_rows_equal_rows_zeros_and_extremes(matrix, count):
    vectors = WordVectors([str(i) for i in range(len(matrix))], matrix)
    index = vectors.build_index(progress=False)
    assert index.recall.mean == 1.0
    found = vectors.most_similar("0", approximate=True)
    assert len(found) == count
    exact = vectors.most_similar("0")
    assert [near.similarity for near in found] == [near.similarity for near in exact]


def test_progress_is_passed_to_a_function_shown_as_a_line_or_not_at_all(capsys):
    vectors = WordVectors([str(i) for i in range(4500)], clustered(4500, 4))
    reports = []
    vectors.build_index(links=4, build_width=10, progress=reports.append)
    assert all(isinstance(some, Progress) for some in reports)
    assert reports[-1].done == 4500
    assert {some.total for some in reports} == {4500}
    vectors = WordVectors(["a", "b"], np.eye(2))
    vectors.build_index(progress=False)
    assert capsys.readouterr() == ("", "")
    vectors.build_index()
    assert capsys.readouterr() == ("", "Building the index …\n")


@pytest.mark.parametrize(
    "options",
    [
        {"recall": 1},
        {"recall": 0},
        {"recall": "much"},
        {"links": 1},
        {"links": 12.0},
        {"build_width": 0},
        {"seed": -1},
        {"threads": 0},
        {"progress": "bar"},
    ],
)
def test_impossible_options_are_errors(vectors, options):
    (name,) = options
    with pytest.raises(SettingError, match=name):
        vectors.build_index(**options)


def test_vectors_of_zeros_alone_are_an_error():
    with pytest.raises(SettingError, match="all vectors are zeros"):
        WordVectors(["a", "b"], np.zeros((2, 3))).build_index(progress=False)


def test_without_an_index_the_error_says_how_to_build_one(tmp_path):
    vectors = WordVectors(["a", "b"], np.eye(2))
    with pytest.raises(SettingError, match=r"no index: build one with vectors.build_index\(\)"):
        vectors.most_similar("a", approximate=True)
    vectors.save(tmp_path / "a.firth")
    with pytest.raises(SettingError, match=r"no index in .*a\.firth\.index: .*firth index MODEL"):
        firth.load(tmp_path / "a.firth").most_similar("a", approximate=True)


def test_building_needs_voyager_and_searching_does_not(vectors, monkeypatch):
    monkeypatch.setitem(sys.modules, "voyager", None)
    with pytest.raises(MissingExtraError, match=r"firth\[ann\]"):
        vectors.build_index(progress=False)
    assert vectors.most_similar("w1", 3, approximate=True)


# ---------------------------------------------------------------- files


def test_an_index_of_other_vectors_is_refused(model, vectors):
    others = {
        "2000 words × 20 numbers, not 1999": WordVectors(vectors.words[1:], vectors.matrix[1:]),
        "not 2000 words × 19": WordVectors(vectors.words, vectors.matrix[:, 1:]),
        "of other vectors; build it again": WordVectors(vectors.words, vectors.matrix[::-1]),
    }
    for message, other in others.items():
        with pytest.raises(FormatError, match=message):
            other.open_index(f"{model}.index")
    with pytest.raises(FileNotFoundError):
        vectors.open_index(f"{model}.nowhere")


def rewritten(path, target, change):
    """A copy of an index with another header."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    target.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])
    return target


def with_facts(**changes):
    def change(header):
        facts = json.loads(header["__metadata__"]["facts"]) | changes
        header["__metadata__"]["facts"] = json.dumps(facts)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda header: header["__metadata__"].update(version="2"), "version '2'"),
        (lambda header: header["__metadata__"].update(format="firth"), "is not an index"),
        (lambda header: header.pop("__metadata__"), "is not an index"),
        (lambda header: header["__metadata__"].update(facts="["), "does not say what it was built for"),
        (lambda header: header["__metadata__"].update(facts="[]"), "does not say what it was built for"),
        (lambda header: header["links"].update(dtype="F32"), "links"),
        (lambda header: header["links"].update(shape=[WORDS, 31]), "links"),
        (lambda header: header["links"].update(shape=[WORDS * 32]), "links"),
        (lambda header: header.pop("entries"), "entries"),
        (with_facts(vectors=None), "other vectors"),
        (with_facts(search_width=0), "metadata are invalid"),
        (with_facts(search_width=10**9), "metadata are invalid"),
        (with_facts(search_width="9"), "metadata are invalid"),
        (with_facts(recall=[2, 2]), "metadata are invalid"),
        (with_facts(recall=0.9), "metadata are invalid"),
        (with_facts(links=None), "metadata are invalid"),
    ],
)
def test_an_invalid_header_is_an_error(model, vectors, tmp_path, change, message):
    path = rewritten(model.with_suffix(".firth.index"), tmp_path / "changed.index", change)
    with pytest.raises(FormatError, match=message):
        vectors.open_index(path)


def test_other_files_are_refused(model, vectors, tmp_path):
    with pytest.raises(FormatError, match="is not an index"):
        vectors.open_index(model)
    for content in (b"", b"a b c\n", b"VOYA\x01" + bytes(100)):
        (tmp_path / "other").write_bytes(content)
        with pytest.raises(FormatError):
            vectors.open_index(tmp_path / "other")


def test_links_and_entries_outside_the_matrix_are_errors(model, vectors, tmp_path):
    file = TensorFile(model, map_file(model.with_suffix(".firth.index")))
    content = np.fromfile(model.with_suffix(".firth.index"), np.uint8)
    for name, message in (("entries", "do not fit"), ("links", "leads to no row")):
        changed = content.copy()
        array = file.array(name, "I32", 1 if name == "entries" else 2)
        start = array.ctypes.data - file._data.ctypes.data + len(content) - len(file._data)
        changed[start : start + array.nbytes].view(np.int32)[:] = WORDS
        changed.tofile(tmp_path / "changed.index")
        with pytest.raises(FormatError, match=message):
            vectors.open_index(tmp_path / "changed.index")
            vectors.most_similar("w1", approximate=True)


@settings(max_examples=150)
@given(data=st.data())
def test_damage_is_an_error_or_harmless(model, tmp_path_factory, data):
    """Never a crash: links are checked when they are followed, all else when the file is opened."""
    content = bytearray(model.with_suffix(".firth.index").read_bytes())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        for _ in range(data.draw(st.integers(1, 8))):
            near_the_header = data.draw(st.booleans())
            position = data.draw(st.integers(0, 700 if near_the_header else len(content) - 1))
            content[position] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.index"
    path.write_bytes(content)
    vectors = firth.load(model)
    try:
        vectors.open_index(path)
        found = vectors.most_similar(["w1", "w1900"], approximate=True)
    except FormatError:
        return
    assert [len(some) for some in found] == [10, 10]


def test_the_index_replaces_an_old_one_in_one_step(model, vectors, tmp_path):
    path = tmp_path / "x.index"
    path.write_bytes(b"old")
    with pytest.raises(FormatError, match="there is no folder"):
        vectors.index.save(tmp_path / "nowhere" / "x.index")
    vectors.index.save(path)
    assert path.read_bytes() == model.with_suffix(".firth.index").read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["x.index"]


SHORT_OF_MEMORY = """
import re, resource
import numpy as np
import firth
from firth.cli.main import main
from firth.vectors.ann import graph

def index(path):
    try:
        main(["index", path, "--quiet", "--threads", "1", "--links", "100", "--build-width", "4"])
    except SystemExit as end:
        print(end.code)

for path, words in ("few.firth", 30), ("many.firth", 20_000):
    rows = np.random.default_rng(1).normal(size=(words, 200)).astype(np.float32)
    firth.WordVectors([str(number) for number in range(words)], rows).save(path)
index("few.firth")  # imports and compiles what it needs
used = int(re.search(r"VmSize:\\s+(\\d+)", open("/proc/self/status").read())[1]) << 10
resource.setrlimit(resource.RLIMIT_AS, (used + (30 << 20), resource.RLIM_INFINITY))
index("many.firth")
graph.available_memory = lambda: 1 << 40  # as where others take the memory meanwhile
index("many.firth")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory as Linux has them")
def test_too_little_memory_is_said_in_a_line(tmp_path):
    run = {"capture_output": True, "text": True, "timeout": 120, "cwd": tmp_path}
    done = subprocess.run([sys.executable, "-c", SHORT_OF_MEMORY], **run)
    assert done.stdout.split() == ["0", "2", "2"], done.stderr
    problem = "firth: there is not enough memory to index 20,000 words: it takes 34 MB or more"
    first, second = done.stderr.splitlines()
    assert re.fullmatch(problem + r", and \d+ MB are free", first)
    assert second == problem
    assert not (tmp_path / "many.firth.index").exists()
