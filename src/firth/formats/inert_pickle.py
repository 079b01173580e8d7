"""Pickle files, read by an interpreter of our own that has no means to run anything.

A pickle is a program for a small stack machine: push a number, make a list, call a function by its name. Python's own
machine imports and calls whatever the program names, so opening a file can do anything. This one knows only the
instructions that make data, and the names in `inert_objects.py`, which become arrays and bags of attributes. Any
other instruction or name is an error. Nothing is imported, called or looked up. Memory and time stay in proportion to
the file: what an instruction makes, or copies, beyond the bytes that it is written in is paid from a budget
(`inert_budget.py`), and keys whose hashes could be chosen are refused.

Source  the comments in Python's Lib/pickletools.py; protocols 2 to 5.
"""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firth.errors import FormatError
from firth.formats.inert_budget import ARRAY, BAG, DICTIONARY, LIST, MEMORY_ENTRY, SET, TEXT, Budget, Refused
from firth.formats.inert_objects import Name, build, call, checked_keys, checked_name, make
from firth.formats.pickled_words import MEMOIZE, NUMBERS, TEXT1, read_numbered, read_texts

__all__ = ["NEWEST_PROTOCOL", "OLDEST_PROTOCOL", "is_pickle", "read_pickle"]

OLDEST_PROTOCOL, NEWEST_PROTOCOL = 2, 5
DEEPEST = 1000  # marks that are open at a time; gensim's files have about five
STOP = ord(".")

BYTE, SHORT, INT, FLOAT = struct.Struct("<B"), struct.Struct("<H"), struct.Struct("<i"), struct.Struct(">d")
UNSIGNED, LONG = struct.Struct("<I"), struct.Struct("<Q")
WINDOW = 1 << 14  # bytes in which runs of the same two instructions are looked for; gensim breaks them off after 1,000

MOST_EXPANSION = 16  # of words and settings
FAST = 1 << 10  # bytes to go on before the next search for a run, unless the last one found as many


def is_pickle(beginning: bytes) -> bool:
    """Whether a file that begins like this is a pickle of a protocol that is read here."""
    return beginning[:1] == b"\x80" and OLDEST_PROTOCOL <= int.from_bytes(beginning[1:2]) <= NEWEST_PROTOCOL


def read_pickle(path: Path, content: memoryview, *, packed: int | None = None) -> Any:
    """The object in a pickle: Python's own numbers, strings and containers, `Bag`s and `InertArray`s.

    Parameters
    ----------
    packed : the size of the compressed file, where it is one.

    Raises
    ------
    FormatError : the pickle names anything but arrays and gensim's own classes, uses instructions
        that gensim's files have no need of, or is damaged or cut short; the byte is named.
    """
    length = len(content) if packed is None else min(len(content), MOST_EXPANSION * packed)
    return _Machine(path, content, Budget(length)).run()


class _Machine:
    """One reading of one file."""

    def __init__(self, path: Path, content: memoryview, budget: Budget) -> None:
        self._path = path
        self._content = content
        self._position = 0
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []  # the stacks below each open mark
        self._memo: dict[int, Any] = {}
        self._budget = budget
        self._search_from = 0  # where a run of two instructions is searched again

    def run(self) -> Any:
        instructions = {code: getattr(self, f"_{name}") for code, name in _INSTRUCTIONS.items()}
        content, size = self._content, len(self._content)
        begin = 0
        try:
            while self._position < size:
                begin = self._position
                code = content[begin]
                self._position += 1
                if code == STOP:
                    return self._stack.pop()
                if code not in instructions:
                    raise Refused(f"instruction {code:#04x} does not occur in gensim's files; it is damaged or foreign")
                instructions[code]()
        except Refused as error:
            raise self._error(str(error), begin) from None
        except struct.error:
            raise self._error("the file ends in the middle of a number; it is cut short", begin) from None
        except (IndexError, KeyError, TypeError, ValueError, OverflowError):  # a damaged program
            raise self._error("an instruction has no operands; the file is damaged", begin) from None
        raise self._error("the file ends before the object is complete; it is cut short", size)

    def _error(self, problem: str, byte: int) -> FormatError:
        return FormatError(self._path, problem, byte=byte)

    # Bytes

    def _take(self, count: int) -> memoryview:
        """The next bytes, without a copy."""
        end = self._position + count
        if end > len(self._content):
            left = len(self._content) - self._position
            raise Refused(f"promises {count:,} bytes, but {left:,} follow; the file is cut short or damaged")
        taken = self._content[self._position : end]
        self._position = end
        return taken

    def _number(self, form: struct.Struct) -> Any:
        (number,) = form.unpack_from(self._content, self._position)
        self._position += form.size
        return number

    def _take_run(self, read: Callable[[bytes, list[Any], dict[int, Any]], int]) -> None:
        """Take a run of the same two instructions; searches that find nothing must not add up."""
        if self._position < self._search_from:
            return
        before = len(self._stack), len(self._memo)
        taken = read(bytes(self._content[self._position : self._position + WINDOW]), self._stack, self._memo)
        self._budget.take(TEXT * (len(self._stack) - before[0]) + MEMORY_ENTRY * (len(self._memo) - before[1]))
        self._position += taken
        self._search_from = self._position + max(0, FAST - taken)

    def _next_are(self, *codes: bytes) -> bool:
        """Whether the next bytes are among these, one after the other."""
        following = self._content[self._position : self._position + len(codes)]
        return len(following) == len(codes) and all(byte in code for byte, code in zip(following, codes, strict=True))

    def _text(self, length: int) -> str:
        self._budget.take(TEXT)
        return str(self._take(length), "utf-8", "surrogatepass")

    # The stack

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _pop_to_mark(self) -> list[Any]:
        items = self._stack
        self._stack = self._below.pop()
        return items

    def _mark(self) -> None:
        if len(self._below) >= DEEPEST:
            raise Refused(f"more than {DEEPEST:,} marks are open: no file of vectors nests so deep")
        self._budget.take(LIST)
        self._below.append(self._stack)
        self._stack = []

    def _pop(self) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._pop_to_mark()

    def _pop_mark(self) -> None:
        self._pop_to_mark()

    def _dup(self) -> None:
        self._push(self._stack[-1])

    # What has been made can be had again by its number

    def _memoize(self) -> None:
        self._keep(len(self._memo))

    def _put(self) -> None:
        self._keep(self._number(BYTE))

    def _long_put(self) -> None:
        self._keep(self._number(UNSIGNED))

    def _keep(self, number: int) -> None:
        self._budget.take(MEMORY_ENTRY)
        self._memo[number] = self._stack[-1]

    def _get(self) -> None:
        self._recall(self._number(BYTE))

    def _long_get(self) -> None:
        self._recall(self._number(UNSIGNED))
        if self._next_are(NUMBERS):
            self._take_run(read_numbered)

    def _recall(self, number: int) -> None:
        if number not in self._memo:
            raise Refused(f"object {number:,} is used before it was made; the file is damaged")
        self._push(self._memo[number])

    # Numbers and text

    def _protocol(self) -> None:
        protocol = self._number(BYTE)
        if not OLDEST_PROTOCOL <= protocol <= NEWEST_PROTOCOL:
            raise Refused(f"is a pickle of protocol {protocol}: must be {OLDEST_PROTOCOL} to {NEWEST_PROTOCOL}")

    def _frame(self) -> None:
        length = self._number(LONG)
        if length > len(self._content) - self._position:
            raise Refused(f"promises {length:,} bytes more than follow; the file is cut short")

    def _none(self) -> None:
        self._push(None)

    def _true(self) -> None:
        self._push(True)

    def _false(self) -> None:
        self._push(False)

    def _int(self) -> None:
        self._push(self._number(INT))

    def _int1(self) -> None:
        self._push(self._number(BYTE))

    def _int2(self) -> None:
        self._push(self._number(SHORT))

    def _long1(self) -> None:
        self._push(int.from_bytes(self._take(self._number(BYTE)), "little", signed=True))

    def _float(self) -> None:
        self._push(self._number(FLOAT))

    def _text1(self) -> None:
        self._push(self._text(self._number(BYTE)))
        if self._next_are(MEMOIZE, TEXT1):
            self._take_run(read_texts)

    def _text4(self) -> None:
        self._push(self._text(self._number(UNSIGNED)))

    def _text8(self) -> None:
        self._push(self._text(self._number(LONG)))

    def _bytes1(self) -> None:
        self._push(self._take(self._number(BYTE)))

    def _bytes4(self) -> None:
        self._push(self._take(self._number(UNSIGNED)))

    def _bytes8(self) -> None:
        self._push(self._take(self._number(LONG)))

    def _string1(self) -> None:
        """A string of Python 2: bytes that may mean text."""
        self._push(str(self._take(self._number(BYTE)), "latin-1"))

    def _string4(self) -> None:
        length = self._number(INT)
        if length < 0:
            raise Refused(f"promises a string of {length} bytes; the file is damaged")
        self._push(str(self._take(length), "latin-1"))

    # Containers

    def _empty_tuple(self) -> None:
        self._push(())

    def _tuple(self) -> None:
        self._push_made(tuple)

    def _tuple1(self) -> None:
        self._budget.take(LIST)
        self._stack[-1:] = [(self._stack[-1],)]

    def _tuple2(self) -> None:
        self._budget.take(LIST)
        self._stack[-2:] = [(self._stack[-2], self._stack[-1])]

    def _tuple3(self) -> None:
        self._budget.take(LIST)
        self._stack[-3:] = [(self._stack[-3], self._stack[-2], self._stack[-1])]

    def _empty_list(self) -> None:
        self._budget.take(LIST)
        self._push([])

    def _list(self) -> None:
        self._push_made(list)

    def _push_made(self, kind: Callable[[list[Any]], Any]) -> None:
        items = self._pop_to_mark()
        self._budget.take(LIST)
        self._push(kind(items))

    def _append(self) -> None:
        value = self._stack.pop()
        self._changed(list).append(value)

    def _appends(self) -> None:
        items = self._pop_to_mark()
        self._changed(list).extend(items)

    def _empty_dict(self) -> None:
        self._budget.take(DICTIONARY)
        self._push({})

    def _dict(self) -> None:
        items = self._pop_to_mark()
        self._empty_dict()
        self._set_all(items)

    def _set_item(self) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set_all([key, value])

    def _set_items(self) -> None:
        self._set_all(self._pop_to_mark())

    def _set_all(self, items: list[Any]) -> None:
        keys = checked_keys(items[::2])
        self._budget.take(MEMORY_ENTRY * len(keys))
        self._changed(dict).update(zip(keys, items[1::2], strict=True))

    def _empty_set(self) -> None:
        self._budget.take(SET)
        self._push(set())

    def _add_items(self) -> None:
        items = checked_keys(self._pop_to_mark())
        self._budget.take(MEMORY_ENTRY * len(items))
        self._changed(set).update(items)

    def _frozen_set(self) -> None:
        items = self._pop_to_mark()
        self._budget.take(SET + MEMORY_ENTRY * len(items))
        self._push(frozenset(checked_keys(items)))

    def _changed(self, kind: type) -> Any:
        """What lies on top of the stack, to be filled; it must be of that kind and no other."""
        if type(self._stack[-1]) is not kind:
            raise Refused(f"fills a {type(self._stack[-1]).__name__} as if it were a {kind.__name__}")
        return self._stack[-1]

    # Names, and what calling them is replaced by

    def _line(self) -> str:
        begin = self._position
        window = bytes(self._content[begin : begin + 1000])
        end = window.index(b"\n")
        self._position += end + 1
        return window[:end].decode()

    def _global(self) -> None:
        module, name = self._line(), self._line()
        self._push(checked_name(module, name))

    def _stack_global(self) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._push(checked_name(module, name))

    def _reduce(self) -> None:
        arguments, function = self._stack.pop(), self._stack.pop()
        self._budget.take(max(ARRAY, BAG))
        self._push(call(_checked_callable(function), arguments, self._budget))

    def _new_object(self) -> None:
        arguments, kind = self._stack.pop(), self._stack.pop()
        self._budget.take(BAG)
        self._push(make(_checked_callable(kind), arguments))

    def _new_object_with_keywords(self) -> None:
        keywords, arguments, kind = self._stack.pop(), self._stack.pop(), self._stack.pop()
        if keywords:
            raise Refused("makes an object with keywords, which no file of gensim does")
        self._budget.take(BAG)
        self._push(make(_checked_callable(kind), arguments))

    def _build(self) -> None:
        state = self._stack.pop()
        build(self._stack[-1], state, self._budget)


def _checked_callable(value: Any) -> Name:
    if type(value) is not Name:
        raise Refused(f"calls a {type(value).__name__}, which has no name")
    return value


_INSTRUCTIONS = {
    0x80: "protocol", 0x95: "frame", 0x28: "mark", 0x30: "pop", 0x31: "pop_mark", 0x32: "dup",
    0x94: "memoize", 0x71: "put", 0x72: "long_put", 0x68: "get", 0x6A: "long_get",
    0x4E: "none", 0x88: "true", 0x89: "false", 0x4A: "int", 0x4B: "int1", 0x4D: "int2", 0x8A: "long1", 0x47: "float",
    0x8C: "text1", 0x58: "text4", 0x8D: "text8", 0x43: "bytes1", 0x42: "bytes4", 0x8E: "bytes8", 0x96: "bytes8",
    0x55: "string1", 0x54: "string4",
    0x29: "empty_tuple", 0x74: "tuple", 0x85: "tuple1", 0x86: "tuple2", 0x87: "tuple3",
    0x5D: "empty_list", 0x6C: "list", 0x61: "append", 0x65: "appends",
    0x7D: "empty_dict", 0x64: "dict", 0x73: "set_item", 0x75: "set_items",
    0x8F: "empty_set", 0x90: "add_items", 0x91: "frozen_set",
    0x63: "global", 0x93: "stack_global", 0x52: "reduce", 0x81: "new_object", 0x92: "new_object_with_keywords",
    0x62: "build",
}  # fmt: skip
