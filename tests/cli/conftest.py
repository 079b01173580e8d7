"""The `firth` command as a real process, and a model whose answers are known."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from firth import WordVectors
from prepared_firth import IS_POSSIBLE, PreparedFirth

Firth = Callable[..., "subprocess.CompletedProcess[str]"]

# Gender is one direction and rank another, so that every analogy holds exactly.
WORDS = {
    "man": (1, 0, 1),
    "woman": (1, 1, 1),
    "king": (2, 0, 1.5),
    "queen": (2, 1, 1.5),
    "jack-in-the-box": (-1, 0.3, 0.2),
    "wörter": (-1, 0.2, 0.4),
    "[bold]\x1b[31m": (-1, 0.5, 0.9),
}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .firth file of seven words."""
    path = tmp_path_factory.mktemp("models") / "plane.firth"
    WordVectors(list(WORDS), np.array(list(WORDS.values()), np.float32)).save(path)
    return path


@pytest.fixture(scope="session")
def words() -> dict[str, tuple[float, float, float]]:
    """The words of that file and their vectors."""
    return dict(WORDS)


@pytest.fixture(scope="session")
def prepared() -> Iterator[PreparedFirth | None]:
    """A process that has imported Firth, where there can be one."""
    if not IS_POSSIBLE:
        yield None
        return
    with contextlib.closing(PreparedFirth()) as process:
        yield process


@pytest.fixture
def firth(tmp_path: Path, prepared: PreparedFirth | None) -> Firth:
    """Run `firth ARGUMENTS…` in an empty folder and return the finished process.

    A process of its own is started for what comes with options of subprocess.run(), or with another environment.
    """

    def run(*arguments: object, code: int = 0, **options: object) -> "subprocess.CompletedProcess[str]":
        words = [str(argument) for argument in arguments]
        if prepared and prepared.fits() and not options:
            done = prepared.run(words, tmp_path, timeout=120)
        else:
            done = in_a_new_process(words, tmp_path, **options)
        assert done.returncode == code, done.stderr
        return done

    return run


def in_a_new_process(words: list[str], folder: Path, **options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # type: ignore[no-any-return, call-overload]
        [sys.executable, "-m", "firth", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        timeout=120,
        **options,
    )


@pytest.fixture
def interrupted(tmp_path: Path) -> Callable[..., list[str]]:
    """Run `firth ARGUMENTS…` until an epoch has begun, press Ctrl-C, and return the lines of what it says."""

    def run(*arguments: object, epoch: int) -> list[str]:
        command = [sys.executable, "-m", "firth", *map(str, arguments)]
        messages = tmp_path / "stderr.txt"
        with messages.open("w") as stderr:
            process = subprocess.Popen(
                command,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                cwd=tmp_path,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
            while f"epoch {epoch} " not in messages.read_text() and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 130, messages.read_text()
        return messages.read_text().splitlines()

    return run
