"""What an e-mail address, a phone number and a password may be."""

import re
import unicodedata
from typing import Final, NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from chatroom.core.errors import Problem
from chatroom.core.visible import IGNORABLE
from chatroom.features.auth.passwords.guessable import is_guessable
from chatroom.features.auth.types import IdentifierKind

MIN_CHARACTERS: Final = 8
MAX_BYTES: Final = 72  # bcrypt reads no further; a longer one would be cut off silently
ADULT: Final = 18
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_PHONE: Final = re.compile(r"\+?[0-9 ()./-]{4,40}")
_HIDDEN: Final = re.compile(f"[{IGNORABLE}]")
_DASH: Final = re.compile("[\u2010-\u2015\u2212]")
_USUAL_COUNTRY: Final = "US"
_SHORT: Final = re.compile(
    r"\+1[0-9]{9}"
)  # with + but without its country, as the example of seed S1: +1234567890
_SHOWN: Final = 4
_PART: Final = 4  # characters of an own name or number from which on a password may not be made of it


class Identifier(NamedTuple):
    """An address in the one form that is looked up, or a number in E.164."""

    kind: IdentifierKind
    value: str


def clean_email(email: str) -> str:
    """Return the address in the one form that is looked up. Raises `Problem("bad_input")`."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Problem("bad_input", "This is not an e-mail address.", errors={"email": [str(error)]}) from None


def clean_phone(number: str, country: str = "") -> str:
    """Return a number in E.164. Raises `Problem("bad_input")`.

    With `+` or `00` first it is international, else a number of `country` (two letters of ISO 3166). Where the host
    has named none it is read as seed S1 writes numbers, in the form of the United States.
    """
    refusal = Problem(
        "bad_input",
        "This is not a phone number: write it with + and the country.",
        errors={"phoneNumber": ["number"]},
    )
    number = _as_typed(number)
    if not _PHONE.fullmatch(number):
        raise refusal
    if number.startswith("00"):
        number = "+" + number[2:]
    elif not country and _SHORT.fullmatch(number):
        number = number[1:]
    try:
        parsed = phonenumbers.parse(number, country or _USUAL_COUNTRY)
    except phonenumbers.NumberParseException:
        raise refusal from None
    # Possible, not assigned: lists of assigned ranges age faster than servers are updated. Nor without an area code.
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise refusal
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _as_typed(number: str) -> str:
    """Return a number in ASCII: keyboards write digits of their script, books of contacts put marks around it."""
    plain = _DASH.sub("-", unicodedata.normalize("NFKC", _HIDDEN.sub("", number)))
    return "".join(str(unicodedata.decimal(char, char)) for char in plain).strip()


def identifier(email: str | None, phone: str | None, country: str = "") -> Identifier | None:
    """Return whichever was given, cleaned; None for neither. Raises `Problem("bad_input")`."""
    if phone:
        return Identifier("phone", clean_phone(phone, country))
    return Identifier("email", clean_email(email)) if email else None


def masked(number: str) -> str:
    """Hide a number but for its last four digits."""
    return "*" * (len(number) - _SHOWN) + number[-_SHOWN:]


def clean_password(password: str, *own: str) -> str:
    """Return a new password in NFC. Raises `Problem("bad_input")`.

    It has 8 characters to 72 bytes and is neither common nor made of the person's `own` address, number or name.
    """
    password = unicodedata.normalize("NFC", password)
    if len(password) < MIN_CHARACTERS or len(password.encode()) > MAX_BYTES:
        raise Problem(
            "bad_input",
            f"A password has at least {MIN_CHARACTERS} characters and at most {MAX_BYTES} bytes.",
            errors={"password": ["length"]},
        )
    if is_guessable(password) or any(_made_of(password, text) for text in own):
        raise Problem("bad_input", "This password is too easy to guess.", errors={"password": ["common"]})
    return password


def _made_of(password: str, own: str) -> bool:
    """Whether a password is an address, its first part, or a number with little around it."""
    given = password.casefold()
    parts = {own.casefold().lstrip("+"), own.casefold().partition("@")[0].lstrip("+")}
    return any(len(part) >= _PART and part in given and len(given) - len(part) < _PART for part in parts) or (
        given.isdecimal() and given.lstrip("0") in own and own.startswith("+")
    )


def given_password(password: str) -> bytes | None:
    """Return a password as typed at sign-in, ready to compare; None when it can be nobody's."""
    raw = unicodedata.normalize("NFC", password).encode()
    return raw if 0 < len(raw) <= MAX_BYTES and b"\0" not in raw else None


def is_adult(birth_year: int | str | None, year: int) -> bool | None:
    """Whether somebody born in a year turns 18 in `year` at the latest; None when they did not say.

    Raises `Problem("bad_input")` for what is no year.
    """
    text = str(birth_year).strip() if birth_year is not None else ""
    if not text:
        return None
    if not _YEAR.fullmatch(text) or int(text) > year:
        raise Problem("bad_input", "This is not a year of birth.", errors={"birthYear": ["year"]})
    return year - int(text) >= ADULT


def derived_password(first: str | None, last: str | None, birth_year: int | str | None) -> str:
    """Seed S1's formula for first passwords, which anybody can compute who knows the person."""
    return f"{(first or 'User')[:3]}{birth_year or '2000'}{(last or '')[:3]}!"
