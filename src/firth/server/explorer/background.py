"""Results that take longer than a request: each is computed once, by a thread of its own, and kept for a while."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any

from firth.errors import FirthError
from firth.progress import Progress
from firth.threads import start_thread

__all__ = ["Background", "BusyError", "Job"]

_MOST_RUNNING = 2
_MOST_KEPT = 12

Report = Callable[[Progress], object]


class BusyError(FirthError):
    """Too much is being computed already."""


class Job:
    """One result in the making.

    Attributes
    ----------
    progress : how far it has come, if the work reports that.
    result : what the work returned, once `is_done`.
    """

    def __init__(self) -> None:
        self.progress: Progress | None = None
        self.result: Any = None
        self._error: BaseException | None = None
        self._begun = time.monotonic()
        self._done = threading.Event()

    @property
    def is_done(self) -> bool:
        """Whether it has ended, also by an error."""
        return self._done.is_set()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._begun

    def wait(self, seconds: float) -> bool:
        """Whether it is done, after at most so long. Raises the error that the work ended with."""
        self._done.wait(seconds)
        if self.is_done and self._error is not None:
            raise self._error
        return self.is_done

    def run(self, work: Callable[[Report], Any]) -> None:
        """Do the work; called by its thread."""
        try:
            self.result = work(self._report)
        except BaseException as error:  # noqa: B036  (raised by whoever waits)
            self._error = error
        self._done.set()

    def _report(self, progress: Progress) -> None:
        self.progress = progress


class Background:
    """Jobs by key, at most two of them running, the last dozen kept."""

    def __init__(self) -> None:
        self._jobs: dict[Hashable, Job] = {}
        self._changing = threading.Lock()

    def start(self, key: Hashable, work: Callable[[Report], Any]) -> Job:
        """The job of this key, started now if there is none. Raises BusyError."""
        with self._changing:
            job = self._jobs.pop(key, None)
            if job is None:
                if sum(not one.is_done for one in self._jobs.values()) >= _MOST_RUNNING:
                    raise BusyError("two computations are running already: wait until one of them has ended")
                job = Job()
                if not start_thread(job.run, work):
                    raise BusyError("the system starts no further thread: try again later")
            self._jobs[key] = job  # the last of all
            for old in [old for old, one in self._jobs.items() if one.is_done][: len(self._jobs) - _MOST_KEPT]:
                del self._jobs[old]
            return job

    def wait(self, key: Hashable, job: Job, seconds: float) -> bool:
        """Whether the job is done, after at most so long. An error is raised once: the next request starts anew."""
        try:
            return job.wait(seconds)
        except BaseException:
            with self._changing:
                self._jobs.pop(key, None)
            raise
