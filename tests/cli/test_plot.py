"""firth plot: every picture from the command line."""

import json

import pytest

from firth import Word2Vec
from firth.cli.main import GROUPS, main

CALLS = {
    "strips": ["{model}", "king", "queen", "--limit", "2", "--dark"],
    "analogy": ["{model}", "king - man + woman"],
    "matrix": ["{model}", "king", "queen", "wörter", "--order", "clusters"],
    "map": ["{model}", "--top", "5", "--groups", "groups.txt"],
    "neighbours": ["{model}", "king", "-n", "3"],
    "axes": ["{model}", "king", "queen", "--x", "man", "woman", "--y", "man", "king"],
    "people": ["--traits", "trait 1", "trait 3", "--compared-with", "Person 1"],
    "line": ["Jay=38", "Ann=70", "--ends", "shy", "loud"],
}


@pytest.fixture
def here(tmp_path, monkeypatch, capsys):
    """Run `firth plot ARGUMENTS…` in an empty folder, in this process: what it printed and its exit code."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["plot", *map(str, arguments)])
        return capsys.readouterr(), ended.value.code

    return run


@pytest.mark.parametrize("name", CALLS)
def test_every_picture(here, model, tmp_path, name):
    (tmp_path / "groups.txt").write_text("people: man woman\nrulers: king queen\n")
    arguments = [argument.format(model=model) for argument in CALLS[name]]
    printed, code = here(name, *arguments, "-o", "picture.json", "--json")
    assert code == 0, printed.err
    path = tmp_path / "picture.json"
    assert json.loads(printed.out) == {"written": "picture.json", "bytes": path.stat().st_size}
    assert json.loads(path.read_text())["$schema"].startswith("https://vega.github.io/schema/vega-lite/")


def test_training_curve_of_a_model_file(here, tmp_path):
    model = Word2Vec(min_count=1, vector_size=4, epochs=2, threads=1, subsample_threshold=0)
    model.fit(["a b c d"] * 20, progress=False)
    model.save(tmp_path / "small.firth")
    assert here("training", "small.firth", "-o", "curve.svg")[0].out.startswith("saved curve.svg (")
    assert (tmp_path / "curve.svg").read_text().startswith("<svg")


def test_a_page_says_that_it_needs_no_network(firth, model, tmp_path):
    assert "no network needed" in firth("plot", "strips", model, "king", "-o", "king.html").stdout
    assert (tmp_path / "king.html").stat().st_size > 500_000  # the library is in it


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["stripes"], "No such command 'stripes'"),
        (["strips", "{model}", "king"], "--output"),
        (["strips", "{model}", "qeen", "-o", "a.svg"], "near spellings: queen"),
        (["strips", "{model}", "king", "-o", "a.gif"], "choose one of .html, .svg, .png, .json"),
        (["map", "{model}", "--method", "lda", "-o", "a.svg"], "must be one of pca, umap, tsne"),
        (["training", "{model}", "-o", "a.svg"], "not the whole model"),
        (["line", "Jay=much", "-o", "a.svg"], "'Jay=much' must be a number from 0 to 100"),
        (["line", "1", "2", "-o", "a.svg"], "several scores need names"),
    ],
)
def test_errors_are_one_line(here, model, arguments, message, tmp_path):
    printed, code = here(*(argument.format(model=model) for argument in arguments))
    assert code == 2
    assert len(printed.err.splitlines()) == 1
    assert message in printed.err
    assert not list(tmp_path.iterdir())


def test_help_of_the_group_lists_its_pictures(firth):
    for arguments in (("plot",), ("plot", "--help")):
        shown = firth(*arguments).stdout
        for name, summary in GROUPS["plot"].items():
            assert name in shown
            assert summary[:30] in shown
