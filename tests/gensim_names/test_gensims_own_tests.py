"""gensim's own tests pass with firth.gensim, but for those that are listed with a reason."""

import unittest
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("gensim")

from gensim_names.expected_failures import DIFFERS, INTERNAL, LONG, NOT_PASSING, OLD
from gensim_names.gensims_tests import cases_of, load, run

# What gensim's tests warn of: options that Firth does not have, deprecations of packages that gensim uses.
pytestmark = pytest.mark.filterwarnings("ignore")


def name_of(case: unittest.TestCase) -> str:
    return f"{type(case).__name__}.{case._testMethodName}"


def cases() -> list:
    found = []
    for module, listed in NOT_PASSING.items():
        for case in cases_of(load(module)):
            reason = listed.get(name_of(case))
            marks = [] if reason is None else [pytest.mark.xfail(reason=reason, strict=True)]
            if reason == LONG:
                marks = [pytest.mark.skip(reason=reason)]
            found.append(pytest.param(case, id=f"{module}-{name_of(case)}", marks=marks))
    return found


@pytest.mark.parametrize("case", cases())
def test_of_gensim(case: unittest.TestCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # some leave files
    run(case)


@pytest.mark.parametrize("module", NOT_PASSING)
def test_the_docs_count_them(module: str) -> None:
    listed = Counter(NOT_PASSING[module].values())
    total = len(cases_of(load(module)))
    numbers = [total, total - listed.total(), *(listed[reason] for reason in (INTERNAL, OLD, DIFFERS, LONG))]
    row = "| " + " | ".join([f"{module}.py", *map(str, numbers)]) + " |"
    assert row in (Path(__file__).parents[2] / "docs" / "gensim.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("module", NOT_PASSING)
def test_what_is_listed_exists(module: str) -> None:
    assert set(NOT_PASSING[module]) <= {name_of(case) for case in cases_of(load(module))}
