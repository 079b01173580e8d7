"""The public names of `import firth`, and what importing costs."""

import subprocess
import sys
from pathlib import Path

import pytest

import firth

ROOT = Path(__file__).resolve().parent.parent


def modules_after(*arguments: str) -> set[str]:
    """Top-level names of the modules that a fresh interpreter has imported after running this."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_all_names_are_sorted_and_importable():
    assert list(firth.__all__) == sorted(firth.__all__)
    for name in firth.__all__:
        assert getattr(firth, name) is not None
    assert set(dir(firth)) >= set(firth.__all__)


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="word3vec"):
        firth.word3vec  # noqa: B018


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return done.stderr.strip().splitlines()[-1]


def test_a_module_that_is_not_imported_yet_is_an_error_that_says_so():
    error = "AttributeError: module 'firth' has no attribute 'plots' before it is imported: from firth import plots"
    assert run("import firth; firth.plots.word_map") == error
    assert run("from firth import plots; import sys; sys.exit(plots.__name__)") == "firth.plots"


def test_a_name_that_is_spelled_alike_is_suggested():
    error = run("import firth; firth.Word2vec")
    assert error.startswith("AttributeError: module 'firth' has no attribute 'Word2vec'. Did you mean")
    assert "'Word2Vec'" in error


def test_importing_is_cheap():
    assert not {"numpy", "numba", "rich", "typer"} & modules_after("-c", "import firth")


def test_help_is_cheap():
    imported = modules_after("-m", "firth", "--help")
    assert "typer" in imported
    assert not {"numba", "numpy", "pyarrow"} & imported


def test_every_public_name_is_documented():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]  # the pages that explain, not the reference
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    missing = [name for name in firth.__all__ if not name.startswith("_") and name not in text]
    assert not missing, f"not in README.md or docs/: {', '.join(missing)}"


def test_version_is_that_of_the_package_metadata():
    assert f'version = "{firth.__version__}"' in (ROOT / "pyproject.toml").read_text()
