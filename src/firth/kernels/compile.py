"""How Firth compiles: the decorators, all Numba flags, and the folder of compiled code.

@kernel   an entry point: called from Python, releases the GIL, kept on disk between processes
@step     a piece of a kernel: always inlined by LLVM, so that splitting an algorithm costs nothing; makes no arrays

Optional parts. An argument or a field may be None where a feature is not used. Numba removes the branches of
`if x is None` only if x is an argument of the function itself: not a local variable, and not a field of a tuple. So a
kernel hands an optional field to a step of its own, which does the comparison:

    train(arguments, arguments.softmax)          and in it          if softmax is not None: ...

The code behind a removed branch need not even have a type; one that is not removed must compile with None in it.

Numba's disk cache stamps only the file of the entry point: an edited helper, or another register width, would
silently run old machine code (Numba issues 8375 and 8396). So compiled code lives in a folder named by a digest of
every source file that can end up in a kernel, the register width, Numba's version and NUMBA_BOUNDSCHECK.
"""

import contextlib
import functools
import hashlib
import os
import tempfile
from pathlib import Path

import numba

from firth.interruption import importing
from firth.simd.lanes import LANES

__all__ = ["cache_folder", "is_compiled", "is_prepared", "kernel", "mark_prepared", "step"]

# No fastmath: kernels say themselves where a multiplication and an addition may be fused, and NaN stays NaN.
# NUMBA_BOUNDSCHECK=1 overrides "boundscheck", for arrays and for registers (simd/vector.py): the tests run so as well.
_FLAGS = {"nogil": True, "boundscheck": False, "error_model": "numpy"}
_NO_WRAPPERS = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def _digest() -> str:
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(f"{numba.__version__} {LANES} {numba.config.BOUNDSCHECK}".encode())
    for folder in ("simd", "kernels"):
        for source in sorted((package / folder).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _is_private(folder: Path) -> bool:
    """Whether this user alone can put files there: a cache of machine code must not come from strangers."""
    if not hasattr(os, "getuid"):
        return True
    status = folder.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.access(folder, os.W_OK) and _is_private(folder)
    except OSError:
        return False


@functools.cache
def cache_folder() -> Path:
    """Where compiled kernels are kept; $FIRTH_CACHE_DIR names another folder.

    The first usable of $FIRTH_CACHE_DIR, the user's cache folder and a private folder among temporary files.
    """
    version = f"kernels-{_digest()}"
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    bases = [Path(home) if home else Path.home() / ".cache"]
    if override := os.environ.get("FIRTH_CACHE_DIR"):
        bases.insert(0, Path(override))
    for base in bases:
        if _usable(base / "firth" / version):
            return base / "firth" / version
    user = os.getuid() if hasattr(os, "getuid") else "user"
    shared = Path(tempfile.gettempdir()) / f"firth-{user}" / version
    return shared if _usable(shared) else Path(tempfile.mkdtemp(prefix="firth-"))


def is_compiled(name: str) -> bool:
    """Whether the cache folder holds machine code of a kernel, named `file.function`."""
    return any(cache_folder().rglob(f"{name}-*.nbi"))


def is_prepared(name: str) -> bool:
    """Whether mark_prepared(name) was called with these kernels: they need no compiling any more."""
    return (cache_folder() / f"{name}.prepared").exists()


def mark_prepared(name: str) -> None:
    """Note that the kernels of this name are in the cache folder now."""
    with contextlib.suppress(OSError):  # a folder that cannot be written only costs the note
        (cache_folder() / f"{name}.prepared").touch()


def kernel(function):
    """Compile an entry point on its first call, or load it from the cache folder."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())  # read while decorating; other users of Numba keep theirs
    try:
        dispatcher = numba.njit(cache=True, **_FLAGS)(function)
    finally:
        numba.config.CACHE_DIR = before
    dispatcher._compile_for_args = _whole(dispatcher._compile_for_args)
    return dispatcher


def _whole(compile_for_args):
    """What Numba calls at the first call with new types, not to be cut short: half a compilation leaves it broken."""

    @functools.wraps(compile_for_args)
    def compile_whole(*arguments, **options):
        with importing():
            return compile_for_args(*arguments, **options)

    return compile_whole


def step(function):
    """Compile a piece of a kernel into every kernel that uses it.

    It borrows its arrays: counting references to those in a named tuple for every call cost 13 to 30 % of an epoch.
    It cannot be called from Python: wrappers for that took a third of the time to compile a training kernel.
    """
    return numba.njit(forceinline=True, _nrt=False, **_NO_WRAPPERS, **_FLAGS)(function)
