"""What the page has to know before it draws anything: the model, the chapters, the colours of numbers."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter

from firth.colours import DARK_INK, DIVERGING, LIGHT_INK, STRONG
from firth.server.explorer.opened import Opened, axes, comparisons, sums

__all__ = ["routes"]

CHAPTERS = [
    "people",
    "words",
    "analogies",
    "map",
    "next-word",
    "windows",
    "softmax",
    "noise",
    "training",
    "side-by-side",
    "workbench",
]
RECOMMENDER = "recommender"  # a chapter only where one is open


def routes(opened: Opened) -> APIRouter:
    """GET /explorer/about."""
    router = APIRouter(prefix="/explorer", tags=["explorer"])

    @router.get("/about")
    def about() -> dict[str, Any]:
        """The open model, the chapters that it has, and the scale of colours."""
        vectors = opened.vectors
        model = None
        if vectors is not None:
            compared = comparisons(vectors)
            model = {
                "name": opened.name,
                "file": opened.file,
                "words": len(vectors),
                "vector_size": vectors.vector_size,
                "summary": f"{len(vectors):,} × {vectors.vector_size}",
                "presets": {
                    "words": compared[0],
                    "comparisons": compared,
                    "sums": sums(vectors),
                    "axes": axes(vectors),
                },
                "others": [{"name": other.name, "file": other.file} for other in opened.others],
            }
        colours = {"diverging": DIVERGING, "strong": STRONG, "dark_ink": DARK_INK, "light_ink": LIGHT_INK}
        chapters, start, recommender = CHAPTERS, CHAPTERS[0], None
        if opened.recommender is not None:
            chapters = [*CHAPTERS, RECOMMENDER]
            start = CHAPTERS[0] if model else RECOMMENDER
            recommender = {
                "name": Path(opened.recommender_file).name,
                "file": opened.recommender_file,
                "items": len(opened.recommender.items),
            }
        return {"model": model, "recommender": recommender, "chapters": chapters, "start": start, "colours": colours}

    return router
