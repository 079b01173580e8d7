"""A small right file or folder of everything that Firth reads, and how each is opened and then used.

A kind is one line of KINDS. `make` writes it below a folder and returns what is opened; `use` opens that and computes
something from it. A FirthError means that the file is refused; anything else that `use` raises is a fault.
"""

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from firth import Doc2Vec, Phrases, Word2Vec, WordVectors, load_language_model, read_table
from firth.corpus.encoding import encode
from firth.errors import FormatError, TrainingInterrupted
from firth.evaluation import (
    evaluate_analogies,
    evaluate_categorisation,
    evaluate_odd_one_out,
    evaluate_sentences,
    evaluate_similarity,
)
from firth.formats import text_vectors_reader
from firth.formats.detect import read_any
from firth.formats.save import write_as
from firth.formats.stored import StoredVectors
from firth.gensim import Doc2Vec as GensimDoc2Vec
from firth.gensim import TaggedDocument
from firth.language_models.mixture import MixtureModel
from firth.language_models.neural import NeuralModel
from firth.language_models.ngram import NgramModel
from firth.recommend import Attributes, Interactions, Recommender, Sequences
from firth.subwords.ngrams import Subwords
from firth.vectors.ann.index import Index

WORDS = ["the", "naïve", "x", "東京"]
MATRIX = np.random.default_rng(4).normal(size=(4, 3)).astype(np.float32)
COUNTS = np.array([9, 5, 2, 1])
OCCURRING = Subwords(MATRIX, 2, 3, np.array([1, 4, 5, 9], np.uint32), 11)
SENTENCES = [["the", "naïve", "x", "東京"]] * 3
TEXT = "the naïve x 東京\nThe x, the naïve!\n\nx the\n" * 3
KNOWN = WordVectors([*WORDS, "tea"], np.vstack([MATRIX, -MATRIX[:1]]))


class Kind(NamedTuple):
    """One kind of file."""

    make: Callable[[Path], Path]
    use: Callable[[Path, random.Random], None]
    needs: str = ""  # a package that makes or reads the sample

    @property
    def is_available(self) -> bool:
        """Whether this machine has what it needs."""
        return not self.needs or find_spec(self.needs) is not None


# ---------------------------------------------------------------- opening and using


def use_vectors(path: Path, rng: random.Random) -> None:
    """Read as a file of vectors; some are read by compiled code and threads, as large files are."""
    on_error = rng.choice(["raise", "skip"])
    small, text_vectors_reader.SMALL = text_vectors_reader.SMALL, 0 if rng.random() < 0.04 else 1 << 18
    try:
        stored = read_any(path, on_error=on_error)
    finally:
        text_vectors_reader.SMALL = small
    vectors = WordVectors.from_stored(stored)
    words = vectors.words
    if words:
        vectors.most_similar(words[0], 1)
    if stored.subwords is not None:
        stored.subwords.vector("unseen")
    assert stored.own_vectors is None or stored.own_vectors.shape == stored.matrix.shape
    assert all(isinstance(word, str) for word in words)
    assert len(set(words)) == len(words) == len(stored.matrix)
    assert stored.matrix.dtype == np.float32
    assert not words or np.isfinite(stored.matrix).all()
    assert stored.counts is None or stored.counts.shape == (len(words),)
    assert stored.context_vectors is None or stored.context_vectors.shape == stored.matrix.shape
    assert on_error == "skip" or stored.skipped.count == 0


def use_model(path: Path, rng: random.Random) -> None:
    model = Word2Vec.load(path)
    assert np.isfinite(model.vectors.most_similar(model.vocabulary.words[0], 1)[0].similarity)
    score = model.score([TEXT])
    assert score.pairs == 0 or np.isfinite(score.loss)


def use_documents(path: Path, rng: random.Random) -> None:
    model = Doc2Vec.load(path)
    documents = model.documents
    assert np.isfinite(documents.most_similar(documents.words[0], 1)[0].similarity)
    assert np.isfinite(model.infer("the naïve x", epochs=1, threads=1, learning_rate=0.02)).all()


def use_gensim_documents(path: Path, rng: random.Random) -> None:
    try:
        model = GensimDoc2Vec.load(str(path))
    except AttributeError as error:  # as gensim, for a file of another kind
        raise FormatError(path, str(error)) from None
    assert len(model.dv.most_similar(model.dv.index_to_key[0], topn=1)) <= 1
    assert model.wv.vectors.dtype == np.float32


def use_recommender(path: Path, rng: random.Random) -> None:
    model = Recommender.load(path)
    item = model.items.item(0)
    for history in ([], [item], [item, "unseen", item]):
        found = model.recommend(history, 3, approximate=rng.random() < 0.5 and model.index_recall is not None)
        assert np.isfinite([score for _, score in found]).all()
    assert np.isfinite(model.explain([item], item).score)
    assert len(model.similar_items(item, 2)) <= 2


def use_events(path: Path, rng: random.Random) -> None:
    on_error = rng.choice(["raise", "skip"])
    events = Interactions.read(path, time="time", time_unit="s", on_error=on_error, progress=False)
    sequences = events.sequences(minimum_length=1)
    assert sequences.n_events > 0 and all(sequences)


def use_item_sequences(path: Path, rng: random.Random) -> None:
    assert all(Sequences.read(path, user=True))


def use_attributes(path: Path, rng: random.Random) -> None:
    attributes = Attributes.read(path)
    assert attributes.offsets[-1] == len(attributes.values)
    assert (attributes.values < len(attributes.names)).all()


def use_language_model(path: Path, rng: random.Random) -> None:
    model = load_language_model(path)
    for history in ([], ["the"], ["the", "unseen", "x"]):
        probabilities = model.distribution(history)
        assert np.isfinite(probabilities).all()
        assert (probabilities >= 0).all()
    assert np.isfinite(model.perplexity([TEXT]))


def use_index(path: Path, rng: random.Random) -> None:
    index = Index.open(path, INDEXED.matrix)
    found = index.nearest(np.ascontiguousarray(INDEXED.matrix[:2], np.float64), 3, [[], [1]])
    assert np.isfinite(found.similarities).all()


def use_table(path: Path, rng: random.Random) -> None:
    table = read_table(path, scale=rng.choice([None, (-1000, 1000)]))
    assert np.isfinite(table.matrix).all()
    assert len(set(table.words)) == len(table) > 0


def use_analogies(path: Path, rng: random.Random) -> None:
    assert evaluate_analogies(KNOWN, path).covered >= 0


def use_phrases(path: Path, rng: random.Random) -> None:
    phrases = Phrases.load(path, tokenizer="words")
    assert all(len(phrase.words) > 1 and phrase.in_pass > 0 for phrase in phrases.table)
    assert next(phrases.join(SENTENCES))


def use_similarity(path: Path, rng: random.Random) -> None:
    score = evaluate_similarity(KNOWN, path)
    assert np.isfinite(score.judgements).all()


def use_sentences(path: Path, rng: random.Random) -> None:
    assert np.isfinite(evaluate_sentences(KNOWN, path).judgements).all()


def use_categories(path: Path, rng: random.Random) -> None:
    assert evaluate_categorisation(KNOWN, path).covered >= 0


def use_odd_words(path: Path, rng: random.Random) -> None:
    assert evaluate_odd_one_out(KNOWN, path).covered >= 0


def use_corpus(path: Path, rng: random.Random) -> None:
    tokenizer = rng.choice(["words", "whitespace", str.split])
    corpus = encode(path, min_count=1, tokenizer=tokenizer, threads=rng.choice([1, 2]))
    assert corpus.sentence_offsets[-1] == len(corpus.ids) > 0
    assert corpus.vocabulary.counts.sum() == len(corpus.ids)
    assert corpus.ids.min() >= 0
    assert corpus.ids.max() < len(corpus.vocabulary)


# ---------------------------------------------------------------- right files


def saved(format: str, words: list[str] = WORDS, numbers: str = "float32", **more: Any) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        stored = StoredVectors(words, MATRIX, COUNTS, context_vectors=MATRIX, metadata={"a": [1]}, **more)
        write_as(folder / "a", stored, format, numbers=numbers)
        return folder / "a"

    return make


def archived(make: Callable[[Path], Path], kind: Literal["zip", "tar"]) -> Callable[[Path], Path]:
    """The same in an archive, with a file that holds no vectors."""

    def make_archive(folder: Path) -> Path:
        content = make(folder).read_bytes()
        files = {"README.md": b"# vectors", "folder/a.vec": content}
        (folder / "a").unlink()
        if kind == "zip":
            with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
                for name, data in files.items():
                    packed.writestr(name, data)
            return folder / "a.zip"
        with tarfile.open(folder / "a.tar", "w") as tape:
            for name, data in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                tape.addfile(entry, io.BytesIO(data))
        return folder / "a.tar"

    return make_archive


def compressed(make: Callable[[Path], Path], kind: str) -> Callable[[Path], Path]:
    def make_compressed(folder: Path) -> Path:
        path = make(folder)
        path.write_bytes(compress(path.read_bytes(), kind))
        return path

    return make_compressed


def compress(content: bytes, kind: str) -> bytes:
    """Content as a compressed file of this kind."""
    if kind == "gz":
        return gzip.compress(content, 1, mtime=0)
    if kind == "bz2":
        return bz2.compress(content, 1)
    if kind == "xz":
        return lzma.compress(content, preset=0)
    import zstandard

    return zstandard.ZstdCompressor(level=1).compress(content)


SMALL = {"Word2Vec": {}, "FastText": {"bucket": 5, "min_n": 2, "max_n": 3}}


def gensim_model(kind: str, part: str, sep_limit: int = 10**9, protocol: int = 4) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        import gensim.models

        model = getattr(gensim.models, kind)(SENTENCES, vector_size=3, min_count=1, epochs=1, workers=1, **SMALL[kind])
        (model.wv if part == "wv" else model).save(str(folder / "a"), sep_limit=sep_limit, pickle_protocol=protocol)
        return folder / "a"

    return make


def fasttext_model(folder: Path) -> Path:
    import gensim.models
    from gensim.models.fasttext import save_facebook_model

    model = gensim.models.FastText(SENTENCES, vector_size=3, min_count=1, epochs=1, workers=1, **SMALL["FastText"])
    save_facebook_model(model, str(folder / "a"))
    return folder / "a"


def of_version_11(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """The version before the one that is written, of the same layout."""

    def make_older(folder: Path) -> Path:
        path = make(folder)
        content = bytearray(path.read_bytes())
        content[4] = 11
        path.write_bytes(content)
        return path

    return make_older


NGRAMS: dict[str, Any] = {"subwords": (2, 3), "subword_buckets": 11}


def whole_model(objective: str, format: Literal["firth", "fasttext"] = "firth", **more: Any) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        settings = {"min_count": 1, "vector_size": 4, "epochs": 1, "threads": 1, "subsample_threshold": 0, "window": 2}
        model = Word2Vec(objective=objective, **settings | more)
        path = folder / ("a.bin" if format == "fasttext" else "a.firth")
        model.fit([TEXT, "the tea cup"], progress=False).save(path, format)
        return path

    return make


DOCUMENTS = {"a": TEXT, "b": "the tea cup", "東": "x the x"}


def documents_model(interrupted: bool = False, **more: Any) -> Callable[[Path], Path]:
    """A model, or a checkpoint of its training."""

    def stop(progress: Any) -> None:
        if interrupted and progress.facts.get("epoch_done"):
            raise KeyboardInterrupt

    def make(folder: Path) -> Path:
        settings = {"min_count": 1, "vector_size": 4, "epochs": 2, "threads": 1, "subsample_threshold": 0, "window": 2}
        model, path = Doc2Vec(**settings | more), folder / "a.firth"
        try:
            model.fit(DOCUMENTS, checkpoint=path if interrupted else None, progress=stop).save(path)
        except TrainingInterrupted:
            assert interrupted
        return path

    return make


def gensim_documents(folder: Path) -> Path:
    tagged = [TaggedDocument(words, [number]) for number, words in enumerate(SENTENCES)]
    model = GensimDoc2Vec(tagged, vector_size=3, min_count=1, epochs=1, workers=1)
    model.save(str(folder / "a"))
    return folder / "a"


VISITS = [["tea", "cup"], ["tea", "cup", "jug"], ["oil", "東京"], ["東京", "oil", "oil"], ["cup", "jug"]] * 4
ATTRIBUTES = "item,kind,brand\ntea,drink,\ncup,drink|cook,Ä\noil,cook,b\n"
EVENTS = "user,item,time\n1,tea,10\n1,cup,20\n2,oil,30\n2,東京,2015-01-31T12:00\n1,jug,40\n"


def recommender(*, everything: bool) -> Callable[[Path], Path]:
    """With or without attributes, new items and an index."""

    def make(folder: Path) -> Path:
        model = Recommender(vector_size=4, epochs=1, threads=1)
        if everything:
            (folder / "items.csv").write_text(ATTRIBUTES, encoding="utf-8")
            attributes = Attributes.read(folder / "items.csv")
            (folder / "items.csv").unlink()
            model.fit(VISITS, attributes, progress=False).add_items({"mug": {"kind": "drink"}})
            model.build_index(progress=False)
        else:
            model.fit(VISITS, progress=False)
        model.save(folder / "a.firth")
        return folder / "a.firth"

    return make


def events_in_parquet(folder: Path) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table({"user": [1, 1, 2, 2], "item": ["tea", "cup", "oil", "tea"], "time": [10, 20, 30, 40]})
    parquet.write_table(table, folder / "a.parquet")
    return folder / "a.parquet"


def language_model(kind: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        settings = {"min_count": 1, "order": 3}
        models = []
        if kind in ("ngram", "mixture"):
            models.append(NgramModel(**settings).fit([TEXT], progress=False))
        if kind in ("neural", "mixture"):
            network = NeuralModel(**settings, vector_size=3, hidden_size=3, epochs=1, direct_connections=True)
            models.append(network.fit([TEXT], progress=False))
        model = models[0] if len(models) == 1 else MixtureModel(models)
        model.save(folder / "a.lm")
        return folder / "a.lm"

    return make


INDEXED = WordVectors([f"w{i}" for i in range(60)], np.random.default_rng(5).normal(size=(60, 4)).astype(np.float32))


def index(folder: Path) -> Path:
    INDEXED.build_index(folder / "a.index", threads=1, progress=False)
    return folder / "a.index"


def text_file(name: str, text: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(text.encode())
        return folder / name

    return make


def corpus_folder(folder: Path) -> Path:
    (folder / "texts").mkdir()
    (folder / "texts" / "a.txt").write_bytes(TEXT.encode())
    (folder / "texts" / "b.txt.gz").write_bytes(compress(TEXT.encode(), "gz"))
    return folder / "texts"


TABLE = 'name;"height; cm";age\nJay;"1,5";20\n"Ann ""A""";-2.5e2;30\n東京;3;40\n'.replace('"1,5"', "1.5")
SIMILARITY = "word1,word2,score\nthe,x,9.5\nthe,naïve,1\nx,東京,2.5\n"
ANALOGIES = ": first\nthe x naïve 東京\nx the 東京 naïve\n: second\nthe tea x naïve\n"
CATEGORIES = "things: the x\nothers: naïve 東京 tea\n"
PHRASES = (
    '# firth phrases 1 {"threshold": [0.5, 0.25], "passes": 2, "connectors": ["of"], "scoring": "npmi"}\n'
    "phrase\tcount\tscore\tpass\nthe naïve\t3\t0.5\t1\nthe_naïve x\t2\t0.25\t2\n\\u0023 東京\t1\n"
)
SENTENCE_PAIRS = "sentence1\tsentence2\tscore\nThe naïve x\tx 東京\t4.5\ntea\tthe tea\t1\n"
ODD_WORDS = "the x naïve 東京\n# a comment\ntea x the\n"
BASE_KINDS = {  # (The readers know no difference between word2vec text, fastText's .vec and text for spaCy.)
    "firth": Kind(saved("firth"), use_vectors),
    "firth-subwords": Kind(saved("firth", subwords=Subwords(MATRIX, 2, 3)), use_vectors),
    "firth-occurring-subwords": Kind(saved("firth", subwords=OCCURRING, own_vectors=MATRIX), use_vectors),
    "word2vec-text": Kind(saved("word2vec-text"), use_vectors),
    "word2vec-binary": Kind(saved("word2vec-binary"), use_vectors),
    "glove": Kind(saved("glove", [". . .", "naïve", "x", "東京"]), use_vectors),
    "fasttext-bin": Kind(fasttext_model, use_vectors, "gensim"),
    "fasttext-bin-written": Kind(saved("fasttext", subwords=OCCURRING, own_vectors=MATRIX), use_vectors),
    "fasttext-bin-11": Kind(of_version_11(saved("fasttext", subwords=OCCURRING)), use_vectors),
    "gensim-kv": Kind(gensim_model("Word2Vec", "wv"), use_vectors, "gensim"),
    "gensim-kv-protocol-2": Kind(gensim_model("Word2Vec", "wv", protocol=2), use_vectors, "gensim"),
    "gensim-kv-several-files": Kind(gensim_model("Word2Vec", "wv", sep_limit=5), use_vectors, "gensim"),
    "gensim-model": Kind(gensim_model("Word2Vec", "model"), use_vectors, "gensim"),
    "gensim-fasttext": Kind(gensim_model("FastText", "wv"), use_vectors, "gensim"),
    "numpy": Kind(saved("numpy"), use_vectors),
    "projector": Kind(saved("projector"), use_vectors),
    "projector-bytes": Kind(saved("projector-bytes"), use_vectors),
    "sentence-transformers": Kind(saved("sentence-transformers"), use_vectors),
    "firth-float16": Kind(saved("firth", subwords=OCCURRING, numbers="float16"), use_vectors),
    "firth-int8": Kind(saved("firth", subwords=OCCURRING, numbers="int8"), use_vectors),
    "parquet": Kind(saved("parquet"), use_vectors, "pyarrow"),
    "arrow": Kind(saved("arrow"), use_vectors, "pyarrow"),
    "zip": Kind(archived(saved("word2vec-text"), "zip"), use_vectors),
    "tar": Kind(archived(saved("firth"), "tar"), use_vectors),
    "model": Kind(whole_model("negative_sampling"), use_model),
    "model-subwords": Kind(whole_model("negative_sampling", **NGRAMS), use_model),
    "model-fasttext": Kind(whole_model("negative_sampling", "fasttext", **NGRAMS), use_model),
    "model-nodes": Kind(whole_model("hierarchical_softmax"), use_model),
    "documents": Kind(documents_model(), use_documents),
    "documents-nodes": Kind(documents_model(architecture="dm", objective="hierarchical_softmax"), use_documents),
    "documents-checkpoint": Kind(documents_model(interrupted=True, train_words=False), use_documents),
    "documents-gensim": Kind(gensim_documents, use_gensim_documents),
    "recommender": Kind(recommender(everything=False), use_recommender),
    "recommender-index": Kind(recommender(everything=True), use_recommender),
    "events": Kind(text_file("a.csv", EVENTS), use_events),
    "events-parquet": Kind(events_in_parquet, use_events, "pyarrow"),
    "item-sequences": Kind(text_file("a.txt", "u tea cup\nv oil 東京 oil\n"), use_item_sequences),
    "attributes": Kind(text_file("a.csv", ATTRIBUTES), use_attributes),
    "ngram-model": Kind(language_model("ngram"), use_language_model),
    "neural-model": Kind(language_model("neural"), use_language_model),
    "mixture-model": Kind(language_model("mixture"), use_language_model),
    "index": Kind(index, use_index, "voyager"),
    "table": Kind(text_file("a.csv", TABLE), use_table),
    "analogies": Kind(text_file("a.txt", ANALOGIES), use_analogies),
    "phrases": Kind(text_file("a.tsv", PHRASES), use_phrases),
    "similarity": Kind(text_file("a.csv", SIMILARITY), use_similarity),
    "sentences": Kind(text_file("a.tsv", SENTENCE_PAIRS), use_sentences),
    "categories": Kind(text_file("a.txt", CATEGORIES), use_categories),
    "odd-words": Kind(text_file("a.txt", ODD_WORDS), use_odd_words),
    "corpus": Kind(text_file("a.txt", TEXT), use_corpus),
    "corpus-folder": Kind(corpus_folder, use_corpus),
}
COMPRESSED = ("firth", "word2vec-text", "word2vec-binary", "fasttext-bin", "gensim-kv", "corpus")


def _compressed_kinds() -> dict[str, Kind]:
    kinds = {}
    for name in COMPRESSED:
        base = BASE_KINDS[name]
        for suffix in ("gz", "bz2", "xz", "zst"):
            needs = "zstandard" if suffix == "zst" and not base.needs else base.needs
            kinds[f"{name}-{suffix}"] = Kind(compressed(base.make, suffix), base.use, needs)
    return kinds


KINDS = BASE_KINDS | _compressed_kinds()
