"""What reading a pickle may cost: a few dozen bytes of memory for each byte of the file, and as many steps.

A byte of a pickle can make an object of 200, and an object that was made can be copied again and again. Words, counts
and settings need less than a third of the budget.
"""

__all__ = ["ARRAY", "BAG", "DICTIONARY", "LIST", "MEMORY_ENTRY", "SET", "TEXT", "Budget", "Refused"]

# Bytes in memory.
TEXT = 60  # and its characters, which are in the file as well
LIST = 60
DICTIONARY = 64
SET = 216
MEMORY_ENTRY = 100  # of a dictionary or a set
BAG = 300
ARRAY = 200

ALWAYS = 1 << 25
BYTES_PER_BYTE = 64


class Refused(Exception):
    """The file requires something that is not done; the reader adds the file and the byte."""


class Budget:
    """What is left for a pickle of this length."""

    def __init__(self, length: int) -> None:
        self._left = ALWAYS + BYTES_PER_BYTE * length

    def take(self, cost: int) -> None:
        """Pay for bytes that are made, or copied. Raises Refused when nothing is left."""
        self._left -= cost
        if self._left < 0:
            raise Refused("takes far more memory or time than its length allows; it is damaged, or meant to do harm")
