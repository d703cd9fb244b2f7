"""Refuse long files and long functions: when one grows, it has two ideas in it.

A file has at most 300 lines. A function has at most 40, its docstring not counted, or 80 when its `def` line
carries `# size: <what the length buys>`. TypeScript functions are bounded by Biome, their files here.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LIMIT = 300
FUNCTION_LIMIT = 40
HOT_LIMIT = 80
GENERATED = {"web/src/api/contract.ts"}
# A migration is one list of steps, written once and never grown.
MIGRATIONS = "chatroom/db/migrations/versions/"


def sources() -> list[Path]:
    """Every tracked or new source file that git does not ignore."""
    command = [
        "git",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        "*.py",
        "*.ts",
        "*.tsx",
        "*.mjs",
    ]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    kept = sorted(name for name in set(names) - GENERATED if not name.startswith(MIGRATIONS))
    return [ROOT / name for name in kept if (ROOT / name).is_file()]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from `def` to its end, without its docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        docstring = function.body[0]
        total -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return total


def long_functions(text: str) -> Iterator[str]:
    """Say which functions are too long, one sentence each."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        signature = lines[node.lineno - 1 : node.body[0].lineno - 1] or [lines[node.lineno - 1]]
        reason = any("# size: " in line for line in signature)
        limit = HOT_LIMIT if reason else FUNCTION_LIMIT
        if length(node) > limit:
            yield f"{node.lineno}: {node.name} has {length(node)} lines, the limit is {limit}"


def findings() -> Iterator[str]:
    """Say everything that is too long."""
    for path in sources():
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT)
        if (count := len(text.splitlines())) > FILE_LIMIT:
            yield f"{name}: {count} lines, the limit is {FILE_LIMIT}"
        if path.suffix == ".py":
            yield from (f"{name}:{finding}" for finding in long_functions(text))


if __name__ == "__main__":
    found = list(findings())
    sys.exit("\n".join(found) if found else 0)
