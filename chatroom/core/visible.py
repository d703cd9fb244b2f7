"""What of a text can be seen. One rule for names, rooms and messages: at least one visible grapheme.

Python's tables are those of Unicode 14 (Python 3.11). What they do not know is taken to be visible, so that new emoji
are accepted on the day a phone has them, but for marks and format characters that were assigned since: those are
shipped in `unicode/newer.txt`.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Final

UNICODE: Final = Path(__file__).parent / "unicode"
# Default_Ignorable_Code_Point of DerivedCoreProperties.txt, reserved ones included, which keeps the list from ageing.
IGNORABLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BLANK: Final = "\u2800\ufffc\U00013441\U00013442\U0001d159"  # a letter or a symbol by category, and no ink
_NO_INK: Final = re.compile(f"[{IGNORABLE}{_BLANK}]")
_PREPENDED: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Format characters that are seen: signs of Arabic, Syriac and Kaithi before numbers."""


@cache
def _newer() -> tuple[list[int], list[int]]:
    """First and last code points of the ranges of marks and format characters that Python does not know."""
    rows = [line.split() for line in (UNICODE / "newer.txt").read_text().splitlines() if line[0] != "#"]
    return [int(first, 16) for first, _ in rows], [int(last, 16) for _, last in rows]


def is_mark(char: str) -> bool:
    """Whether a character stands on the one before it: without one it is nothing."""
    category = unicodedata.category(char)
    return category[0] == "M" or (category == "Cn" and _is_newer(ord(char)))


def _is_newer(point: int) -> bool:
    firsts, lasts = _newer()
    at = bisect_right(firsts, point) - 1
    return at >= 0 and point <= lasts[at]


def is_seen(char: str) -> bool:
    """Whether a character alone shows anything."""
    category = unicodedata.category(char)
    if category[0] in "LNPS":
        return _NO_INK.match(char) is None
    if category == "Cn":
        return _NO_INK.match(char) is None and not _is_newer(ord(char))
    return category == "Co" or char in _PREPENDED


def has_visible(text: str) -> bool:
    """Whether anything of a text can be seen. It looks no further than the first character that is."""
    return any(is_seen(char) for char in text)
