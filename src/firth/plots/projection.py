"""Projection to two dimensions by PCA, UMAP or t-SNE, of vectors scaled to length 1, so that angles matter alone.

Shapes   n words, D numbers per vector.
Source   PCA: Pearson 1901. UMAP: McInnes, Healy and Melville 2018, arXiv:1802.03426.
         t-SNE: van der Maaten and Hinton 2008.
"""

import warnings
from importlib.util import find_spec
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from firth.errors import MissingExtraError, SettingError
from firth.interruption import blas
from firth.vectors.query import unit

__all__ = ["Method", "Projection", "check_method", "check_packages", "project"]

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


def project(rows: NDArray[np.float64], method: Method, seed: int) -> Projection:
    """Project vectors (n, D) to two dimensions.

    Raises
    ------
    SettingError : an unknown method, or too few words for it.
    MissingExtraError : the method's package is not installed.
    """
    check_method(method, len(rows))
    directions = unit(rows)
    if method == "pca":
        return _principal_components(directions)
    points = _umap(directions, seed) if method == "umap" else _tsne(directions, seed)
    return Projection(np.asarray(points, np.float64), None)


@blas
def _principal_components(directions: NDArray[np.float64]) -> Projection:
    """The two directions of largest variance, from the singular vectors of the centred matrix."""
    centred = directions - directions.mean(axis=0)
    _, strengths, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:2]
    # The sign of a singular vector is arbitrary: make its largest component positive.
    largest = axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)]
    points = np.zeros((len(centred), 2))
    points[:, : len(axes)] = centred @ (axes * np.sign(largest)[:, None]).T
    variances = np.append(strengths**2, [0.0, 0.0])
    total = max(float(variances.sum()), np.finfo(np.float64).tiny)
    return Projection(points, (float(variances[0]) / total, float(variances[1]) / total))


def _umap(directions: NDArray[np.float64], seed: int) -> NDArray[np.float32]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about optional packages
            import umap
    except ImportError:
        raise MissingExtraError("method='umap'", "maps") from None
    reducer = umap.UMAP(n_neighbors=min(_NEIGHBOURS, len(directions) - 1), metric="cosine", random_state=seed, n_jobs=1)
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
