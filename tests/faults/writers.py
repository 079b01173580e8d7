"""Every command and every call that writes a file or folder.

Each writes one of two versions of something, 0 or 1, over what is at its target. `state` says which of them is there.
"""

import hashlib
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from firth import Doc2Vec, FirthWarning, NeuralModel, NgramModel, Word2Vec, WordVectors, load, load_language_model
from firth.plots import similarity_matrix
from firth.plots.save import save_chart

ROWS = 800  # of the vectors: enough for several write() calls
FOLDER_FORMATS = ("numpy", "projector", "projector-bytes", "sentence-transformers")
FILE_FORMATS = (
    "firth",
    "word2vec-text",
    "word2vec-binary",
    "glove",
    "fasttext",
    "fasttext-vec",
    "spacy",
    "parquet",
    "arrow",
)
COMPRESSIONS = ("gz", "bz2", "xz", "zst")


class Writer(NamedTuple):
    """One way of writing."""

    target: str  # name of what is written
    command: tuple[
        str, ...
    ] = ()  # arguments of `firth`; {v} is the version, {in} the folder of inputs, {out} the target
    call: Callable[[Path, Path, int], None] | None = None  # (inputs, target, version), where it is no command
    needs: str = ""  # a package
    state: Callable[[Path], str] | None = None  # by default a digest of all bytes

    @property
    def is_available(self) -> bool:
        """Whether this machine has what it needs."""
        return not self.needs or find_spec(self.needs) is not None

    def arguments(self, inputs: Path, target: Path, version: int) -> list[str]:
        """Of the command."""
        return [part.format(v=version, out=target, **{"in": inputs}) for part in self.command]

    def state_of(self, target: Path) -> str:
        """What distinguishes the versions; "missing" where nothing is there. Raises where it cannot be read."""
        if not target.exists():
            return "missing"
        return self.state(target) if self.state else digest(target)


def digest(target: Path) -> str:
    """Of a file, or of the names and contents of a folder."""
    files = sorted(path for path in target.rglob("*") if path.is_file()) if target.is_dir() else [target]
    found = hashlib.blake2b()
    for file in files:
        found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def _vectors_in(target: Path) -> str:
    return hashlib.blake2b(np.ascontiguousarray(load(target).matrix).tobytes()).hexdigest()


def _model_in(target: Path) -> str:
    model = Word2Vec.load(target)  # its history has times, which differ between runs
    return hashlib.blake2b(model.vectors.matrix.tobytes() + model.context_vectors.tobytes()).hexdigest()


def _documents_in(target: Path) -> str:
    model = Doc2Vec.load(target)
    return hashlib.blake2b(model.documents.matrix.tobytes() + model.context_vectors.tobytes()).hexdigest()


def _language_model_in(target: Path) -> str:
    model = load_language_model(target)
    return hashlib.blake2b(model.distribution(["the"]).tobytes()).hexdigest()


def _models_in(folder: Path) -> str:
    """A sweep replaces one model after the other: each is complete, and they may be of different runs."""
    return " ".join(_model_in(path) for path in sorted(folder.glob("*.firth")))


def prepare(inputs: Path) -> None:
    """Texts, vectors and models for both versions."""
    random = np.random.default_rng(1)
    words = [f"word{i}" for i in range(ROWS)]
    for version in (0, 1):
        text = "\n".join(" ".join(random.choice(words[:200], 12)) + " the" for _ in range(300))
        (inputs / f"{version}.txt").write_text(text + "\n", encoding="utf-8")
        matrix = random.normal(size=(ROWS, 50)).astype(np.float32)
        WordVectors(words, matrix, np.arange(ROWS, 0, -1)).save(inputs / f"{version}.firth")
        network = NeuralModel(order=2, min_count=1, vector_size=8, hidden_size=8, epochs=1)
        network.fit(inputs / "0.txt", progress=False).save(inputs / f"{version}.neural.lm")
        NgramModel(order=2 + version, min_count=1).fit(inputs / "0.txt", progress=False).save(inputs / f"{version}.lm")
        model = Word2Vec(vector_size=20 + version, min_count=1, epochs=1, threads=1)
        model.fit(inputs / f"{version}.txt", progress=False).save(inputs / f"{version}.model.firth")
        documents = Doc2Vec(vector_size=20 + version, min_count=1, epochs=1, threads=1)
        documents.fit(inputs / f"{version}.txt", progress=False).save(inputs / f"{version}.documents.firth")


def _saved(format: str, suffix: str = "") -> Callable[[Path, Path, int], None]:
    return lambda inputs, target, version: load(inputs / f"{version}.firth").save(target, format)


def _save_model(inputs: Path, target: Path, version: int) -> None:
    Word2Vec.load(inputs / f"{version}.model.firth").save(target)


def _save_documents(inputs: Path, target: Path, version: int) -> None:
    Doc2Vec.load(inputs / f"{version}.documents.firth").save(target)


def _train_documents(inputs: Path, target: Path, version: int) -> None:
    """Written again and again, as checkpoints. One that cannot be written is only a warning; here it is an error."""
    model = Doc2Vec(vector_size=20 + version, min_count=1, epochs=2, threads=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", FirthWarning)
        try:
            model.fit(inputs / f"{version}.txt", checkpoint=target, every=0.01, progress=False)
        except FirthWarning as warning:
            raise OSError(str(warning)) from None


def _documents_so_far(target: Path) -> str:
    """The version: a checkpoint may be of any moment."""
    model = Doc2Vec.load(target)
    return f"{model.settings.vector_size} {len(model.documents)}"


def _save_language_model(inputs: Path, target: Path, version: int) -> None:
    load_language_model(inputs / f"{version}.lm").save(target)


def _build_index(inputs: Path, target: Path, version: int) -> None:
    load(inputs / f"{version}.firth").build_index(target, threads=1, progress=False)


def _save_chart(inputs: Path, target: Path, version: int) -> None:
    words = [f"word{i}" for i in range(version, 5)]
    save_chart(similarity_matrix(load(inputs / f"{version}.firth"), words), target)


_TRAIN = ("--vector-size", "20", "--min-count", "1", "--epochs", "1", "--threads", "1")

COMMANDS = {
    "firth train": Writer("m.firth", ("train", "{in}/{v}.txt", "-o", "{out}", "-q", *_TRAIN), state=_model_in),
    "firth train, compressed": Writer(
        "m.firth.gz", ("train", "{in}/{v}.txt", "-o", "{out}", "-q", *_TRAIN), state=_model_in
    ),
    "firth phrases": Writer(
        "m.tsv", ("phrases", "{in}/{v}.txt", "-o", "{out}", "-q", "--min-count", "1", "--threshold", "0")
    ),
    "firth phrases, text": Writer(
        "m.txt", ("phrases", "{in}/{v}.txt", "--text", "{out}", "-q", "--min-count", "1", "--threshold", "0.5")
    ),
    "firth documents train": Writer(
        "m.firth", ("documents", "train", "{in}/{v}.txt", "-o", "{out}", "-q", *_TRAIN), state=_documents_in
    ),
    "firth sweep": Writer(
        "models",
        ("sweep", "{in}/{v}.txt", "-o", "{out}", "-q", "--window", "2,3", "--words", "the", *_TRAIN),
        state=_models_in,
    ),
    "firth index": Writer(
        "m.index", ("index", "{in}/{v}.firth", "-o", "{out}", "-q", "--threads", "1"), needs="voyager"
    ),
    "firth convert, text": Writer("m.txt", ("convert", "{in}/{v}.firth", "{out}")),
    "firth convert, compressed": Writer("m.bin.xz", ("convert", "{in}/{v}.firth", "{out}")),
    "firth convert, folder": Writer("m", ("convert", "{in}/{v}.firth", "{out}", "--format", "numpy")),
    "firth examples, CSV": Writer("m.csv", ("examples", "--input", "{in}/{v}.txt", "-o", "{out}")),
    "firth examples, JSON": Writer("m.json", ("examples", "--input", "{in}/{v}.txt", "-o", "{out}")),
    "firth examples, Parquet": Writer(
        "m.parquet", ("examples", "--input", "{in}/{v}.txt", "-o", "{out}"), needs="pyarrow"
    ),
    "firth lm train, n-grams": Writer(
        "m.lm", ("lm", "train", "{in}/{v}.txt", "-o", "{out}", "--min-count", "1"), state=_language_model_in
    ),
    "firth lm train, neural": Writer(
        "m.lm",
        ("lm", "train", "{in}/{v}.txt", "-o", "{out}", "--model", "neural", "--order", "2", "--vector-size", "8",
         "--hidden-size", "8", "--epochs", "1", "--min-count", "1"),
        state=_language_model_in,
    ),
    "firth lm mix": Writer(
        "m.lm",
        ("lm", "mix", "{in}/{v}.lm", "{in}/0.neural.lm", "--held-out", "{in}/1.txt", "-o", "{out}"),
        state=_language_model_in,
    ),
    "firth plot, SVG": Writer(
        "m.svg", ("plot", "matrix", "{in}/{v}.firth", "word1", "word2", "word3", "-o", "{out}"), needs="vl_convert"
    ),
    "firth plot, HTML": Writer(
        "m.html", ("plot", "matrix", "{in}/{v}.firth", "word1", "word2", "word3", "-o", "{out}"), needs="vl_convert"
    ),
}  # fmt: skip

CALLS = (
    {
        f"save, {format}": Writer("m", call=_saved(format), needs="pyarrow" * (format in ("parquet", "arrow")))
        for format in (*FILE_FORMATS, *FOLDER_FORMATS)
    }
    | {
        f"save, {format}.{suffix}": Writer(f"m.{suffix}", call=_saved(format), needs="zstandard" * (suffix == "zst"))
        for format in ("firth", "word2vec-text", "word2vec-binary")
        for suffix in COMPRESSIONS
    }
    | {
        "Word2Vec.save": Writer("m.firth", call=_save_model, state=_model_in),
        "Doc2Vec.save": Writer("m.firth", call=_save_documents, state=_documents_in),
        "Doc2Vec.fit, checkpoints": Writer("m.firth", call=_train_documents, state=_documents_so_far),
        "LanguageModel.save": Writer("m.lm", call=_save_language_model, state=_language_model_in),
        "build_index": Writer("m.index", call=_build_index, needs="voyager"),
        "save_chart": Writer("m.json", call=_save_chart, needs="altair"),
    }
)
WRITERS = COMMANDS | CALLS
