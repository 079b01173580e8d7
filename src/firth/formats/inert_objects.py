"""What the names in a gensim file become: arrays, plain containers, bags of attributes. None of them runs code.

Every name is checked against the lists below. A name of gensim or of NumPy's random generators becomes a `Bag`, which
keeps what the file says about the object and is not an object of that class.
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.formats.inert_budget import MEMORY_ENTRY, Budget, Refused

__all__ = ["Bag", "InertArray", "Name", "build", "call", "checked_keys", "checked_name", "make"]

MOST_DIMENSIONS = 32
PARTS_OF_ARRAY = 5  # version, shape, type, order, data

LARGEST_KEY = 1 << 63  # the hashes of larger numbers can be chosen to be all the same
_SCALARS = {str, bytes, int, float, bool, type(None)}  # what a key may be: their hashes are computed without recursion
_MOST_PARTS = 16  # of a key that is a phrase: each use of a tuple computes its hash again

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMERIC = re.compile(r"[fiub][1248]")
_BAGS = re.compile(r"gensim\.[A-Za-z0-9_.]+|numpy\.random\.[A-Za-z0-9_.]+")
# Classes and functions that files mention, as a type or a setting; they are never used.
_MENTIONED = {
    *(f"builtins.{name}" for name in ("int", "long", "float", "bool", "str", "object", "hash", "list", "dict")),
    *(f"numpy.{name}" for name in ("ndarray", "memmap", "float16", "float32", "float64", "int32", "int64", "uint32")),
    "numpy.core.memmap.memmap",
}
_OLD_MODULES = {"__builtin__": "builtins", "copy_reg": "copyreg"}  # of Python 2


class Name(NamedTuple):
    """A name on the lists, such as numpy.ndarray; it is never looked up."""

    full: str

    @property
    def is_bag(self) -> bool:
        """Whether objects of this name become bags."""
        return bool(_BAGS.fullmatch(self.full))


class Bag:
    """What a file says about an object of gensim's: the name of its class, and its attributes."""

    __slots__ = ("attributes", "class_name")

    def __init__(self, class_name: str) -> None:
        self.class_name = class_name
        self.attributes: dict[str, Any] = {}


class InertArray:
    """An array of numbers, or None for an array of anything else."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: NDArray[Any] | None = None


class _Type:
    """The type of an array's numbers, as far as it is known."""

    __slots__ = ("code", "order")

    def __init__(self, code: str) -> None:
        self.code = code  # "f4"
        self.order = "="

    def dtype(self) -> np.dtype[Any] | None:
        """None for anything but numbers."""
        return np.dtype(self.order + self.code) if _NUMERIC.fullmatch(self.code) else None


def checked_name(module: Any, name: Any) -> Name:
    """A name of the file's, if it is on the lists. Raises Refused for any other."""
    if not isinstance(module, str) or not isinstance(name, str):
        raise Refused("names something by what is not text; the file is damaged")
    module = _OLD_MODULES.get(module, module).replace("numpy._core.", "numpy.core.", 1)
    found = Name(f"{module}.{name}")
    known = found.full in _FUNCTIONS or found.full in _MENTIONED or found.is_bag
    if not _IDENTIFIER.fullmatch(name) or not known:
        raise Refused(
            f"names {found.full[:200]!r}, which is neither an array nor one of gensim's own classes; nothing was run"
        )
    return found


def checked_keys(keys: list[Any]) -> list[Any]:
    """What may be keys of a dictionary, or in a set. Raises Refused for anything else."""
    kinds = set(map(type, keys))
    if kinds & {memoryview, tuple}:
        made = {id(key): _as_key(key) for key in keys}  # once each: a file may use one object many times
        keys = [made[id(key)] for key in keys]
        kinds = set(map(type, keys)) - {tuple}
    if wrong := kinds - _SCALARS:
        raise Refused(f"uses a {wrong.pop().__name__} as a key: must be a string or a number")
    if int in kinds and any(type(key) is int and not -LARGEST_KEY <= key < LARGEST_KEY for key in keys):
        raise Refused("uses a number of more than 64 bits as a key, which no file of gensim does")
    return keys


def _as_key(key: Any) -> Any:
    """A key with bytes in place of views; a tuple must be one of words, as the keys of phrases were in gensim 3."""
    if type(key) is memoryview:
        return bytes(key)
    if type(key) is tuple:
        if len(key) > _MOST_PARTS or not {str, bytes, memoryview}.issuperset(map(type, key)):
            raise Refused(f"uses a tuple as a key that is not of up to {_MOST_PARTS} strings")
        return tuple(part if type(part) is str else bytes(part) for part in key)
    return key


def call(function: Name, arguments: Any, budget: Budget) -> Any:
    """The replacement for the result of a call."""
    if not isinstance(arguments, tuple):
        raise Refused(f"calls {function.full} with what is not a list of arguments; the file is damaged")
    if function.is_bag:
        return Bag(function.full)
    if function.full not in _FUNCTIONS:
        raise Refused(f"calls {function.full}, which is only mentioned in files of gensim")
    budget.take(len(arguments))
    for argument in arguments:
        if isinstance(argument, str):
            budget.take(len(argument))
        elif isinstance(argument, list):
            budget.take(MEMORY_ENTRY * len(argument))
    return _FUNCTIONS[function.full](*arguments)


def make(kind: Name, arguments: Any) -> Any:
    """The replacement for a new object."""
    if kind.full == "collections.OrderedDict":
        return {}
    if not kind.is_bag or not isinstance(arguments, tuple):
        raise Refused(f"makes an object of {kind.full}, which no file of gensim does")
    return Bag(kind.full)


def build(target: Any, state: Any, budget: Budget) -> None:
    """Fill what `call` and `make` have made."""
    if isinstance(target, Bag):
        _fill_bag(target, state, budget)
    elif isinstance(target, InertArray):
        if not isinstance(state, tuple) or len(state) > PARTS_OF_ARRAY:
            raise Refused("has an array that is described by something else; the file is damaged")
        *_, shape, kind, fortran_order, data = state
        budget.take(len(data) if isinstance(data, str) else 0)
        target.value = _array(data, kind, shape, "F" if fortran_order else "C")
    elif isinstance(target, _Type):
        if state[1] in ("<", ">", "|", "="):
            target.order = state[1]
    else:
        raise Refused(f"gives attributes to a {type(target).__name__}; the file is damaged")


def _fill_bag(bag: Bag, state: Any, budget: Budget) -> None:
    if isinstance(state, dict):
        budget.take(MEMORY_ENTRY * len(state))
        bag.attributes.update(state)
    # Anything else belongs to classes of which nothing is needed.


# What the functions return


def _reconstruct(kind: Name, shape: Any, code: Any) -> InertArray:
    """An empty array, which `build` fills."""
    return InertArray()


def _data_type(code: Any, *options: Any) -> _Type:
    if not isinstance(code, str):
        raise Refused("has an array of an unknown type; the file is damaged")
    return _Type(code)


def _scalar(kind: Any, data: Any = b"") -> int | float | None:
    array = _array(data, kind, (), "C")
    return None if array is None else array.item()


def _from_buffer(data: Any, kind: Any, shape: Any, order: Any) -> InertArray:
    array = InertArray()
    array.value = _array(data, kind, shape, order)
    return array


def _array(data: Any, kind: Any, shape: Any, order: Any) -> NDArray[Any] | None:
    """A read-only view of the file's bytes, or None for an array of anything but numbers."""
    if not isinstance(kind, _Type) or not isinstance(shape, tuple) or order not in ("C", "F"):
        raise Refused("has an array without type or shape; the file is damaged")
    dtype = kind.dtype()
    if dtype is None or isinstance(data, list):
        return None
    if isinstance(data, str):  # Python 2 had one type for text and bytes
        data = data.encode("latin-1")
    if len(shape) > MOST_DIMENSIONS or any(type(length) is not int or length < 0 for length in shape):
        raise Refused(f"has an array of an impossible shape of {len(shape)} numbers; the file is damaged")
    size = math.prod(shape) * dtype.itemsize
    if not isinstance(data, bytes | memoryview) or len(data) != size:
        raise Refused(f"has an array of shape {str(shape)[:80]}, which its bytes do not fill; the file is damaged")
    array = np.frombuffer(data, dtype) if size else np.empty(0, dtype)
    return array.reshape(shape, order=order)


def _encode(text: str, encoding: str) -> bytes:
    """How protocol 2 writes bytes."""
    if not isinstance(text, str) or encoding != "latin1":
        raise Refused("encodes something else than bytes as latin-1, which no pickle does")
    return text.encode("latin-1")


def _no_bytes() -> bytes:
    """How protocol 2 writes empty ones."""
    return b""


def _reconstructor(kind: Any, base: Any, state: Any) -> Any:
    """How protocol 2 writes objects of classes without a method of their own."""
    if type(kind) is not Name:
        raise Refused("makes an object of no class; the file is damaged")
    return make(kind, ())


def _mapping(*arguments: Any) -> dict[Any, Any]:
    """An OrderedDict or a defaultdict: its items follow."""
    if any(type(argument) is not Name and argument is not None for argument in arguments):
        raise Refused("has a dictionary that begins with items, which no file of gensim does")
    return {}


def _container(items: Sequence[Any] = ()) -> frozenset[Any]:
    if not isinstance(items, list):
        raise Refused("has a set of what is not a list")
    return frozenset(checked_keys(items))


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "numpy.core.multiarray._reconstruct": _reconstruct,
    "numpy.core.multiarray.scalar": _scalar,
    "numpy.core.numeric._frombuffer": _from_buffer,
    "numpy.dtype": _data_type,
    "_codecs.encode": _encode,
    "copyreg._reconstructor": _reconstructor,
    "collections.OrderedDict": _mapping,
    "collections.defaultdict": _mapping,
    "builtins.bytes": _no_bytes,
    "builtins.set": _container,
    "builtins.frozenset": _container,
}
