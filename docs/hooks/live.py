"""Pictures that answer to the mouse (an MkDocs hook).

A picture pictures/NAME.svg whose specification is in pictures/live/NAME.json is drawn anew in the browser of the
reader, from that specification and by the same library (assets/live.js). Both become scripts of the site, because
pages that are opened from a folder may not read other files. Without scripts the picture is what it was.
"""

import json
import re
from pathlib import Path

import vl_convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

LIBRARY = "assets/vega.js"

_IMAGE = re.compile(r'<p>(?P<image><img [^>]*src="(?P<folder>[^"]*pictures/)(?P<name>[\w-]+)\.svg"[^>]*>)</p>')


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the library and a script for each specification."""
    versions = set()
    for path in specifications(config).values():
        specification = json.loads(path.read_text(encoding="utf-8"))
        versions.add(re.search(r"/v(\d+\.\d+)", specification["$schema"])[1])
        script = f"firthPictures[{json.dumps(path.stem)}] = {json.dumps(specification)};\n"
        files.append(File.generated(config, f"pictures/live/{path.stem}.js", content=script))
    (version,) = versions  # all are made by one version of Altair
    files.append(File.generated(config, LIBRARY, content=vl_convert.javascript_bundle(vl_version=version)))
    return files


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Name the specification beside the picture."""
    known = specifications(config)
    return _IMAGE.sub(lambda image: figure(image) if image["name"] in known else image[0], html)


def figure(image: re.Match[str]) -> str:
    """A figure that assets/live.js finds; `folder` leads from the page to the pictures."""
    root = image["folder"].removesuffix("pictures/")
    attributes = f'data-picture="{image["name"]}" data-script="{image["folder"]}live/{image["name"]}.js"'
    return f'<figure class="live" {attributes} data-library="{root}{LIBRARY}">{image["image"]}</figure>'


def specifications(config: MkDocsConfig) -> dict[str, Path]:
    """The specifications by the names of their pictures."""
    return {path.stem: path for path in sorted((Path(config.docs_dir) / "pictures" / "live").glob("*.json"))}
