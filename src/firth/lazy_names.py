"""Packages whose names are imported when they are first used: what `import` costs is what is used."""

import importlib
import sys

TYPE_CHECKING = False  # for type checkers it is true: `import firth` loads next to nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["names_of"]


def names_of(package: str, homes: "Mapping[str, str]") -> "Callable[[str], object]":
    """The __getattr__ of a package.

    homes : the module that each name is in.
    """

    def getattr_of_package(name: str) -> object:
        if name not in homes:
            raise _no_such_name(package, name)
        from firth.interruption import importing

        with importing():
            value: object = getattr(importlib.import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return getattr_of_package


def _no_such_name(package: str, name: str) -> AttributeError:
    """The error; for a module that is not imported yet it says so. Python itself adds names that are spelled alike."""
    from pathlib import Path

    module = sys.modules[package]
    message = f"module {package!r} has no attribute {name!r}"
    if any(Path(folder, name).is_dir() or Path(folder, f"{name}.py").is_file() for folder in module.__path__):
        message += f" before it is imported: from {package} import {name}"
    return AttributeError(message, name=name, obj=module)
