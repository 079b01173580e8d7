"""gensim's own tests pass with firth.gensim, but for those that are listed with a reason."""

import unittest

import pytest

pytest.importorskip("gensim")

from gensim_names.expected_failures import GENSIM, LONG, NOT_PASSING
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
            if reason in (LONG, GENSIM):
                marks = [pytest.mark.skip(reason=reason)]
            found.append(pytest.param(case, id=f"{module}-{name_of(case)}", marks=marks))
    return found


@pytest.mark.parametrize("case", cases())
def test_of_gensim(case: unittest.TestCase) -> None:
    run(case)


@pytest.mark.parametrize("module", NOT_PASSING)
def test_what_is_listed_exists(module: str) -> None:
    assert set(NOT_PASSING[module]) <= {name_of(case) for case in cases_of(load(module))}
