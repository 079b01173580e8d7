"""What the page has to know before it draws anything: the model, the chapters, the colours of numbers."""

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
        return {"model": model, "chapters": CHAPTERS, "colours": colours}

    return router
