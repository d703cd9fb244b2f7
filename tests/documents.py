"""The pages that people read, and the code on them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOW_TO = sorted((ROOT / "docs/how-to").glob("*.md"))


def blocks(page: Path, language: str) -> list[str]:
    """The code of one language on a page."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", page.read_text())
