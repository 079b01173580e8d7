"""Standard input, output and error that are closed, full, or read by nobody any more."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")

FIRTH = f"{sys.executable} -m firth"


@pytest.fixture
def shell(tmp_path):
    """Run a command of /bin/bash and return the finished process; `firth` stands for the command line."""

    def run(command):
        return subprocess.run(
            ["/bin/bash", "-c", command.replace("firth ", FIRTH + " ", 1)], capture_output=True, text=True, cwd=tmp_path
        )

    return run


@pytest.mark.parametrize(
    "command", ["--help", "train --help", "similar {model}" + " king queen man woman" * 2000, "info {model} --json"]
)
def test_a_reader_that_has_seen_enough(shell, model, command):
    for reader in ("head -1", "true"):
        done = shell(f"firth {command.format(model=model)} | {reader}; exit ${{PIPESTATUS[0]}}")
        assert (done.returncode, done.stderr) == (0, ""), reader


def test_closed_standard_output(shell, model):
    done = shell(f"firth similar {model} king >&-")
    assert (done.returncode, done.stderr) == (0, "")


def test_closed_standard_input(shell):
    done = shell("firth train - -o m.firth <&-")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("firth: standard input is closed")
    assert "Traceback" not in done.stderr


def test_closed_standard_error(shell, model):
    for redirection in ("2>&-", "2>/dev/full", "2> >(true)"):
        done = shell(f"firth similar {model} nobody {redirection}; echo $?")
        assert done.stdout == "2\n", redirection


def test_a_file_is_not_written_in_place_of_a_closed_stream(shell, model, tmp_path):
    done = shell(f"firth convert {model} m.txt <&- >&- 2>&-")
    assert done.returncode == 0
    first, *rest = (tmp_path / "m.txt").read_text(encoding="utf-8").splitlines()
    assert first == "7 3"
    assert len(rest) == 7


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full")
def test_a_full_disk_is_an_error_of_one_line(shell, model):
    done = shell(f"firth similar {model} king > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "firth: standard output: No space left on device\n"


def test_a_message_that_nobody_reads_does_not_end_a_training(shell, tmp_path):
    (tmp_path / "a.txt").write_text("a b c\n" * 50)
    done = shell("firth train a.txt -o m.firth --min-count 1 --vector-size 4 2> >(true) >/dev/null")
    assert done.returncode == 0
    assert (tmp_path / "m.firth").exists()
