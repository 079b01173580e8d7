"""A bar that moves in terminals and notebooks; where none can move, or none is wanted, there is none."""

import importlib.util
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

from firth.errors import SettingError

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

__all__ = ["Done", "DoneOption", "Steps", "bar_can_move", "new_bars"]


class Done(NamedTuple):
    """How far a long work has come."""

    done: int
    total: int
    seconds: float  # since it began


DoneOption: TypeAlias = bool | None | Callable[[Done], None]


def bar_can_move() -> bool:
    """Whether standard error is a terminal or a notebook."""
    if sys.stderr is not None and sys.stderr.isatty():
        return True
    return "ipykernel" in sys.modules and importlib.util.find_spec("ipywidgets") is not None


def new_bars() -> "Bars":
    """Bars on standard error; each task has a field `facts`, a few words beside its bar."""
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


class Steps:
    """Shows the progress of one long work; a context manager around it.

    Parameters
    ----------
    option : None or True: a bar where one can move, else one line at the beginning; False: nothing; a function: called
        with each Done. Raises SettingError for anything else.
    name : what is being done, "Building the index" for instance.
    unit : what is counted.
    """

    def __init__(self, option: DoneOption, name: str, unit: str) -> None:
        if not callable(option) and option is not None and not isinstance(option, bool):
            raise SettingError(f"progress={option!r}: must be True, False, None or a function of a Done record")
        is_shown = option is None or option is True
        self._tell = option if callable(option) else None
        self._bars = new_bars() if is_shown and bar_can_move() else None
        self._line = f"{name} …" if is_shown and self._bars is None else ""
        self._name = name
        self._unit = unit
        self._began = 0.0

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        if self._bars is not None:
            self._bars.start()
            self._task = self._bars.add_task(self._name, total=None, facts="")
        elif self._line:
            print(self._line, file=sys.stderr, flush=True)  # noqa: T201
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def update(self, done: int, total: int) -> None:
        """Show that so much of all is done."""
        if self._tell is not None:
            self._tell(Done(done, total, time.perf_counter() - self._began))
        if self._bars is not None:
            self._bars.update(self._task, completed=done, total=total, facts=f"{done:,} of {total:,} {self._unit}")
