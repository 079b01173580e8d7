"""What the shell wants to complete: it calls `firth` with the words that are typed so far in its environment.

Typer writes the shells' scripts (`firth --install-completion`) and the answers.
"""

import os
import shlex
from collections.abc import Mapping

__all__ = ["typed_so_far"]


def typed_so_far(environment: Mapping[str, str] = os.environ) -> list[str] | None:
    """The words behind `firth` that are being completed; None where the command line is to be run."""
    if not environment.get("_FIRTH_COMPLETE"):  # PowerShell's script leaves it empty
        return None
    text = environment.get("COMP_WORDS") or environment.get("_TYPER_COMPLETE_ARGS", "")  # bash; the other shells
    try:
        words = shlex.split(text)
    except ValueError:  # a quotation mark that is not closed yet
        words = text.split()
    return words[1:]
