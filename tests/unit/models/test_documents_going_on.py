"""Doc2Vec that goes on: from checkpoints, bit for bit, and with new documents."""

import numpy as np
import pytest

from firth import CorpusError, Doc2Vec, FirthError, FirthWarning, NotFittedError, SettingError, TrainingInterrupted
from firth.models.doc2vec_file import read_documents
from firth.training.new_text import NEW_WORDS

KINDS = {
    "dbow": {},
    "dbow-alone": {"train_words": False},
    "dm": {"architecture": "dm", "window": 2},
    "tree": {"architecture": "dm", "window": 2, "objective": "hierarchical_softmax"},
}
SETTINGS = {"min_count": 2, "vector_size": 16, "subsample_threshold": 0, "epochs": 4, "threads": 1}


def documents_of(seed, count, words=30, letters="a"):
    """Documents of random words; each has a tag of its own and one of three topics."""
    rng = np.random.default_rng(seed)
    rows = (rng.random((count, 12)) ** 2 * words).astype(int)
    tags = [[f"{letters}:{number}", f"topic {number % 3}"] for number in range(count)]
    texts = [[f"{letters[word % len(letters)]}{word}" for word in row] for row in rows]
    return list(zip(tags, texts, strict=True))


OLD = [*documents_of(0, 60), (["a:empty"], ["rare"])]
NEW = documents_of(1, 40, 40, "ab")


def model_of(documents=OLD, **settings):
    if documents is OLD:
        with pytest.warns(FirthWarning, match="1 of 64 tags have no word"):
            return Doc2Vec(**{**SETTINGS, **settings}).fit(documents, progress=False)
    return Doc2Vec(**{**SETTINGS, **settings}).fit(documents, progress=False)


def bits(model):
    """Everything that a training decides: all matrices, words, tags and the history, without times."""
    outputs = model.node_vectors if model.settings.of_words.has_nodes else model.context_vectors
    words = model.vectors.matrix.tobytes() if model.settings.has_words else b""
    vocabulary, documents = model.vocabulary, model.documents
    return (
        list(vocabulary.words), vocabulary.counts.tolist(), vocabulary.total_words,
        list(documents.words), documents.counts.tolist(),
        words, outputs.tobytes(), documents.matrix.tobytes(),
        [record._replace(seconds=0) for record in model.history], model.settings,
    )  # fmt: skip


def interrupted_at(epoch):
    """A progress function that presses Ctrl-C at the end of an epoch."""

    def interrupt(progress):
        if progress.facts.get("epoch_done") and progress.facts["epoch"] == epoch:
            raise KeyboardInterrupt

    return interrupt


def stopped(path, epoch=2, documents=NEW, **settings):
    """Train until Ctrl-C at the end of an epoch, which leaves a checkpoint."""
    with pytest.raises(TrainingInterrupted):
        Doc2Vec(**{**SETTINGS, **settings}).fit(documents, progress=interrupted_at(epoch), checkpoint=path)


# ---------------------------------------------------------------- checkpoints


@pytest.mark.parametrize("kind", KINDS)
def test_a_training_that_was_stopped_goes_on(kind, tmp_path):
    path = tmp_path / "c.firth"
    stopped(path, **KINDS[kind])
    halfway = Doc2Vec.load(path)
    assert [record.epoch for record in halfway.history] == [1, 2]
    assert halfway.infer("a1 a2 a3").any()
    found = read_documents(path).training
    assert (found.is_finished, found.position.epoch, found.continued) == (False, 2, None)
    resumed = Doc2Vec.resume(path, NEW, progress=False)
    assert bits(resumed) == bits(model_of(NEW, **KINDS[kind]))
    assert bits(Doc2Vec.load(path)) == bits(resumed), "the last checkpoint is the model"
    with pytest.raises(
        SettingError, match=r"is finished, all 4 epochs of it; Doc2Vec\.load\(path\)\.continue_training"
    ):
        Doc2Vec.resume(path, NEW, progress=False)


def test_checkpoints_within_epochs_change_nothing(tmp_path):
    long = [(tags, words * 80) for tags, words in documents_of(2, 400)]
    settings, length = {**SETTINGS, "epochs": 2, "vector_size": 50}, 384_000
    whole = Doc2Vec(**settings).fit(long, progress=False)
    path = tmp_path / "c.firth"

    def interrupt(progress):
        if progress.facts.get("epoch") == 2 and progress.done % length:
            raise KeyboardInterrupt

    with pytest.raises(TrainingInterrupted):
        Doc2Vec(**settings).fit(long, progress=interrupt, checkpoint=path, every=0.01)
    at = read_documents(path).training.position
    assert at.epoch == 1 and 0 < at.totals.words < length
    assert bits(Doc2Vec.resume(path, long, every=0.01, progress=False)) == bits(whole)


def test_documents_without_words_keep_their_tags(tmp_path):
    with pytest.warns(FirthWarning, match="1 of 64 tags have no word"):
        stopped(tmp_path / "c.firth", documents=OLD)
    resumed = Doc2Vec.resume(tmp_path / "c.firth", OLD, progress=False)
    assert bits(resumed) == bits(model_of())
    assert not resumed.documents["a:empty"].any()


def test_documents_may_be_given_otherwise_but_not_be_others(tmp_path):
    path, tags, texts = tmp_path / "c.firth", [tags for tags, _ in NEW], [" ".join(words) for _, words in NEW]
    stopped(path)
    before = path.read_bytes()
    whole = bits(Doc2Vec.resume(path, texts, tags, checkpoint=tmp_path / "other.firth", progress=False))
    assert path.read_bytes() == before
    assert whole == bits(model_of(NEW))
    other_tags = [[f"x {one}" for one in several] for several in tags]
    swapped = [tags[1], tags[0], *tags[2:]]
    for wrong, error, message in (
        ((NEW[::-1], None), CorpusError, "trained on another corpus: it had 480 words in 40 sentences"),
        ((NEW[:-1], None), CorpusError, "trained on another corpus"),
        ((texts, other_tags), SettingError, "trained with other tags: give what was given"),
        ((texts, None), SettingError, "trained with other tags"),
        ((texts, [*tags[:-1], tags[-1][:1]]), SettingError, "trained with other documents: give what was given"),
        ((texts, swapped), SettingError, "trained with other (tags|documents)"),
    ):
        with pytest.raises(error, match=message):
            Doc2Vec.resume(path, *wrong, progress=False)
    with pytest.raises(SettingError, match=r"replay: the training of .* does not read any old text"):
        Doc2Vec.resume(path, NEW, replay=OLD, progress=False)
    assert path.read_bytes() == before


def test_what_is_no_checkpoint_is_refused(tmp_path):
    model_of(NEW).save(tmp_path / "m.firth")
    with pytest.raises(SettingError, match="is a model, not a checkpoint of its training"):
        Doc2Vec.resume(tmp_path / "m.firth", NEW, progress=False)
    for path, message in (("c.bin", r"ends in \.firth"), ("missing/c.firth", "there is no folder")):
        with pytest.raises(FirthError, match=message):
            Doc2Vec().fit(NEW, checkpoint=tmp_path / path, progress=False)
    with pytest.raises(SettingError, match="every=0"):
        Doc2Vec().fit(NEW, checkpoint=tmp_path / "c.firth", every=0, progress=False)


def test_a_tokenizer_that_is_a_function_has_to_be_given_again(tmp_path):
    texts, path = [" ".join(words) for _, words in NEW], tmp_path / "c.firth"
    stopped(path, documents=texts, tokenizer=str.split)
    with pytest.raises(SettingError, match="pass it as tokenizer="):
        Doc2Vec.resume(path, texts, progress=False)
    resumed = Doc2Vec.resume(path, texts, tokenizer=str.split, progress=False)
    assert bits(resumed) == bits(model_of(texts, tokenizer=str.split))


# ---------------------------------------------------------------- new documents


@pytest.mark.parametrize("kind", KINDS)
def test_rows_go_with_their_words_and_tags(kind):
    model = model_of(**KINDS[kind])
    before, tags = model.documents, list(model.documents.words)
    counts = dict(zip(model.vocabulary.words, model.vocabulary.counts.tolist(), strict=True))
    words = model.vectors if model.settings.has_words else None
    tiny = {"learning_rate": 1e-30, "final_learning_rate": 0.0, "epochs": 1, "progress": False}
    new_words = "ignore" if kind == "tree" else "add"
    assert model.continue_training(NEW, new_words=new_words, **tiny) is model
    after = model.documents
    assert list(after.words) == [*tags, *(f"ab:{number}" for number in range(40))]
    np.testing.assert_array_equal(after.matrix[: len(tags)], before.matrix)
    assert after.counts[: len(tags)].tolist() == [
        count + (after.counts[len(tags) :][int(tag[-1]) :: 3].sum() if tag.startswith("topic") else 0)
        for tag, count in zip(tags, before.counts.tolist(), strict=True)
    ]
    fresh = after.matrix[len(tags) :]
    assert 0 < abs(fresh).max() <= 1 / 16 and len({row.tobytes() for row in fresh}) == 40
    known = [word for word in model.vocabulary.words if word in counts]
    assert ("b21" in model.vocabulary.words) == (new_words == "add")
    assert set(known) == set(counts)
    if words is not None:
        for word in known:
            np.testing.assert_array_equal(model.vectors[word], words[word])
    occurrences = [word for _, listed in NEW for word in listed]
    if kind != "tree":
        assert model.vocabulary.counts[model.vocabulary.id_of("a0")] == counts["a0"] + occurrences.count("a0")


@pytest.mark.parametrize("new_words", NEW_WORDS)
def test_new_words(new_words):
    model = model_of().continue_training(NEW, new_words=new_words, progress=False)
    old, new = ({word for _, listed in documents for word in listed} for documents in (OLD, NEW))
    frequent = {word for word in new if sum(listed.count(word) for _, listed in NEW) >= 2}
    old -= {"rare"}
    assert set(model.vocabulary.words) == {"add": old | frequent, "ignore": old, "only": frequent}[new_words]
    assert [record.epoch for record in model.history] == list(range(1, 9))
    assert model.infer("a1 a2").any()


def test_other_documents_keep_their_vectors_and_replayed_ones_move():
    model = model_of()
    before = model.documents
    model.continue_training(NEW, progress=False)
    moved = {tag for tag in before.words if (model.documents[tag] != before[tag]).any()}
    assert moved == {"topic 0", "topic 1", "topic 2"}
    model = model_of().continue_training(NEW, replay=OLD, replay_words=0.5, progress=False)
    moved = {tag for tag in before.words if (model.documents[tag] != before[tag]).any()} - moved
    assert 15 <= len(moved) <= 25, "half as many words as the 40 new documents have"
    assert model.documents.counts[model.documents.word_id("a:1")] == 12, "they are not counted again"


def test_documents_without_tags_are_numbered_on():
    texts = [words for _, words in NEW]
    model = Doc2Vec(**SETTINGS).fit(texts, progress=False)
    first = model.documents.matrix.copy()
    model.continue_training(texts[:5], progress=False)
    assert list(model.documents.words) == [str(number) for number in range(45)]
    np.testing.assert_array_equal(model.documents.matrix[:40], first)


def test_what_was_learned_of_two_topics_holds_for_new_documents():
    """New documents are near old ones of their topic, with words held or not."""
    rng = np.random.default_rng(0)

    def two_topics(first, count):
        return {
            f"{'ab'[i % 2]}:{i}": [f"{'ab'[i % 2]}{j}" for j in rng.integers(0, 20, 40)]
            for i in range(first, first + count)
        }

    old, new = two_topics(0, 40), two_topics(40, 10)
    for options in ({}, {"frozen": 0.0}, {"replay": old, "replay_words": 1}):
        model = Doc2Vec(**{**SETTINGS, "epochs": 30}).fit(old, progress=False)
        words = model.vectors
        model.continue_training(new, progress=False, **options)
        assert all((model.vectors[word] == words[word]).all() for word in words) == ("frozen" in options)
        near = [found.word[0] == tag[0] for tag in new for found in model.documents.most_similar(tag, 5)]
        assert np.mean(near) > 0.95, options


@pytest.mark.parametrize(
    ("kind", "options", "again"),
    [
        ("dbow", {}, ()),
        ("dbow", {"replay_words": 1, "new_words": "only", "frozen": 0.2}, ("replay",)),
        ("dbow-alone", {"replay_words": 0.5, "epochs": 3}, ("replay",)),
        ("dm", {"new_words": "ignore", "frozen": {"a1"}}, ()),
        ("tree", {"new_words": "ignore", "replay_words": 1}, ("replay",)),
    ],
)
def test_learning_new_documents_goes_on(kind, options, again, tmp_path):
    model_of(**KINDS[kind]).save(tmp_path / "old.firth")
    options, path = {"epochs": 4, "replay": OLD if again else None, **options}, tmp_path / "c.firth"
    whole = Doc2Vec.load(tmp_path / "old.firth").continue_training(NEW, progress=False, **options)
    with pytest.raises(TrainingInterrupted):
        model = Doc2Vec.load(tmp_path / "old.firth")
        model.continue_training(NEW, progress=interrupted_at(6), checkpoint=path, **options)
    resumed = Doc2Vec.resume(path, NEW, progress=False, **{name: options[name] for name in again})
    assert bits(resumed) == bits(whole)
    assert bits(Doc2Vec.load(path)) == bits(resumed)


def test_numbered_documents_are_numbered_so_again(tmp_path):
    texts, path = [words for _, words in NEW], tmp_path / "c.firth"
    whole = Doc2Vec(**SETTINGS).fit(texts, progress=False).continue_training(texts[:9], progress=False)
    with pytest.raises(TrainingInterrupted):
        model = Doc2Vec(**SETTINGS).fit(texts, progress=False)
        model.continue_training(texts[:9], progress=interrupted_at(6), checkpoint=path)
    assert bits(Doc2Vec.resume(path, texts[:9], progress=False)) == bits(whole)


def test_what_going_on_refuses(tmp_path):
    model = model_of()
    before, path = bits(model), tmp_path / "c.firth"
    with pytest.raises(NotFittedError):
        Doc2Vec().continue_training(NEW)
    for options, error, message in (
        ({"new_words": "all"}, SettingError, "new_words='all'"),
        ({"replay": OLD, "replay_words": 0}, SettingError, "replay_words=0"),
        ({"replay": [(["x"], ["a1", "a2"])]}, CorpusError, "replay: the tag 'x' is none of the model's"),
        ({"frozen": 2}, SettingError, "frozen=2"),
        ({"epochs": 0}, SettingError, "epochs=0"),
        ({"checkpoint": tmp_path / "c.txt"}, SettingError, r"ends in \.firth"),
    ):
        with pytest.raises(error, match=message):
            model.continue_training(NEW, progress=False, **options)
    with pytest.raises(CorpusError, match="none of its"):
        model.continue_training([("x", ["zzz"])], progress=False)
    with pytest.raises(SettingError, match="train_words=False learns no words"):
        model_of(train_words=False).continue_training(NEW, frozen=0.0, progress=False)
    with pytest.raises(SettingError, match="new_words='add': with objective='hierarchical_softmax'"):
        model_of(**KINDS["tree"]).continue_training(NEW, progress=False)
    with pytest.warns(FirthWarning, match="1 new tags have no word"):
        Doc2Vec(**SETTINGS).fit(NEW, progress=False).continue_training([*NEW, ("none", ["zzz"])], progress=False)
    assert bits(model) == before
    with pytest.raises(TrainingInterrupted):
        model.continue_training(NEW, replay=OLD, progress=interrupted_at(6), checkpoint=path)
    with pytest.raises(SettingError, match="give that text as replay="):
        Doc2Vec.resume(path, NEW, progress=False)
    with pytest.raises(CorpusError, match="sentences of another old text"):
        Doc2Vec.resume(path, NEW, replay=OLD[::-1], progress=False)


# ---------------------------------------------------------------- observers


@pytest.mark.parametrize("kind", ["dbow", "dbow-alone"])
def test_observers_see_documents(kind):
    seen = []

    def look(observation):
        if observation.moment == "end":
            with pytest.raises(SettingError, match="a held-out text does not have"):
                observation.score("a1 a2")
            if kind == "dbow":
                seen.extend([observation.documents(), observation.vectors(), observation.rows(["a2"])])
                return
            for use in (observation.vectors, lambda: observation.rows(["a2"])):
                with pytest.raises(SettingError, match="words have no vectors"):
                    use()
            seen.append(observation.documents())

    model = Doc2Vec(**{**SETTINGS, **KINDS[kind]}).fit(NEW, observers=[look], progress=False)
    assert list(seen[0].words) == list(model.documents.words)
    np.testing.assert_array_equal(seen[0].matrix, model.documents.matrix)
    if kind == "dbow":
        np.testing.assert_array_equal(seen[1].matrix, model.vectors.matrix)
        np.testing.assert_array_equal(seen[2][0], model.vectors["a2"])
