"""The generated files: what each holds, writing them, and telling which are out of date."""

import json
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings

from chatroom.contract import asyncapi, openapi, reference, typescript
from chatroom.contract.schemas import Shapes
from chatroom.contract.surface import Contract


def generate(contract: Contract, settings: type[BaseSettings]) -> dict[str, str]:
    """Return the text of every generated file by its path in the project."""
    shapes = Shapes(contract)
    return {
        ".env.example": reference.environment(settings),
        "docs/reference/openapi.json": _json(openapi.document(contract, shapes)),
        "docs/reference/asyncapi.json": _json(asyncapi.document(contract, shapes)),
        "docs/reference/operations.md": reference.operations(contract, shapes),
        "docs/reference/events.md": reference.events(contract, shapes),
        "docs/reference/permissions.md": reference.permissions(contract),
        "docs/reference/errors.md": reference.errors(),
        "docs/reference/settings.md": reference.settings(settings),
        "web/src/api/contract.ts": typescript.module(contract, shapes),
    }


def write(root: Path, files: dict[str, str]) -> None:
    """Write the files below `root`, making folders as needed."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def outdated(root: Path, files: dict[str, str]) -> list[str]:
    """Name the files below `root` that are missing or differ from what would be written."""
    return [
        name
        for name, text in files.items()
        if not (root / name).is_file() or (root / name).read_text(encoding="utf-8") != text
    ]


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
