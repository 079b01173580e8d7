"""gensim's own tests, from its installed package, with `firth.gensim` in place of `gensim.models`.

The rest of gensim that they import stays gensim's: its utilities and test data.
"""

import functools
import importlib.util
import logging
import re
import types
import unittest
from collections.abc import Callable
from pathlib import Path

import pytest

__all__ = ["cases_of", "load", "run"]


class CapturedLog(logging.Handler):
    """What testfixtures.log_capture gives to a test, as far as gensim's tests use it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.levelname} {record.getMessage()}")

    def __str__(self) -> str:
        return "\n".join(self.lines)


def log_capture() -> Callable:
    def decorate(test: Callable) -> Callable:
        @functools.wraps(test)
        def captured(self) -> None:
            log, root = CapturedLog(), logging.getLogger()
            level = root.level
            root.addHandler(log)
            root.setLevel(logging.DEBUG)
            try:
                test(self, log)
            finally:
                root.removeHandler(log)
                root.setLevel(level)

        return captured

    return decorate


def load(name: str) -> types.ModuleType:
    """A module of gensim's tests with its imports rewritten."""
    found = importlib.util.find_spec(f"gensim.test.{name}")
    source = Path(found.origin).read_text(encoding="utf-8")
    module = types.ModuleType(f"rewritten_{name}")
    module.__dict__["log_capture"] = log_capture
    if "from gensim.test.test_word2vec import" in source:
        module.__dict__["TestWord2VecModel"] = load("test_word2vec").TestWord2VecModel
    source = re.sub(r"^.*(\btestfixtures|\bgensim\.test\.test_word2vec) import.*$", "", source, flags=re.M)
    source = re.sub(r"^from gensim\.models((?!\.fasttext_inner)\S*) import (.*[^(])$", _imported, source, flags=re.M)
    both = r"import firth.gensim.models\1, gensim.utils, gensim.test.utils"
    source = re.sub(r"^import gensim\.models((?!\._)\S*)$", both, source, flags=re.M)
    source = re.sub(r"(?<![\w.])(?<!from )(?<!import )gensim\.models\.(?!_)", "firth.gensim.models.", source)
    source = source.replace("'gensim.scripts.", "'firth.gensim.scripts.")
    # Most tests of FastText open a file of fastText's first, headerless version without need: they get the newer one.
    source = source.replace("datapath('lee_fasttext.bin')", "datapath('lee_fasttext_new.bin')")
    exec(compile(source, found.origin, "exec"), module.__dict__)
    return module


def _imported(found: re.Match) -> str:
    """An import of names: private ones stay gensim's."""
    module, names = found[1], [name.strip() for name in found[2].split(",")]
    private = [name for name in names if name.startswith("_")]
    public = [name for name in names if name not in private]
    lines = [f"from firth.gensim.models{module} import {', '.join(public)}"] if public else []
    return "\n".join(lines + [f"from gensim.models{module} import {', '.join(private)}"] * bool(private))


def cases_of(module: types.ModuleType) -> list[unittest.TestCase]:
    """All tests of a module that are its own."""
    classes = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, unittest.TestCase)]
    own = [one for one in classes if one.__module__ == module.__name__]
    functions = {name: one for name, one in vars(module).items() if name.startswith("test_")}
    if functions:
        own.append(_as_class(functions))
    return [one(name) for one in own for name in unittest.TestLoader().getTestCaseNames(one)]


def _as_class(functions: dict[str, Callable]) -> type:
    """Functions that pytest would call with each of a list of values, as methods."""
    methods = {}
    for name, function in functions.items():
        for value in function.pytestmark[0].args[1]:
            methods[f"{name}_{value}"] = functools.partialmethod(lambda self, call, one: call(one), function, value)
    return type("Functions", (unittest.TestCase,), methods)


def run(case: unittest.TestCase) -> None:
    """Run a test as unittest does. Raises AssertionError with what went wrong."""
    result = case.run()
    for _, reason in result.skipped:
        pytest.skip(reason)
    for _, problem in (*result.failures, *result.errors):
        raise AssertionError(problem)
