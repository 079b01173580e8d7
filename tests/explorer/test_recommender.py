"""Chapter 12 in a browser: a session is clicked together, with reasons, and a new item."""

import pytest

from firth.recommend import Recommender
from firth.recommend.attributes import Attributes

KINDS = {"green tea": "hot", "cup": "hot", "spoon": "hot", "beer": "cold", "mug": "cold", "mat, round": "cold"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    attributes = Attributes.read({item: {"kind": kind} for item, kind in KINDS.items()})
    visits = [["green tea", "cup", "spoon"], ["beer", "mug", "mat, round"], ["green tea", "cup"]] * 40
    path = tmp_path_factory.mktemp("recommender") / "shop.firth"
    Recommender(vector_size=8, epochs=2, threads=1).fit(visits, attributes, progress=False).save(path)
    return path


@pytest.fixture(scope="module")
def shop(model, serve):
    """The address of an explorer of a recommender alone."""
    with serve(model) as address:
        yield address


def idle(page):
    page.wait_for_selector("#stage:not([aria-busy]) .next-items li")


def test_a_session_is_clicked_and_explained(read, shop, model):
    reader = read(shop)
    page = reader.open("")
    idle(page)
    assert reader.place().startswith("#/recommender")
    page.get_by_role("searchbox", name="Find an item").fill("tea")
    page.get_by_text("Items with “tea” in their names").wait_for()
    page.locator(".catalogue").get_by_role("button", name="green tea").click()
    page.get_by_role("heading", name="Similar to green tea").wait_for()
    idle(page)
    library = Recommender.load(model)
    names = page.locator(".next-items .word").all_inner_texts()
    assert names == library.recommend(["green tea"], 10).items
    page.locator(".next-items").get_by_role("button", name=names[0], exact=True).click()
    page.get_by_role("heading", name=f"Similar to {names[0]}").wait_for()
    idle(page)
    expected = library.recommend(["green tea", names[0]], 10)
    assert page.locator(".next-items .word").all_inner_texts() == expected.items
    page.locator(".why").nth(1).click()
    assert page.get_by_role("heading", name=f"Why {expected.items[1]}?").is_visible()
    assert page.locator("table.reasons tfoot b").inner_text() == f"{expected[1].score:.2f}".replace("-", "−")
    page.reload()
    idle(page)
    assert page.locator(".chosen-item .center").count() == 2
    assert page.get_by_role("heading", name=f"Why {expected.items[1]}?").is_visible()
    page.get_by_role("button", name="Remove green tea").click()
    page.wait_for_function("document.querySelectorAll('.chosen-item').length === 1")
    page.go_back()
    page.wait_for_function("document.querySelectorAll('.chosen-item').length === 2")
    reader.picture("recommender")


def test_a_new_item_lands_among_those_of_its_kind(read, shop, model):
    page = read(shop).open("#/recommender?history=beer")
    idle(page)
    page.get_by_role("button", name="cold", exact=True).click()
    page.get_by_role("heading", name="It lands near").wait_for()
    page.locator(".next-items .target").wait_for()
    vector = Recommender.load(model).cold_start({"kind": ["cold"]}).item_vector
    near = [word for word, _ in Recommender.load(model).item_vectors.nearest_to_vector(vector, 6)]
    assert page.locator(".scored").last.locator(".word").all_inner_texts() == near
    assert "new=kind%3Dcold" in page.url


@pytest.mark.parametrize("viewport", [{"width": 360, "height": 740}], ids=["phone"], indirect=True)
def test_it_fits_a_phone_in_chinese(read, shop):
    reader = read(shop)
    page = reader.open("#/recommender?lang=zh&history=beer%0Amug&new=kind%3Dhot")
    idle(page)
    assert page.get_by_role("heading", name="接下来是什么，为什么").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    reader.picture("recommender-zh")


def test_axe_finds_no_serious_fault(read, shop):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = read(shop).open("#/recommender?history=beer%0Amug&new=kind%3Dhot")
    idle(page)
    found = axe.Axe().run(page).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
