"""The keyboard in a terminal: a line to type in, and three suggestions below it."""

from typing import Any

from firth.cli.output import printable
from firth.errors import MissingExtraError
from firth.language_models.keyboard import Keyboard
from firth.language_models.model import NextWord

__all__ = ["SHOWN", "check_keyboard", "type_with_suggestions"]

SHOWN = 3  # suggestions, as on a phone


def check_keyboard() -> None:
    """Raise MissingExtraError without the package prompt-toolkit, before a model is loaded for it."""
    try:
        import prompt_toolkit  # noqa: F401
    except ImportError:
        raise MissingExtraError("the keyboard in the terminal", "keyboard") from None


def type_with_suggestions(keyboard: Keyboard, **terminal: Any) -> str:
    """Let somebody type, and return the text.

    terminal : input and output of prompt_toolkit; by default those of this process.

    Raises MissingExtraError without the package prompt-toolkit.
    """
    check_keyboard()
    from prompt_toolkit.application import Application
    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.layout import HSplit, Layout, Window
    from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl

    buffer = Buffer(multiline=True)

    def suggestions() -> list[NextWord]:
        return keyboard.suggest(buffer.document.text_before_cursor, SHOWN)

    keys = KeyBindings()

    def take(number: int) -> None:
        found = suggestions()
        if number < len(found):
            after = buffer.document.text_after_cursor
            before = keyboard.accept(buffer.document.text_before_cursor, found[number].word)
            buffer.text = before + after
            buffer.cursor_position = len(before)

    for number in range(SHOWN):
        keys.add(f"f{number + 1}")(lambda event, number=number: take(number))
    keys.add("tab")(lambda event: take(0))
    for end in ("c-c", "c-d"):
        keys.add(end)(lambda event: event.app.exit(result=buffer.text))
    layout = HSplit(
        [
            Window(BufferControl(buffer), wrap_lines=True),
            Window(FormattedTextControl(lambda: _bar(suggestions())), height=1, style="reverse"),
            Window(FormattedTextControl("Tab or F1–F3 takes a word · Ctrl-D ends"), height=1, style="dim"),
        ]
    )
    screen: Application[str] = Application(Layout(layout), key_bindings=keys, full_screen=False, **terminal)
    return screen.run()


def _bar(found: list[NextWord]) -> str:
    return "   ".join(f"F{i} {printable(word)} {p:.0%}" for i, (word, p) in enumerate(found, 1)) or " "
