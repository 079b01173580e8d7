"""Pages of the site that are not Markdown files of docs/ (an MkDocs hook).

README.md, ARCHITECTURE.md and CHANGELOG.md live at the top of the repository, where their links lead into docs/; here
they become pages, and links in both directions are rewritten. The tour is a notebook and becomes Markdown with the
outputs that are saved in it. Links to source files become their names: the site has no source.
"""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TOP = {"README.md": "readme.md", "ARCHITECTURE.md": "architecture.md", "CHANGELOG.md": "changelog.md"}
NOTEBOOK, TOUR = "tour.ipynb", "tour.md"

_LINK = re.compile(r"(?P<label>!?\[[^\]]*\])\((?P<path>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")
_PICTURE = re.compile(
    r'<picture>.*?srcset="docs/(?P<dark>[^"]+)".*?(?P<alt>alt="[^"]*") src="docs/(?P<light>[^"]+)".*?</picture>',
    re.DOTALL,
)


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages."""
    docs = Path(config.docs_dir)
    for name, page in TOP.items():
        text = (docs.parent / name).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=_PICTURE.sub(by_theme, text)))
    notebook = json.loads((docs / NOTEBOOK).read_text(encoding="utf-8"))
    files.append(File.generated(config, TOUR, content=notebook_text(notebook)))
    return files


def by_theme(picture: re.Match[str]) -> str:
    """A picture that follows the switch between light and dark, not only the system's setting."""
    images = ((picture["light"], "only-light"), (picture["dark"], "only-dark"))
    return "\n".join(f'<img {picture["alt"]} src="{path}#{theme}">' for path, theme in images)


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links lead to pages of the site."""
    from_top = page.file.src_path in TOP.values()
    titles = dict(titles_in(config.nav or []))
    return _LINK.sub(lambda link: site_link(link, from_top, titles), markdown)


def titles_in(nav: list[Any]) -> Iterator[tuple[str, str]]:
    """The pages of the navigation and their titles there."""
    for entry in nav:
        for title, content in entry.items() if isinstance(entry, dict) else ():
            if isinstance(content, str):
                yield content, title
            else:
                yield from titles_in(content)


def site_link(link: re.Match[str], from_top: bool, titles: dict[str, str]) -> str:
    """A link as it is in the site; where its text is the name of a file, the title of the page instead."""
    path, anchor, text = link["path"], link["anchor"] or "", link["label"]
    if "://" in path:
        return link[0]
    path = path.removeprefix("docs/") if from_top else path
    name = path.removeprefix("../")
    if name == "LICENSE" or path.startswith("../src/"):
        return text[1:-1]
    if name in TOP and (from_top or path.startswith("../")):
        path = TOP[name]
    path = TOUR if path == NOTEBOOK else path
    if text[1:-1] in (link["path"], name):
        text = f"[{titles.get(path, text[1:-1])}]"
    return f"{text}({path}{anchor})"


def notebook_text(notebook: dict[str, Any]) -> str:
    """A notebook as Markdown: its text, its code, and what its cells showed."""
    parts: list[str] = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        parts += [shown(output) for output in cell["outputs"]]
    return "\n\n".join(parts)


def shown(output: dict[str, Any]) -> str:
    """One output of a cell: a picture, a table, or text."""
    data = {kind: "".join(text) for kind, text in output.get("data", {"text/plain": output.get("text", "")}).items()}
    if picture := data.get("image/svg+xml"):  # an image of its own: ids in one SVG must not meet those in another
        encoded = base64.b64encode(picture.encode()).decode()
        return f'<img class="notebook-output" alt="the plot" src="data:image/svg+xml;base64,{encoded}">'
    if table := data.get("text/html"):
        return f'<div class="notebook-output">{" ".join(table.split())}</div>'
    return f"```text\n{data['text/plain'].rstrip()}\n```"
