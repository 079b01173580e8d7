"""`firth documents nearest MODEL TEXT…`"""

from typing import Annotated

import typer

from firth.cli.documents.model import DocumentCount, DocumentsFile
from firth.cli.output import Json, print_json, print_table
from firth.cli.similar import neighbour_rows
from firth.models.doc2vec import Doc2Vec

__all__ = ["run"]


def run(
    model: DocumentsFile,
    texts: Annotated[list[str], typer.Argument(metavar="TEXT...", help="New documents, each in quotes.")],
    count: DocumentCount = 10,
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help="Passes over each text. [default: as many as in training]", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """The vector of a new text is inferred by the model, which does not change."""
    found = Doc2Vec.load(model).most_similar_documents(texts, count, epochs=epochs)
    if json:
        print_json([
            {"text": text, "nearest": [{"tag": near, "similarity": round(score, 6)} for near, score in some]}
            for text, some in zip(texts, found, strict=True)
        ])  # fmt: skip
        return
    for text, some in zip(texts, found, strict=True):
        print_table(f"nearest to {text}", ["document", "similarity"], neighbour_rows(some))
