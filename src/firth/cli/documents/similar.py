"""`firth documents similar MODEL TAG…`"""

from typing import Annotated

import typer

from firth.cli.documents.model import DocumentCount, DocumentsFile
from firth.cli.output import Json, print_json, print_table
from firth.cli.similar import neighbour_rows
from firth.models.doc2vec import Doc2Vec

__all__ = ["run"]


def run(
    model: DocumentsFile,
    tags: Annotated[list[str], typer.Argument(metavar="TAG...", help="Tags of documents of MODEL.")],
    count: DocumentCount = 10,
    json: Json = False,
) -> None:
    """The similarity is the cosine of the angle between the vectors of two documents."""
    found = Doc2Vec.load(model).documents.most_similar(tags, count)
    if json:
        print_json([
            {"tag": tag, "similar": [{"tag": near, "similarity": round(score, 6)} for near, score in some]}
            for tag, some in zip(tags, found, strict=True)
        ])  # fmt: skip
        return
    for tag, some in zip(tags, found, strict=True):
        print_table(f"most similar to {tag}", ["document", "similarity"], neighbour_rows(some))
