"""A row of the table: what a stranger may send without end."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from tests.security.bounds.engine import Script
from tests.security.bounds.town import Site

STRANGER: Final = ("stranger",)
SIGNED_IN: Final = ("guest", "member")
EVERYBODY: Final = ("stranger", "member")


class Attack(NamedTuple):
    """What is sent, by how many connections at a time, and as whom."""

    kind: str
    """What it is an excess of: head, trailer, chunk, pipeline, frame, control frame..."""
    name: str
    script: Callable[[Site], Script]
    who: Sequence[str] = STRANGER
    """`stranger` (on sockets: an anonymous guest), `guest`, `member`: a row for each."""
    lines: int = 8
    window: int = 0
    """Bytes of the receive buffer of each connection; 0: the system's."""
    source: str = ""
    """Where the connections come from; empty: all from one address. A `*` stands for many."""


def title(attack: Attack) -> str:
    """What the row is called."""
    return f"{attack.kind}: {attack.name}"
