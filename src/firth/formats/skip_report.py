"""What a reader does at a bad line or record: it raises, or leaves it out and reports it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from firth.errors import FormatError, SettingError

__all__ = ["SHOWN", "OnError", "SkipReport", "Skipped"]

OnError: TypeAlias = Literal["raise", "skip"]

SHOWN = 5  # problems reported in full; there may be a million more, which are only counted


@dataclass(frozen=True)
class Skipped:
    """What a reader left out."""

    count: int = 0  # lines or records
    problems: tuple[str, ...] = ()  # what was wrong with the first few, and with the file as a whole


class SkipReport:
    """Collects the bad lines of one reading of one file; with "raise", the first one is raised instead.

    Raises SettingError for anything but "raise" and "skip".
    """

    def __init__(self, on_error: OnError) -> None:
        if on_error not in get_args(OnError):
            raise SettingError(f"on_error={on_error!r}: must be 'raise' or 'skip'")
        self.are_skipped = on_error == "skip"
        self.count = 0
        self.problems: list[str] = []

    def skip(self, problem: FormatError) -> None:
        """Count a line that is left out. With "raise": raises `problem`."""
        self.note(problem)
        self.count += 1

    def skip_all(self, count: int, problems: list[FormatError]) -> None:
        """Count many lines; `problems` are those of the first SHOWN. With "raise": raises the first."""
        for problem in problems:
            self.note(problem)
        self.count += count

    @property
    def is_full(self) -> bool:
        """Whether the next problems are only counted."""
        return len(self.problems) >= SHOWN

    def note(self, problem: FormatError) -> None:
        """Keep a problem of the file as a whole. With "raise": raises it."""
        if not self.are_skipped:
            raise problem
        if len(self.problems) < SHOWN:
            self.problems.append(problem.located_problem)

    def finish(self) -> Skipped:
        """What was left out."""
        return Skipped(self.count, tuple(self.problems))
