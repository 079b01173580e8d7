"""The first chapters, driven as a reader would: the document's numbers, dragging, languages, addresses."""

import re

import pytest

import firth


def bars_of(page):
    return [re.sub(r"\s+", " ", text).strip() for text in page.locator(".bars .value").all_inner_texts()]


def names_of(texts, at=""):
    """The names of all texts; lists of things to try may differ in what they open."""
    if isinstance(texts, dict):
        return {name for key, part in texts.items() if key != "values" for name in names_of(part, f"{at}.{key}")}
    if isinstance(texts, list):
        return {name for number, part in enumerate(texts) for name in names_of(part, f"{at}.{number}")}
    return {at}


def test_people_have_the_documents_cosines(read, explorer):
    reader = read(explorer)
    page = reader.open("#/people")
    page.wait_for_selector(".bars")
    assert bars_of(page) == ["0.87", "−0.21", "0.66", "−0.37"]
    reader.picture("people")


def test_dragging_a_person_changes_the_answer_and_the_address(read, explorer):
    reader = read(explorer)
    page = reader.open("#/people")
    page.wait_for_selector(".bars")
    handle = page.locator('svg [role="slider"]', has_text="Person 2")
    handle.focus()
    for _ in range(9):
        page.keyboard.press("Shift+ArrowUp")
    page.wait_for_function("document.querySelector('.bars').textContent.includes('0.95')")
    assert "two=-0.5%2C0.5%2C" in reader.place()
    page.reload()
    page.wait_for_selector(".bars")
    assert bars_of(page)[1] == "0.95"


def test_back_returns_to_the_state_before(read, explorer):
    reader = read(explorer)
    page = reader.open("#/people")
    page.get_by_role("button", name="Openness: show another trait").click()
    page.wait_for_function("location.hash.includes('x=2')")
    page.go_back()
    page.wait_for_selector("text=Openness")
    assert "x=2" not in reader.place()


def test_words_are_rows_of_colours_with_the_models_numbers(read, explorer, small_model):
    reader = read(explorer)
    page = reader.open("#/words?words=king+queen+cat")
    page.wait_for_selector(".matrix")
    assert page.locator(".matrix .name").all_inner_texts() == ["king", "queen", "cat"]
    first = firth.load(small_model)["king"][0]
    strip = page.locator(".strip[role=img]").first
    strip.focus()
    page.keyboard.press("Home")
    assert f"king {first:.3f}".replace("-", "−") in page.locator(".reading").inner_text()
    reader.picture("words")


def test_misspelt_words_are_suggested(read, explorer):
    page = read(explorer).open("#/words?words=quen")
    page.wait_for_selector("text=Did you mean queen?")


def test_colours_are_those_of_the_library(read, explorer):
    from firth.colours import diverging_colour

    page = read(explorer).open("#/people")
    numbers = [-3, -1, -0.77, -0.5, -0.1, 0, 0.2, 0.5, 0.9, 1, 4]
    shown = page.evaluate(
        "async (n) => { const c = await import('./static/js/colours.js'); return n.map((x) => c.colourOf(x, 1)) }",
        numbers,
    )
    assert shown == [diverging_colour(number, 1) for number in numbers]


@pytest.mark.parametrize("place", ["people", "words", "next-word"])
def test_the_language_changes_without_a_reload(read, explorer, place):
    page = read(explorer).open(f"#/{place}")
    page.evaluate("window.same = true")
    page.get_by_role("button", name="中文").click()
    page.wait_for_function("document.documentElement.lang === 'zh-CN'")
    assert re.search("[一-鿿]", page.locator("h1").inner_text())
    assert page.evaluate("window.same")


def test_both_languages_have_the_same_texts(read, explorer):
    page = read(explorer).open("#/people")
    english, chinese = (
        page.evaluate(f"async () => (await import('./static/js/strings/{name}.js')).default") for name in ("en", "zh")
    )
    assert names_of(english) == names_of(chinese)


@pytest.mark.kjv
def test_a_telephone_suggests_not_after_thou_shalt(read, explorer):
    reader = read(explorer)
    page = reader.open("#/next-word")
    page.wait_for_selector(".phone-suggestion.best", timeout=60_000)
    assert page.locator(".phone-suggestion.best").inner_text() == "not"
    page.locator(".phone-suggestion.best").click()
    page.wait_for_function("document.querySelector('.phone-text').value === 'thou shalt not '")
    assert "text=thou+shalt+not" in reader.place()
    page.wait_for_selector("text=3 Project to the vocabulary", timeout=60_000)
    reader.picture("next-word")


@pytest.mark.parametrize("viewport", [{"width": 360, "height": 740}], ids=["phone"], indirect=True)
@pytest.mark.parametrize("place", ["people", "words"])
def test_nothing_is_wider_than_a_phone(read, explorer, place):
    reader = read(explorer)
    page = reader.open(f"#/{place}")
    page.wait_for_selector(".bars, .matrix")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("button", name="Chapters").click()
    assert page.locator("nav a").first.is_visible()
    reader.picture(place)
