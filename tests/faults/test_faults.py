"""Processes that are killed, full disks, disks that are read-only: a few trials of each; `make faults` makes many.

writers.py lists what writes, trials.py says what has to hold.
"""

import random
import signal
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("signals, fork and limits of resources", allow_module_level=True)

from faults import system_calls, trials
from faults.server import Server
from faults.writers import WRITERS

pytestmark = pytest.mark.xdist_group("faults")  # one server for all
ONE_OF_EACH_KIND = ["save, firth", "save, firth.gz", "save, numpy"]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return tmp_path_factory.mktemp("inputs")


@pytest.fixture(scope="module")
def server(inputs):
    server = Server(inputs)
    yield server
    server.close()


@pytest.mark.parametrize("name", ONE_OF_EACH_KIND)
def test_killed_processes_leave_the_old_or_the_new_and_the_next_write_cleans_up(server, tmp_path, name):
    problems, killed = trials.kill(server, name, tmp_path, 8, random.Random(name))
    assert not problems
    assert killed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_commands_that_are_ended_leave_nothing_behind(server, tmp_path, number):
    assert not trials.stop_politely(server, "firth convert, text", tmp_path, number, random.Random(number))


@pytest.mark.parametrize(
    "name",
    [*ONE_OF_EACH_KIND, "save, firth.xz", "save, firth.bz2", "save, firth.zst", "build_index", "firth convert, text"],
)
def test_files_that_cannot_become_long_enough_leave_the_old_ones(server, tmp_path, name):
    if WRITERS[name].is_available:
        assert not trials.limit_file_size(server, name, tmp_path)


@pytest.mark.skipif(not trials.can_mount(), reason="needs permission to mount a small disk")
@pytest.mark.parametrize("name", ["save, firth.bz2", "save, numpy"])
def test_a_full_disk_leaves_the_old_ones(server, tmp_path, name):
    assert not trials.fill_disk(server, name, tmp_path)


@pytest.mark.parametrize("name", ["save, firth", "save, projector", "firth convert, text"])
def test_where_nothing_can_be_written_there_is_one_line(server, tmp_path, name):
    if not trials.can_mount() and trials.is_root():
        pytest.skip("permissions do not hold for root, and nothing can be mounted")
    assert not trials.refuse_writing(server, name, tmp_path)


@pytest.mark.skipif(not system_calls.has_strace(), reason="needs strace")
@pytest.mark.parametrize("name", ["save, firth.gz", "save, numpy"])
def test_content_is_on_the_disk_before_its_name_and_that_before_the_end(server, inputs, tmp_path, name):
    folder = tmp_path / "work"
    folder.mkdir()
    assert server.write(name, folder, 0)["code"] == 0
    assert not system_calls.out_of_order(inputs, folder, name)


def test_the_trials_notice_what_is_broken(server, tmp_path):
    """A version that nobody wrote, and something left behind."""
    states = trials.States(server, "save, firth", tmp_path)
    assert states.problem() is None
    assert not states.litter()
    content = states.target.read_bytes()
    states.target.write_bytes(content[:-1])
    assert states.problem()
    (tmp_path / ".firth-left.tmp").touch()
    assert states.litter() == [".firth-left.tmp"]
