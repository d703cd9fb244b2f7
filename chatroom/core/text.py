"""What people write, made storable: NFC, no characters that hide or reverse what others read."""

import unicodedata

from chatroom.core.errors import Problem

# Zero-width joiners are the business of letters in Persian, Hindi and emoji; the rest of class C hides text.
_JOINERS = "\u200c\u200d"


def _refuse(field: str, message: str, kind: str) -> Problem:
    return Problem("bad_input", message, errors={field: [kind]})


def clean_line(text: str, *, field: str, length: int) -> str:
    """Return one line in NFC with single spaces, 1 to `length` characters. Raises `Problem("bad_input")`."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if not line.strip(_JOINERS + " ") or len(line) > length:
        raise _refuse(field, f"The {field} has 1 to {length} characters.", "length")
    if any(unicodedata.category(char)[0] == "C" and char not in _JOINERS for char in line):
        raise _refuse(field, f"The {field} may not hold control characters.", "characters")
    return line


def clean_text(text: str, *, field: str, length: int) -> str:
    """Return a text of several lines in NFC, 1 to `length` characters, not only space.

    Newlines and tabs stay, other control characters are refused. Raises `Problem("bad_input")`.
    """
    if text.isascii() and text.isprintable():  # nine messages in ten: 0.1 us instead of a walk over the text
        clean = text
    else:
        clean = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
        if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in clean):
            raise _refuse(field, f"The {field} may not hold control characters.", "characters")
    if not clean or len(clean) > length or clean.isspace():
        raise _refuse(field, f"The {field} has 1 to {length} characters.", "length")
    return clean
