"""Databases of earlier versions, as their migrations left them."""

import shutil
from pathlib import Path

from chatroom.db.migrate import SCRIPTS


def migrations_until(newest: str, folder: Path) -> Path:
    """A copy in `folder` of the migrations up to a number: what `upgrade` of the version that ended there ran."""
    copy = folder / f"until_{newest}"
    shutil.copytree(SCRIPTS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for script in (copy / "versions").glob("[0-9]*_*.py"):
        if script.name.partition("_")[0] > newest:
            script.unlink()
    return copy
