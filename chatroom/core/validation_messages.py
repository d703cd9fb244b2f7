"""What msgspec says of a wrong value, as a sentence for people: clients show the text of a refusal as it is."""

import re
from collections.abc import Callable
from typing import Final

_KINDS: Final = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "empty",
    "datetime": "an instant such as 2026-12-31T18:00:00Z",
}
_AT_LEAST: Final = {">": "more than", ">=": "at least"}
_AT_MOST: Final = {"<": "less than", "<=": "at most"}
_PATH: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
_FIELD: Final = re.compile(r"field `(?P<name>[^`]+)`")
_SENTENCES: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile("missing required field"), lambda _: "is missing."),
    (re.compile("unknown field"), lambda _: "is not known here."),
    (re.compile("matching regex"), lambda _: "does not have the right form."),
    (re.compile(r"of length <= (\d+)"), lambda found: f"is longer than {found[1]}."),
    (re.compile(r"of length >= (\d+)"), lambda found: f"is shorter than {found[1]}."),
    (re.compile(r"(>=?) (\S+)$"), lambda found: f"must be {_AT_LEAST[found[1]]} {found[2]}."),
    (re.compile(r"(<=?) (\S+)$"), lambda found: f"must be {_AT_MOST[found[1]]} {found[2]}."),
    (re.compile(r"Expected `([^`]+)`, got `([^`]+)`"), lambda found: _must_be(found[1], found[2])),
    (re.compile("RFC3339|timezone component"), lambda _: f"must be {_KINDS['datetime']}."),
    (re.compile("Invalid enum value"), lambda _: "is not one of the values that are allowed."),
)


def _must_be(expected: str, got: str) -> str:
    wanted = [_KINDS.get(kind, kind) for kind in expected.split(" | ") if kind != "null"]
    return f"must be {' or '.join(wanted)}, not {_KINDS.get(got, got)}."


def complaint(error: Exception) -> tuple[str, str]:
    """Return the path of the wrong field, `$` for the whole input, and a sentence that says what is wrong with it."""
    match = _PATH.match(str(error))
    what = match["what"] if match else str(error)
    path = (match["path"] if match else None) or ""
    if named := _FIELD.search(what):
        path = f"{path}.{named['name']}" if path else named["name"]
    said = next(
        (say(found) for pattern, say in _SENTENCES if (found := pattern.search(what))), "is not valid."
    )
    return path or "$", f"{path or 'The input'} {said}"
