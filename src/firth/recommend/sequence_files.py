"""Text files with a sequence of items a line, oldest first, perhaps after the name of its user."""

import os
from array import array
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.corpus.paths import paths_at
from firth.errors import SettingError, warn
from firth.formats.compressed import open_decompressed
from firth.recommend.items import Item
from firth.recommend.tables.codes import Codes
from firth.recommend.tables.text_blocks import decoded_lines

__all__ = ["SequenceLines", "read_lines"]


class SequenceLines(NamedTuple):
    """The lines of files that have an item.

    names : the items, in the order of their first appearance.
    ids, offsets : sequence s has the items names[i] for i in ids[offsets[s] : offsets[s + 1]].
    users, user_names : the user of each sequence, if lines begin with one.
    """

    names: list[Item]
    ids: WordIds
    offsets: Offsets
    users: NDArray[np.int64] | None
    user_names: list[Item]


def read_lines(path: str | os.PathLike[str], *, user: bool, separator: str | None) -> SequenceLines:
    """Read a file, a folder or the files of a pattern; see `Sequences.read`.

    Warns    if lines have a user and no item: they are left out.
    """
    if separator is not None and (not isinstance(separator, str) or not separator):
        raise SettingError(f"separator={separator!r}: must be a text between two items, or None for blanks")
    items, users = Codes(), Codes()
    ids, ends, of_user = array("i"), array("q", [0]), array("q")
    lonely, first_lonely = 0, ""
    for file in paths_at(Path(path)):
        with open_decompressed(file) as content:
            for number, line in enumerate(decoded_lines(file, content), start=1):
                fields = line.split(separator)
                if separator is not None:
                    fields = [field.strip() for field in fields if field and not field.isspace()]
                if len(fields) <= user:
                    if fields:
                        lonely += 1
                        first_lonely = first_lonely or f"{file}, line {number:,}"
                    continue
                if user:
                    of_user.append(users[fields[0]])
                    del fields[0]
                ids.extend(map(items.__getitem__, fields))
                ends.append(len(ids))
    if lonely:
        warn(f"{path}: {lonely:,} lines have a user and no item, and are left out; the first is {first_lonely}")
    return SequenceLines(
        items.names(from_text=True),
        np.array(ids, np.int32),
        np.array(ends, np.int64),
        np.array(of_user, np.int64) if user else None,
        users.names(from_text=True),
    )
