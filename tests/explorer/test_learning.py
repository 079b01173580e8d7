"""Chapters 6 to 10 in a browser: windows, the slow way, negative sampling, training, side by side."""

import re

import pytest

from firth.illustrated.neighbours import SENTENCES
from firth.models.word2vec import Word2Vec

TEXT = "\n".join(" ".join(words) for words in SENTENCES)
# Words without subjects: what takes long to train, and is short to paste.
MUCH = "\n".join(" ".join(f"w{(7 * i + 13 * j * j) % 400}" for j in range(20)) for i in range(2000))
PHONE = {"width": 360, "height": 740}
# What is there when a chapter has drawn all that it shows at first.
READY = {
    "windows": "table.rows .word",
    "softmax": ".bars .word",
    "noise": ".figure",
    "training": ".step-table .tag",
    "side-by-side": ".sides section",
}


@pytest.fixture
def visit(read, explorer):
    """Opens a chapter in a page of its own."""
    return lambda place: read(explorer).open(place)


def seen(page, text, **options):
    """Where a text is in the picture."""
    return page.locator("#stage").get_by_text(text, **options)


def cells(page, selector="table.rows tbody tr"):
    """The rows of a table, as lists of texts."""
    return [row.locator("td").all_text_contents() for row in page.locator(selector).all()]


# ---------------------------------------------------------------- 6. windows


def test_the_window_slides_and_the_table_grows(visit):
    page = visit("#/windows")
    page.wait_for_selector("table.rows tbody tr")
    assert cells(page) == [["thou", "shalt", "not"]]
    page.get_by_role("button", name="Slide").click()
    page.get_by_role("button", name="Slide").click()
    assert cells(page) == [["thou", "shalt", "not"], ["shalt", "not", "make"], ["not", "make", "a"]]
    assert page.locator(".track .word.center").all_inner_texts() == ["not", "make"]
    assert page.locator(".track .word.target").all_inner_texts() == ["a"]
    page.locator(".track").press("ArrowLeft")
    assert len(cells(page)) == 2
    page.locator(".track .word", has_text="likeness").click()
    assert cells(page)[-1] == ["in", "the", "likeness"]
    page.get_by_role("button", name="To the end").click()
    assert len(cells(page)) == 11
    page.reload()
    page.wait_for_selector("table.rows tbody tr:nth-child(11)")


def test_skipgram_and_cbow_make_the_documents_rows(visit):
    page = visit("#/windows?kind=skipgram&at=2")
    page.wait_for_selector("table.rows tbody tr:nth-child(9)")
    assert cells(page)[-4:] == [["not", "thou"], ["not", "shalt"], ["not", "make"], ["not", "a"]]
    page.get_by_role("radio", name="CBOW").click()
    page.locator("input.line").fill("Jay was hit by a red bus in the morning")
    page.locator(".track .word", has_text="morning").wait_for()
    page.get_by_role("button", name="To the end").click()
    page.wait_for_selector("table.rows tbody tr:nth-child(10)")
    assert ["by", "a", "bus", "in", "red"] in cells(page)
    page.get_by_role("slider", name="Window").press("ArrowLeft")
    page.wait_for_function("location.hash.includes('window=1')")


def test_the_window_plays_to_its_end(visit):
    page = visit("#/windows?text=one+two+three+four")
    page.get_by_role("button", name="Play").click()
    page.wait_for_selector("table.rows tbody tr:nth-child(2)")
    page.get_by_role("button", name="Play").wait_for()
    assert cells(page) == [["one", "two", "three"], ["two", "three", "four"]]


def test_words_after_a_gap_change_the_answer(visit):
    page = visit("#/windows")
    page.get_by_role("textbox", name="Your word for the gap").fill("car")
    page.get_by_role("button", name="What is it?").click()
    seen(page, "You say “car”; most people say “bus”.").wait_for()
    page.get_by_role("radio", name="Words on both sides").click()
    page.get_by_role("textbox", name="Your word for the gap").press("Enter")
    seen(page, "it must be something else: “red”").wait_for()
    assert "look=both" in page.url


# ---------------------------------------------------------------- 7. the slow way


def test_a_step_of_softmax_corrects_every_word(visit):
    page = visit("#/softmax?words=not+thou+aaron+taco")
    page.wait_for_selector(".vectors .cell")
    numbers = page.locator(".vectors .cell").all_inner_texts()
    target, prediction, error = numbers[4:7]
    assert target == "1"
    assert float(prediction) + float(error) == pytest.approx(1, abs=0.011)
    before = page.locator(".reading-line").inner_text()
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function("text => document.querySelector('.reading-line').textContent !== text", arg=before)
    assert "steps=1" in page.url
    assert "Step 2" in page.locator(".reading-line").inner_text()
    page.locator(".vectors-name").get_by_role("button", name="taco").click()
    page.wait_for_function("location.hash.includes('output=taco')")
    seen(page, "from the trained context vectors").wait_for()


# ---------------------------------------------------------------- 8. negative sampling


def test_the_documents_rows_and_the_smart_alec(visit):
    page = visit("#/noise")
    page.wait_for_selector("table.rows tbody tr:nth-child(12)")
    assert cells(page)[:3] == [["not", "thou", "1"], ["not", "aaron", "0"], ["not", "taco", "0"]]
    seen(page, "Now it must tell").wait_for()
    page.get_by_role("button", name="Draw again").click()
    page.wait_for_function("location.hash.includes('draw=1')")
    slider = page.get_by_role("slider", name="Noise words for each pair")
    slider.press("Home")
    seen(page, "The smart alec").wait_for()
    page.wait_for_selector("table.rows tbody tr:nth-child(5)", state="detached")
    assert {row[2] for row in cells(page)} == {"1"}
    assert page.locator(".figure-value").first.inner_text() == "100 %"


def test_the_exponent_moves_the_bars(visit):
    page = visit("#/noise")
    share = page.locator(".shares .value b").first
    share.wait_for()
    before = share.inner_text()
    page.get_by_role("slider", name="Exponent").press("Home")
    page.wait_for_function("text => document.querySelector('.shares .value b').textContent !== text", arg=before)
    assert "exponent=-1" in page.url


# ---------------------------------------------------------------- 9. training


def test_the_first_step_shows_the_documents_numbers(visit):
    page = visit("#/training")
    page.wait_for_selector(".step-table tbody tr")
    assert [row[1:6] for row in cells(page, ".step-table tbody tr")] == [
        ["thou", "1", "0.20", "0.55", "0.45"],
        ["aaron", "0", "−1.11", "0.25", "−0.25"],
        ["taco", "0", "0.74", "0.68", "−0.68"],
    ]
    page.get_by_role("button", name="Next", exact=True).click()
    seen(page, "What has moved").wait_for()
    page.get_by_role("button", name="Next", exact=True).click()
    page.wait_for_function("location.hash.includes('step=1')")
    seen(page, "Example 2").wait_for()
    assert cells(page, ".step-table tbody tr")[0][1:4] == ["shalt", "1", "·"]
    page.get_by_role("button", name="Dot product", exact=True).click()
    page.wait_for_function("location.hash.includes('part=1')")
    page.go_back()
    page.go_back()
    seen(page, "Example 1 ").wait_for()


def test_a_text_is_trained_paused_saved_and_opened(read, own_explorer):
    page = read(own_explorer).open("#/training?lang=en")
    page.get_by_role("radio", name="Paste a text").click()
    page.get_by_role("textbox", name="Paste a text").fill(f"{TEXT}\n{MUCH}")
    seen(page, "Settings", exact=True).click()
    for name in ("Epochs", "Noise words", "Numbers per word"):  # long enough to be paused and stopped
        page.get_by_role("slider", name=name).press("End")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Pause", exact=True).click()
    seen(page, "Paused", exact=True).wait_for()
    page.get_by_role("button", name="Go on").click()
    page.locator(".neighbours section").first.wait_for()
    assert page.locator("svg .moving").count() > 20
    page.get_by_role("textbox", name="Words to watch").fill("queen taco")
    seen(page, "Not in the text, or too rare: taco.").wait_for()
    page.get_by_role("button", name="Stop", exact=True).click()
    seen(page, "Stopped", exact=True).wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save model.firth").click()
    assert len(Word2Vec.load(download.value.path()).vocabulary) == 413
    page.reload()
    page.get_by_role("button", name="Use it in all chapters").click()
    page.locator(".about-model", has_text="413 × 200").wait_for()


def test_a_file_is_trained_on(visit, tmp_path):
    path = tmp_path / "my text.txt"
    path.write_text(f"{TEXT}\n" * 10)
    page = visit("#/training")
    page.get_by_role("radio", name="Choose a file").click()
    page.locator("input[type=file]").set_input_files(path)
    seen(page, f"my text.txt, {path.stat().st_size:,} bytes").wait_for()
    page.get_by_role("button", name="Train", exact=True).click()
    seen(page, "Done", exact=True).wait_for()


# ---------------------------------------------------------------- 10. side by side


def test_two_settings_on_one_text(visit):
    page = visit("#/side-by-side?word=king&windows=1,4")
    page.get_by_role("radio", name="Paste a text").click()
    page.get_by_role("textbox", name="Paste a text").fill(TEXT)
    page.get_by_role("button", name="One more setting").click()
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Train again").wait_for()
    assert seen(page, "Done", exact=True).count() == 3
    seen(page, re.compile("of 6 neighbours are found by all settings")).wait_for()
    page.get_by_role("textbox", name="A word to compare").fill("dog")
    page.wait_for_function("location.hash.includes('word=dog')")
    page.reload()
    page.wait_for_selector(".sides .bars")
    assert page.locator(".sides section").count() == 3


# ---------------------------------------------------------------- all of them


@pytest.mark.parametrize("chapter", READY)
def test_a_picture_of_each_chapter(read, explorer, chapter):
    reader = read(explorer)
    page = reader.open(f"#/{chapter}?lang=en")
    page.wait_for_selector(READY[chapter])
    reader.picture(chapter)


@pytest.mark.parametrize("viewport", [PHONE], ids=["phone"], indirect=True)
@pytest.mark.parametrize("chapter", READY)
def test_it_fits_a_phone_in_chinese_and_changes_the_language(read, explorer, chapter):
    reader = read(explorer)
    page = reader.open(f"#/{chapter}?lang=zh")
    page.wait_for_selector(READY[chapter])
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    reader.picture(chapter)
    title = page.get_by_role("heading", level=1).inner_text()
    assert re.search("[\u4e00-\u9fff]", title)
    page.get_by_role("button", name="English").click()
    page.wait_for_function("text => document.querySelector('h1').textContent !== text", arg=title)
