"""`firth lm keyboard MODEL`"""

import sys

from firth.cli.lm.keyboard_screen import check_keyboard, type_with_suggestions
from firth.cli.lm.predict import LanguageModelFile
from firth.cli.output import output
from firth.errors import SettingError
from firth.language_models.keyboard import Keyboard
from firth.language_models.load import load_language_model

__all__ = ["run"]


def run(model: LanguageModelFile) -> None:
    """Shows the three most probable next words while you type, or the most probable completions of the
    word you have begun. Tab takes the first; F1, F2 and F3 take the first, second and third. Enter starts
    a new line; Ctrl-D or Ctrl-C ends and prints the text. The model does not learn from what you type.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise SettingError("the keyboard needs a terminal to type in; in scripts, use `firth lm predict`")
    check_keyboard()
    output.print(type_with_suggestions(Keyboard(load_language_model(model))))
