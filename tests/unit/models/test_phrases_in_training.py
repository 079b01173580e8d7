"""Word2Vec.fit(phrases=…): from every source, found before or here; and evaluated with phrase analogies."""

import numpy as np
import pytest

from firth import CorpusError, FirthWarning, FormatError, Phrases, Sessions, SettingError, Word2Vec
from firth.corpus import encode
from firth.evaluation import evaluate_analogies

QUICK = {"vector_size": 8, "min_count": 2, "epochs": 2, "threads": 1, "subsample_threshold": 0}
TOKENS = [["in", "new", "york", "the", "news"], ["new", "york", "is", "a", "town"], ["a", "new", "town"]] * 5
TEXTS = [" ".join(sentence) for sentence in TOKENS]
PHRASES = Phrases.from_table([(("new", "york"),)])


@pytest.fixture(scope="module")
def joined():
    """A model of the text with its phrases joined beforehand."""
    return Word2Vec(**QUICK).fit(list(PHRASES.join(TOKENS)), progress=False)


def same(model, other):
    assert model.vocabulary.words == other.vocabulary.words
    np.testing.assert_array_equal(model.vocabulary.counts, other.vocabulary.counts)
    np.testing.assert_array_equal(model.vectors.matrix, other.vectors.matrix)


def test_every_source_trains_the_same_model(joined, tmp_path):
    (tmp_path / "text.txt").write_text("\n".join(TEXTS))
    PHRASES.save(tmp_path / "table.tsv")
    every_word = encode(TEXTS, min_count=1)
    assert "new_york" in joined.vocabulary
    for corpus in (TOKENS, TEXTS, tmp_path / "text.txt", every_word):
        same(Word2Vec(**QUICK).fit(corpus, progress=False, phrases=PHRASES), joined)
        same(Word2Vec(**QUICK).fit(corpus, progress=False, phrases=tmp_path / "table.tsv"), joined)
    same(Word2Vec(**QUICK).fit(TOKENS, progress=False, phrases=str(tmp_path / "table.tsv")), joined)


def test_phrases_that_are_not_fitted_are_found_in_the_text():
    phrases = Phrases(min_count=5, threshold=0.1)
    model = Word2Vec(**QUICK).fit(iter(TEXTS), progress=False, phrases=phrases)
    before = Phrases(min_count=5, threshold=0.1).fit(TEXTS, progress=False)
    assert phrases.table == before.table
    same(model, Word2Vec(**QUICK).fit(TEXTS, progress=False, phrases=before))


def test_held_out_text_is_scored_with_its_phrases_joined(joined):
    assert joined.score(PHRASES.join(TEXTS)) == joined.score(list(PHRASES.join(TOKENS)))


def test_a_training_on_phrases_goes_on(joined, tmp_path):
    path = tmp_path / "so far.firth"

    def stop(observation):
        if observation.moment == "epoch":
            raise RuntimeError

    with pytest.raises(RuntimeError):
        Word2Vec(**QUICK).fit(TEXTS, progress=False, phrases=PHRASES, checkpoint=path, observers=[stop])
    same(Word2Vec.resume(path, TEXTS, progress=False, phrases=PHRASES), joined)


def test_what_does_not_fit(tmp_path):
    model = Word2Vec(**QUICK)
    with pytest.raises(SettingError, match="phrases=3: must be Phrases, or the path of a table"):
        model.fit(TEXTS, progress=False, phrases=3)
    with pytest.raises(SettingError, match="min_count=2, but the corpus was encoded with min_count=3"):
        model.fit(encode(TEXTS, min_count=3), progress=False, phrases=PHRASES)
    with pytest.warns(FirthWarning, match="words were left out when the corpus was encoded"):
        model.fit(encode([*TEXTS, "rare"], min_count=2), progress=False, phrases=PHRASES)
    (tmp_path / "table.tsv").write_text("new\n")
    with pytest.raises(FormatError, match="line 1"):
        model.fit(TEXTS, progress=False, phrases=tmp_path / "table.tsv")
    with pytest.raises(FileNotFoundError):
        model.fit(TEXTS, progress=False, phrases=tmp_path / "missing.tsv")
    with pytest.raises(SettingError, match="phrases with sessions: join the sequences first"):
        model.fit(TOKENS, progress=False, phrases=PHRASES, sessions=Sessions([None] * len(TOKENS)))
    with pytest.raises(CorpusError, match="each of the 5 sentences has one word"):
        model.fit(["new york"] * 5, progress=False, phrases=PHRASES)


def test_phrase_analogies_in_the_format_of_word2vec(tmp_path):
    """questions-phrases.txt has sections, four phrases a line, words joined by _, capitals."""
    questions = tmp_path / "questions-phrases.txt"
    questions.write_text(
        ": newspapers\n"
        "Baltimore Baltimore_Sun New_York New_York_Times\n"
        "New_York New_York_Times Baltimore Baltimore_Sun\n"
        ": teams\n"
        "Boston Boston_Bruins Toronto Toronto_Maple_Leafs\n"
    )
    sentences = [["baltimore", "sun", "writes"], ["new", "york", "times", "writes"], ["in", "new", "york"]]
    sentences += [["in", "baltimore"]]
    table = [(("new", "york"),), (("baltimore", "sun"),), (("new_york", "times"), 0, 1.0, 2)]
    model = Word2Vec(**QUICK).fit(sentences * 10, progress=False, phrases=Phrases.from_table(table))
    score = evaluate_analogies(model.vectors, questions)
    assert [(section.section, section.covered, section.total) for section in score.sections] == [
        ("newspapers", 2, 2), ("teams", 0, 1),
    ]  # fmt: skip
    assert [answer is not None for answer in score.answers] == [True, True, False]
