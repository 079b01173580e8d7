"""Paths to files: what a path, a folder or a pattern stands for, and which strings are meant as paths."""

import glob
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TypeAlias

from firth.corpus.remote import FileAtAddress, files_at_address, is_readable_address
from firth.errors import CorpusError, quoted

__all__ = [
    "LONGEST_PATH",
    "Files",
    "TextFile",
    "address_in",
    "files_at",
    "joined",
    "looks_like_path",
    "may_exist",
    "no_such_path",
    "paths_at",
    "readable_address_in",
    "text_files_at",
    "without",
]

TextFile: TypeAlias = Path | FileAtAddress

LONGEST_PATH = 4096  # characters; longer strings are texts

# In Windows these are devices in every folder, with any suffix.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\s*(\..*)?", re.IGNORECASE)
# A Path keeps only one of two slashes.
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):([/\\]{1,3})(?=[^/\\])", re.IGNORECASE)
_SUFFIX = re.compile(
    r".+\.(te?xt|md|csv|tsv|jsonl?|xml|html?|log|dat|data|corpus|tokens?|gz|bz2|xz|zst|zip|tar|tgz|parquet|pdf|docx?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Files:
    """Existing files, in the order in which they are read.

    found : those that were not named: they lie in folders, or match patterns. If they hold no text they are left out.
    left_out : what was found and is not read, with the reason.
    """

    paths: tuple[TextFile, ...]
    found: frozenset[TextFile] = frozenset()
    left_out: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of this source in messages."""
        if len(self.paths) == 1:
            return str(self.paths[0])
        return f"{len(self.paths):,} files, {self.paths[0]} first"


def joined(parts: Iterable[Files]) -> Files:
    """All files, one after the other."""
    every = list(parts)
    return Files(
        tuple(path for part in every for path in part.paths),
        frozenset().union(*(part.found for part in every)),
        tuple(reason for part in every for reason in part.left_out),
    )


def without(files: Files, target: Path) -> Files:
    """The same files, but not the one that is about to be written: it was found, and is the result of an earlier run.

    Raises   CorpusError if it was named, or if there are no others.
    """
    if not target.exists():
        return files
    same = [path for path in files.paths if path.name == target.name and path.samefile(target)]
    if not same:
        return files
    if any(path not in files.found for path in same):
        raise CorpusError(f"{target}: is both the text and the file to write; give another name to one of them")
    kept = tuple(path for path in files.paths if path not in same)
    if not kept:
        raise CorpusError(f"{same[0]}: is the file to write, and there is no other file")
    return Files(kept, files.found, (*files.left_out, f"{same[0]} (it is about to be written)"))


def text_files_at(path: Path, given: str | Path | None = None) -> Files:
    """The same as files_at(), also of addresses."""
    if address := readable_address_in(path if given is None else given):
        files, were_found = files_at_address(address)
        return Files(tuple(files), frozenset(files) if were_found else frozenset())
    return files_at(path, given)


def files_at(path: Path, given: str | Path | None = None) -> Files:
    """The files of a path, a folder or a pattern.

    given : what the user wrote, if that was not a path.

    Raises   CorpusError if there are none, or a folder cannot be read.
    """
    try:
        if path.is_dir():
            return _files_below(path)
        if path.exists():
            return Files((path,))
    except OSError as error:  # a name too long for the file system, a folder that may not be entered
        raise CorpusError(f"{path}: {error.strerror or error}") from None
    if address_in(path) or not glob.has_magic(str(path)):
        raise no_such_path(given or path)
    found = [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207  (takes absolute ones)
    files = tuple(file for file in found if file.is_file())
    if not files:
        raise CorpusError(f"{quoted(str(path))}: no file matches this pattern")
    # Every folder matches **; below other patterns it might have been meant.
    folders = [] if "**" in str(path) else [f"{file} (a folder)" for file in found if file.is_dir()]
    return Files(files, frozenset(files), tuple(folders))


def paths_at(path: Path) -> list[Path]:
    """The files of a path, a folder or a pattern on this machine. Raises CorpusError as files_at() does."""
    return [file for file in files_at(path).paths if isinstance(file, Path)]


def _files_below(folder: Path) -> Files:
    """All files in a folder and below, sorted by path; names that start with a dot are left out."""
    files: list[Path] = []
    left_out: list[str] = []
    for parent, folders, names in os.walk(folder, onerror=_cannot_enter):
        folders[:] = [name for name in folders if not name.startswith(".")]
        left_out += [
            f"{Path(parent, name)} (a link to a folder)" for name in folders if Path(parent, name).is_symlink()
        ]
        for file in (Path(parent, name) for name in names if not name.startswith(".")):
            if file.is_file():
                files.append(file)
            else:
                left_out.append(f"{file} ({'a link that leads nowhere' if file.is_symlink() else 'a pipe or device'})")
    if not files:
        raise CorpusError(f"{folder}: there are no files in this folder (hidden ones do not count)")
    files.sort()
    return Files(tuple(files), frozenset(files), tuple(sorted(left_out)))


def _cannot_enter(error: OSError) -> None:
    """os.walk() would leave out a folder that may not be read."""
    raise CorpusError(f"{error.filename}: cannot be read: {error.strerror or error}") from None


# ---------------------------------------------------------------- strings that may be paths


def no_such_path(corpus: str | Path) -> CorpusError:
    """The error for what is neither a file nor a folder, a pattern or a text."""
    text = str(corpus)
    if address := address_in(corpus):
        return CorpusError(f"{quoted(address, 200)} is an address: download it first, and give the file")
    if os.path.islink(text):  # noqa: PTH114  (Path.is_symlink raises for names that are too long)
        return CorpusError(f"{quoted(text)}: is a link to a file that does not exist")
    advice = "; a path is wanted here. To train on the string itself, put it into a list: [text]"
    if text.startswith("~"):
        advice = "; ~ is not replaced here: give pathlib.Path(path).expanduser()"
    return CorpusError(f"{quoted(text)}: no such file, folder or pattern{advice if isinstance(corpus, str) else ''}")


def address_in(text: str | PurePath) -> str | None:
    """The address (https://…) that this is, as it was given, or None. A Path of an address has lost a slash."""
    start = str(text)[:LONGEST_PATH]
    found = _ADDRESS.match(start)
    if found is None or any(map(str.isspace, start)):
        return None
    root = "/" if found[1].lower() == "file" else ""  # which has no host, so that its paths begin with a slash
    return f"{found[1]}://{root}{(text if isinstance(text, str) else text.as_posix())[found.end() :]}"


def readable_address_in(text: object) -> str | None:
    """The address that this is, if it is not one of the web, or None."""
    address = address_in(text) if isinstance(text, str | PurePath) else None
    return address if is_readable_address(address) else None


def may_exist(text: object, *, windows: bool = os.name == "nt") -> bool:
    """Whether this is a string that names an existing file or folder."""
    if not isinstance(text, str) or not text or len(text) > LONGEST_PATH or "\n" in text or "\0" in text:
        return False
    if windows and _DEVICES.fullmatch(re.split(r"[/\\]", text)[-1]):
        return False
    return os.path.exists(text)  # noqa: PTH110  (Path.exists raises for names that are too long)


def looks_like_path(text: object) -> bool:
    """Whether this string was more probably meant as a path than as a text."""
    if not isinstance(text, str) or len(text) > LONGEST_PATH or len(text.splitlines()) != 1:
        return False
    return bool(_SUFFIX.fullmatch(text)) or (("/" in text or "\\" in text) and not any(map(str.isspace, text)))
