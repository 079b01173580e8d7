"""Progress of everything that takes long, in one form: shown by a bar or by lines, passed to a function, or silent.

A long operation takes `progress: ProgressOption`, opens a Reporter with it, and reports each of its stages:

    with open_progress(progress) as reporter:
        with reporter.stage("reading", total=size, unit="bytes") as stage:
            for block in blocks:
                stage.update(block.end)

An operation that calls another one passes its Reporter on in place of the option: both then share one display.
"""

import importlib.util
import sys
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

from firth.errors import SettingError

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

__all__ = ["Progress", "ProgressOption", "Reporter", "Stage", "can_show_bar", "open_progress"]

_INTERVAL = 0.1  # seconds between updates of a stage


class Progress(NamedTuple):
    """How far one stage of a long operation has come."""

    stage: str  # "reading", "training", "building the index", …
    done: int  # in the unit of the stage: bytes, words, rows, …
    total: int | None  # None: not known in advance
    seconds: float  # since the stage began
    seconds_left: float | None  # at the average speed so far; None: not known
    facts: Mapping[str, Any]  # what the stage measures, by name: the loss and learning rate of training, for instance


class Reporter:
    """Shows the stages of one operation, and messages between them; a context manager, which may be entered again.

    This one shows nothing; see open_progress().
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def message(self, sentence: str) -> None:
        """Show a sentence that the user should know: what was guessed, what is being compiled."""

    def stage(
        self,
        name: str,
        total: int | None = None,
        unit: str = "",
        summary: Callable[[Progress], str] | None = None,
        *,
        done: int = 0,
    ) -> "Stage":
        """Begin a stage.

        Parameters
        ----------
        name : lower case, as in "building the index".
        total : units of work; None if unknown.
        unit : what is counted: "bytes", "words", …
        summary : the text of a bar or a line, from a record; None for the count.
        done : units that were done before, where something goes on.
        """
        return Stage(self, name, total, unit, summary, done)

    def _begin(self, stage: "Stage") -> None:
        """A stage has begun."""

    def _show(self, stage: "Stage", progress: Progress, *, milestone: bool) -> None:
        """A stage has come so far."""

    def _end(self, stage: "Stage") -> None:
        """A stage is over."""


# So that a function can be given an open reporter where users give an option.
ProgressOption: TypeAlias = bool | None | Callable[[Progress], object] | Reporter


class Stage:
    """One stage of an operation; a context manager around it. Called from one thread alone."""

    def __init__(
        self,
        reporter: Reporter,
        name: str,
        total: int | None,
        unit: str,
        summary: Callable[[Progress], str] | None,
        first: int,
    ) -> None:
        self.name = name
        self.total = total
        self.unit = unit
        self._reporter = reporter
        self._summary = summary
        self._first = first  # units that were done before
        self._began = time.perf_counter()
        self._next = self._began  # the first update shows at once
        self._last: tuple[int, Mapping[str, Any]] | None = None  # an update that was too early to be shown

    def __enter__(self) -> Self:
        self._reporter._begin(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._last is not None:
            self._report(*self._last, milestone=False)
        self._reporter._end(self)

    def update(self, done: int, facts: Mapping[str, Any] | None = None, *, milestone: bool = False) -> None:
        """Report that so much is done. At most ten updates a second are shown, the last one and milestones always.

        facts : what the stage measures.
        milestone : whether a log deserves a line here (the end of an epoch).
        """
        if milestone or time.perf_counter() >= self._next:
            self._report(done, facts or {}, milestone=milestone)
        else:
            self._last = done, facts or {}

    @property
    def seconds(self) -> float:
        """Since this stage began."""
        return time.perf_counter() - self._began

    def summary(self, progress: Progress) -> str:
        """The text shown with the name of the stage."""
        if self._summary is not None:
            return self._summary(progress)
        if self.unit == "bytes":
            return f"{progress.done / 1e6:,.0f} MB"
        counted = f"{progress.done:,}" if progress.total is None else f"{progress.done:,} of {progress.total:,}"
        return f"{counted} {self.unit}".rstrip()

    def record(self, done: int, facts: Mapping[str, Any]) -> Progress:
        """What an update would show now."""
        seconds, did = self.seconds, done - self._first
        left = seconds * (self.total - done) / did if self.total is not None and did > 0 else None
        return Progress(self.name, done, self.total, seconds, left, facts)

    def _report(self, done: int, facts: Mapping[str, Any], *, milestone: bool) -> None:
        self._last = None
        self._next = time.perf_counter() + _INTERVAL
        self._reporter._show(self, self.record(done, facts), milestone=milestone)


def open_progress(option: ProgressOption) -> Reporter:
    """The reporter for the `progress` argument of a function.

    None or True: a bar where one can be drawn, else lines on standard error; False: nothing; a function: called with
    each Progress; a Reporter: itself.

    Raises   SettingError for anything else.
    """
    if isinstance(option, Reporter):
        return option
    if callable(option):
        return _Callback(option)
    if option is False:
        return Reporter()
    if option is not None and option is not True:
        raise SettingError(f"progress={option!r}: must be True, False, None or a function of a Progress record")
    return _Bars() if can_show_bar() else _Lines()


def can_show_bar() -> bool:
    """Whether standard error is a terminal or a notebook."""
    if sys.stderr is not None and sys.stderr.isatty():
        return True
    return "ipykernel" in sys.modules and importlib.util.find_spec("ipywidgets") is not None


class _Callback(Reporter):
    """Calls a function of the user's."""

    def __init__(self, function: Callable[[Progress], object]) -> None:
        self._function = function

    def _show(self, stage: Stage, progress: Progress, *, milestone: bool) -> None:
        self._function(progress)


class _Lines(Reporter):
    """For logs: a line when a stage begins, and one for each milestone."""

    def message(self, sentence: str) -> None:
        if sys.stderr is not None:  # pythonw has none
            print(sentence, file=sys.stderr, flush=True)  # noqa: T201

    def _begin(self, stage: Stage) -> None:
        self.message(f"{_capitalised(stage.name)} …")

    def _show(self, stage: Stage, progress: Progress, *, milestone: bool) -> None:
        if milestone:
            self.message(f"{stage.summary(progress)}, {progress.seconds:.1f} s")


class _Bars(Reporter):
    """For terminals and notebooks: a bar for each stage."""

    def __init__(self) -> None:
        self._bars = _new_bars()
        self._entered = 0
        self._tasks: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if self._entered == 0:
            self._bars.start()
        self._entered += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered -= 1
        if self._entered == 0:
            self._bars.stop()

    def message(self, sentence: str) -> None:
        self._bars.console.print(sentence, highlight=False)

    def _begin(self, stage: Stage) -> None:
        self._tasks[id(stage)] = self._bars.add_task(_capitalised(stage.name), total=stage.total, facts="")

    def _show(self, stage: Stage, progress: Progress, *, milestone: bool) -> None:
        task, facts = self._tasks[id(stage)], stage.summary(progress)
        self._bars.update(task, completed=progress.done, total=progress.total, facts=facts)

    def _end(self, stage: Stage) -> None:
        self._tasks.pop(id(stage), None)


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


def _new_bars() -> "Bars":
    """Bars on standard error; each task has a field `facts`, the text after its bar."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    return Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[facts]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
