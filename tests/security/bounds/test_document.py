"""docs/security-model.md says what the code does."""

import re
from pathlib import Path
from typing import Final

from chatroom.core.limits import BUCKETS

TEXT: Final = (Path(__file__).parents[3] / "docs/security-model.md").read_text()
_SECONDS: Final = {"s": 1, "min": 60, "h": 3600}


def test_every_rate_stands_in_the_document_as_it_is() -> None:
    rows = re.findall(r"^\| `([a-z0-9_.]+)` \| ([\d ]+) \| (\d+) (s|min|h) \|", TEXT, re.MULTILINE)
    said = {
        name: (int(most.replace(" ", "")), int(count) * _SECONDS[unit]) for name, most, count, unit in rows
    }
    assert said == {name: (bucket.hits, bucket.seconds) for name, bucket in BUCKETS.items()}
