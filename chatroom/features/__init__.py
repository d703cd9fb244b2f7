"""The slices, lowest first. A slice calls those before it; those after it hear its signals.

`audit | log` < `users` < `auth | files` < `sanctions | verification | payments` < `rooms` < `presence | messages` <
`marketplace` < `moderation`; those without a folder have not been built.

What a slice declares stands in its `api.py` under the names of `WORDS`. Here it is put together: one name for two
things, and a name that stands for nothing, end the start of the server.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from chatroom.core.context import Context
from chatroom.core.errors import CATALOGUE, Entry
from chatroom.core.jobs import Job
from chatroom.core.limits import BUCKETS, LIMITS, Bucket
from chatroom.core.operation import Operation
from chatroom.core.parts import Part
from chatroom.core.principal import Permission
from chatroom.core.recheck import Check
from chatroom.core.schema import Event
from chatroom.db import metadata
from chatroom.features.auth import api as auth
from chatroom.features.log import api as log
from chatroom.features.log.types import EntryKind
from chatroom.features.messages import api as messages
from chatroom.features.presence import api as presence
from chatroom.features.rooms import api as rooms
from chatroom.features.users import api as users

_Named = TypeVar("_Named", Operation, Permission, EntryKind)
_Word = TypeVar("_Word")
_SLICES: Final = (log, users, auth, rooms, presence, messages)
WORDS: Final = (
    "problems",
    "limits",
    "operations",
    "kinds",
    "events",
    "handlers",
    "jobs",
    "parts",
    "rechecks",
    "at_start",
)
"""What an `api.py` may declare; what is not there is nothing."""


def named(declared: Iterable[_Named]) -> dict[str, _Named]:
    """By name. Raises ValueError for a name that stands for two things."""
    found: dict[str, _Named] = {}
    for thing in declared:
        if found.setdefault(thing.name, thing) is not thing:
            raise ValueError(f"two slices declare {thing.name}")
    return found


def add(table: dict[str, _Word], declared: Mapping[str, _Word]) -> None:
    """Add what a slice declares to a table of `core`. Raises ValueError for a name that stands there already."""
    if twice := table.keys() & declared.keys():
        raise ValueError(f"declared twice: {', '.join(sorted(twice))}")
    table.update(declared)


def check(op: Operation) -> Operation:
    """Return an operation whose codes, bucket and limit are all declared. Raises KeyError for one that is not.

    Raises TypeError for one that is for somebody in a room, and whose command names none.
    """
    if op.within is not None and "room_id" not in op.input.__struct_fields__:
        raise TypeError(f"{op.name} is for {op.within.name}, and names no room")
    for table, names in ((CATALOGUE, op.refuses), (BUCKETS, [op.bucket]), (LIMITS, [op.limit])):
        if unknown := {name for name in names if name} - set(table):
            raise KeyError(f"{op.name} names {', '.join(sorted(unknown))}, which no slice declares")
    return op


def _declared(word: str) -> list[Any]:
    return [thing for each in _SLICES for thing in getattr(each, word, ())]


for _each in _SLICES:
    add(CATALOGUE, getattr(_each, "problems", {}))
    add(BUCKETS, getattr(_each, "limits", {}))

problems: Final[Mapping[str, Entry]] = CATALOGUE
"""Every refusal, by code."""

limits: Final[Mapping[str, Bucket]] = BUCKETS
"""Every bucket of rates, by name."""

operations: Final[dict[str, Operation]] = named(map(check, _declared("operations")))
"""Everything a client can ask for, by name."""

permissions: Final = named(operation.may for operation in operations.values())
"""What operations need, by name."""

kinds: Final[dict[str, EntryKind]] = named(_declared("kinds"))
"""Every kind of entry that is no message, by name."""

events: Final[list[type[Event]]] = _declared("events")
"""Everything clients are told."""

handlers: Final = _declared("handlers")
"""(signal, function) in the order in which they are told."""

jobs: Final[list[Job]] = _declared("jobs")
"""Work that runs by itself or after a deed."""

parts: Final[list[Part[Any]]] = _declared("parts")
"""What a node builds for the slices, once it has built what its settings choose."""

rechecks: Final[list[Check]] = _declared("rechecks")
"""How open sockets come to be what is true of their person now."""

at_start: Final[list[Callable[[Context], Awaitable[None]]]] = _declared("at_start")
"""What is done before a node takes connections, as the system."""

tables: Final = metadata
"""Every table: importing this package has declared those of all slices."""
