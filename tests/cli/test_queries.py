"""Queries of a model: similar, analogy, between, odd-one-out; and convert."""

import json

import pytest

from firth import SettingError, Word2Vec, WordVectors, load
from firth.cli.expression import read_word_sum


def test_similar_for_people_and_programs(firth, model):
    shown = firth("similar", model, "king", "man", "-n", 2).stdout.splitlines()
    assert shown[0] == "most similar to king"
    assert shown[2].split() == ["man", f"{load(model).similarity('king', 'man'):.4f}"]
    assert "most similar to man" in shown

    answers = json.loads(firth("similar", model, "king", "man", "--count", 2, "--json").stdout)
    assert [answer["word"] for answer in answers] == ["king", "man"]
    assert [neighbour["word"] for neighbour in answers[0]["neighbours"]] == ["man", "queen"]
    assert answers[0]["neighbours"][0]["similarity"] == pytest.approx(load(model).similarity("king", "man"), abs=1e-6)


def test_words_cannot_command_the_terminal(firth, model):
    shown = firth("similar", model, "wörter", "-n", 6).stdout
    assert "\x1b" not in shown
    assert "[bold]\\x1b[31m" in shown


def test_analogy_quoted_or_not(firth, model):
    quoted = firth("analogy", model, "king - man + woman").stdout
    assert quoted.splitlines()[:1] == ["king - man + woman"]
    assert quoted.splitlines()[2].split()[0] == "queen"
    answer = json.loads(firth("analogy", model, "king", "-", "man", "+", "woman", "--json").stdout)
    assert answer["positive"] == ["king", "woman"]
    assert answer["negative"] == ["man"]
    assert answer["neighbours"][0]["word"] == "queen"


def test_candidates_and_the_fallback(firth, model):
    done = firth("similar", model, "kinng", "--top", 4, "--exclude", "man", "--fallback", "spelling", "--json")
    assert done.stderr == "firth: 'kinng' is not among the 7 words: using 'king'\n"
    (answer,) = json.loads(done.stdout)
    assert answer["word"] == "kinng"
    assert [neighbour["word"] for neighbour in answer["neighbours"]] == ["queen", "woman"]
    assert "no subwords" in firth("similar", model, "king", "--fallback", "subword", code=2).stderr


def test_analogy_by_products(firth, model):
    shown = firth("analogy", model, "king - man + woman", "--method", "3cosmul", "-n", 1).stdout.splitlines()
    score = load(model).analogy("man", "king", "woman", 1, method="3cosmul")[0].similarity
    assert [line.split() for line in shown[1:]] == [["word", "score"], ["queen", f"{score:.4f}"]]
    assert "3cosadd, 3cosmul" in firth("analogy", model, "king", "--method", "3cosdiv", code=2).stderr


def test_between(firth, model):
    shown = firth("between", model, "king", "woman").stdout.splitlines()
    assert shown[0] == "between king and woman"
    expected = load(model).between("king", "woman")
    assert [line.split()[0] for line in shown[2:]] == [answer.word for answer in expected]
    answer = json.loads(firth("between", model, "king", "woman", "-n", 1, "--json").stdout)
    assert (answer["from"], answer["to"]) == ("king", "woman")
    assert answer["between"][0]["position"] == pytest.approx(expected[0].position, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "positive", "negative"),
    [
        ("king - man + woman", ["king", "woman"], ["man"]),
        ("  - man   + king ", ["king"], ["man"]),
        ("jack-in-the-box + c++ - -5", ["jack-in-the-box", "c++"], ["-5"]),
        ("paris \u2212 france + italy", ["paris", "italy"], ["france"]),
        ("king + king", ["king", "king"], []),
        ("king", ["king"], []),
    ],
)
def test_sums_of_words(text, positive, negative):
    assert read_word_sum(text) == (positive, negative)


@pytest.mark.parametrize(
    "text", ["", " ", "king -", "king - + man", "king man", "- man", "+", "- - man", "king + man x"]
)
def test_sums_that_make_no_sense(text):
    with pytest.raises(SettingError):
        read_word_sum(text)


def test_odd(firth, model):
    words = ["king", "queen", "man", "jack-in-the-box"]
    assert firth("odd-one-out", model, *words).stdout == "jack-in-the-box\n"
    assert json.loads(firth("odd-one-out", model, *words, "--json").stdout)["odd"] == "jack-in-the-box"


def test_info(firth, model, words):
    facts = json.loads(firth("info", model, "--json").stdout)
    assert facts["words"] == len(words)
    assert facts["vector_size"] == 3
    assert facts["first_words"] == list(words)
    assert facts["bytes"] == model.stat().st_size
    shown = firth("info", model).stdout
    assert "vector size" in shown
    assert "\x1b" not in shown


def test_convert(firth, model, tmp_path):
    clean = tmp_path / "clean.firth"
    vectors = load(model)
    type(vectors)(vectors.words[:5], vectors.matrix[:5]).save(clean)
    assert firth("convert", clean, "plain.vec").stdout == "plain.vec: 5 words × 3 numbers\n"
    assert (tmp_path / "plain.vec").read_text().splitlines()[0] == "5 3"
    done = firth("convert", "plain.vec", "again.bin", "--format", "word2vec-binary", "--json")
    assert json.loads(done.stdout) == {"written": "again.bin", "words": 5, "vector_size": 3}
    assert load(tmp_path / "again.bin").words == load(clean).words


def test_convert_a_model_for_fasttext(firth, tmp_path):
    model = Word2Vec(min_count=1, vector_size=4, epochs=1, subsample_threshold=0, subwords=(3, 4), subword_buckets=50)
    model.fit(["tea with milk and sugar", "tea without milk"] * 9, progress=False).save(tmp_path / "tea.firth")
    assert firth("convert", "tea.firth", "tea.bin", "--format", "fasttext").stdout == "tea.bin: 6 words × 4 numbers\n"
    back = Word2Vec.load(tmp_path / "tea.bin")
    assert back.context_vectors.tobytes() == model.context_vectors.tobytes()
    assert back.hyperparameters.subwords == (3, 4)
    facts = json.loads(firth("info", "tea.bin", "--json").stdout)
    assert facts["subwords"] == {"rows": 50, "buckets": 50, "min_length": 3, "max_length": 4}
    assert facts["fasttext"]["loss"] == "ns"
    firth("convert", "tea.bin", "vectors.firth")
    assert load(tmp_path / "vectors.firth")["tea"].tolist() == pytest.approx(model.vectors["tea"].tolist(), abs=1e-6)


def test_convert_skips_bad_lines_on_request(firth, tmp_path):
    (tmp_path / "bad.txt").write_text("king 1 2\nqueen 1\nman 3 4\n\x1b[31m 5 x6\n")
    done = firth("convert", "bad.txt", "good.bin", "--on-error", "skip", "--json")
    assert json.loads(done.stdout) == {"written": "good.bin", "words": 2, "vector_size": 2, "skipped": 2}
    assert done.stderr.splitlines() == [
        "bad.txt: line 2: 1 numbers instead of 2 after the word",
        "bad.txt: line 4: 'x6' is not a finite number",
        "bad.txt: 2 skipped",
    ]
    assert load(tmp_path / "good.bin").words == ["king", "man"]


def test_convert_to_standard_output(firth, tmp_path):
    WordVectors(["tea", "milk tea"], [[1, 2], [3, 4]]).save(tmp_path / "cups.firth")
    done = firth("convert", "cups.firth", "-", "--format", "word2vec-text", code=2)
    assert done.stdout == ""
    assert done.stderr.startswith("firth: -: word 1 is 'milk tea', which word2vec text cannot hold")
    plain = tmp_path / "plain.firth"
    WordVectors(["tea", "milk"], [[1, 2], [3, 4]]).save(plain)
    assert firth("convert", plain, "-", "--format", "glove").stdout == "tea 1.0 2.0\nmilk 3.0 4.0\n"
    assert not (tmp_path / "-").exists()
    for arguments, problem in [
        ([], "without format="),
        (["--format", "numpy"], "'numpy' is a folder"),
        (["--format", "glove", "--json"], "--json prints to standard output"),
    ]:
        assert problem in firth("convert", plain, "-", *arguments, code=2).stderr
    for command in (["info", "-"], ["similar", "-", "tea"], ["convert", "-", "a.txt"]):
        assert "standard input for texts only" in firth(*command, code=2).stderr


def test_convert_to_folders(firth, model, tmp_path):
    done = firth("convert", model, "folder/", "--format", "sentence-transformers", "--normalize")
    assert done.stdout == f"folder: {len(load(model)):,} words × 3 numbers\n"
    assert load(tmp_path / "folder").words == load(model).words
    assert firth("info", "folder").stdout.startswith("folder\n")
    for arguments, problem in [
        (["again/"], "'projector-bytes'"),
        (["again/", "--format", "sentence-transformers", "--sif", "0.001"], "no counts"),
        (["again.txt", "--sif", "0.001"], "--sif applies only with --format sentence-transformers"),
    ]:
        assert problem in firth("convert", "folder", *arguments, code=2).stderr
