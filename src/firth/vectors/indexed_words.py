"""Words that can have an index for approximate search: built, opened, and found beside the file of the vectors."""

from pathlib import Path

from firth.errors import SettingError
from firth.progress import ProgressOption
from firth.vectors.ann.building import build_index
from firth.vectors.ann.graph import GraphSettings
from firth.vectors.ann.index import Index
from firth.vectors.lookup import WordLookup

__all__ = ["IndexedWords"]


class IndexedWords(WordLookup):
    """Words and vectors that may have an index, which questions with `approximate=True` use."""

    _index: Index | None = None
    _index_path: Path | None = None  # where it is expected

    @property
    def index(self) -> Index:
        """The index: the one built or opened, or that of `MODEL.index` beside the file that was loaded.

        Raises
        ------
        SettingError : there is none.
        FormatError : the file beside the model is damaged, or belongs to other vectors.
        """
        if self._index is None:
            if self._index_path is None or not self._index_path.exists():
                place = f" in {self._index_path}" if self._index_path else ""
                raise SettingError(
                    f"there is no index{place}: build one with vectors.build_index() or `firth index MODEL`, "
                    "or ask the exact search"
                )
            self._index = Index.open(self._index_path, self._matrix)
        return self._index

    def build_index(
        self,
        path: str | Path | None = None,
        *,
        recall: float = 0.95,
        links: int = 16,
        build_width: int = 100,
        seed: int = 1,
        threads: int | None = None,
        progress: ProgressOption = None,
    ) -> Index:
        """Build an index for approximate search, and use it from now on.

        Parameters
        ----------
        path : where to save it; `firth.load("x.firth")` finds it in "x.firth.index". None: nowhere.
        recall : the share of the 10 nearest words that it should find: the search is made as wide as that takes on a
            sample of words and sums of words. What it does find on another sample is the `recall` of the index.
        links : a word links to at most twice so many others (M in the paper of Malkov and Yashunin 2018). More make the
            file larger and the search for a high recall faster.
        build_width : how thoroughly near words are looked for (efConstruction in the paper): time against quality.
        seed : of the graph. With `threads=1` it repeats every link, with more threads only about.
        threads : None: all cores.
        progress : None or True: a bar in terminals and notebooks, else a line; False: nothing; or a function that is
            called with a record of `done` and `total` words and `seconds`.

        Raises
        ------
        SettingError : an option has an impossible value, or all vectors are zeros.
        MissingExtraError : voyager is not installed.
        FormatError : the place cannot be written.
        """
        settings = GraphSettings(links, build_width, seed, threads)
        index = build_index(self._matrix, self._inverse_norms, recall, settings, progress)
        if path is not None:
            index.save(path)
        self._index = index
        return index

    def open_index(self, path: str | Path) -> Index:
        """Use an index that was saved somewhere else than beside the model.

        Raises
        ------
        FileNotFoundError : there is no such file.
        FormatError : the file is damaged, or belongs to other vectors.
        """
        self._index = Index.open(path, self._matrix)
        return self._index
