"""Chapter 11 in a browser: batches, two models, evaluation, export."""

import csv
import json
import zipfile

import pytest

import firth


@pytest.fixture(scope="module")
def models(small_model, tmp_path_factory):
    """The small model, and one that was trained a second time and differently."""
    vectors = firth.load(small_model)
    other = tmp_path_factory.mktemp("other") / "other.firth"
    firth.WordVectors(vectors.words, vectors.matrix[:, :6]).save(other)
    return small_model, other


@pytest.fixture(scope="module")
def workbench(models, serve):
    """The address of an explorer of both."""
    with serve(*models) as address:
        yield address


def opened(read, address, place):
    reader = read(address)
    page = reader.open(place)
    page.wait_for_selector("#stage:not([aria-busy])")
    return reader, page


def test_many_words_are_pasted_and_saved_as_a_table(read, workbench, models, tmp_path):
    reader, page = opened(read, workbench, "#/workbench")
    field = page.get_by_role("textbox", name="Words")
    field.fill("king, qeen\nbread")
    page.locator(".missing").get_by_role("button", name="queen").click()
    page.locator("table.many tr").nth(3).wait_for()
    page.wait_for_selector("#stage:not([aria-busy])")
    assert "words=king+queen+bread" in reader.place()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = [
        (word, near, cosine)
        for word in ("king", "queen", "bread")
        for near, cosine in firth.load(models[0]).most_similar(word)
    ]
    assert [(row["word"], row["neighbour"], float(row["similarity"])) for row in rows] == expected
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    assert json.loads(download.value.path().read_text())[0]["rank"] == 1
    with page.expect_download() as download:
        page.get_by_role("button", name="These words").click()
    assert zipfile.ZipFile(download.value.path()).namelist() == ["metadata.tsv", "vectors.tsv"]
    reader.picture("workbench")


def test_two_models_are_side_by_side(read, workbench, models):
    _, page = opened(read, workbench, "#/workbench?words=king")
    page.get_by_role("radio", name="Both").click()
    page.get_by_role("heading", name="other.firth").wait_for()
    page.wait_for_selector("#stage:not([aria-busy])")
    lists = [text.split()[::2] for text in page.locator(".bars").all_inner_texts()]
    assert lists == [[word for word, _ in firth.load(path).most_similar("king")] for path in models]
    shared = len(set(lists[0]) & set(lists[1]))
    assert page.get_by_text(f"{shared} of 10 are in both lists.").is_visible()


def test_the_odd_one_out_and_what_is_between(read, workbench, models):
    _, page = opened(read, workbench, "#/workbench?tool=compare&words=king+queen+man+bread")
    odd = firth.load(models[0]).odd_one_out(["king", "queen", "man", "bread"])
    page.locator(".word.noise", has_text=odd).wait_for()
    assert page.locator("table.cosines td").nth(1).inner_text() == "1.00"
    page.get_by_role("radio", name="Between").click()
    page.locator(".between-row").first.wait_for()
    assert [box.strip() for box in page.locator(".between-ends .word").all_inner_texts()] == ["king", "queen"]
    assert 'vectors.between("king", "queen", 10)' in page.locator(".code code").inner_text()


def test_an_evaluation_shows_its_progress_and_intervals(read, workbench):
    reader, page = opened(read, workbench, "#/workbench?tool=evaluate&model=both&top=all")
    page.get_by_role("button", name="Evaluate", exact=True).click()
    page.locator(".score").first.wait_for()
    assert page.locator(".score").count() == 6
    assert page.get_by_role("heading", name="small.firth minus other.firth").is_visible()
    reader.picture("workbench-evaluation")


@pytest.mark.parametrize("viewport", [{"width": 360, "height": 740}], ids=["phone"], indirect=True)
@pytest.mark.parametrize("tool", ["neighbours", "compare", "between"])
def test_it_fits_a_phone(read, workbench, tool):
    reader, page = opened(read, workbench, f"#/workbench?lang=zh&tool={tool}&words=king+queen+yesterday")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    reader.picture(f"workbench-{tool}")
