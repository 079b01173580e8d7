"""The same text with several settings: what the window and the number of noise words do to neighbours and scores."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.sources import CorpusInput
from firth.corpus.vocabulary import Vocabulary
from firth.errors import DivergenceError, SettingError
from firth.evaluation.categories import built_in_categories
from firth.evaluation.company import Company
from firth.evaluation.judging import Scores, TestSets
from firth.models.word2vec import Word2Vec
from firth.progress import ProgressOption, open_progress
from firth.training.hyperparameters import OF_THE_TEXT, Hyperparameters
from firth.training.reading import read_for
from firth.vectors.neighbours import Neighbour

__all__ = ["WINDOWS", "Cell", "Sweep", "grid_of", "in_words"]

WINDOWS = (2, 5, 15, 30)  # where no setting has several values: from interchangeable words to words of one topic
_MOST_CELLS = 1_000
_FAMILIAR = 4  # words that are shown where none are named


@dataclass(frozen=True)
class Cell:
    """One model of a sweep.

    Attributes
    ----------
    settings : the values in which cells differ, by name.
    hyperparameters : all settings.
    neighbours : the words most similar to each chosen word.
    scores : by test set, as firth.evaluation gives them.
    together : how many times as often as by chance neighbours stand near each other in the text (Company.lift).
    loss : of the last epoch, in nats per pair. Not comparable between windows or numbers of noise words.
    seconds : of training.
    diverged : whether the learning rate was too high; then there is nothing else to tell.
    path : the file of the model, if it was kept.
    """

    settings: Mapping[str, Any]
    hyperparameters: Hyperparameters
    neighbours: Mapping[str, list[Neighbour]] = field(default_factory=dict)
    scores: Scores = field(default_factory=dict)
    together: float = float("nan")
    loss: float = float("nan")
    seconds: float = float("nan")
    diverged: bool = False
    path: Path | None = None


def grid_of(settings: Mapping[str, Any]) -> list[tuple[dict[str, Any], Hyperparameters]]:
    """The cells of a grid: the values in which they differ, and all settings; the last name changes fastest.

    Parameters
    ----------
    settings : hyperparameters by name; a list stands for several values. Without any, `window` has 2, 5, 15
        and 30, unless it is given.

    Raises   SettingError if a setting does not exist, is impossible in some cell, has no value or one value twice;
             if it decides the vocabulary, which all cells share; or if there are more than 1,000 cells.
    """
    lists = {
        name: list(value)
        for name, value in settings.items()
        if isinstance(value, Sequence) and not isinstance(value, str)
    }
    if not lists and "window" not in settings:
        lists["window"] = list(WINDOWS)
    known = {spec.name for spec in fields(Hyperparameters)}
    for name in settings:
        if name not in known:
            raise SettingError(f"{name}: there is no such setting; there are {', '.join(sorted(known))}")
    cells = 1
    for name, values in lists.items():
        if name in OF_THE_TEXT:
            raise SettingError(f"{name}: one value for all cells, for they are compared on the words of one vocabulary")
        if not values or any(value in values[:place] for place, value in enumerate(values)):
            raise SettingError(f"{name}={values}: must be one value or several different ones")
        cells *= len(values)
    if cells > _MOST_CELLS:
        raise SettingError(f"a grid of {cells:,} cells: at most {_MOST_CELLS:,}; give fewer values")
    fixed = {name: value for name, value in settings.items() if name not in lists}
    grid = [dict(zip(lists, values, strict=True)) for values in itertools.product(*lists.values())]
    return [(varied, Hyperparameters(**fixed, **varied)) for varied in grid]


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


class Sweep:
    """Models of one text with different settings, side by side.

    Parameters
    ----------
    settings : hyperparameters of Word2Vec by name. A list stands for several values, and every combination of
        them is a cell. Without any list `window` has 2, 5, 15 and 30.
    words : whose neighbours are shown; None for the four most frequent words that are of different built-in
        categories.
    count : how many neighbours.
    tests : what the models are asked; None for the built-in test sets.
    folder : where each model is saved when it is done, named by its settings; None keeps none.

    Attributes
    ----------
    grid : the settings of all cells, in the order of training.
    cells : what is done, one Cell after the other.

    Raises   SettingError if a setting of any cell is impossible; nothing is trained then.
    """

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        *,
        words: Sequence[str] | None = None,
        count: int = 10,
        tests: TestSets | None = None,
        folder: str | Path | None = None,
    ) -> None:
        self.grid = grid_of(settings or {})
        if count < 1:
            raise SettingError(f"count={count}: must be at least 1 neighbour")
        self.words = None if words is None else list(words)
        self.count = count
        self.tests = tests or TestSets()
        self.folder = None if folder is None else Path(folder)
        self.cells: list[Cell] = []

    def run(self, corpus: "CorpusInput | EncodedCorpus", progress: ProgressOption = None) -> "Sweep":
        """Train and judge a model for every cell, and return self. The text is read once.

        Ctrl-C goes through as KeyboardInterrupt; `cells` then has what is finished.

        Parameters
        ----------
        corpus, progress : as for Word2Vec.fit(); a function is called with the Progress of one cell after the other.

        Raises   CorpusError if the corpus cannot be read; UnknownWordError if one of `words` is not in it often enough;
                 OSError if the folder cannot be made or a model not be saved.
        """
        self.cells = []
        self._check_folder()
        with open_progress(progress) as reporter:
            encoded = read_for(self.grid[0][1], corpus, reporter)  # all cells read the text in the same way
        if self.words is None:
            self.words = _familiar_words(encoded.vocabulary)
        encoded.vocabulary.ids_of(self.words)
        company = Company(encoded)
        if self.folder is not None:
            self.folder.mkdir(exist_ok=True)
        for varied, hyperparameters in self.grid:
            place = f"Model {len(self.cells) + 1} of {len(self.grid)}"
            open_progress(progress).message(": ".join(filter(None, (place, in_words(varied)))))
            model = Word2Vec(**{spec.name: getattr(hyperparameters, spec.name) for spec in fields(hyperparameters)})
            try:
                model.fit(encoded, progress=progress)
            except DivergenceError:
                self.cells.append(Cell(varied, hyperparameters, diverged=True))
            else:
                self.cells.append(self._judged(varied, model, company))
        return self

    def _check_folder(self) -> None:
        """Better now than after the training."""
        if self.folder is None:
            return
        if self.folder.exists() and not self.folder.is_dir():
            raise SettingError(f"{self.folder} is a file: models of a sweep are kept in a folder")
        if not self.folder.absolute().parent.is_dir():
            raise SettingError(f"{self.folder}: there is no folder {self.folder.absolute().parent}")

    def _judged(self, varied: Mapping[str, Any], model: Word2Vec, company: Company) -> Cell:
        """Ask a model everything, and save it."""
        words, vectors, path = self.words or [], model.vectors, None
        if self.folder is not None:
            path = self.folder / ((in_words(varied).replace(",", "").replace(" ", "-") or "model") + ".firth")
            model.save(path)
        return Cell(
            settings=varied,
            hyperparameters=model.hyperparameters,
            neighbours=dict(zip(words, vectors.most_similar(words, self.count), strict=True)) if words else {},
            scores=self.tests.judge(vectors),
            together=company.lift(vectors),
            loss=model.history[-1].loss,
            seconds=sum(record.seconds for record in model.history),
            path=path,
        )


def in_words(varied: Mapping[str, Any]) -> str:
    """The settings of a cell for people: "window 5, negative samples 10"."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in varied.items())


def _familiar_words(vocabulary: Vocabulary) -> list[str]:
    """Words that most readers know something about, each of another category."""
    known = [[word for word in words if word in vocabulary] for words in built_in_categories().values()]
    first = [max(words, key=vocabulary.count_of) for words in known if words]
    return sorted(first, key=vocabulary.count_of, reverse=True)[:_FAMILIAR]
