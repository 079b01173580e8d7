"""What a reader does about a bad line or record: it stops, or leaves it out and counts it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from firth.errors import FormatError, SettingError

__all__ = ["BadLines", "OnError", "Skipped"]

OnError: TypeAlias = Literal["raise", "skip"]

SHOWN = 5  # problems told in full; a million more are only counted


@dataclass(frozen=True)
class Skipped:
    """What a reader left out."""

    count: int = 0  # lines or records
    problems: tuple[str, ...] = ()  # what was wrong with the first few, and with the file as a whole


class BadLines:
    """The bad lines of one reading of one file.

    Raises SettingError for anything but "raise" and "skip".
    """

    def __init__(self, on_error: OnError) -> None:
        if on_error not in get_args(OnError):
            raise SettingError(f"on_error={on_error!r}: must be 'raise' or 'skip'")
        self.are_skipped = on_error == "skip"
        self.count = 0
        self.problems: list[str] = []

    def meet(self, problem: FormatError) -> None:
        """Count a line that is left out; raises `problem` where nothing may be."""
        self.notice(problem)
        self.count += 1

    def notice(self, problem: FormatError) -> None:
        """Keep what is wrong with the file as a whole; raises it where nothing may be."""
        if not self.are_skipped:
            raise problem
        if len(self.problems) < SHOWN:
            self.problems.append(problem.place_and_problem)

    def skipped(self) -> Skipped:
        """What was left out so far."""
        return Skipped(self.count, tuple(self.problems))
