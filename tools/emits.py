"""Refuse `tx.emit` and `ctx.emit` outside the modules that do the deeds: an event is told where its deed is done."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FEATURES = ROOT / "chatroom" / "features"
# What a slice has besides its services; every other module of a slice is a service, the writer included.
NOT_SERVICES = {"__init__", "api", "jobs", "ports", "rules", "signals", "store", "types"}


def emits(tree: ast.Module) -> Iterator[int]:
    """Lines that call `.emit` on something named `tx` or `ctx`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "emit":
            owner = node.func.value
            name = (
                owner.id
                if isinstance(owner, ast.Name)
                else owner.attr
                if isinstance(owner, ast.Attribute)
                else ""
            )
            if name in {"tx", "ctx"}:
                yield node.lineno


def findings() -> Iterator[str]:
    """Say every line that emits where it may not."""
    for path in sorted((ROOT / "chatroom").rglob("*.py")):
        service = path.is_relative_to(FEATURES) and path.parent != FEATURES and path.stem not in NOT_SERVICES
        if not service:
            lines = emits(ast.parse(path.read_text(encoding="utf-8")))
            yield from (
                f"{path.relative_to(ROOT)}:{line}: an event told outside a service module" for line in lines
            )


if __name__ == "__main__":
    found = list(findings())
    sys.exit("\n".join(found) if found else 0)
