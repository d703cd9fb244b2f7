"""Secrets that nobody gave: made at first use, kept in files of the data folder."""

import os
import secrets
import stat
import tempfile
from pathlib import Path

from chatroom.exits import BadSetting
from chatroom.settings.forms import weakness


def generated(path: Path, name: str) -> str:
    """Return the secret in a file, made at first use, readable by its owner only.

    It appears under its name complete or not at all, so that two nodes which start at once agree on one. Raises
    `BadSetting` for the variable `name` when others may read the file, or when it holds no secret.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".", delete=False) as file:  # made 0600
            file.write(secrets.token_urlsafe(48) + "\n")
        try:
            os.link(file.name, path)
        except FileExistsError:
            pass
        finally:
            Path(file.name).unlink()
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSetting(name, f"others may read the generated file {path.name}: chmod 600 it")
    secret = path.read_text().strip()
    if weakness(secret):
        raise BadSetting(name, f"the generated file {path.name} holds no secret any more")
    return secret
