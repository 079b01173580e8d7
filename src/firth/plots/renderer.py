"""The renderer, vl-convert, in a process of its own.

Where it panics (a character that XML does not allow, no more threads), it aborts its process without an exception. Here
that is an error of one line, and the process of the user goes on.
"""

import functools
import importlib.util
import json
import os
import subprocess
import sys
from typing import Any

from firth.errors import MissingExtraError, SettingError

__all__ = ["check_renderer", "javascript_library", "rendered"]

_CHILD = """
import json, sys
import vl_convert
function, options = json.load(sys.stdin.buffer)
result = getattr(vl_convert, function)(**options)
sys.stdout.buffer.write(result if isinstance(result, bytes) else result.encode())
"""


def check_renderer() -> None:
    """Raise MissingExtraError where vl-convert is not installed."""
    try:
        found = importlib.util.find_spec("vl_convert")
    except ValueError:  # something in its place in sys.modules
        found = None
    if found is None:
        raise MissingExtraError("saving a picture", "plot")


def rendered(function: str, **options: Any) -> bytes:
    """The result of a function of vl_convert, as UTF-8 where it is a text.

    options : what JSON can hold.

    Raises MissingExtraError; SettingError with what the renderer says where it fails.
    """
    check_renderer()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        finished = subprocess.run(
            [sys.executable or "python", "-c", _CHILD],
            input=json.dumps([function, options]).encode(),
            capture_output=True,
            env=environment,
            check=False,
        )
    except OSError as error:
        raise SettingError(f"the renderer (vl-convert) cannot be started: {error.strerror}") from error
    if finished.returncode:
        raise SettingError(f"the renderer (vl-convert) cannot draw this picture: {_reason(finished)}")
    return finished.stdout


@functools.cache
def javascript_library(version: str) -> str:
    """The JavaScript that draws a chart in a browser, 1 MB. Raises as `rendered` does."""
    return rendered("javascript_bundle", vl_version=version).decode()


def _reason(finished: "subprocess.CompletedProcess[bytes]") -> str:
    """The first line that says what failed: of a panic the line after it, of an exception the last."""
    lines = [line.strip() for line in finished.stderr.decode(errors="replace").splitlines() if line.strip()]
    for i, line in enumerate(lines[:-1]):
        if "panicked at" in line:
            return lines[i + 1]
    return lines[-1] if lines else f"it ended with exit code {finished.returncode}"
