"""Checkpoints of Word2Vec: stopped, interrupted or killed anywhere, training that is resumed gives the same bits."""

import random
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

import firth
from firth import CorpusError, FirthWarning, FormatError, Groups, Sessions, SettingError, TrainingInterrupted, Word2Vec
from firth.corpus import encode
from firth.formats import native
from firth.training.corpus_mark import mark_of
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import plan_training

SETTINGS = {"vector_size": 20, "min_count": 1, "subsample_threshold": 0.01, "threads": 1, "epochs": 4}


def write_text(path, lines=3_000, seed=5):
    rng = random.Random(seed)
    words = [f"w{i}" for i in range(200)]
    path.write_text("\n".join(" ".join(rng.choices(words, range(200, 0, -1), k=20)) for _ in range(lines)))
    return path


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    return write_text(tmp_path_factory.mktemp("text") / "text.txt")


def bits(model):
    """Everything that a training decides: both matrices and the history, without times."""
    outputs = model.node_vectors if model.hyperparameters.has_nodes else model.context_vectors
    history = [record._replace(seconds=0) for record in model.history]
    ngrams = b"" if model.vectors.subwords is None else model.vectors.subwords.matrix.tobytes()
    return model.vectors.matrix.tobytes(), outputs.tobytes(), ngrams, history


@pytest.fixture(scope="module")
def uninterrupted(text):
    return bits(Word2Vec(**SETTINGS).fit(text, progress=False))


def stopped(path, text, extras=(), epoch=2, **settings):
    """Train until Ctrl-C at the end of an epoch, which leaves a checkpoint."""

    def interrupt(progress):
        if progress.facts.get("epoch_done") and progress.facts["epoch"] == epoch:
            raise KeyboardInterrupt

    with pytest.raises(TrainingInterrupted):
        Word2Vec(**{**SETTINGS, **settings}).fit(text, progress=interrupt, checkpoint=path, **dict(extras))


@pytest.fixture(scope="module")
def checkpoint(text, tmp_path_factory):
    """Of a training that was stopped after two epochs."""
    path = tmp_path_factory.mktemp("checkpoint") / "c.firth"
    stopped(path, text)
    return path


# ---------------------------------------------------------------- going on


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"architecture": "cbow", "objective": "hierarchical_softmax"},
        {"objective": "nce", "learning_rate": 0.05},
        {"subwords": (2, 4), "subword_buckets": 500, "learning_rate": 0.005},
    ],
)
def test_a_training_that_was_stopped_goes_on(text, tmp_path, settings):
    path = tmp_path / "c.firth"
    stopped(path, text, **settings)
    resumed = Word2Vec.resume(path, text, progress=False)
    assert bits(resumed) == bits(Word2Vec(**{**SETTINGS, **settings}).fit(text, progress=False))
    assert resumed.hyperparameters == Hyperparameters(**{**SETTINGS, **settings})
    assert bits(Word2Vec.load(path)) == bits(resumed), "the last checkpoint is the model"


def test_checkpoints_change_nothing(text, tmp_path, uninterrupted):
    model = Word2Vec(**SETTINGS).fit(text, progress=False, checkpoint=tmp_path / "c.firth", every=0.01)
    assert bits(model) == uninterrupted
    assert bits(Word2Vec.load(tmp_path / "c.firth")) == uninterrupted


def test_a_checkpoint_is_a_model(text, checkpoint):
    model = Word2Vec.load(checkpoint)
    assert [record.epoch for record in model.history] == [1, 2]
    assert len(firth.load(checkpoint).most_similar("w1")) == 10
    assert model.score(text).loss > 0
    found = native.read(checkpoint).metadata["training"]
    assert (found["finished"], found["epochs_done"], found["words_done"]) == (False, 2, 0)
    assert found["corpus"]["words"] == 60_000
    assert found["corpus"]["sentences"] == 3_000


def test_ctrl_c_leaves_a_checkpoint_of_that_moment(tmp_path):
    text, settings = write_text(tmp_path / "long.txt", 40_000), {**SETTINGS, "epochs": 2, "vector_size": 50}
    path = tmp_path / "c.firth"

    def interrupt(progress):
        if progress.facts.get("epoch") == 2 and progress.done % 800_000:
            raise KeyboardInterrupt

    model = Word2Vec(**settings)
    with pytest.raises(TrainingInterrupted):
        model.fit(text, progress=interrupt, checkpoint=path)
    training = native.read(path).metadata["training"]
    assert training["epochs_done"] == 1
    assert 0 < training["words_done"] == model.history[-1].words < 800_000
    assert bits(Word2Vec.resume(path, text, progress=False)) == bits(Word2Vec(**settings).fit(text, progress=False))


CHILD = """
import sys
from firth import Word2Vec
resume, checkpoint, text = sys.argv[1:]
options = {"progress": False, "every": 0.05}
if resume == "yes":
    Word2Vec.resume(checkpoint, text, **options)
else:
    Word2Vec(vector_size=100, min_count=1, threads=1, epochs=8).fit(text, checkpoint=checkpoint, **options)
"""


def test_killed_at_random_moments_it_goes_on_each_time(tmp_path):
    """Of four processes three are killed; the file is a readable checkpoint whenever there is one."""
    text, path = write_text(tmp_path / "text.txt", 10_000), tmp_path / "c.firth"
    whole = Word2Vec(vector_size=100, min_count=1, threads=1, epochs=8).fit(text, progress=False)
    rng, kills = random.Random(3), 0
    for _ in range(3):
        resumes = "yes" if path.exists() else "no"
        before = path.stat().st_mtime_ns if path.exists() else None
        process = subprocess.Popen([sys.executable, "-c", CHILD, resumes, str(path), str(text)])
        while process.poll() is None and (not path.exists() or path.stat().st_mtime_ns == before):
            time.sleep(0.005)
        time.sleep(rng.random() * 0.3)
        process.kill()
        kills += process.wait() != 0
        assert len(firth.load(path)) == 200
        if Word2Vec.load(path).history[-1:] == whole.history[-1:]:
            break
    assert kills
    try:
        resumed = Word2Vec.resume(path, text, progress=False)
    except SettingError:  # it was killed after the last checkpoint
        resumed = Word2Vec.load(path)
    assert bits(resumed) == bits(whole)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c.firth", "text.txt"]


def test_with_several_threads_it_trains_all_words_that_are_left(text, tmp_path):
    stopped(tmp_path / "c.firth", text, threads=3)
    model = Word2Vec.resume(tmp_path / "c.firth", text, progress=False)
    assert [record.words for record in model.history] == [60_000] * 4
    assert model.hyperparameters.threads == 3


def test_further_checkpoints_may_go_elsewhere(text, checkpoint, tmp_path, uninterrupted):
    before = checkpoint.read_bytes()
    model = Word2Vec.resume(checkpoint, text, checkpoint=tmp_path / "other.firth", progress=False)
    assert checkpoint.read_bytes() == before
    assert bits(model) == bits(Word2Vec.load(tmp_path / "other.firth")) == uninterrupted


def test_an_encoded_text_or_lists_of_tokens_will_do(text, checkpoint, tmp_path, uninterrupted):
    lists = [line.split() for line in text.read_text().splitlines()]
    encoded = encode(text, min_count=1, memory_limit=0)
    assert encoded.memory_mapped
    for corpus in (lists, encoded):
        path = shutil.copy(checkpoint, tmp_path / "c.firth")
        assert bits(Word2Vec.resume(path, corpus, progress=False)) == uninterrupted


def test_a_tokenizer_that_is_a_function_has_to_be_given_again(text, tmp_path, uninterrupted):
    path = tmp_path / "c.firth"
    stopped(path, text, tokenizer=str.split)
    with pytest.raises(SettingError, match="tokenizer"):
        Word2Vec.resume(path, text, progress=False)
    model = Word2Vec.resume(path, text, tokenizer=str.split, progress=False)
    assert bits(model) == uninterrupted
    assert model.hyperparameters.tokenizer is str.split


def test_sessions_and_groups_have_to_be_given_again(text, tmp_path):
    lists = [line.split() for line in text.read_text().splitlines()]
    sessions = Sessions([line[0] if number % 3 else None for number, line in enumerate(lists)])
    groups = Groups({f"w{number}": number % 7 for number in range(150)}, negatives=2)
    extras, path = {"sessions": sessions, "groups": groups}, tmp_path / "c.firth"
    stopped(path, lists, extras)
    for wrong in (
        {},
        {"groups": groups},
        {"sessions": sessions},
        {"sessions": Sessions(sessions.targets, 2.0), "groups": groups},
        {"sessions": sessions, "groups": Groups({**groups.of, "w3": 0}, negatives=2)},
        {"sessions": sessions, "groups": Groups(groups.of, negatives=3)},
    ):
        with pytest.raises(SettingError, match="(sessions|groups): give what was given"):
            Word2Vec.resume(path, lists, progress=False, **wrong)
    resumed = Word2Vec.resume(path, lists, progress=False, **extras)
    assert bits(resumed) == bits(Word2Vec(**SETTINGS).fit(lists, progress=False, **extras))


def test_what_was_not_given_at_the_start_is_refused(text, checkpoint):
    with pytest.raises(SettingError, match="was trained without groups"):
        Word2Vec.resume(checkpoint, text, groups=Groups({"w1": 1, "w2": 1}), progress=False)


def interrupted_at(epoch):
    """A progress function that presses Ctrl-C at the end of an epoch."""

    def interrupt(progress):
        if progress.facts.get("epoch_done") and progress.facts["epoch"] == epoch:
            raise KeyboardInterrupt

    return interrupt


@pytest.mark.parametrize("subwords", [None, (2, 3)])
@pytest.mark.parametrize("frozen", [0, 0.2, ["w3", "w199"]])
def test_what_is_held_stays_so(text, tmp_path, frozen, subwords):
    rng = np.random.default_rng(0)
    given = firth.WordVectors([f"w{i}" for i in range(3, 150)], rng.normal(size=(147, 20)).astype(np.float32))
    settings, options = {**SETTINGS, "subwords": subwords}, {"initial": given, "frozen": frozen}
    path = tmp_path / "c.firth"
    with pytest.raises(TrainingInterrupted):
        Word2Vec(**settings).fit(text, progress=interrupted_at(2), checkpoint=path, **options)
    resumed = Word2Vec.resume(path, text, progress=False)
    assert bits(resumed) == bits(Word2Vec(**settings).fit(text, progress=False, **options))
    assert (resumed.vectors["w3"] == given["w3"]).all() == (frozen != 0.2)
    assert bits(Word2Vec.load(path)) == bits(resumed)


OLD = [[f"a{word}" for word in row] for row in np.random.default_rng(0).integers(0, 30, (300, 8))]
NEW = [[f"{'ab'[word % 2]}{word}" for word in row] for row in np.random.default_rng(1).integers(0, 40, (150, 8))]
PHRASES = firth.Phrases.from_table([(("a2", "a4"),), (("b1", "a0"),)])


def texts(form):
    if form == "encoded":
        return encode(OLD, min_count=1), encode(NEW, min_count=2)
    return (OLD, NEW) if form == "lists" else ([" ".join(line) for line in text] for text in (OLD, NEW))


@pytest.mark.parametrize(
    ("settings", "form", "options", "again"),
    [
        ({}, "lists", {}, ()),
        ({}, "encoded", {"replay_words": 1, "new_words": "only", "learning_rate": 0.01}, ("replay",)),
        ({"subwords": (2, 3)}, "text", {"frozen": 0.0, "replay_words": 0.5, "epochs": 3}, ("replay",)),
        ({"threads": 2}, "text", {"threads": 1, "phrases": PHRASES, "replay_words": 1}, ("phrases", "replay")),
        ({}, "text", {"tokenizer": str.split, "new_words": "ignore", "frozen": {"a1"}}, ("tokenizer",)),
        ({"objective": "hierarchical_softmax"}, "text", {"new_words": "ignore", "replay_words": 1}, ("replay",)),
        ({"max_vocabulary": 25}, "lists", {}, ()),
    ],
)
def test_learning_a_new_text_goes_on(tmp_path, settings, form, options, again):
    Word2Vec(**{**SETTINGS, "min_count": 2, **settings}).fit(OLD, progress=False).save(tmp_path / "old.firth")
    old, new = texts(form)
    options, path = {"epochs": 4, "replay": old if "replay" in again else None, **options}, tmp_path / "c.firth"
    whole = Word2Vec.load(tmp_path / "old.firth").continue_training(new, progress=False, **options)
    with pytest.raises(TrainingInterrupted):
        model = Word2Vec.load(tmp_path / "old.firth")
        model.continue_training(new, progress=interrupted_at(6), checkpoint=path, **options)
    resumed = Word2Vec.resume(path, new, progress=False, **{name: options[name] for name in again})
    assert bits(resumed) == bits(whole)
    assert [record.epoch for record in resumed.history] == list(range(1, 5 + options["epochs"]))
    assert list(resumed.vocabulary.words) == list(whole.vocabulary.words)
    assert resumed.vocabulary.counts.tolist() == whole.vocabulary.counts.tolist()
    assert resumed.vocabulary.total_words == whole.vocabulary.total_words
    assert resumed.hyperparameters == whole.hyperparameters
    assert bits(Word2Vec.load(path)) == bits(resumed)


def test_learning_a_new_text_goes_on_with_the_same_texts_alone(tmp_path):
    path = tmp_path / "c.firth"
    model = Word2Vec(**SETTINGS).fit(OLD, progress=False)
    with pytest.raises(TrainingInterrupted):
        model.continue_training(NEW, replay=OLD, replay_words=1, progress=interrupted_at(6), checkpoint=path)
    training = native.read(path).metadata["training"]
    assert training["continued"] == {"replay_words": 1}
    assert sorted(training["corpus"]["digests"]) == ["corpus", "replay"]
    with pytest.raises(SettingError, match="reads sentences of an old text as well: give that text as replay="):
        Word2Vec.resume(path, NEW, progress=False)
    with pytest.raises(CorpusError, match="sentences of another old text .digest"):
        Word2Vec.resume(path, NEW, replay=OLD[::-1], progress=False)
    with pytest.raises(CorpusError, match="trained on another corpus: it had 2,"):
        Word2Vec.resume(path, NEW[::-1], replay=OLD, progress=False)
    with pytest.raises(SettingError, match="was trained without groups"):
        Word2Vec.resume(path, NEW, replay=OLD, groups=Groups({"a1": 1, "a3": 1}), progress=False)
    assert Word2Vec.resume(path, NEW, replay=OLD, progress=False).history.last_epoch == 8


def test_an_old_text_that_was_not_replayed_is_refused(text, checkpoint):
    with pytest.raises(SettingError, match=r"replay: the training of .* does not read any old text; leave it out"):
        Word2Vec.resume(checkpoint, text, replay=OLD, progress=False)


def test_a_model_of_fasttext_goes_on_from_a_checkpoint(tmp_path):
    """Its history is empty, so that nothing else says that it had been trained before."""
    Word2Vec(**SETTINGS, subwords=(2, 3), subword_buckets=100).fit(OLD, progress=False).save(
        tmp_path / "m.bin", format="fasttext"
    )
    options = {"threads": 1, "progress": False}
    whole = Word2Vec.load(tmp_path / "m.bin").continue_training(NEW, **options)
    with pytest.raises(TrainingInterrupted):
        model = Word2Vec.load(tmp_path / "m.bin")
        model.continue_training(NEW, **{**options, "progress": interrupted_at(1)}, checkpoint=tmp_path / "c.firth")
    assert bits(Word2Vec.resume(tmp_path / "c.firth", NEW, progress=False)) == bits(whole)


# ---------------------------------------------------------------- what is refused


def changed(text, where):
    lines = text.read_text().splitlines()
    if where == "order":
        first, second, *rest = lines[7].split()
        assert first != second
        lines[7] = " ".join([second, first, *rest])
    elif where == "sentences":
        lines[7:9] = [lines[7] + " " + lines[8].split()[0], lines[8].split(maxsplit=1)[1]]
    elif where == "word":
        lines = [line.replace("w7 ", "x7 ") for line in lines]
    elif where == "more":
        lines.append("w1 w2")
    return lines


@pytest.mark.parametrize("where", ["order", "sentences", "word", "more"])
def test_another_corpus_is_refused(text, checkpoint, tmp_path, where):
    other = tmp_path / "other.txt"
    other.write_text("\n".join(changed(text, where)))
    size = "60,002 words in 3,001" if where == "more" else "60,000 words in 3,000"
    with pytest.raises(CorpusError, match=rf"had 60,000 words in 3,000 sentences .*this one has {size} sentences"):
        Word2Vec.resume(checkpoint, other, progress=False)


def test_another_tokenizer_is_another_corpus(checkpoint, text):
    with pytest.raises(CorpusError, match="same tokenizer"):
        Word2Vec.resume(checkpoint, text, tokenizer=lambda line: line.upper().split(), progress=False)


def test_what_is_finished_is_not_resumed(text, tmp_path):
    model = Word2Vec(**SETTINGS).fit(text, progress=False, checkpoint=tmp_path / "c.firth")
    with pytest.raises(SettingError, match=r"all 4 epochs.*continue_training"):
        Word2Vec.resume(tmp_path / "c.firth", text)
    model.save(tmp_path / "m.firth")
    with pytest.raises(SettingError, match="not a checkpoint.*continue_training"):
        Word2Vec.resume(tmp_path / "m.firth", text)
    model.vectors.save(tmp_path / "v.firth")
    with pytest.raises(FormatError, match="not the whole model"):
        Word2Vec.resume(tmp_path / "v.firth", text)


def test_a_model_that_was_loaded_from_a_checkpoint_is_a_model(text, checkpoint, tmp_path):
    Word2Vec.load(checkpoint).save(tmp_path / "m.firth")
    with pytest.raises(SettingError, match="not a checkpoint"):
        Word2Vec.resume(tmp_path / "m.firth", text)


@pytest.mark.parametrize("cut", [3, 100, 5_000, -1])
def test_a_damaged_file_is_refused(text, checkpoint, tmp_path, cut):
    (tmp_path / "c.firth").write_bytes(checkpoint.read_bytes()[:cut])
    with pytest.raises(FormatError):
        Word2Vec.resume(tmp_path / "c.firth", text)


DAMAGES = [
    ("epochs_done", 5),
    ("epochs_done", -1),
    ("epochs_done", "2"),
    ("words_done", 60_001),
    ("words_done", 1.5),
    ("pairs_done", None),
    ("loss_sum", float("nan")),
    ("loss_sum", "much"),
    ("seconds_done", -1.0),
    ("epochs", 0),
    ("learning_rate", "high"),
    ("epochs_before", []),
    ("threads", 0),
    ("tokenizer", 5),
    ("held", 7),
    ("held", {"share": 1.0, "words": "A" * 34 + "=="}),
    ("held", {"share": 0.0, "words": "AAA="}),
    ("held", {"share": 0.0, "words": "no base64!"}),
    ("continued", {}),
    ("continued", [3]),
    ("continued", {"replay_words": -1.0}),
    ("corpus", {}),
    ("corpus", 7),
    ("corpus", {"words": 60_000, "sentences": 0, "digests": {}}),
    ("corpus", {"words": 60_000, "sentences": 3_000, "digests": ["corpus"]}),
]


@pytest.mark.parametrize(("name", "value"), DAMAGES)
def test_a_training_that_makes_no_sense_is_refused(text, checkpoint, tmp_path, name, value):
    stored = native.read(checkpoint)
    stored.metadata["training"][name] = value
    native.write(tmp_path / "c.firth", stored)
    with pytest.raises(FormatError, match="damaged"):
        Word2Vec.resume(tmp_path / "c.firth", text)


@pytest.mark.parametrize("training", [None, [], "yes", 7])
def test_a_training_of_another_kind_is_refused(text, checkpoint, tmp_path, training):
    stored = native.read(checkpoint)
    stored.metadata["training"] = training
    native.write(tmp_path / "c.firth", stored)
    with pytest.raises(FormatError, match="damaged"):
        Word2Vec.resume(tmp_path / "c.firth", text)


# ---------------------------------------------------------------- what cannot be written


def test_what_cannot_be_written_is_found_out_before_the_text_is_read(tmp_path):
    model = Word2Vec(**SETTINGS)
    with pytest.raises(FormatError, match="there is no folder"):
        model.fit("no text", checkpoint=tmp_path / "missing" / "c.firth")
    with pytest.raises(FormatError, match="is a folder"):
        (tmp_path / "c.firth").mkdir()
        model.fit("no text", checkpoint=tmp_path / "c.firth")
    with pytest.raises(SettingError, match=r"\.firth"):
        model.fit("no text", checkpoint=tmp_path / "c.bin")
    for every in (0, -1, float("nan"), "600", None, True):
        with pytest.raises(SettingError, match="every="):
            model.fit("no text", every=every)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files")
def test_a_full_disk_does_not_end_the_training(text, tmp_path, uninterrupted):
    import resource

    path, limits = tmp_path / "c.firth", resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(observation):
        if observation.moment == "epoch" and observation.history[-1].epoch == 1:
            while not path.exists() or native.read(path).metadata["training"]["epochs_done"] < 1:
                time.sleep(0.01)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))

    def slow_down(progress):  # so that the observer comes first
        if progress.facts.get("epoch") == 2:
            while resource.getrlimit(resource.RLIMIT_FSIZE) == limits:
                time.sleep(0.01)

    model = Word2Vec(**SETTINGS)
    try:
        with pytest.warns(FirthWarning, match="checkpoint could not be written.*c.firth"):
            model.fit(text, progress=slow_down, checkpoint=path, observers=[fill])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert bits(model) == uninterrupted
    assert native.read(path).metadata["training"]["epochs_done"] == 1
    assert bits(Word2Vec.resume(path, text, progress=False)) == uninterrupted
    assert [file.name for file in tmp_path.iterdir()] == ["c.firth"]


def test_a_folder_that_vanishes_does_not_end_the_training(text, tmp_path, uninterrupted):
    folder = tmp_path / "folder"
    folder.mkdir()

    def remove(observation):
        if observation.moment == "start":
            folder.rename(tmp_path / "elsewhere")

    model = Word2Vec(**SETTINGS)
    with pytest.warns(FirthWarning, match="there is no folder"):
        model.fit(text, progress=False, checkpoint=folder / "c.firth", observers=[remove])
    assert bits(model) == uninterrupted


def test_vectors_that_diverge_do_not_replace_a_checkpoint(text, tmp_path):
    path = tmp_path / "c.firth"
    stopped(path, text, epoch=1)
    before = path.read_bytes()
    with pytest.raises(firth.DivergenceError):
        Word2Vec(**{**SETTINGS, "learning_rate": 1e9}).fit(text, progress=False, checkpoint=path, every=0.001)
    assert path.read_bytes() == before


# ---------------------------------------------------------------- the digest


def test_the_digest_depends_on_words_ids_and_sentence_ends():
    settings = Hyperparameters(min_count=1)

    def digests(sentences):
        encoded = encode(sentences, min_count=1)
        return mark_of(encoded.vocabulary, plan_training(settings, encoded)).digests["corpus"]

    texts = [
        [["a", "b"], ["a", "b", "c"]],
        [["a", "b", "a"], ["b", "c"]],
        [["a", "b"], ["a", "c", "b"]],
        [["a", "b"], ["a", "b", "d"]],
        [["ab", ""], ["ab", "", "c"]],
    ]
    found = [digests(sentences) for sentences in texts]
    assert len(set(found)) == len(texts)
    assert found[0] == digests(texts[0]) == "bf3aad620ff8feb0027762b21d3c8a3d", "of any machine and version"


def test_the_digest_of_mapped_ids_is_that_of_ids_in_memory(text):
    settings = Hyperparameters(min_count=1)
    mapped, in_memory = encode(text, min_count=1, memory_limit=0), encode(text, min_count=1)
    assert np.array_equal(mapped.ids, in_memory.ids)
    marks = [mark_of(one.vocabulary, plan_training(settings, one)) for one in (mapped, in_memory)]
    assert marks[0] == marks[1]
