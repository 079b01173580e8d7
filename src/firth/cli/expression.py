"""Sums of words as people write them: `king - man + woman`."""

from typing import NamedTuple

from firth.errors import SettingError

__all__ = ["WordSum", "read_word_sum"]

# The hyphen-minus, and the minus sign and dashes that text editors make of it.
_SIGNS = {"+": "+", "-": "-", "\u2212": "-", "\u2013": "-"}


class WordSum(NamedTuple):
    """Words to add and words to subtract, each in the order written."""

    positive: list[str]
    negative: list[str]

    def __str__(self) -> str:
        """The sum as it would be written again."""
        shown = " + ".join(self.positive)
        return " - ".join([shown, *self.negative]).lstrip()


def read_word_sum(text: str) -> WordSum:
    """Read words joined by + and -.

    There must be blanks around the signs, because words may contain hyphens: `jack-in-the-box + spring` is a sum of
    two words. The first word may have a sign, too.

    Raises
    ------
    SettingError
        if there is no word, if two words or two signs follow one another, or if no word is added.
    """
    found = WordSum([], [])
    sign: str | None = "+"  # the first word needs none
    for index, piece in enumerate(text.split()):
        if piece in _SIGNS:
            if sign is not None and index > 0:
                raise SettingError(f"{text!r}: a word is missing before {piece!r}")
            sign = _SIGNS[piece]
        elif sign is None:
            raise SettingError(f"{text!r}: there must be a + or - with blanks around it before {piece!r}")
        else:
            (found.positive if sign == "+" else found.negative).append(piece)
            sign = None
    if sign is not None:
        raise SettingError(f"{text!r}: a word is missing at the end" if text.strip() else "no words")
    if not found.positive:
        raise SettingError(f"{text!r}: at least one word must be added")
    return found
