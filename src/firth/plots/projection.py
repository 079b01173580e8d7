"""Projection to two dimensions by PCA, UMAP or t-SNE, of vectors scaled to length 1, so that angles matter alone.

Shapes   n words, D numbers per vector.
Source   PCA: Pearson 1901. UMAP: McInnes, Healy and Melville 2018, arXiv:1802.03426.
         t-SNE: van der Maaten and Hinton 2008.
"""

import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from firth.errors import MissingExtraError, SettingError
from firth.interruption import blas
from firth.vectors.query import unit

__all__ = ["Method", "Plane", "Projection", "check_method", "check_packages", "principal_plane", "project"]

Method: TypeAlias = Literal["pca", "umap", "tsne"]

_PACKAGES = {"umap": "umap", "tsne": "sklearn"}
_FEWEST_NEIGHBOURING = 10  # words that UMAP and t-SNE need to have neighbourhoods
_NEIGHBOURS = 15  # UMAP's default: a compromise between local and global structure
_PERPLEXITY = 30.0  # scikit-learn's default


class Projection(NamedTuple):
    """The projected vectors.

    points : (n, 2).   explained : each axis's share of the variance, in [0, 1]; None for UMAP and t-SNE.
    """

    points: NDArray[np.float64]
    explained: tuple[float, float] | None


def check_method(method: str, count: int) -> None:
    """Raise SettingError for an unknown method, or one that needs more words."""
    if method not in get_args(Method):
        raise SettingError(f"method={method!r}: must be one of {', '.join(get_args(Method))}")
    fewest = 2 if method == "pca" else _FEWEST_NEIGHBOURING
    if count < fewest:
        raise SettingError(f"{count} words: a map by method={method!r} needs at least {fewest}")


def check_packages(method: str) -> None:
    """Raise MissingExtraError if the package of a method is not installed, without importing it."""
    package = _PACKAGES.get(method)
    if package is not None and find_spec(package) is None:
        raise MissingExtraError(f"method={method!r}", "maps")


def project(
    rows: NDArray[np.float64], method: Method, seed: int, on_step: Callable[[], object] = lambda: None
) -> Projection:
    """Project vectors (n, D) to two dimensions.

    on_step : called by UMAP now and then while it moves the points; an exception that it raises ends the projection.

    Raises
    ------
    SettingError : an unknown method, or too few words for it.
    MissingExtraError : the method's package is not installed.
    """
    check_method(method, len(rows))
    directions = unit(rows)
    if method == "pca":
        return _principal_components(directions)
    points = _umap(directions, seed, on_step) if method == "umap" else _tsne(directions, seed)
    return Projection(np.asarray(points, np.float64), None)


def _principal_components(directions: NDArray[np.float64]) -> Projection:
    plane = principal_plane(directions)
    return Projection(plane.place(directions), plane.explained)


class Plane(NamedTuple):
    """A plane through the mean of some vectors.

    center : (D,).   axes : (2, D) of length 1, or 0.   explained : each axis's share of the variance, in [0, 1].
    """

    center: NDArray[np.float64]
    axes: NDArray[np.float64]
    explained: tuple[float, float]

    def place(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where vectors (n, D) are in the plane: (n, 2). Equal differences stay equal."""
        with blas:
            points: NDArray[np.float64] = (rows - self.center) @ self.axes.T
        return points


@blas
def principal_plane(rows: NDArray[np.float64]) -> Plane:
    """The plane in which vectors (n, D) vary most: for three of them, the one that they lie in."""
    center = rows.mean(axis=0)
    # The triangle of the QR decomposition has the same singular values and axes as the centred matrix, and few rows.
    _, strengths, found = np.linalg.svd(np.linalg.qr(rows - center, mode="r"), full_matrices=False)
    axes = np.zeros((2, rows.shape[1]))
    axes[: min(2, len(found))] = found[:2]
    # The sign of a singular vector is arbitrary: make its largest component positive.
    axes *= np.where(axes[np.arange(2), np.abs(axes).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
    variances = np.append(strengths**2, [0.0, 0.0])
    total = max(float(variances.sum()), np.finfo(np.float64).tiny)
    return Plane(center, axes, (float(variances[0]) / total, float(variances[1]) / total))


class _Steps:
    """The file that UMAP's progress bar is written to: a way to be called while it runs."""

    def __init__(self, on_step: Callable[[], object]) -> None:
        self._on_step = on_step

    def write(self, text: str) -> None:
        self._on_step()

    def flush(self) -> None:
        pass


def _umap(directions: NDArray[np.float64], seed: int, on_step: Callable[[], object]) -> NDArray[np.float32]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about optional packages
            import umap
    except ImportError:
        raise MissingExtraError("method='umap'", "maps") from None
    reducer = umap.UMAP(
        n_neighbors=min(_NEIGHBOURS, len(directions) - 1),
        metric="cosine",
        random_state=seed,
        n_jobs=1,
        tqdm_kwds={"disable": False, "file": _Steps(on_step), "ascii": True},
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about disconnected groups: the map shows them apart
        points: NDArray[np.float32] = reducer.fit_transform(directions)
    return points


def _tsne(directions: NDArray[np.float64], seed: int) -> NDArray[np.float32]:
    try:
        from sklearn.manifold import TSNE
    except ImportError:
        raise MissingExtraError("method='tsne'", "maps") from None
    perplexity = min(_PERPLEXITY, (len(directions) - 1) / 3)
    # Between vectors of length 1 the squared distance is 2 - 2 cos.
    points: NDArray[np.float32] = TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(directions)
    return points
