"""Chapter 4 in a browser: points on a canvas, looked at by pointer, by keys, by search and by lasso."""

import pytest

import firth


def opened(read, address, place="#/map"):
    reader = read(address)
    page = reader.open(place)
    page.wait_for_selector("#stage:not([aria-busy])")
    page.wait_for_selector(".legend-item")
    return reader, page


def pixels(page):
    """How many pixels of the map are not empty."""
    return page.evaluate("""() => {
        const canvas = document.querySelector('.cloud canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, i) => i % 4 === 3 && value).length;
    }""")


def test_words_are_found_and_have_their_nearest_words(read, explorer, small_model):
    reader, page = opened(read, explorer)
    assert pixels(page) > 300
    page.get_by_role("combobox", name="Find a word").fill("king")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="king").wait_for()
    expected = firth.load(small_model).most_similar("king")
    found = page.locator(".map-side .bars").inner_text().split()
    assert found == [part for word, cosine in expected for part in (word, f"{cosine:.3f}".replace("-", "−"))]
    assert "word=king" in reader.place()
    page.reload()
    page.get_by_role("heading", name="king").wait_for()
    page.get_by_role("combobox", name="Find a word").fill("taco")
    page.keyboard.press("Enter")
    page.get_by_text("“taco” is not among the first").wait_for()
    reader.picture("map")


def test_the_map_is_moved_by_wheel_and_keys(read, explorer):
    reader, page = opened(read, explorer)
    canvas = page.get_by_role("application", name="Map of words")
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -600)
    page.wait_for_function("location.hash.includes('view=')")
    zoomed = reader.place()
    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"!location.href.endsWith({zoomed!r})")
    page.wait_for_function("document.getElementById('announcer').textContent.includes(': near ')")
    page.keyboard.press("Enter")
    page.locator(".map-side .bars").wait_for()
    page.keyboard.press("0")
    page.wait_for_function("!location.hash.includes('view=')")


def test_a_lasso_takes_a_group_of_words(read, explorer, small_model):
    _, page = opened(read, explorer)
    page.get_by_role("button", name="Lasso").click()
    canvas = page.get_by_role("application", name="Map of words")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    left, top = box["x"] + 2, box["y"] + 2
    right, bottom = left + box["width"] - 4, top + box["height"] - 4
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom)):
        page.mouse.move(x, y, steps=3)
    page.mouse.up()
    page.locator(".chosen").wait_for()
    assert sorted(page.locator(".chosen .word").all_inner_texts()) == sorted(firth.load(small_model).words)
    page.get_by_role("button", name="Drop the group").click()
    page.get_by_role("button", name="List what is in view").click()
    assert page.locator(".chosen .word").count() == len(firth.load(small_model))


def test_axes_are_differences_of_two_words(read, explorer):
    reader, page = opened(read, explorer, "#/map?method=axes&x=man,woman&y=king,cat&colour=frequency")
    field = page.get_by_role("combobox", name="Right end")
    field.fill("que")
    page.get_by_role("option", name="queen").click()
    page.wait_for_function("location.hash.includes('x=man%2Cqueen')")
    page.wait_for_selector("#stage:not([aria-busy])")
    assert 'x=["man", "queen"]' in page.locator(".code code").inner_text()
    page.get_by_role("radio", name="PCA").click()
    page.wait_for_function("location.hash.includes('method=pca')")
    assert not page.locator(".axes").is_visible()
    page.go_back()
    page.locator(".axes").wait_for()
    reader.picture("map-axes")


@pytest.mark.parametrize("viewport", [{"width": 360, "height": 740}], ids=["phone"], indirect=True)
def test_it_fits_a_phone(read, explorer):
    reader, page = opened(read, explorer, "#/map?lang=zh&word=king")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    reader.picture("map")
