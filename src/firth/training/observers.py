"""Observers that are ready to use: stop when a score no longer improves, log to a file, save the vectors of each epoch.

    model.fit("corpus.txt", observers=[StopEarly("held-out.txt"), LogCsv("training.csv")])

Any function of an Observation (training/observation.py) is an observer; these are objects that can be called.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.sources import CorpusInput
from firth.errors import SettingError, quoted
from firth.formats.save import FormatName, check_saving
from firth.formats.target import check_target
from firth.settings import check_value, whole_number
from firth.training.observation import Observation

__all__ = ["LogCsv", "LogJson", "SaveSnapshots", "StopEarly"]


class StopEarly:
    """Stops a training that no longer gets better.

    The learning rate reaches its final value at the end of the last epoch, and much is learned as it falls: a model
    whose training was stopped early is not as good as one that was trained with so few epochs from the start.

    Parameters
    ----------
    score : a function of an Observation, whose value is higher the better the model is; or a held-out text, whose loss
        is computed as by Observation.score.
    patience : stop after so many epochs in a row without a better score than the best.

    Attributes
    ----------
    scores : of each epoch that was observed; for a text the negative loss, in nats per pair.
    best : the index in `scores` of the best one; None before the first.

    Raises   SettingError for an impossible patience.
    """

    def __init__(
        self, score: "Callable[[Observation], float] | CorpusInput | EncodedCorpus", patience: int = 1
    ) -> None:
        check_value("patience", patience, whole_number(1))
        self._score = score
        self._patience = patience
        self._encoded: EncodedCorpus | None = None  # of a text, read once in a training
        self.scores: list[float] = []
        self.best: int | None = None

    def __call__(self, observation: Observation) -> None:
        """At the start, read the text; at the end of an epoch, compute its score."""
        if observation.moment == "start":
            self.scores, self.best = [], None
            if not callable(self._score):
                self._encoded = observation.encode(self._score)
        elif observation.moment == "epoch":
            self._note(self._score_of(observation))
            if self.best is not None and len(self.scores) - 1 - self.best >= self._patience:
                observation.stop()

    def _score_of(self, observation: Observation) -> float:
        if callable(self._score):
            return float(self._score(observation))
        assert self._encoded is not None
        return -observation.score(self._encoded).loss

    def _note(self, score: float) -> None:
        self.scores.append(score)
        if self.best is None or score > self.scores[self.best]:
            self.best = len(self.scores) - 1


_LOGGED = ("epoch", "epoch_done", "loss", "learning_rate", "words_per_second")  # facts of training


class _Log(ABC):
    """Appends a line to a file at the end of each epoch.

    path : the file; a training that begins replaces it, one that is resumed appends to it.
    ticks : whether there is a line about ten times a second, too.

    Raises   FormatError or OSError if the file cannot be written.
    """

    head = ""

    def __init__(self, path: str | Path, *, ticks: bool = False) -> None:
        check_target(path)
        self._path = Path(path)
        self._ticks = ticks

    def __call__(self, observation: Observation) -> None:
        """Append a line, if one is due."""
        moment, progress = observation.moment, observation.progress
        if moment == "start":
            if progress.done == 0 or not self._path.exists():
                self._path.write_text(self.head, encoding="utf-8", newline="")
            return
        is_cut = moment == "end" and not progress.facts["epoch_done"]
        if moment == "epoch" or is_cut or (moment == "tick" and self._ticks):
            facts = {name: progress.facts[name] for name in _LOGGED}
            line = self.line({"words": progress.done, "seconds": round(progress.seconds, 3), **facts})
            with self._path.open("a", encoding="utf-8", newline="") as file:
                file.write(line)

    @abstractmethod
    def line(self, values: Mapping[str, Any]) -> str:
        """The line with its end."""


class LogCsv(_Log):
    """Logs a training as CSV: a line at the end of each epoch, and at that of a training that ends within one.

    The columns are words (since the beginning of the training), seconds (since fit() or resume() began), epoch,
    epoch_done, loss (of this epoch so far, in nats per pair), learning_rate and words_per_second.

    Parameters
    ----------
    path : the file; a training that begins replaces it, one that is resumed appends to it.
    ticks : whether there is a line about ten times a second, too.

    Raises   FormatError or OSError if the file cannot be written.
    """

    head = ",".join(("words", "seconds", *_LOGGED)) + "\n"

    def line(self, values: Mapping[str, Any]) -> str:
        """The values, in the order of the columns."""
        return ",".join(str(value) for value in values.values()) + "\n"


class LogJson(_Log):
    """Logs a training as JSON Lines: the same as LogCsv, each line an object. A loss that is not known yet is null.

    Parameters
    ----------
    path, ticks : as for LogCsv.

    Raises   FormatError or OSError if the file cannot be written.
    """

    def line(self, values: Mapping[str, Any]) -> str:
        """The values by name; JSON has no NaN."""
        return json.dumps({name: None if value != value else value for name, value in values.items()}) + "\n"


class SaveSnapshots:
    """Saves the vectors at the end of each epoch.

    Parameters
    ----------
    pattern : the name of a file or folder, with {epoch} for the number of the epoch: "vectors-{epoch}.firth", or
        "vectors-{epoch:02}.bin".
    format : as of WordVectors.save; None for the one that belongs to the suffix.

    Raises   SettingError for a name without {epoch} or an unknown format; FormatError or OSError if such a file cannot
             be written.
    """

    def __init__(self, pattern: str | Path, format: FormatName | None = None) -> None:
        self._pattern = str(pattern)
        self._format = format
        names = [self._name(epoch) for epoch in (1, 2)]
        if names[0] == names[1]:
            raise SettingError(f"{quoted(self._pattern)}: all epochs would have one file; put {{epoch}} in the name")
        check_saving(names[0], format)

    def __call__(self, observation: Observation) -> None:
        """Save, at the end of an epoch."""
        if observation.moment == "epoch":
            observation.vectors().save(self._name(observation.history[-1].epoch), self._format)

    def _name(self, epoch: int) -> str:
        try:
            return self._pattern.format(epoch=epoch)
        except (LookupError, ValueError, AttributeError) as error:
            raise SettingError(
                f"{quoted(self._pattern)}: {{epoch}} is all that may be in braces ({error}); double others"
            ) from None
