"""gensim's readers of text: sentences, as lists of words.

Iterated, they yield what gensim's do, with sentences cut after 10,000 words. A model that is given a LineSentence or
PathLineSentences without limits reads the files itself, by compiled code, and cuts no sentence.
"""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from firth.formats.compressed import open_decompressed

__all__ = ["MAX_WORDS_IN_BATCH", "BrownCorpus", "LineSentence", "PathLineSentences", "Text8Corpus"]

MAX_WORDS_IN_BATCH = 10_000  # of a sentence, in gensim
_BYTES = 1 << 16


class LineSentence:
    """Each line of a file is a sentence, whose words are separated by whitespace.

    source : a path, compressed or not, or an open file. limit : read so many lines.
    max_sentence_length : words after which a sentence is cut.
    """

    def __init__(self, source: Any, max_sentence_length: int = MAX_WORDS_IN_BATCH, limit: int | None = None) -> None:
        self.source = source
        self.max_sentence_length = max_sentence_length
        self.limit = limit

    def __iter__(self) -> Iterator[list[str]]:
        if hasattr(self.source, "seek"):
            self.source.seek(0)
            yield from self._sentences(self.source)
            return
        with open_decompressed(self.source) as file:
            yield from self._sentences(file)

    def _sentences(self, lines: Iterable[str | bytes]) -> Iterator[list[str]]:
        for line in itertools.islice(lines, self.limit):
            words = (line if isinstance(line, str) else line.decode("utf8")).split()
            for first in range(0, len(words), self.max_sentence_length):
                yield words[first : first + self.max_sentence_length]

    def whole_files(self) -> list[Path] | None:
        """The files, if all that is in them is read; otherwise None."""
        is_path = isinstance(self.source, str | Path)
        return [Path(self.source)] if is_path and self._is_whole else None

    @property
    def _is_whole(self) -> bool:
        return self.limit is None and self.max_sentence_length == MAX_WORDS_IN_BATCH


class PathLineSentences(LineSentence):
    """As LineSentence, of all files of a folder in the order of their names, or of one file. `limit` is for each."""

    def __init__(self, source: Any, max_sentence_length: int = MAX_WORDS_IN_BATCH, limit: int | None = None) -> None:
        super().__init__(source, max_sentence_length, limit)
        path = Path(source)
        if not path.exists():
            raise ValueError(f"{source}: input is neither a file nor a path")
        self.input_files = sorted(str(file) for file in path.iterdir()) if path.is_dir() else [str(path)]

    def __iter__(self) -> Iterator[list[str]]:
        for name in self.input_files:
            with open_decompressed(name) as file:
                yield from self._sentences(file)

    def whole_files(self) -> list[Path] | None:
        """The files, if all that is in them is read; otherwise None."""
        return [Path(name) for name in self.input_files] if self._is_whole else None


class Text8Corpus:
    """A text without sentences, such as the file text8, cut into sentences of `max_sentence_length` words."""

    def __init__(self, fname: str | Path, max_sentence_length: int = MAX_WORDS_IN_BATCH) -> None:
        self.fname = fname
        self.max_sentence_length = max_sentence_length

    def __iter__(self) -> Iterator[list[str]]:
        words = self._words()
        while sentence := list(itertools.islice(words, self.max_sentence_length)):
            yield sentence

    def _words(self) -> Iterator[str]:
        rest = b""
        with open_decompressed(self.fname) as file:
            while piece := file.read(_BYTES):
                *words, rest = (rest + piece).replace(b"\n", b" ").split(b" ")
                yield from b" ".join(words).decode("utf8").split()
        yield from rest.decode("utf8").split()


class BrownCorpus:
    """The sentences of the Brown corpus, in a folder; words are word/TAG, with the first two letters of the tag."""

    def __init__(self, dirname: str | Path) -> None:
        self.dirname = dirname

    def __iter__(self) -> Iterator[list[str]]:
        for path in sorted(Path(self.dirname).iterdir()):
            if not path.is_file():
                continue
            with open_decompressed(path) as file:
                for line in file:
                    tagged = [token.split("/") for token in line.decode("utf8").split() if token.count("/") == 1]
                    words = [f"{word.lower()}/{tag[:2]}" for word, tag in tagged if tag[:2].isalpha()]
                    if words:
                        yield words
