"""Results that take longer than a request: each is computed once, by a thread of its own, and kept for a while."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Protocol

from firth.progress import Progress
from firth.threads import start_thread

__all__ = ["Background", "Job", "Report"]

_MOST_RUNNING = 2  # of each kind, slow and quick
_MOST_KEPT = 12

_FORGOTTEN = 5.0  # seconds without a request: a page that waits for a result repeats its request every two


class Report(Protocol):
    """What work calls now and then."""

    def __call__(self, progress: Progress | None = None) -> object:
        """Note how far the work has come, if it knows that; raises where nobody wants the result any more."""


Work = Callable[[Report], Any]


class _UnwantedError(Exception):
    """Ends work whose result nobody waits for."""


class Job:
    """One result in the making.

    Attributes
    ----------
    is_slow : whether it may take minutes; quick ones do not wait for slow ones.
    progress : how far it has come, if the work reports that.
    result : what the work returned, once `is_done`.
    last_requested : the time of the last request for it.
    is_unwanted : whether it is to end, since another one needs its turn.
    """

    def __init__(self, work: Work, is_slow: bool) -> None:
        self.is_slow = is_slow
        self.has_begun = False
        self.is_unwanted = False
        self.progress: Progress | None = None
        self.result: Any = None
        self._work = work
        self._error: BaseException | None = None
        self._requested = self.last_requested = time.monotonic()
        self._done = threading.Event()

    @property
    def is_done(self) -> bool:
        """Whether it has ended, also by an error."""
        return self._done.is_set()

    @property
    def is_running(self) -> bool:
        """Whether a thread is at work."""
        return self.has_begun and not self.is_done

    @property
    def seconds(self) -> float:
        """Since it was first requested."""
        return time.monotonic() - self._requested

    def begin(self) -> None:
        """Begin, where the system starts a thread."""
        self.has_begun = start_thread(self._run)

    def wait(self, seconds: float) -> bool:
        """Whether it is done, after at most so long. Raises the error that the work ended with."""
        self._done.wait(seconds)
        if self.is_done and self._error is not None:
            raise self._error
        return self.is_done

    def _run(self) -> None:
        try:
            self.result = self._work(self._report)
        except BaseException as error:  # noqa: B036  (raised by whoever waits)
            self._error = error
        self._done.set()

    def _report(self, progress: Progress | None = None) -> None:
        if self.is_unwanted:
            raise _UnwantedError
        self.progress = progress or self.progress


class Background:
    """Jobs by key. At most two slow and two quick ones run at a time; of all others the last dozen are kept.

    A job that nobody has requested for some seconds makes way for one that would have to wait: it ends at its next
    report. Until then it is one of at most two of its kind that run besides.
    """

    def __init__(self) -> None:
        self._jobs: dict[Hashable, Job] = {}
        self._ending: list[Job] = []
        self._changing = threading.Lock()

    def request(self, key: Hashable, work: Work, *, is_slow: bool) -> Job:
        """The job of this key. It begins now, or with a later request if too many are running."""
        with self._changing:
            job = self._jobs.pop(key, None) or Job(work, is_slow)
            job.last_requested = time.monotonic()
            if not job.has_begun and self._makes_way(is_slow):
                job.begin()
            self._jobs[key] = job  # the last of all
            idle = [old for old, one in self._jobs.items() if not one.is_running]
            for old in idle[: max(len(idle) - _MOST_KEPT, 0)]:
                del self._jobs[old]
            return job

    def _makes_way(self, is_slow: bool) -> bool:
        """Whether a job of this kind may begin, if need be in place of one that is forgotten."""
        running = [(key, one) for key, one in self._jobs.items() if one.is_running and one.is_slow == is_slow]
        if len(running) < _MOST_RUNNING:
            return True
        self._ending = [one for one in self._ending if one.is_running]
        key, oldest = min(running, key=lambda item: item[1].last_requested)
        is_forgotten = time.monotonic() - oldest.last_requested > _FORGOTTEN
        if not is_forgotten or sum(one.is_slow == is_slow for one in self._ending) >= _MOST_RUNNING:
            return False
        oldest.is_unwanted = True
        self._ending.append(oldest)
        del self._jobs[key]
        return True

    def wait(self, key: Hashable, job: Job, seconds: float) -> bool:
        """Whether the job is done, after at most so long. An error is raised once: the next request starts anew."""
        try:
            return job.wait(seconds)
        except BaseException:
            with self._changing:
                self._jobs.pop(key, None)
            raise
