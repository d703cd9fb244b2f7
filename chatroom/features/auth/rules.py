"""What an e-mail address and a password may be."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from chatroom.core.errors import Problem

MIN_CHARACTERS = 8
MAX_BYTES = 72  # bcrypt reads no further; a longer one would be cut off silently


def clean_email(email: str) -> str:
    """Return the address in the one form that is looked up. Raises `Problem("bad_input")`."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.casefold()
    except EmailNotValidError as error:
        raise Problem("bad_input", "This is not an e-mail address.", errors={"email": [str(error)]}) from None


def clean_password(password: str) -> str:
    """Return a new password in NFC. Raises `Problem("bad_input")` unless it has 8 characters to 72 bytes."""
    password = unicodedata.normalize("NFC", password)
    if len(password) < MIN_CHARACTERS or len(password.encode()) > MAX_BYTES:
        raise Problem(
            "bad_input",
            f"A password has at least {MIN_CHARACTERS} characters and at most {MAX_BYTES} bytes.",
            errors={"password": ["length"]},
        )
    return password


def given_password(password: str) -> bytes | None:
    """Return a password as typed at sign-in, ready to compare; None when it can be nobody's."""
    raw = unicodedata.normalize("NFC", password).encode()
    return raw if 0 < len(raw) <= MAX_BYTES else None
