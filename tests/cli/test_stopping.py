"""Ctrl-C, SIGTERM and SIGHUP at every stage of a command: its exit code, one line, no temporary file."""

import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from firth import WordVectors

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}

# Sends a signal to itself when a module is searched for, or when a function is called.
PRELUDE = """
import os, signal, sys

class SendAtImport:
    def __init__(self, module, number):
        self.module, self.number = module, number

    def find_spec(self, name, path=None, target=None):
        if name == self.module:
            sys.meta_path.remove(self)
            try:
                os.kill(os.getpid(), self.number)
            except BaseException:  # as a module may do that tries something optional
                pass

def send_at_call(module, function, number):
    import importlib
    module = importlib.import_module(module)
    original = getattr(module, function)
    def sending(*arguments, **options):
        os.kill(os.getpid(), number)
        return original(*arguments, **options)
    setattr(module, function, sending)

from firth.__main__ import main
"""


def run(program, arguments, folder):
    """Run a command in a process that sends itself a signal; a test run in the background has SIGINT ignored."""
    return subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(program) + "\nmain()", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=120,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("module", ["firth.cli.main", "typer", "firth.cli.convert"])
def test_a_signal_while_modules_are_imported(name, module, model, tmp_path):
    done = run(
        f"sys.meta_path.insert(0, SendAtImport('{module}', signal.{name}))", ["convert", model, "m.txt"], tmp_path
    )
    assert (done.returncode, done.stderr, done.stdout) == (CODES[name], "firth: stopped\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("times", [1, 1000])
def test_a_signal_that_is_swallowed_ends_the_command_nevertheless(name, times, tmp_path):
    program = f"""
        import firth.cli.info

        def swallow():
            sends = [lambda: os.kill(os.getpid(), signal.{name})]
            for _ in range({times}):
                try:
                    while sends:
                        sends.pop()()
                    while True:
                        pass
                except BaseException:
                    pass
            while True:
                pass

        firth.cli.info.run = swallow
    """
    done = run(program, ["info"], tmp_path)
    assert (done.returncode, done.stderr) == (CODES[name], "firth: stopped\n")


@pytest.mark.parametrize("name", CODES)
def test_a_signal_while_a_file_is_written(name, model, tmp_path):
    (tmp_path / "n.firth").write_text("old")
    done = run(f"send_at_call('os', 'fsync', signal.{name})", ["convert", model, "n.firth"], tmp_path)
    assert (done.returncode, done.stderr) == (CODES[name], "firth: stopped\n")
    assert [path.name for path in tmp_path.iterdir()] == ["n.firth"]
    assert (tmp_path / "n.firth").read_text() == "old"


def test_a_signal_during_a_long_call_into_compiled_code_ends_the_process(tmp_path):
    """A sort in NumPy looks at no signals; it stands for the compilation of a kernel by LLVM."""
    WordVectors(["a", "b"], np.eye(2, dtype=np.float32)).save(tmp_path / "m.firth")
    program = """
        import numpy as np
        import firth.cli.info

        def compute():
            numbers = np.random.default_rng(1).normal(size=20_000_000)
            print("begun", flush=True)
            for _ in range(20):
                np.sort(numbers)

        firth.cli.info.run = compute
    """
    process = subprocess.Popen(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(program) + "\nmain()", "info"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    begun = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    message = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    process.stderr.close()
    assert (process.returncode, begun) == (130, b"begun\n")
    assert message == b"firth: stopped\n"
    assert used.ru_utime < 20  # of the minute that the sorting takes


def test_a_command_that_ignores_ctrl_c_goes_on(model, tmp_path):
    """As one that a script started with `&`, or with nohup."""
    program = "send_at_call('os', 'fsync', signal.SIGHUP)\nsend_at_call('os', 'fsync', signal.SIGINT)"
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + program + "\nmain()", "convert", str(model), "m.txt"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        preexec_fn=lambda: [signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGHUP)],
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["m.txt"]
