"""Trainings that run while the page is looked at: begun, paused, resumed, stopped, and watched.

Each runs in a thread of its own and with one thread of computation, so that requests are answered meanwhile. At most
two compute at a time; others wait. To pause is to stop with a checkpoint, and to resume is to go on from it: nothing
waits inside a training, and the result is that of a training without a pause, bit for bit.

All files are in one temporary folder, which goes when the sessions are closed or the process ends.
"""

import contextlib
import secrets
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.sources import CorpusInput
from firth.errors import FirthError, SettingError
from firth.models.word2vec import Word2Vec
from firth.progress import Progress
from firth.server.explorer.watched_words import Watched, WatchedWords
from firth.threads import TICK, start_thread
from firth.training.hyperparameters import Hyperparameters
from firth.training.observation import Observation

__all__ = ["Snapshot", "Source", "TrainingSession", "TrainingSessions"]

State: TypeAlias = Literal["waiting", "reading", "training", "paused", "stopped", "done", "failed"]

AT_ONCE = 2  # trainings that compute
KEPT = 6  # trainings that are remembered, with their models
UPLOADS = 4  # files that are kept

_ACTIVE = ("waiting", "reading", "training")
_LOOKS = 0.3  # seconds between looks at the neighbours of watched words
_POINTS = 300  # of a curve that is sent
_MOST_POINTS = 20_000  # that are kept
_PATIENCE = 20.0  # seconds that the end of the server waits for trainings
_NEVER = 1e9  # seconds: a checkpoint is written only at the end, or where training was paused


class Source(NamedTuple):
    """A text to train on."""

    name: str
    corpus: CorpusInput


class Snapshot(NamedTuple):
    """A training at one moment."""

    id: str
    name: str  # of the text
    state: State
    version: int  # larger when anything has changed
    message: str  # why it failed
    words: int  # of the vocabulary
    progress: dict[str, Any]  # words done and in all, epoch, loss, learning rate, words per second
    losses: list[tuple[float, float]]  # epochs done, and the loss of the present epoch so far
    watched: Watched | None
    settings: dict[str, Any]

    @property
    def is_active(self) -> bool:
        """Whether it goes on by itself."""
        return self.state in _ACTIVE


class _Cancelled(Exception):
    """The reader of the page has ended the training while its text was read."""


class TrainingSession:
    """One training."""

    def __init__(
        self, source: Source, settings: Hyperparameters, words: list[str], folder: Path, slots: threading.Semaphore
    ) -> None:
        self.id = secrets.token_hex(8)
        self.settings = settings
        self.model: Word2Vec | None = None
        self._source = source
        self._slots = slots
        self._corpus: EncodedCorpus | None = None
        self._checkpoint = folder / f"{self.id}-checkpoint.firth"
        self._saved = folder / f"{self.id}.firth"
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._state: State = "waiting"
        self._wish: Literal["pause", "stop"] | None = None
        self._message = ""
        self._version = 0
        self._progress: dict[str, Any] = {}
        self._losses: list[tuple[float, float]] = []
        self._words = WatchedWords(words)
        self._watched: Watched | None = None
        self._next_look = 0.0
        self._is_complete = False
        self._at_rest = threading.Event()
        self._at_rest.set()

    # ---------------------------------------------------------------- what the reader of the page does

    def start(self) -> None:
        """Begin, or go on after a pause. Raises SettingError if there is nothing to go on with."""
        with self._lock:
            if not self._at_rest.is_set():
                raise SettingError("this training is running")
            if self._state not in ("waiting", "paused"):
                raise SettingError("this training is over: begin another one")
            self._wish = None
            self._state = "waiting"
            self._at_rest.clear()
        self._changed()
        if not start_thread(self._run):
            self._end("failed", "the system starts no thread for a training")

    def pause(self) -> None:
        """Stop within a tick, so that start() can go on."""
        self._want("pause")

    def stop(self) -> None:
        """Stop within a tick; the model keeps what it has learned."""
        self._want("stop")
        if self._state == "paused":
            self._end("stopped")

    def watch(self, words: list[str]) -> None:
        """Look at other words from now on."""
        self._words = WatchedWords(words)
        self._next_look = 0.0
        model = self.model
        if model is not None and self._at_rest.is_set():
            self._watched = self._words.look(model.vectors)
        self._changed()

    def saved(self) -> Path:
        """The file of the model. Raises SettingError if there is none yet."""
        model = self.finished_model()
        with self._saving:
            if not self._saved.exists():
                model.save(self._saved)
        return self._saved

    def finished_model(self) -> Word2Vec:
        """The model, which no training changes any more. Raises SettingError if there is none yet."""
        if self.model is None or not self._at_rest.is_set():
            raise SettingError("this training has no model yet: let it end, or pause or stop it")
        return self.model

    def snapshot(self) -> Snapshot:
        """What there is to see."""
        with self._lock:
            losses = self._losses[:: max(1, len(self._losses) // _POINTS)]
            if self._losses and losses[-1] != self._losses[-1]:
                losses.append(self._losses[-1])
            words = len(self._corpus.vocabulary) if self._corpus is not None else 0
            if self.model is not None:
                words = len(self.model.vocabulary)
            return Snapshot(
                self.id,
                self._source.name,
                self._state,
                self._version,
                self._message,
                words,
                dict(self._progress),
                losses,
                self._watched,
                self.settings.to_json(),
            )

    @property
    def is_active(self) -> bool:
        """Whether it waits, reads or computes."""
        return not self._at_rest.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until it is at rest; False if it takes longer."""
        return self._at_rest.wait(seconds)

    def remove(self) -> None:
        """Remove its files."""
        for path in (self._checkpoint, self._saved):
            with contextlib.suppress(OSError):  # one that is open, on Windows: the folder is removed at the end
                path.unlink(missing_ok=True)

    def _want(self, wish: Literal["pause", "stop"]) -> None:
        with self._lock:
            if not self._at_rest.is_set() and self._wish != "stop":
                self._wish = wish

    # ---------------------------------------------------------------- in the thread

    def _run(self) -> None:
        try:
            self._run_when_free()
        except _Cancelled:
            self._end("paused" if self._wish == "pause" else "stopped")
        except FirthError as error:
            self._end("failed", str(error))
        except Exception as error:
            self._end("failed", f"{type(error).__name__}: {error}")
            raise

    def _run_when_free(self) -> None:
        while not self._slots.acquire(timeout=TICK):
            self._check_wish()
        try:
            model = self._train()
        finally:
            self._slots.release()
        self.model = model
        with self._saving, contextlib.suppress(OSError):
            self._saved.unlink(missing_ok=True)  # of before the last pause
        if self._is_complete:
            self._end("done")
        else:
            self._end("paused" if self._wish == "pause" else "stopped")

    def _train(self) -> Word2Vec:
        companions: dict[str, Any] = {"progress": self._report, "observers": [self._observe], "every": _NEVER}
        if self.model is not None:
            assert self._corpus is not None
            return Word2Vec.resume(self._checkpoint, self._corpus, **companions)
        self._set_state("reading")
        settings = self.settings
        if self._corpus is None:
            self._corpus = encode(
                self._source.corpus,
                tokenizer=settings.tokenizer,
                min_count=settings.min_count,
                max_vocabulary=settings.max_vocabulary,
                threads=1,
                progress=self._report,
            )
        self._check_wish()
        model = Word2Vec.from_hyperparameters(settings)
        return model.fit(self._corpus, checkpoint=self._checkpoint, **companions)

    def _check_wish(self) -> None:
        if self._wish is not None:
            raise _Cancelled

    def _report(self, progress: Progress) -> None:
        """While the text is read; training is observed."""
        if progress.stage == "reading":
            self._check_wish()
            with self._lock:
                self._progress = {"done": progress.done, "total": progress.total}
            self._changed()

    def _observe(self, observation: Observation) -> None:
        if self._wish is not None:
            observation.stop()
        progress, facts = observation.progress, observation.progress.facts
        loss = float(facts["loss"])
        with self._lock:
            self._state = "training"
            self._progress = {
                "done": progress.done,
                "total": progress.total,
                "epoch": facts["epoch"],
                "epochs": facts["epochs"],
                "loss": loss if loss == loss else None,
                "learning_rate": facts["learning_rate"],
                "words_per_second": facts["words_per_second"],
                "seconds_left": progress.seconds_left,
            }
            if loss == loss and progress.total and len(self._losses) < _MOST_POINTS:
                self._losses.append((progress.done / progress.total * facts["epochs"], loss))
        self._is_complete = progress.done == progress.total
        now = time.monotonic()
        if observation.moment in ("start", "end") or now >= self._next_look:
            self._watched = self._words.look(observation.vectors())
            self._next_look = time.monotonic() + _LOOKS
        self._changed()

    def _set_state(self, state: State) -> None:
        with self._lock:
            self._state = state
        self._changed()

    def _changed(self) -> None:
        with self._lock:
            self._version += 1

    def _end(self, state: State, message: str = "") -> None:
        with self._lock:
            self._state, self._message = state, message
            if state in ("done", "stopped", "failed"):
                self._corpus = None
            self._wish = None
            self._version += 1
        if state != "paused":
            with contextlib.suppress(OSError):
                self._checkpoint.unlink(missing_ok=True)
        self._at_rest.set()


class TrainingSessions:
    """All trainings of one server, and the files that they read and write."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._sessions: dict[str, TrainingSession] = {}  # the oldest first
        self._uploads: dict[str, Source] = {}
        self._slots = threading.Semaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._is_closed = False

    def begin(self, source: Source, settings: Hyperparameters, words: list[str]) -> TrainingSession:
        """Start a training. Raises SettingError if there are too many that are not over."""
        with self._lock:
            if self._is_closed:
                raise SettingError("the server is ending")
            self._make_space()
            session = TrainingSession(source, settings, words, self._path(), self._slots)
            self._sessions[session.id] = session
        session.start()
        return session

    def find(self, id: str) -> TrainingSession:
        """A training by its id. Raises SettingError for an unknown one."""
        session = self._sessions.get(id)
        if session is None:
            raise SettingError("there is no such training any more: begin another one")
        return session

    def new_upload(self) -> tuple[str, Path]:
        """An id, and the path of a file to write for it."""
        with self._lock:
            id = secrets.token_hex(8)
            return id, self._path() / f"{id}.txt"

    def add_upload(self, id: str, source: Source) -> None:
        """A file that was written. The oldest ones go."""
        with self._lock:
            self._uploads[id] = source
            while len(self._uploads) > UPLOADS:
                oldest = self._uploads.pop(next(iter(self._uploads)))
                with contextlib.suppress(OSError):  # Windows: it is being read
                    Path(str(oldest.corpus)).unlink(missing_ok=True)

    def upload(self, id: str) -> Source:
        """The text of a file. Raises SettingError for an unknown id."""
        source = self._uploads.get(id)
        if source is None:
            raise SettingError("there is no such file any more: choose it again")
        return source

    def close(self) -> None:
        """Stop all trainings, wait for them, and remove all files."""
        with self._lock:
            self._is_closed = True
            sessions = list(self._sessions.values())
        for session in sessions:
            session.stop()
        until = time.monotonic() + _PATIENCE
        for session in sessions:
            session.wait(max(0.0, until - time.monotonic()))
        self._sessions.clear()
        self._uploads.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _make_space(self) -> None:
        """Forget the oldest training that is over, or else paused, where there are many."""
        if len(self._sessions) < KEPT:
            return
        at_rest = [session for session in self._sessions.values() if not session.is_active]
        if not at_rest:
            raise SettingError(f"{KEPT} trainings are not over: stop one of them first")
        at_rest.sort(key=lambda session: session.snapshot().state == "paused")
        oldest = at_rest[0]
        del self._sessions[oldest.id]
        oldest.remove()

    def _path(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="firth-explorer-", ignore_cleanup_errors=True)
        return Path(self._folder.name)
