"""Tables of training examples as CSV, JSON or Parquet, written piece by piece while they are made."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np

from firth.errors import FormatError, MissingExtraError, SettingError
from firth.formats.atomic import atomic_write
from firth.formats.target import check_target
from firth.printable import printable_json
from firth.training.examples import TrainingExamples

__all__ = ["FILE_FORMATS", "check_examples_file", "write_csv", "write_examples", "write_json"]

FILE_FORMATS = ("csv", "json", "parquet")


def _format_of(path: Path, format: str | None) -> str:
    """The format to write: the one named, or the one of the suffix.

    Raises   SettingError for another name or suffix.
    """
    chosen = path.suffix.lower().removeprefix(".") if format is None else format
    if chosen not in FILE_FORMATS:
        given = f"{path.name!r}" if format is None else f"format={format!r}"
        raise SettingError(f"{given}: examples are written as {', '.join(FILE_FORMATS)}; name one, or use its suffix")
    return chosen


def check_examples_file(path: Path, format: str | None = None) -> str:
    """The format to write, after trying whether the file can be written in it.

    Raises   SettingError for another name or suffix; MissingExtraError, FormatError or OSError as writing would.
    """
    chosen = _format_of(path, format)
    if chosen == "parquet":
        _import_parquet()
    check_target(path)
    return chosen


def write_examples(examples: TrainingExamples, path: str | Path, format: str | None = None) -> None:
    """Write the table; an old file is replaced only when the new one is complete.

    format : "csv", "json" or "parquet"; None for what the suffix says.

    Raises   SettingError for another format; CorpusError if the table has no rows; MissingExtraError for Parquet
             without pyarrow; FormatError if the file cannot be written, or a word is not valid text.
    """
    path = Path(path)
    chosen = _format_of(path, format)
    examples.check()
    to_binary: Callable[[TrainingExamples, BinaryIO], None] = _write_parquet
    if chosen == "parquet":
        _import_parquet()  # before anything is written
    else:
        write = write_csv if chosen == "csv" else write_json
        to_binary = _as_utf8(write)
    try:
        with atomic_write(path) as file:
            to_binary(examples, file)
    except UnicodeEncodeError as error:
        raise FormatError(path, f"a word holds {error.object!r}, which is not valid text ({error.reason})") from None


def _as_utf8(write: Callable[[TrainingExamples, TextIO], None]) -> Callable[[TrainingExamples, BinaryIO], None]:
    def to_binary(examples: TrainingExamples, file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        write(examples, text)
        text.detach()  # flushes, and leaves the file open

    return to_binary


def write_csv(examples: TrainingExamples, file: TextIO) -> None:
    """A line of column names, then a line per example; empty cells where there is no word."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(examples.columns)
    for batch in examples.batches():
        writer.writerows(zip(*examples.cells(batch), strict=True))


def write_json(examples: TrainingExamples, file: TextIO) -> None:
    """One JSON document: the kind, the window, and an object per example with null where there is no word."""
    about: dict[str, Any] = {"kind": examples.kind, "window": examples.window}
    if examples.kind == "negative":
        about["negative_samples"] = examples.negative_samples
    file.write(json.dumps(about)[:-1] + ', "examples": [')
    words = [printable_json(json.dumps(word, ensure_ascii=False)) for word in examples.corpus.vocabulary.words]
    words.append("null")  # found where there is no word, at -1
    line = ",\n  {" + ", ".join(f"{json.dumps(name)}: %s" for name in examples.columns) + "}"
    begin = 1  # without the comma
    for batch in examples.batches():
        cells = [
            column.tolist() if name == "target" else [words[i] for i in column.tolist()]
            for name, column in zip(examples.columns, batch, strict=True)
        ]
        lines = "".join(line % row for row in zip(*cells, strict=True))
        file.write(lines[begin:])
        begin = 0 if lines else begin
    file.write("\n]}\n")


def _import_parquet() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError("Parquet", "parquet") from None
    return pyarrow, parquet


def _write_parquet(examples: TrainingExamples, file: BinaryIO) -> None:
    """Words as strings (stored once each in a dictionary of the file), targets as int8; null where there is no word."""
    pyarrow, parquet = _import_parquet()
    words = pyarrow.array(list(examples.corpus.vocabulary.words), pyarrow.string())
    types = [(name, pyarrow.int8() if name == "target" else pyarrow.string()) for name in examples.columns]
    schema = pyarrow.schema(types)
    with parquet.ParquetWriter(file, schema) as writer:
        for batch in examples.batches():
            columns = []
            for (name, _), column in zip(types, batch, strict=True):
                if name == "target":
                    columns.append(pyarrow.array(column.astype(np.int8)))
                else:
                    columns.append(words.take(pyarrow.array(column, mask=column < 0)))
            writer.write_batch(pyarrow.record_batch(columns, schema=schema))
