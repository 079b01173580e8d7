"""The tables that benchmarks/tables.py writes into the docs: one for every marker, with the numbers of the results."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"processor": "P", "cores": 2, "python": "3.11", "versions": {"gensim": "4.4.0"}, "date": "2026-11-28"}


@pytest.fixture(scope="module")
def tables():
    folder = str(ROOT / "benchmarks")
    sys.path.insert(0, folder)
    try:
        spec = importlib.util.spec_from_file_location("benchmark_tables", f"{folder}/tables.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


def cells(table):
    """Rows of the first table, without its header."""
    lines = [line for line in table.split("\n\n")[0].splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_marker_of_the_docs_has_a_table_and_every_table_a_marker(tables):
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md"))
    assert set(re.findall(r"^<!-- (\w+) -->\n", pages, re.MULTILINE)) - {"end"} == set(tables.TABLES)


def test_the_same_script_with_both_imports(tables):
    def run(seconds, score):
        return [{"Word2Vec(sentences, sg=1)": [seconds, 2 * seconds], "save": [0.0, 0.0]}, {"analogies": score}]

    runs = {"gensim": [run(6.0, 0.1), run(8.0, 0.2)], "firth.gensim": [run(2.0, 0.3), run(2.0, 0.4)]}
    results = {"runs": runs, "megabytes": 10.0, "words": 2000, "workers": 2, "environment": ENVIRONMENT}
    results["runs"]["gensim"][0][0]["save"] = [1.0, 1.0]
    for one in (*runs["gensim"], *runs["firth.gensim"]):
        one[0]["save"] = [0.5, 0.25]
    table = tables.gensim_drop_in(results)
    assert cells(table)[0] == ["`Word2Vec(sentences, sg=1)`", "7", "2", "**3.5×**", "3.0 4.0", "14", "4", "**3.5×**"]
    assert cells(table)[1][:4] == ["save", "0.5", "0.5", "**1.0×**"]
    assert "analogies 0.150 and 0.350. 10 MB of the text, 2,000 words; 2 workers. P, 2 cores" in table


def test_document_vectors(tables):
    shares = {"chapter": 0.25, "novel": 0.5, "held_out_chapter": 0.125, "held_out_novel": 0.375, "itself": 1.0}
    sizes = {"documents": 1000, "novels": 12, "words": 90_000}

    def run(seconds):
        return {"train_s": seconds, "train_cpu_s": seconds, "infer_s": 0.5, "infer_cpu_s": 0.25, **shares, **sizes}

    row = {
        "name": "dm",
        "firth": [run(2.0), run(4.0)],
        "gensim": [run(60.0), run(60.0)],
        "gensim_file": [run(30.0), run(30.0)],
    }
    row |= {"ratio_train_s": 10.0, "ratio_train_cpu_s": 10.0, "ratio_infer_s": 1.0, "ratio_infer_cpu_s": 1.0}
    table = tables.documents(
        {"rows": [row], "threads": 2, "epochs": 10, "same_rates": True, "environment": ENVIRONMENT}
    )
    firth, gensim, of_file, ratio = cells(table)
    assert firth == ["`dm`", "Firth", "3", "3", "0.5", "0.25", ".250", ".500", ".125", ".375", "1.000"]
    assert gensim[2] == "60" and of_file[1:3] == ["gensim, `corpus_file`", "30"]
    assert ratio[1:4] == ["ratio", "**10.0×**", "**10.0×**"]
    assert "1,000 paragraphs of 12 novels, 90,000 words to train on; 10 epochs, 2 threads, 2 seeds; " in table
    assert "learning rates of Firth. P" in table


def test_training_on_many_nodes(tables):
    def run(name, seed, men, **more):
        facts = {"words": 14_060_000, "vocabulary": 38_514, "architecture": "skipgram", "vector_size": 100, "epochs": 2}
        meetings = [] if name == "1" else [20, 10]
        losses = {"losses": [2.5, 2.25 + seed / 4], "analogies": 0.375}
        return facts | losses | {"run": name, "seed": seed, "meetings": meetings, "men": men} | more

    runs = [run("1", 1, 0.5), run("1", 2, 0.625), run("4", 1, 0.5), run("4-average", 1, 0.25)]
    runs.append(run("4-killed", 1, 0.5, seconds_from_kill_to_next_meeting=2.04))
    table = tables.distributed({"runs": runs, "environment": ENVIRONMENT})
    one, four, average, killed = cells(table)
    assert one == ["one machine", "", "2.625", ".375", ".562", "", "2"]
    assert four == ["4 nodes", "30", "2.500", ".375", ".500", "", "1"]
    assert average[0] == "4 nodes, plain averages" and average[4] == ".250"
    assert killed[0] == "4 nodes on Ray, one killed in epoch 3" and killed[5] == "2.0"
    assert "14.1 million words, 38,514 different ones, 100 numbers. P, 2 cores" in " ".join(table.split("\n\n")[1:])
    assert "| skipgram | meetings | loss of epoch 2 |" in table
