"""Chapter 6: the document's tables of examples."""

import pytest

SENTENCE = "Thou shalt not make a machine in the likeness of a human mind"


def rows(client, **given):
    """The rows of the table, as words."""
    answer = client.post("/explorer/windows", json={"text": SENTENCE, **given}).json()
    words = [*answer["words"], None]
    return [tuple(words[-1 if at is None else at] for at in row) for state in answer["states"] for row in state["rows"]]


def test_a_language_model_learns_the_next_word(client):
    assert rows(client, kind="lm")[:5] == [
        ("thou", "shalt", "not"),
        ("shalt", "not", "make"),
        ("not", "make", "a"),
        ("make", "a", "machine"),
        ("a", "machine", "in"),
    ]


def test_cbow_has_both_sides(client):
    found = rows(client, kind="cbow", text="Jay was hit by a red bus in the morning")
    assert ("by", "a", "bus", "in", "red") in found
    assert found[0] == (None, None, "was", "hit", "jay")


def test_skipgram_has_a_row_for_each_neighbour(client):
    found = rows(client, kind="skipgram")
    assert [row for row in found if row[0] == "not"] == [
        ("not", "thou"),
        ("not", "shalt"),
        ("not", "make"),
        ("not", "a"),
    ]


def test_windows_end_with_their_line(client):
    answer = client.post("/explorer/windows", json={"text": "a b\n\nc d", "kind": "skipgram"}).json()
    assert answer["sentence_ends"] == [2, 4]
    assert [state["rows"] for state in answer["states"]] == [[[0, 1]], [[1, 0]], [[2, 3]], [[3, 2]]]


@pytest.mark.parametrize("text", ["", " \n ", "?!", "one"])
def test_a_text_without_windows_has_none(client, text):
    assert client.post("/explorer/windows", json={"text": text}).json()["states"] == []


@pytest.mark.parametrize("given", [{"window": 0}, {"window": 11}, {"kind": "x"}, {"text": "x" * 4001}])
def test_what_is_out_of_bounds_is_refused(client, given):
    assert client.post("/explorer/windows", json={"text": "a b", **given}).status_code == 422
