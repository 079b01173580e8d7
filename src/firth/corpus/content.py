"""What a file contains, judged by its first bytes: text in UTF-8, or something that would be read as garbage.

Every file is examined before anything is read. What is no text is refused if it was named, and left out with a warning
if it lies in a folder (pieces.py). What is text, but may not be read as it is meant, is read with a warning.
"""

import codecs
import re
from typing import NamedTuple

__all__ = ["SAMPLE", "NotText", "doubt_about", "invalid_utf8", "why_not_text"]

SAMPLE = 1 << 13  # bytes that are examined


class NotText(NamedTuple):
    """What a file is instead of text, and what to do with it."""

    meaning: str
    advice: str


_UNPACK = "unpack it, and give the files in it"
_TEXT_OF_DOCUMENT = "save it as plain text, and give that"
_TEXT_OF_TABLE = "give the column of texts, as a list or a generator of strings"
_NO_WORDS = "there are no sentences in it"
_ENCODING = "convert it to UTF-8, or open it with its encoding and give the open file: open(path, encoding='utf-16')"
_VECTORS = "firth.load() opens vectors; a corpus is the text that they are learned from"

# The first bytes of a file, and what it is.
_ALL_SIGNATURES = [
    (b"PK\x03\x04", NotText("a zip archive (as .docx, .xlsx, .odt and .epub are)", _UNPACK)),
    (b"PK\x05\x06", NotText("an empty zip archive", _UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", NotText("a 7z archive", _UNPACK)),
    (b"Rar!\x1a\x07", NotText("a rar archive", _UNPACK)),
    (b"\x1f\x9d", NotText("compressed by `compress`", _UNPACK)),
    (b"LZIP", NotText("compressed by lzip", _UNPACK)),
    (b"\x04\x22\x4d\x18", NotText("compressed by lz4", _UNPACK)),
    (b"\x1f\x8b\x08", NotText("compressed twice", _UNPACK)),
    (b"\xfd7zXZ\x00", NotText("compressed twice", _UNPACK)),
    (b"\x28\xb5\x2f\xfd", NotText("compressed twice", _UNPACK)),
    (b"%PDF-", NotText("a PDF document", _TEXT_OF_DOCUMENT)),
    (b"{\\rtf", NotText("an RTF document", _TEXT_OF_DOCUMENT)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", NotText("a document of Microsoft Office", _TEXT_OF_DOCUMENT)),
    (b"PAR1\x15", NotText("a Parquet file", _TEXT_OF_TABLE)),
    (b"ARROW1\0\0", NotText("an Arrow file", _TEXT_OF_TABLE)),
    (b"\xff\xff\xff\xff", NotText("a stream of Arrow records, or no text at all", _TEXT_OF_TABLE)),
    (b"SQLite format 3\0", NotText("an SQLite database", _TEXT_OF_TABLE)),
    (b"\x89HDF\r\n", NotText("an HDF5 file", _TEXT_OF_TABLE)),
    (b"\x93NUMPY", NotText("a NumPy array", _TEXT_OF_TABLE)),
    (b"\x89PNG", NotText("a picture", _NO_WORDS)),
    (b"\xff\xd8\xff", NotText("a picture", _NO_WORDS)),
    *((b"\x80" + bytes([protocol]), NotText("a pickle", _TEXT_OF_TABLE)) for protocol in range(2, 6)),
    (
        b"version https://git-lfs",
        NotText("a pointer of Git LFS to a file that was not downloaded", "`git lfs pull` gets it"),
    ),
    (b"\x7fELF", NotText("a program", _NO_WORDS)),
    (codecs.BOM_UTF32_LE, NotText("UTF-32 text", _ENCODING.replace("16", "32"))),
    (codecs.BOM_UTF32_BE, NotText("UTF-32 text", _ENCODING.replace("16", "32"))),
    (codecs.BOM_UTF16_LE, NotText("UTF-16 text", _ENCODING)),
    (codecs.BOM_UTF16_BE, NotText("UTF-16 text", _ENCODING)),
]
# By the first byte: most texts begin like none of them.
_SIGNATURES = {
    first: [(signature, meaning) for signature, meaning in _ALL_SIGNATURES if signature[:1] == first]
    for first in {signature[:1] for signature, _ in _ALL_SIGNATURES}
}
_TAR, _TAR_POSITION = b"ustar", 257

_MOST_CONTROLS = 0.05  # share of a sample
_MOST_CONTROLS_OF_OTHER_ENCODINGS = 0.01  # if it is not UTF-8: text has none, and numbers have a tenth
_MOST_INVALID = 0.3  # share of bytes that are not UTF-8; in western European languages an eighth at most
_FEW = 2  # bytes: no share of a sample is judged by so few
_CONTROLS = bytes([*range(9), *range(14, 27)])  # NUL is one; but not ESC, and not 28-31, which separate fields

_FEWEST_NUMBERS = 4  # in a line below a header of two numbers
_NUMBERS_OF_VECTOR = 10  # a line of a word and that many decimal fractions is a vector
_HEADER_OF_VECTORS = re.compile(rb"\d+ +\d+ *\r?\n")
_FRACTION = re.compile(rb"-?\d*\.\d+(e-?\d+)?", re.IGNORECASE)
_WORD_AND_FRACTION = re.compile(rb"\S+[ \t]+-?\d*\.\d")
_SAFETENSORS = re.compile(rb".{5}\0{3}\{\s*\"", re.DOTALL)


def why_not_text(head: bytes) -> NotText | None:
    """What a file that begins like this is, if it is not UTF-8 text.

    head : its first bytes, up to SAMPLE of them, decompressed.
    """
    for signature, meaning in _SIGNATURES.get(head[:1], ()):
        if head.startswith(signature):
            return meaning
    if head.startswith(_TAR, _TAR_POSITION):
        return NotText("a tar archive", _UNPACK)
    if _SAFETENSORS.match(head):
        return NotText("a file of vectors (safetensors)", _VECTORS)
    if _is_vectors(head):
        return NotText("a text file of vectors", _VECTORS)
    return _why_not_characters(head)


def _why_not_characters(head: bytes) -> NotText | None:
    controls = _controls(head)
    if controls > max(_FEW, len(head) * _MOST_CONTROLS):
        even, odd = (
            _controls(head[::2]),
            _controls(head[1::2]),
        )  # of UTF-16, every second byte is nearly always the same
        if min(even, odd) * 4 < max(even, odd):
            encoding = "utf-16-le" if odd > even else "utf-16-be"
            return NotText("UTF-16 text without a byte order mark", _ENCODING.replace("utf-16", encoding))
        return NotText("a binary file", "give a text file")
    try:
        head.decode()
    except UnicodeDecodeError:
        pass
    else:
        return None
    invalid = invalid_utf8(head)
    if invalid <= _FEW:
        return None
    if controls > max(_FEW, len(head) * _MOST_CONTROLS_OF_OTHER_ENCODINGS):
        return NotText("a binary file", "give a text file")
    if invalid > len(head) * _MOST_INVALID:
        return NotText("text in another encoding", _ENCODING.replace("utf-16", "cp1251"))
    return None


def _controls(data: bytes) -> int:
    return len(data) - len(data.translate(None, _CONTROLS))


def _is_vectors(head: bytes) -> bool:
    """Whether these are lines of a word and its numbers."""
    header = _HEADER_OF_VECTORS.match(head)
    begin = header.end() if header else 0
    end = head.find(b"\n", begin)
    if header is None and not _WORD_AND_FRACTION.match(head):  # most texts end here
        return False
    fields = head[begin : end if end >= 0 else None].split()
    if header is not None and end >= 0 and _FEWEST_NUMBERS < len(fields) == int(header[0].split()[1]) + 1:
        return all(_FRACTION.fullmatch(field) or field.isdigit() for field in fields[1:])
    # The last field may be cut off by the end of the sample.
    if len(fields) <= _NUMBERS_OF_VECTOR + 1 or _FRACTION.fullmatch(fields[0]):
        return False
    return all(_FRACTION.fullmatch(field) for field in fields[1:-1])


def invalid_utf8(data: bytes, *, final: bool = False) -> int:
    """How many bytes are not UTF-8.

    final : whether the text ends here; otherwise a character that is cut off at the end is valid.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    valid = decoder.decode(data, final)
    return len(data) - len(valid.encode()) - len(decoder.getstate()[0])


_JSON = re.compile(rb"\s*(\[\s*)?\{\s*\"")
_MARKUP = re.compile(rb"\s*<(!doctype|html|\?xml|mediawiki)\b", re.IGNORECASE)
# Ends of lines that no tokenizer takes for the end of a sentence: of old Macs, of mainframes, of Unicode.
_OTHER_LINE_ENDS = {b"\r": "CR", b"\xc2\x85": "NEL", b"\xe2\x80\xa8": "U+2028"}


def doubt_about(head: bytes, *, is_tokenized_in_lines: bool) -> str | None:
    """Why a text that begins like this may not be read as it is meant.

    is_tokenized_in_lines : whether a function of the user's gets its lines, and can read markup.
    """
    if b"\n" not in head:
        for end, name in _OTHER_LINE_ENDS.items():
            if head.rstrip().count(end) > _FEW:
                return (
                    f"lines end in {name}, but only a newline (LF) ends a sentence, so that all of it is one sentence: "
                    "open(path) in Python translates CR, and `tr '\\r' '\\n'` as well"
                )
    if is_tokenized_in_lines:
        return None
    if _JSON.match(head):
        return (
            "this looks like JSON, whose names of fields are read as words of the text: give the texts, as in "
            "(json.loads(line)['text'] for line in file)"
        )
    if _MARKUP.match(head):
        return "this looks like HTML or XML, whose tags are read as words of the text: extract the text first"
    return None
