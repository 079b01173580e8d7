"""Which hardware searches."""

from typing import Literal, TypeAlias, get_args

from firth.errors import SettingError
from firth.kernels.cuda.present import check_gpu

__all__ = ["SearchBackend", "check_search_backend"]

SearchBackend: TypeAlias = Literal["cpu", "cuda"]


def check_search_backend(backend: object) -> None:
    """Raise MissingExtraError or SettingError unless this is a SearchBackend that can be used."""
    if backend not in get_args(SearchBackend):
        raise SettingError(f"backend={backend!r}: must be one of {', '.join(get_args(SearchBackend))}")
    if backend == "cuda":
        check_gpu()
