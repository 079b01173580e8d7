"""What commands say about the text that they are given."""

SENTENCE = "the king drinks tea and the queen drinks milk\n"
SMALL = ["--vector-size", "4", "--epochs", "1", "--threads", "1", "-q"]


def test_the_model_of_an_earlier_run_is_no_text(firth, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.txt").write_text(SENTENCE * 400)
    assert not firth("train", "data", "-o", "data/model.firth", *SMALL).stderr
    again = firth("train", "data", "-o", "data/model.firth", *SMALL)
    assert again.stderr.splitlines() == [
        "firth: warning: left out of the text: data/model.firth (it is about to be written)"
    ]
    assert firth("info", "data/model.firth", "--json").stdout.count('"words": 7,') == 1
    other = firth("lm", "train", "data", "-o", "words.lm")
    assert "data/model.firth (a file of vectors (safetensors))" in other.stderr


def test_text_that_is_not_utf8(firth, tmp_path):
    (tmp_path / "latin1.txt").write_bytes("Das Café in Zürich hat schöne Stühle und süßen Tee\n".encode("latin-1") * 50)
    done = firth("train", "latin1.txt", "-o", "m.firth", *SMALL)
    assert done.stderr.startswith("firth: warning: latin1.txt: 300 of 2,550 bytes are not UTF-8")
    assert done.stderr.count("\n") == 1
    (tmp_path / "utf16.txt").write_text(SENTENCE, encoding="utf-16-le")
    refused = firth("train", "utf16.txt", "-o", "n.firth", *SMALL, code=2)
    assert "UTF-16 text without a byte order mark" in refused.stderr


def test_addresses_and_the_target_as_text(firth, tmp_path):
    refused = firth("train", "https://example.org/a.txt?raw=1", "-o", "m.firth", code=2)
    assert (
        refused.stderr
        == "firth: 'https://example.org/a.txt?raw=1' is an address: download it first, and give the file\n"
    )
    (tmp_path / "a.csv").write_text(SENTENCE)
    refused = firth("examples", "--input", "a.csv", "-o", "a.csv", code=2)
    assert "is both the text and the file to write" in refused.stderr
    assert (tmp_path / "a.csv").read_text() == SENTENCE
