"""How progress is shown: a bar in terminals and notebooks, a line per epoch elsewhere, a function, or nothing."""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, TypeAlias

from firth.errors import SettingError
from firth.progress_bar import bar_can_move, new_bars
from firth.training.history import Progress

__all__ = ["Display", "ProgressOption", "open_display"]

ProgressOption: TypeAlias = bool | None | Callable[[Progress], None]


class Display(Protocol):
    """Shows what happens while a model is fitted; entered before the first word is read, left at the end."""

    def __enter__(self) -> "Display": ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def tell(self, sentence: str) -> None:
        """Say what happens next."""

    def reading(self, done: int, total: int | None) -> None:
        """Bytes of the corpus read, and in all if that is known."""

    def training(self, progress: Progress) -> None:
        """The state of training."""


def open_display(option: ProgressOption) -> Display:
    """The display for the `progress` argument of fit().

    None or True: a bar where it can move, else lines on standard error; False: nothing; a function: called with each
    Progress. Raises SettingError for anything else.
    """
    if callable(option):
        return _Callback(option)
    if option is False:
        return _Silent()
    if option is not None and option is not True:
        raise SettingError(f"progress={option!r}: must be True, False, None or a function of a Progress record")
    return _Bar() if bar_can_move() else _Lines()


class _Silent:
    def __enter__(self) -> Display:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        return None

    def tell(self, sentence: str) -> None:
        """Say nothing."""

    def reading(self, done: int, total: int | None) -> None:
        """Show nothing."""

    def training(self, progress: Progress) -> None:
        """Show nothing."""


class _Callback(_Silent):
    def __init__(self, function: Callable[[Progress], None]) -> None:
        self.function = function

    def training(self, progress: Progress) -> None:
        self.function(progress)


class _Lines(_Silent):
    """For logs: one line per epoch."""

    def tell(self, sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)  # noqa: T201

    def training(self, progress: Progress) -> None:
        if progress.epoch_done:
            self.tell(f"epoch {progress.epoch} of {progress.epochs}: {_summary(progress)}, {progress.seconds:.1f} s")


class _Bar(_Silent):
    """For terminals and notebooks: one bar for reading, one for training."""

    def __init__(self) -> None:
        self._bars = new_bars()
        self._reading: Any = None
        self._training: Any = None

    def __enter__(self) -> Display:
        self._bars.start()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._bars.stop()

    def tell(self, sentence: str) -> None:
        self._bars.console.print(sentence, highlight=False)

    def reading(self, done: int, total: int | None) -> None:
        if self._reading is None:
            self._reading = self._bars.add_task("Reading", total=total, facts="")
        self._bars.update(self._reading, completed=done, total=total, facts=f"{done / 1e6:,.0f} MB")

    def training(self, progress: Progress) -> None:
        name = f"Epoch {progress.epoch} of {progress.epochs}"
        if self._training is None:
            self._training = self._bars.add_task(name, total=progress.words_total, facts="")
        self._bars.update(self._training, completed=progress.words_done, description=name, facts=_summary(progress))


def _summary(progress: Progress) -> str:
    return (
        f"loss {progress.loss:.4f}, {progress.words_per_second / 1e6:.2f} M words/s, "
        f"learning rate {progress.learning_rate:.4f}"
    )
