"""What people write, made storable: NFC, something to see, no characters that hide or reverse what others read."""

import re
import unicodedata
from typing import Final

from chatroom.core.errors import Problem
from chatroom.core.visible import IGNORABLE, has_visible, is_mark, is_seen

# Controls, halves of surrogates, and code points that no text may hold.
_NEVER: Final = "\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\ufdd0-\ufdef\ufffe\uffff"
_IN_LINE: Final = re.compile(
    f"[{_NEVER}\\u2028\\u2029\ue000-\uf8ff\U000f0000-\U0010ffff\u202a-\u202e\u2066-\u2069]"
)
"""Refused in a line: those, what fonts of one's own draw, and what turns the direction of what others read."""
_IN_TEXT: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202d\u202e]"
)
"""Refused in a text: those but newline and tab, and the two overrides, which spell words backwards.

Embeddings and isolates stay: keyboards for Arabic and Hebrew write them, and they end with their paragraph.
"""
_HIDDEN: Final = re.compile(f"[{IGNORABLE}]")
_ZWNJ: Final = "\u200c"
_ZWJ: Final = "\u200d"
_VIRAMA: Final = 9  # canonical combining class
# Arabic, Syriac, N'Ko and Mandaic; Mongolian; forms of Arabic; Hanifi Rohingya; Adlam.
_CURSIVE: Final = re.compile(
    "[\u0600-\u08ff\u1800-\u18af\ufb50-\ufdff\ufe70-\ufefc\U00010d00-\U00010d3f\U0001e900-\U0001e95f]"
)
_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_MONGOLIAN: Final = re.compile("[\u180b-\u180d\u180f]")
_FLAG: Final = "\U0001f3f4"
_TAG: Final = re.compile("[\U000e0020-\U000e007f]")
_TONES: Final = re.compile("[\U0001f3fb-\U0001f3ff]")


def _refuse(field: str, message: str, kind: str) -> Problem:
    return Problem("bad_input", message, errors={field: [kind]})


def clean_line(text: str, *, field: str, length: int) -> str:
    """Return one line in NFC with single spaces, 1 to `length` characters. Raises `Problem("bad_input")`.

    What is invisible is dropped where no script and no emoji needs it: else two names would differ by nothing.
    """
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    if not line.isascii():
        line = " ".join(_without_hidden(line).split())
    if not has_visible(line) or len(line) > length:
        raise _refuse(
            field, f"The {field} has 1 to {length} characters, one that can be seen among them.", "length"
        )
    if _IN_LINE.search(line):
        raise _refuse(field, f"The {field} may not hold control characters.", "characters")
    return line


def _without_hidden(line: str) -> str:
    """Drop the invisible characters of a line that change nothing which is to be read."""
    if _HIDDEN.search(line) is None:
        return line
    kept: list[str] = []
    for at, char in enumerate(line):
        if (
            _HIDDEN.match(char) is None
            or _IN_LINE.match(char)
            or _is_needed(kept, char, line[at + 1 : at + 2])
        ):
            kept.append(char)
    return "".join(kept)


def _is_needed(before: list[str], char: str, after: str) -> bool:
    """Whether an invisible character has a use between these (as RFC 5892, A.1 and A.2, and UTS 51 have it)."""
    last = before[-1] if before else ""
    if not last:
        return False
    if char in (_ZWNJ, _ZWJ):
        if unicodedata.combining(last) == _VIRAMA or _joins(before, after):
            return True
        return char == _ZWJ and _is_picture(last) and _is_picture(after)
    if _SELECTORS.match(char):
        return is_seen(last)
    if _MONGOLIAN.match(char):
        return _CURSIVE.match(last) is not None
    return _TAG.match(char) is not None and (last == _FLAG or _TAG.match(last) is not None)


def _joins(before: list[str], after: str) -> bool:
    """Whether letters of a cursive script stand on both sides, marks left aside."""
    last = next((char for char in reversed(before) if not is_mark(char)), "")
    return bool(after) and _CURSIVE.match(last) is not None and _CURSIVE.match(after) is not None


def _is_picture(char: str) -> bool:
    """Whether a character may be part of an emoji that joiners make: a symbol, a skin tone, a selector, a tag's end."""
    return bool(char) and (
        unicodedata.category(char) in ("So", "Sm", "Cn")
        or _TONES.match(char) is not None
        or char in ("\ufe0f", "\U000e007f")
    )


def clean_text(text: str, *, field: str, length: int) -> str:
    """Return a text of several lines in NFC, 1 to `length` characters, one that can be seen among them.

    Newlines and tabs stay, other control characters are refused. Raises `Problem("bad_input")`.
    """
    if text.isascii() and text.isprintable():  # nine messages in ten: 0.1 us instead of a walk over the text
        clean, seen = text, not text.isspace()
    else:
        clean = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
        if _IN_TEXT.search(clean):
            raise _refuse(field, f"The {field} may not hold control characters.", "characters")
        seen = has_visible(clean)
    if not clean or len(clean) > length or not seen:
        raise _refuse(
            field, f"The {field} has 1 to {length} characters, one that can be seen among them.", "length"
        )
    return clean


def without_refused(text: str) -> str:
    """Return a text without the characters that `clean_text` refuses, a carriage return excepted."""
    return _IN_TEXT.sub(lambda found: found[0] if found[0] == "\r" else "", text)


def escape_refused(text: str) -> str:
    """Return JSON text that says the same and holds no character that `clean_text` refuses."""
    return _IN_TEXT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
