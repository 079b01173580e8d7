"""Files at addresses (s3://…, gs://…): found and read through the package fsspec, where that is installed.

fsspec knows many kinds of storage, some of which need one more package: s3fs for s3://, gcsfs for gs://. Only what all
kinds have is used: facts about a file, and ranges of its bytes. How one signs in is set up as for these packages,
as a rule in the environment.
"""

import hashlib
import io
import re
from dataclasses import dataclass
from typing import Any

from firth.errors import CorpusError, quoted
from firth.interruption import importing

__all__ = ["FileAtAddress", "OpenedAtAddress", "files_at_address", "is_readable_address"]

_OF_THE_WEB = {"http", "https", "ftp", "ftps", "sftp", "ssh", "mailto", "data"}  # pages are not read by mistake
_PACKAGES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "abfss": "adlfs"}
# What changes when a file is written, by its names in various kinds of storage; the first one that is there.
_VERSIONS = "ETag", "etag", "md5Hash", "content_md5", "generation", "mtime", "LastModified", "last_modified", "created"
_LEAST_READ, _MOST_READ = 1 << 18, 1 << 23  # bytes of a request: the longer one reads on, the more


def is_readable_address(address: str | None) -> bool:
    """Whether this address is not one of the web, whose pages are downloaded first."""
    return address is not None and address.partition("://")[0].lower() not in _OF_THE_WEB


@dataclass(frozen=True, order=True)
class FileAtAddress:
    """A file at an address; has those methods of a path that reading it needs."""

    address: str

    def __str__(self) -> str:
        return self.address

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.address.rpartition("/")[2]

    def is_file(self) -> bool:
        """It is what was found."""
        return True

    def samefile(self, other: object) -> bool:
        """No path leads to it."""
        return False

    def identity(self) -> tuple[int, int, int, int]:
        """Numbers that change when the file is written to. Raises OSError."""
        return self.open().identity

    def open(self, mode: str = "rb", buffering: int = 0) -> "OpenedAtAddress":
        """Open for reading bytes, without a buffer. Raises OSError."""
        assert mode == "rb" and buffering == 0
        system, path = _system_of(self.address)
        with _as_os_errors():
            return OpenedAtAddress(system, path, system.info(path))


class OpenedAtAddress(io.RawIOBase):
    """A file that is read in ranges of bytes. A request has 256 KiB after a jump, and up to 8 MiB further on.

    identity : see FileAtAddress.
    """

    def __init__(self, system: Any, path: str, facts: dict[str, Any]) -> None:
        self._system, self._path = system, path
        self._at = 0
        self._block, self._start = b"", 0  # what was read last, and where in the file
        self._next = _LEAST_READ
        if facts.get("type") == "directory" or facts.get("size") is None:
            raise OSError("this is no file of known size")
        self._size = int(facts["size"])
        version = next((facts[name] for name in _VERSIONS if facts.get(name)), "")
        digest = hashlib.blake2b(str(version).encode(), digest_size=7).digest()
        self.identity = 0, int.from_bytes(digest, "big"), self._size, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The position in the file."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, unless the file ends; returns the number of bytes. Raises OSError."""
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and self._at < self._size:
            within = self._at - self._start
            if not 0 <= within < len(self._block):
                self._request(is_next=within == len(self._block))
                within = 0
            data = self._block[within : within + len(view) - filled]
            view[filled : filled + len(data)] = data
            filled, self._at = filled + len(data), self._at + len(data)
        return filled

    def _request(self, *, is_next: bool) -> None:
        self._next = min(4 * self._next, _MOST_READ) if is_next else _LEAST_READ
        stop = min(self._at + self._next, self._size)
        with _as_os_errors():
            block = self._system.cat_file(self._path, start=self._at, end=stop)
        if len(block) != stop - self._at:
            raise OSError(f"{len(block):,} bytes came at {self._at:,}, not {stop - self._at:,}")
        self._block, self._start = block, self._at


def files_at_address(address: str) -> tuple[list[FileAtAddress], bool]:
    """The files at an address, below a folder, or of a pattern; and whether they were found, not named.

    Raises   CorpusError if there are none, or the packages are missing that could read them.
    """
    system, path = _system_of(address)
    try:
        with _as_os_errors():
            is_pattern = any(sign in path for sign in "*?[")
            is_folder = not is_pattern and system.isdir(path)
            if not is_pattern and not is_folder and not system.exists(path):
                raise CorpusError(f"{quoted(address, 200)}: there is no such file")
            found = system.glob(path) if is_pattern else system.find(path) if is_folder else [path]
            names = [str(name) for name in found if not is_pattern or system.isfile(name)]
            system.invalidate_cache()  # later facts are to be of then
    except OSError as error:
        raise CorpusError(f"{quoted(address, 200)}: cannot be read: {error}") from error
    if (is_folder or is_pattern) and "/." not in path:
        begin = len(re.split(r"[*?[]", path)[0].rpartition("/")[0] if is_pattern else path.rstrip("/"))
        names = [name for name in names if "/." not in name[begin:]]  # hidden ones, as on this machine
    if not names:
        raise CorpusError(f"{quoted(address, 200)}: no file is found there")
    if not (is_pattern or is_folder):
        return [FileAtAddress(address)], False
    return [FileAtAddress(system.unstrip_protocol(name)) for name in sorted(names)], True


def _system_of(address: str) -> tuple[Any, str]:
    """What reads the address, and its path there. Raises CorpusError."""
    kind = address.partition("://")[0].lower()
    shown = quoted(address, 200)
    try:
        with importing():
            from fsspec.core import url_to_fs
        with _as_os_errors():
            system, path = url_to_fs(address)
    except ImportError as error:
        missing = "fsspec" if (error.name or "").startswith("fsspec") else str(error)
        packages = " ".join(["fsspec", *filter(None, [_PACKAGES.get(kind)])])
        raise CorpusError(
            f"{shown} is an address, and what reads it is not installed ({missing}): pip install {packages}; or "
            "download it first, and give the file"
        ) from None
    except ValueError as error:
        raise CorpusError(
            f"{shown} is an address that fsspec cannot read ({error}): download it first, and give the file"
        ) from None
    except OSError as error:
        raise CorpusError(f"{shown}: cannot be read: {error}") from error
    return system, path


class _as_os_errors:
    """Storage packages have errors of their own, of a password that is missing for instance."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, OSError | ImportError | ValueError | CorpusError):
            raise OSError(f"{type(error).__name__}: {error}") from error
