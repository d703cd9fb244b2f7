"""The file `.env` of the working folder: pydantic-settings reads it, this looks at what that passes over in silence."""

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from chatroom.exits import BadSetting

ENV_FILE: Final = ".env"
_ALIKE: Final = 0.85  # SMTP_URI and PUBLIC_ULR are, PGPORT is not


def check() -> None:
    """Raise `BadSetting` for a line that is no setting: it would be ignored, and a default hold in its place.

    Raises OSError and UnicodeDecodeError for a file that is no text.
    """
    path = Path(ENV_FILE)
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for binding in parse_stream(file):
            if binding.error:
                raise BadSetting(ENV_FILE, f"line {binding.original.line} must be like NAME=value")


def misspelt(known: Iterable[str]) -> Mapping[str, str]:
    """Names in `.env` and the environment that are almost a setting's, each with the one that was meant."""
    known = sorted(known)
    given = {*os.environ, *dotenv_values(ENV_FILE)} - {*known}
    near = {name: get_close_matches(name, known, 1, _ALIKE) for name in sorted(given)}
    return {name: found[0] for name, found in near.items() if found}
