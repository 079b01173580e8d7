"""A map of words in two dimensions, on which similar words are near each other.

projection.py computes the points, labelled_points.py the layers of the chart.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.plots.canvas import Picture, checked_words, finite_vectors, import_altair, safe_text, with_titles
from firth.plots.label_placement import place_labels
from firth.plots.labelled_points import Facts, LabelledPoints, fit_frame, label_points, point_layers
from firth.plots.projection import Method, Projection, check_method, project
from firth.plots.text_extent import text_sizes
from firth.plots.theme import FONT_SIZE, Theme, ThemeName, find_theme
from firth.vectors.expected import check_vectors
from firth.vectors.given import check_whole
from firth.vectors.word_vectors import WordVectors

__all__ = ["word_map"]

_SIZE = (760, 560)
_CROWD_SIZE = (900, 680)
_ALL_LABELLED = 300  # up to this many words, every word has a label
_CROWD_LABELS = 400  # of more words, only the first this many may have one
_MOST = 20_000
_HIGHLIGHTED = 10
_OTHERS = "other words"
_METHOD_NAMES = {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE"}


def word_map(
    vectors: WordVectors,
    words: Sequence[str] | None = None,
    *,
    top: int | None = None,
    method: Method = "pca",
    groups: Mapping[str, Sequence[str]] | None = None,
    highlight: str | None = None,
    seed: int = 1,
    theme: ThemeName = "light",
) -> Picture:
    """Words as points on a map, from their vectors scaled to length 1.

    Labels never overlap. Up to 300 words all have one; of more, up to 20,000, the first 400 have one where there is
    space. Every point shows its word as a tooltip, and the mouse zooms and moves the map (in notebooks and .html).

    Parameters
    ----------
    words, top : these words, or the first `top` of the vocabulary (the most frequent, in trained models). With neither:
        those of the groups, or the first 300.
    method : "pca" (the two directions of largest variance), "umap" or "tsne" (which keep neighbours together, and
        need the extra `maps`).
    groups : words by the name of their group, at most 8 groups; each has a colour.
    highlight : a word of the map, which is coloured with its 10 nearest words on the map. Not together with `groups`.
    seed : of the random start of UMAP and t-SNE.
    theme : "light" or "dark".

    Raises
    ------
    UnknownWordError : a word is not in the vocabulary.
    SettingError : fewer than 2 words (10 for UMAP and t-SNE) or more than 20,000, or an impossible option.
    MissingExtraError : Altair, or a package that the method needs, is not installed.
    """
    check_vectors(vectors)
    look = find_theme(theme)
    if words is None and top is None and groups is not None:
        words = [word for members in groups.values() for word in members]
    listed = _choose_words(vectors, words, top)
    check_method(method, len(listed))
    if groups is not None and highlight is not None:
        raise SettingError("groups= and highlight= both decide the colours: give one of them")
    colouring = _no_colours(listed)
    if groups is not None:
        colouring = _group_colours(listed, groups, look)
    elif highlight is not None:
        colouring = _highlight_colours(vectors, listed, highlight, look)
    projection = project(finite_vectors(vectors, listed), method, seed)
    crowded = len(listed) > _ALL_LABELLED
    if crowded:
        labelled = _label_some(projection.points, listed)
    else:
        labelled = label_points(projection.points, listed, _SIZE, equal=True)
    chart = point_layers(
        labelled,
        look,
        _axes(projection),
        colouring.facts,
        colour=colouring.colour(),
        colour_labels=highlight is not None,
    ).interactive()
    title = f"{len(listed):,} words by {_METHOD_NAMES[method]}"
    return with_titles(chart, look, title, _subtitle(labelled, method, crowded))


def _choose_words(vectors: WordVectors, words: Sequence[str] | None, top: int | None) -> list[str]:
    if words is not None and top is not None:
        raise SettingError("words= and top= both choose the words: give one of them")
    if words is None:
        top = _ALL_LABELLED if top is None else top
        check_whole("top", top, least=2)
        if top > _MOST:
            raise SettingError(f"top={top:,}: a map holds at most {_MOST:,} words")
        words = vectors.words[:top]
    listed = list(dict.fromkeys(checked_words(words, fewest=2)))
    if len(listed) > _MOST:
        raise SettingError(f"{len(listed):,} words: a map holds at most {_MOST:,}")
    return listed


def _label_some(points: NDArray[np.float64], words: Sequence[str]) -> LabelledPoints:
    """Label those of the first words whose labels fit next to their points."""
    frame = fit_frame(points, *_CROWD_SIZE, equal=True)
    some = words[:_CROWD_LABELS]
    sizes = text_sizes(some, FONT_SIZE) + (8, 6)  # space between labels, for the points are dense
    placement = place_labels(frame.pixels(points[: len(some)]), sizes, (frame.width, frame.height), may_move=False)
    return LabelledPoints(frame, points, some, placement)


class _Colouring(NamedTuple):
    """The tooltips of words, and the colours of groups in the order of the legend."""

    facts: Facts
    colours: dict[str, str]

    def colour(self) -> Any:
        """The Altair colour of points and labels, or None."""
        if not self.colours:
            return None
        altair = import_altair()
        scale = altair.Scale(domain=list(self.colours), range=list(self.colours.values()))
        legend = altair.Legend(title=None, orient="top", symbolType="circle", symbolOpacity=1)
        return altair.Color("group:N").scale(scale).legend(legend)


def _no_colours(words: Sequence[str]) -> _Colouring:
    return _Colouring(Facts([{"word": safe_text(word)} for word in words]), {})


def _group_colours(words: Sequence[str], groups: Mapping[str, Sequence[str]], look: Theme) -> _Colouring:
    group_of = {word: name for name, members in groups.items() for word in members}
    names = list(dict.fromkeys(group_of[word] for word in words if word in group_of))
    if len(names) > len(look.groups):
        raise SettingError(f"{len(names)} groups: at most {len(look.groups)} can have distinguishable colours")
    if not names:
        raise SettingError("groups=: none of their words is on the map")
    colours = dict(zip(map(safe_text, names), look.groups, strict=False))
    if any(word not in group_of for word in words):
        colours[_OTHERS] = look.quiet
    records = [{"word": safe_text(word), "group": safe_text(group_of.get(word, _OTHERS))} for word in words]
    return _Colouring(Facts(records), colours)


def _highlight_colours(vectors: WordVectors, words: Sequence[str], highlight: str, look: Theme) -> _Colouring:
    if highlight not in words:
        vectors.word_id(highlight)  # raises UnknownWordError for an unknown word
        raise SettingError(f"highlight={highlight!r}: is not one of the words on the map")
    cosines = vectors.similarity_matrix([highlight], list(words))[0]
    order = [int(row) for row in np.argsort(-cosines, kind="stable") if words[row] != highlight]
    nearest = set(order[:_HIGHLIGHTED])
    names = [safe_text(highlight), f"its {len(nearest)} nearest here", _OTHERS]
    records = [
        {
            "word": safe_text(word),
            "group": names[0] if word == highlight else names[1 if i in nearest else 2],
            "similarity": round(float(cosines[i]), 4),
        }
        for i, word in enumerate(words)
    ]
    facts = Facts(records, {"similarity": f"similarity to {safe_text(highlight)}"})
    return _Colouring(facts, dict(zip(names, (look.strong, look.accent, look.quiet), strict=True)))


def _axes(projection: Projection) -> tuple[Any, Any]:
    """Axes with the share of the variance for PCA; none for UMAP and t-SNE, whose axes have no meaning."""
    if projection.explained is None:
        return None, None
    altair = import_altair()
    plain = {"labels": False, "ticks": False, "grid": False, "titleAnchor": "start", "titlePadding": 6}
    shares = [f"{share:.0%}".replace("%", " %") for share in projection.explained]
    return (
        altair.Axis(title=f"first principal component → ({shares[0]} of the variance)", **plain),
        altair.Axis(title=f"second → ({shares[1]})", **plain),
    )


def _subtitle(labelled: LabelledPoints, method: Method, crowded: bool) -> list[str]:
    lines = {
        "pca": "The two directions of largest variance of the vectors, scaled to length 1.",
        "umap": "Words near each other have similar vectors; distances between far groups mean little.",
        "tsne": "Words near each other have similar vectors; distances between far groups mean little.",
    }
    shown = [lines[method]]
    if crowded:
        shown.append("Hover over a point to see its word.")
    elif labelled.unlabelled:
        shown.append(
            f"{labelled.unlabelled} of the words have no label for lack of space; hover over a point to see its word."
        )
    return shown
