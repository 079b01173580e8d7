"""Compiled code on disk: one file for each kernel and signature, with a checksum in front.

Numba's own cache trusts what it reads: a file that a power cut left empty is an error at every later start, and flipped
bits are machine code. It also keeps an index of signatures per kernel, which processes that compile at the same time
overwrite. Here a damaged file counts as missing, and is replaced. The content is what Numba would keep, and like that
it is code that runs when it is read: it comes only from a folder that folder.py found private.
"""

import contextlib
import fnmatch
import functools
import hashlib
import inspect
import os
import pickle
import threading
import time
from pathlib import Path
from typing import Any

from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from firth.errors import warn
from firth.kernels.cache.folder import CacheFolder, choose_folder

__all__ = ["CodeStore", "KernelCache", "code_store", "load_object"]

_CHECKSUM = hashlib.sha256().digest_size
_LEFT_BEHIND = 3600  # seconds after which a temporary file is one of a process that was killed


class CodeStore:
    """Pieces of machine code by name.

    Attributes
    ----------
    folder : where they are; None if nothing can be kept.
    refused : why other folders could not be used.
    """

    def __init__(self, choice: CacheFolder) -> None:
        self.folder, self.refused = choice
        self._cannot_write = False
        self._made: set[str] = set()  # names of this process, kept or not

    def read(self, name: str) -> bytes | None:
        """The code of this name; None if there is none, or it is damaged."""
        if self.folder is None:
            return None
        try:
            content = (self.folder / name).read_bytes()
        except OSError:
            return None
        code = content[_CHECKSUM:]
        return code if hashlib.sha256(code).digest() == content[:_CHECKSUM] else None

    def write(self, name: str, code: bytes) -> None:
        """Keep the code under this name. A failure is a FirthWarning: the process goes on."""
        self._made.add(name)
        if self.folder is None:
            return
        self._remove_left_behind()
        temporary = self.folder / f"{name}.{os.getpid()}-{threading.get_ident()}.tmp"
        try:
            temporary.write_bytes(hashlib.sha256(code).digest() + code)
            temporary.replace(self.folder / name)
        except OSError as error:
            self._report(error)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()

    def _report(self, error: OSError) -> None:
        if not self._cannot_write:
            self._cannot_write = True
            warn(
                f"compiled code could not be kept in {self.folder}: {error.strerror}; later processes compile it again"
            )

    def _remove_left_behind(self) -> None:
        with contextlib.suppress(OSError):
            for file in self.folder.glob("*.tmp"):
                if file.stat().st_mtime < time.time() - _LEFT_BEHIND:
                    file.unlink()

    def mark(self, name: str) -> None:
        """Make an empty file of this name; a failure only costs the mark."""
        self._made.add(name)
        if self.folder is not None and not self._cannot_write:
            with contextlib.suppress(OSError):
                (self.folder / name).touch()

    def has(self, pattern: str) -> bool:
        """Whether a name matches."""
        return bool(fnmatch.filter(self._made, pattern)) or (self.folder is not None and any(self.folder.glob(pattern)))


@functools.cache
def code_store() -> CodeStore:
    """The store of this process. A FirthWarning says if code is not kept, or not where $FIRTH_CACHE_DIR says."""
    store = CodeStore(choose_folder())
    why = "; ".join(store.refused)
    if store.folder is None:
        warn(f"no folder can keep compiled code, so every process compiles it again ({why})")
    elif store.refused and os.environ.get("FIRTH_CACHE_DIR"):
        warn(f"compiled code is kept in {store.folder} ({why})")
    return store


def load_object(name: str) -> Any | None:
    """What a piece of machine code in this process' store was pickled from; None if there is none that can be used."""
    code = code_store().read(name)
    if code is None:
        return None
    try:
        return pickle.loads(code)
    except Exception:  # not what this Numba can use: compiled again, and replaced
        return None


class KernelCache:
    """What Numba's dispatcher expects of a cache (numba.core.caching._Cache), for one kernel."""

    def __init__(self, function: Any) -> None:
        self._function = function

    @property
    def cache_path(self) -> str | None:
        """The folder, for Numba's statistics."""
        return None if code_store().folder is None else str(code_store().folder)

    def load_overload(self, signature: Any, target: Any) -> CompileResult | None:
        """The compiled kernel for these types; None if it must be compiled."""
        target.refresh()
        states = load_object(self._name(signature, target.codegen()))
        if states is None:
            return None
        try:
            return CompileResult._rebuild(target, *states)
        except Exception:  # not what this Numba can use, either
            return None

    def save_overload(self, signature: Any, result: CompileResult) -> None:
        """Keep a compiled kernel, unless it contains addresses of this process."""
        if not result.lifted and not result.library.has_dynamic_globals:
            code_store().write(self._name(signature, result.codegen), dumps(result._reduce()))

    def flush(self) -> None:
        """Forget nothing: files of other sources have other names."""

    def _name(self, signature: Any, codegen: Any) -> str:
        """`file.function-digest.nbc`: the digest is that of the source, the types and the processor."""
        function = self._function
        source = Path(inspect.getfile(function))
        described = (_content(source), function.__code__.co_firstlineno, str(signature), codegen.magic_tuple())
        digest = hashlib.sha256(repr(described).encode()).hexdigest()[:24]
        kernel = f"{source.stem}.{function.__qualname__}".replace("<", "").replace(">", "")
        return f"{kernel}-{digest}.nbc"


@functools.cache
def _content(source: Path) -> bytes:
    """A digest of a source file: kernels of tests are outside the folders that the cache folder's name covers."""
    return hashlib.sha256(source.read_bytes()).digest()
