"""A sweep: models of one text with several settings, and what the settings do to neighbours, scores and time.

The grid of settings is checked before anything is trained; each model is evaluated as soon as it is trained.
"""

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.sources import CorpusInput
from firth.corpus.vocabulary import Vocabulary
from firth.errors import DivergenceError, SettingError
from firth.evaluation.categories import built_in_categories
from firth.evaluation.cooccurrence import CooccurrenceCounts
from firth.evaluation.suite import Scores, Suite
from firth.formats.target import check_target
from firth.models import gensim_names
from firth.models.word2vec import Word2Vec
from firth.models.word2vec_file import check_model_space
from firth.progress import ProgressOption, open_progress
from firth.settings import declaration, unknown_setting
from firth.training.corpus_for import corpus_for
from firth.training.hyperparameters import OF_THE_TEXT, Hyperparameters
from firth.vectors.neighbours import Neighbour

__all__ = ["WINDOWS", "Cell", "GridPoint", "Sweep", "describe_settings", "make_grid"]

WINDOWS = (2, 5, 15, 30)  # of the default grid: from interchangeable words to words of one topic
_MOST_CELLS = 1_000
_DEFAULT_WORDS = 4
_LONGEST_NAME = 255  # bytes of the name of a file


@dataclass(frozen=True)
class Cell:
    """One trained model of a sweep.

    Attributes
    ----------
    settings : the values in which the cells of the sweep differ, by name.
    hyperparameters : all settings.
    neighbours : the nearest neighbours of each chosen word.
    scores : by the name of the test set, as Suite.evaluate() returns them.
    cooccurrence_lift : observed over expected co-occurrences of neighbours in the text (CooccurrenceCounts.lift).
    loss : of the last epoch, in nats per pair. Not comparable between windows or numbers of negative samples.
    seconds : of training.
    diverged : whether training diverged because the learning rate was too high; there are no results then.
    path : the file of the model, if it was saved.
    """

    settings: Mapping[str, Any]
    hyperparameters: Hyperparameters
    neighbours: Mapping[str, list[Neighbour]] = field(default_factory=dict)
    scores: Scores = field(default_factory=dict)
    cooccurrence_lift: float = float("nan")
    loss: float = float("nan")
    seconds: float = float("nan")
    diverged: bool = False
    path: Path | None = None


class GridPoint(NamedTuple):
    """The settings of one cell."""

    varied: dict[str, Any]  # those that differ between cells, by name
    hyperparameters: Hyperparameters  # all


def make_grid(settings: Mapping[str, Any]) -> list[GridPoint]:
    """Every combination of settings; the last name changes fastest.

    Parameters
    ----------
    settings : hyperparameters by name; a list means several values, a tuple is one window or one range of n-grams.
        Without any list, `window` takes 2, 5, 15 and 30, unless it is given.

    Raises   SettingError if a setting does not exist, is impossible in some cell, or has no value or the same value
             twice; if it decides the vocabulary, which all cells share; or if there are more than 1,000 cells.
    """
    pairs = {spec.name for spec in fields(Hyperparameters) if declaration(spec).kind.parsed is not None}
    lists = {
        name: list(value)
        for name, value in settings.items()
        if isinstance(value, Sequence)
        and not isinstance(value, str)
        and not (name in pairs and isinstance(value, tuple))
    }
    if not lists and "window" not in settings:
        lists["window"] = list(WINDOWS)
    known = {spec.name for spec in fields(Hyperparameters)}
    for name in settings:
        if name not in known:
            raise unknown_setting(name, sorted(known), gensim_names.SETTINGS)
    cells = 1
    for name, values in lists.items():
        if name in OF_THE_TEXT:
            raise SettingError(f"{name}={values}: must be one value, because all cells share one vocabulary")
        if not values or any(value in values[:index] for index, value in enumerate(values)):
            raise SettingError(f"{name}={values}: must be one value or several different ones")
        cells *= len(values)
    if cells > _MOST_CELLS:
        raise SettingError(f"a grid of {cells:,} cells: at most {_MOST_CELLS:,}; give fewer values")
    fixed = {name: value for name, value in settings.items() if name not in lists}
    grid = [dict(zip(lists, values, strict=True)) for values in itertools.product(*lists.values())]
    return [GridPoint(varied, Hyperparameters(**fixed, **varied)) for varied in grid]


class Sweep:
    """Trains a model of one text for every combination of settings, and evaluates each.

    Parameters
    ----------
    settings : hyperparameters of Word2Vec by name. A list means several values, and every combination is a cell.
        Without any list `window` takes 2, 5, 15 and 30.
    words : words whose neighbours are found; None for the four most frequent words of different built-in categories.
    count : neighbours of each word; at least 1.
    tests : the test sets; None for the built-in ones.
    folder : where each model is saved when it is trained, named by its settings; None saves none.

    Attributes
    ----------
    grid : the settings of all cells, in the order of training.
    cells : the finished cells, in the same order.

    Raises   SettingError if a setting of any cell is impossible.
    """

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        *,
        words: Sequence[str] | None = None,
        count: int = 10,
        tests: Suite | None = None,
        folder: str | Path | None = None,
    ) -> None:
        self.grid = make_grid(settings or {})
        if count < 1:
            raise SettingError(f"count={count}: must be at least 1 neighbour")
        self.words = None if words is None else list(words)
        self.count = count
        self.tests = tests or Suite()
        self.folder = None if folder is None else Path(folder)
        self.cells: list[Cell] = []

    def run(self, corpus: "CorpusInput | EncodedCorpus", progress: ProgressOption = None) -> "Sweep":
        """Train and evaluate a model for every cell, and return self. The text is read once.

        Ctrl-C raises KeyboardInterrupt; `cells` then has what is finished.

        Parameters
        ----------
        corpus, progress : as for Word2Vec.fit(); a function is called with the Progress of one cell after the other.

        Raises   CorpusError if the corpus cannot be read; UnknownWordError if one of `words` is not in its vocabulary;
                 SettingError, FormatError or OSError, before anything is trained, if no model can be saved in `folder`.
        """
        self.cells = []
        self._check_folder()
        with open_progress(progress) as reporter:
            encoded = corpus_for(self.grid[0].hyperparameters, corpus, reporter)  # all cells read the text the same way
        if self.words is None:
            self.words = _default_words(encoded.vocabulary)
        encoded.vocabulary.ids_of(self.words)  # raises UnknownWordError before anything is trained
        counts = CooccurrenceCounts(encoded)
        if self.folder is not None:
            check_model_space(self.folder, encoded.vocabulary, [settings for _, settings in self.grid])
            self.folder.mkdir(exist_ok=True)
        for varied, hyperparameters in self.grid:
            number = f"Model {len(self.cells) + 1} of {len(self.grid)}"
            open_progress(progress).message(": ".join(filter(None, (number, describe_settings(varied)))))
            model = Word2Vec.from_hyperparameters(hyperparameters)
            try:
                model.fit(encoded, progress=progress)
            except DivergenceError:
                self.cells.append(Cell(varied, hyperparameters, diverged=True))
            else:
                self.cells.append(self._evaluate(varied, model, counts))
        return self

    def _check_folder(self) -> None:
        """Raise before the training rather than after it."""
        if self.folder is None:
            return
        if not self.folder.exists():
            check_target(self.folder)  # it will be made
        elif not self.folder.is_dir():
            raise SettingError(f"{self.folder} is a file: the models of a sweep are saved in a folder")
        for varied, _ in self.grid:
            path = self._path(varied)
            if len(os.fsencode(path.name)) > _LONGEST_NAME:
                raise SettingError(f"{path.name[:60]}… is too long for the name of a file: vary fewer settings")
            if self.folder.exists():
                check_target(path)

    def _path(self, varied: Mapping[str, Any]) -> Path:
        """The file of a model."""
        name = describe_settings(varied).replace(",", "").replace(" ", "-") or "model"
        return (self.folder or Path()) / f"{name}.firth"

    def _evaluate(self, varied: Mapping[str, Any], model: Word2Vec, counts: CooccurrenceCounts) -> Cell:
        """Save a trained model and evaluate it."""
        words, vectors, path = self.words or [], model.vectors, None
        if self.folder is not None:
            path = self._path(varied)
            model.save(path)
        return Cell(
            settings=varied,
            hyperparameters=model.hyperparameters,
            neighbours=dict(zip(words, vectors.most_similar(words, self.count), strict=True)) if words else {},
            scores=self.tests.evaluate(vectors),
            cooccurrence_lift=counts.lift(vectors),
            loss=model.history[-1].loss,
            seconds=sum(record.seconds for record in model.history),
            path=path,
        )


def describe_settings(varied: Mapping[str, Any]) -> str:
    """The settings of a cell as text: "window 5, negative samples 10"."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in varied.items())


def _default_words(vocabulary: Vocabulary) -> list[str]:
    """Frequent words that most readers know, each from another category."""
    known = [[word for word in words if word in vocabulary] for words in built_in_categories().values()]
    first = [max(words, key=vocabulary.count_of) for words in known if words]
    return sorted(first, key=vocabulary.count_of, reverse=True)[:_DEFAULT_WORDS]
