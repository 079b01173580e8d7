"""The models of a server, by name: opened once, and again when their files are replaced.

A model file is mapped into memory, so that several worker processes share it. Before a request, the file is looked at:
if another one is there, that request opens it and waits for it, while others are answered by the old one; requests that
have begun end with the model that they began with. A file that cannot be opened changes nothing but the reported
problem.
"""

import datetime
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from starlette.concurrency import run_in_threadpool

from firth.errors import FirthError, FormatError, SettingError, quoted
from firth.interruption import importing
from firth.language_models.load import load_language_model
from firth.language_models.mixture import KINDS
from firth.language_models.model import LanguageModel
from firth.language_models.model_file import kind_of_file
from firth.recommend.recommender import Recommender
from firth.recommend.recommender_file import FORMAT
from firth.server.batches import Batches
from firth.server.limits import LONGEST_NAME
from firth.server.metrics import Metrics
from firth.server.problems import RequestProblem
from firth.vectors.load import load
from firth.vectors.lookup import Fallback
from firth.vectors.word_vectors import WordVectors

__all__ = ["Models", "ServedModel", "named_paths"]

State: TypeAlias = tuple[object, ...] | None  # what differs after a file was replaced; None: there is no file

_COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")


def named_paths(arguments: Iterable[str]) -> dict[str, Path]:
    """Models as the command line names them: NAME=PATH, or a path, whose name without its suffix is the name.

    Raises SettingError for a name that occurs twice or that a URL could not have.
    """
    paths: dict[str, Path] = {}
    for argument in arguments:
        name, equals, path = argument.partition("=")
        if not equals or Path(argument).exists():
            path = argument
            bare = Path(path).name
            for suffix in _COMPRESSIONS:
                bare = bare.removesuffix(suffix)
            name = Path(bare).stem
        if not re.fullmatch(r"[\w.-]+", name) or len(name) > LONGEST_NAME:
            raise SettingError(
                f"{quoted(name)} cannot be the name of a model: must be up to {LONGEST_NAME} letters, digits and "
                "_ . -; give NAME=PATH"
            )
        if name in paths:
            raise SettingError(f"two models are named {name!r}: give one of them another name as NAME=PATH")
        paths[name] = Path(path).absolute()
    return paths


class Opening(NamedTuple):
    """How models are opened.

    fallback : what replaces unknown words; see `WordVectors.fallback`.
    threads : of one search; None: all cores.
    metrics : where searches and reloads are counted.
    """

    fallback: Fallback | None
    threads: int | None
    metrics: Metrics


class OpenVectors:
    """Word vectors, ready for queries.

    Attributes
    ----------
    batches : searches them for several requests together.
    has_index : whether queries can be approximate.
    problem : why the index that is there cannot be used, or None.
    """

    kind = "word vectors"

    def __init__(self, path: Path, how: Opening) -> None:
        self.opened = datetime.datetime.now(datetime.UTC)
        self.vectors = load(path, fallback=how.fallback)
        tile = _prepare(self.vectors, how.threads)
        self.has_index, self.problem = _try_index(self.vectors, path, how.threads)
        self.batches = Batches(self.vectors, how.metrics, tile)

    def description(self) -> dict[str, Any]:
        """What is particular to this kind of model, as in schemas.ModelDescription."""
        return {
            "words": len(self.vectors),
            "vector_size": self.vectors.vector_size,
            "has_counts": self.vectors.counts is not None,
            "has_index": self.has_index,
        }


class OpenLanguageModel:
    """A language model."""

    kind = "language model"
    problem: str | None = None

    def __init__(self, path: Path) -> None:
        self.opened = datetime.datetime.now(datetime.UTC)
        self.model = load_language_model(path)
        self.model.next_words("", 1)  # loads compiled code, and fails if the tokenizer was a function

    def description(self) -> dict[str, Any]:
        """As for vectors."""
        return {
            "words": len(self.model.vocabulary.known),
            "vector_size": None,
            "has_counts": False,
            "has_index": False,
        }


class OpenRecommender:
    """A recommender."""

    kind = "recommender"
    problem: str | None = None

    def __init__(self, path: Path) -> None:
        self.opened = datetime.datetime.now(datetime.UTC)
        self.model = Recommender.load(path)
        self.model.recommend([self.model.items.item(0)], 1)  # loads compiled code

    def description(self) -> dict[str, Any]:
        """As for vectors."""
        return {"words": len(self.model.items), "vector_size": None, "has_counts": True, "has_index": False}


OpenModel: TypeAlias = OpenVectors | OpenLanguageModel | OpenRecommender


def open_model(path: Path, how: Opening) -> OpenModel:
    """Open a file of any kind. Raises what `firth.load` and the other functions that load models raise."""
    try:
        kind = kind_of_file(path)
    except FormatError:  # it has none of our formats, but may have word vectors
        kind = ""
    if kind == FORMAT:
        return OpenRecommender(path)
    return OpenLanguageModel(path) if kind in KINDS else OpenVectors(path, how)


def _prepare(vectors: WordVectors, threads: int | None) -> int:
    """Do now what the first queries would have to wait for: decode words, compute norms, load compiled code.

    Returns the number of queries in a tile of the compiled search.
    """
    vectors.search.compiled = True
    vectors.search.sizes = vectors.search.sizes._replace(threads=threads)
    _ = vectors.words, vectors.search.inverse_norms
    with importing():
        from firth.kernels.cpu.search.batch import WIDTHS
    if len(vectors):
        for queries in (1, *WIDTHS):
            vectors.most_similar([vectors.words[0]] * queries, 1)
    return WIDTHS[-1]


def _try_index(vectors: WordVectors, path: Path, threads: int | None) -> tuple[bool, str | None]:
    if not _index_of(path).exists():
        return False, None
    try:
        vectors.index.threads = threads
        vectors.most_similar(vectors.words[0], 1, approximate=True)
    except (FirthError, OSError) as error:
        return False, f"the index cannot be used: {_reason(error)}"
    return True, None


def _index_of(path: Path) -> Path:
    return Path(f"{path}.index")


def _reason(error: Exception) -> str:
    """An error without the path of the file, which is the server's own affair."""
    if isinstance(error, FormatError):
        return error.located_problem
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)


class ServedModel:
    """One model and the file it comes from.

    Attributes
    ----------
    current : what requests are answered with.
    problem : why the file that is there now is not served, or None.

    Raises what `firth.load` or `firth.load_language_model` raises.
    """

    def __init__(self, path: Path, how: Opening) -> None:
        self.path = path
        self._how = how
        self._is_opening = False
        self._seen = _state_of(path)
        self._problem: str | None = None
        self.current: OpenModel = open_model(path, self._how)

    @property
    def problem(self) -> str | None:
        """Why the newest file or its index is not served; None where all is well."""
        return self._problem or self.current.problem

    def description(self, name: str) -> dict[str, Any]:
        """As in schemas.ModelDescription."""
        opened = self.current.opened.isoformat(timespec="seconds")
        facts = self.current.description()
        return {"name": name, "kind": self.current.kind, **facts, "opened": opened, "problem": self.problem}

    async def newest(self) -> OpenModel:
        """The model as the file has it now; as it was, while another request is opening a new file."""
        if not self._is_opening and (state := _state_of(self.path)) != self._seen:
            self._is_opening = True
            try:
                self._seen = state
                await run_in_threadpool(self._reopen)
            finally:
                self._is_opening = False
            self._how.metrics.count("failed_reloads" if self._problem else "reloads")
        return self.current

    def _reopen(self) -> None:
        try:
            self.current = open_model(self.path, self._how)
            self._problem = None
        except (FirthError, OSError, MemoryError) as error:
            since = self.current.opened.isoformat(timespec="seconds")
            self._problem = f"the file cannot be used: {_reason(error)}; the one opened at {since} is still served"


def _state_of(path: Path) -> State:
    """What identifies the content of a model file or folder, and of its index."""
    try:
        status = os.stat(path)  # noqa: PTH116  (for every request: Path.stat() takes twice as long)
        if not stat.S_ISDIR(status.st_mode):
            return _identity(status), _index_state(path)
        files = tuple((file.name, _identity(file.stat())) for file in sorted(path.iterdir()))
        return files, _index_state(path)
    except OSError:
        return None


def _index_state(path: Path) -> object:
    try:
        return _identity(os.stat(f"{path}.index"))  # noqa: PTH116
    except OSError:
        return None


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


class Models:
    """All models of a server.

    Parameters
    ----------
    paths : the file or folder of each name.
    fallback : what replaces unknown words; see `WordVectors.fallback`.
    threads : of one search; None: all cores.
    metrics : where searches, reloads and, by the app, requests are counted; None: in the memory of this process.

    Raises what opening a file raises; SettingError where there is no model.
    """

    def __init__(
        self,
        paths: Mapping[str, str | Path],
        *,
        fallback: Fallback | None = None,
        threads: int | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        if not paths:
            raise SettingError("no model to serve: name at least one file")
        self.metrics = metrics or Metrics()
        how = Opening(fallback, threads, self.metrics)
        self._served = {name: ServedModel(Path(path).absolute(), how) for name, path in paths.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._served)

    def __getitem__(self, name: str) -> ServedModel:
        """Raises RequestProblem for an unknown name."""
        if name not in self._served:
            raise RequestProblem(404, "unknown_model", f"no model {quoted(name)}: there are {', '.join(self)}")
        return self._served[name]

    async def newest(self, name: str) -> OpenModel:
        """The model of this name, opened again if its file was replaced. Raises RequestProblem for an unknown name."""
        return await self[name].newest()

    async def descriptions(self) -> list[dict[str, Any]]:
        """Of all models, after a look at their files."""
        for name in self:
            await self.newest(name)
        return [served.description(name) for name, served in self._served.items()]

    async def vectors(self, name: str) -> OpenVectors:
        """The same for a model that must have word vectors."""
        model = await self.newest(name)
        if not isinstance(model, OpenVectors):
            raise _wrong_kind(name, model, "word vectors")
        return model

    async def language_model(self, name: str) -> LanguageModel:
        """The same for a language model."""
        model = await self.newest(name)
        if not isinstance(model, OpenLanguageModel):
            raise _wrong_kind(name, model, "a language model")
        return model.model

    async def recommender(self, name: str) -> Recommender:
        """The same for a recommender."""
        model = await self.newest(name)
        if not isinstance(model, OpenRecommender):
            raise _wrong_kind(name, model, "a recommender")
        return model.model


_KINDS = {
    "word vectors": "has word vectors",
    "language model": "is a language model",
    "recommender": "is a recommender",
}


def _wrong_kind(name: str, model: OpenModel, wanted: str) -> RequestProblem:
    return RequestProblem(409, "wrong_kind", f"{name!r} {_KINDS[model.kind]}: this needs {wanted}")
