"""What a server that is used for a while holds: who is there, and which rooms. `founding` writes it, as JSON."""

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_ACCOUNTS: Final = 12  # that one attacker has


@dataclass
class Town:
    """Who is there, by token, and the ids of rooms. All rooms are public."""

    residents: list[str] = field(default_factory=list)
    streets: list[str] = field(default_factory=list)
    crowd: list[str] = field(default_factory=list)
    """Members of the hall: an honest load, and from the front the accounts of attackers."""
    guests: list[str] = field(default_factory=list)
    collector: str = ""
    """Somebody in every room of the market."""
    hall: str = ""
    archive: str = ""
    epoch: str = ""
    """Of the archive."""
    market: list[str] = field(default_factory=list)


class Site:
    """What a script knows: the town, who it is (`stranger`, `guest`, `member`), and numbers to make things new.

    Sites of different `place` have no account in common, and so no limit that counts by person.
    """

    def __init__(self, town: Town, who: str, place: int = 0) -> None:
        first = place * _ACCOUNTS % (len(town.crowd) - _ACCOUNTS + 1)
        self.town = town
        self.who = who
        self.tokens = {
            "stranger": [""],
            "guest": town.guests[:_ACCOUNTS],
            "member": town.crowd[first : first + _ACCOUNTS],
        }[who]
        self._next = itertools.count()
        self._count = itertools.count()

    def token(self) -> str:
        """A token, by turns; empty for a stranger."""
        return self.tokens[next(self._next) % len(self.tokens)]

    def number(self) -> int:
        """A number that was not given before."""
        return next(self._count)


def read(folder: Path) -> Town:
    """The town that `found` wrote."""
    return Town(**json.loads((folder / "town.json").read_text()))
