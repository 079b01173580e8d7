"""Chapter 3 in a browser: the document's analogy, and sums that the reader makes of it."""

import pytest

# Figures of "The Illustrated Word2vec": king − man + woman.
ANSWERS = """
queen 0.8524 throne 0.7664 prince 0.7592 daughter 0.7474 elizabeth 0.7460
princess 0.7425 kingdom 0.7337 monarch 0.7214 eldest 0.7185 widow 0.7099
"""


@pytest.mark.glove
def test_the_first_thing_to_see_is_the_documents_analogy(read, glove_explorer):
    reader = read(glove_explorer)
    page = reader.open("#/analogies")
    page.wait_for_selector(".bars")
    assert page.locator(".bars").inner_text().split() == ANSWERS.split()
    assert page.locator(".result").inner_text() == "queen"
    assert page.locator(".matrix .name").all_inner_texts() == ["king", "− man", "+ woman", "= the sum", "queen"]
    assert page.locator("svg .area").count() == 1
    assert 'negative=["man"]' in page.locator(".code code").inner_text()
    reader.picture("analogies")


def test_a_sum_can_be_edited_and_is_in_the_address(read, explorer):
    reader = read(explorer)
    page = reader.open("#/analogies?sum=king+-+man+%2B+woman")
    page.get_by_role("button", name="man is subtracted: add it").click()
    page.wait_for_function("location.hash.endsWith('sum=king+%2B+man+%2B+woman')")
    page.get_by_role("button", name="Remove woman").click()
    page.wait_for_function("location.hash.endsWith('sum=king+%2B+man')")
    field = page.get_by_role("combobox", name="Word 2")
    field.fill("que")
    page.get_by_role("option", name="queen").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_function("location.hash.endsWith('sum=king+%2B+queen')")
    page.wait_for_selector("#stage:not([aria-busy]) .bars")
    best = page.locator(".result").inner_text()
    page.reload()
    page.locator(".result", has_text=best).wait_for()
    page.locator(".bars").get_by_role("button", name=best, exact=True).click()
    page.wait_for_function(f"location.hash.endsWith('sum={best}')")
    page.go_back()
    page.locator(".result", has_text=best).wait_for()
    assert page.get_by_role("combobox", name="Word 2").input_value() == "queen"


def test_an_unknown_word_is_named_with_what_may_have_been_meant(read, explorer):
    page = read(explorer).open("#/analogies?sum=king+-+qeen&lang=zh")
    page.locator(".missing", has_text="qeen").wait_for()
    page.locator(".missing").get_by_role("button", name="queen").click()
    page.locator(".bars").wait_for()
    assert page.get_by_role("heading", level=1).inner_text() == "类比"
    assert "sum=king+-+queen" in page.evaluate("location.hash")


def test_lines_of_code_are_safe_to_copy(read, explorer):
    page = read(explorer).open("#/people")
    lines = page.evaluate("""async () => {
        const { python, shell } = await import('./static/js/code.js');
        return [shell("king"), shell("$(rm x) it's"), python(["a", 'b"'])];
    }""")
    assert lines == ["king", """'$(rm x) it'\\''s'""", """["a", "b\\""]"""]


def test_a_sum_of_which_nothing_is_left_says_so(read, explorer):
    page = read(explorer).open("#/analogies?sum=king+-+king")
    page.get_by_text("Nothing is left of this sum.").wait_for()


@pytest.mark.parametrize("viewport", [{"width": 360, "height": 740}], ids=["phone"], indirect=True)
def test_it_fits_a_phone(read, explorer):
    reader = read(explorer)
    page = reader.open("#/analogies?sum=king+-+man+%2B+woman+-+yesterday+%2B+today")
    page.wait_for_selector(".bars")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    reader.picture("analogies")
