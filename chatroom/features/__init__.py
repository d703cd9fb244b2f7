"""The slices, lowest first. A slice calls those before it; those after it hear its signals.

`audit | log` < `users` < `auth | files` < `sanctions | verification | payments` < `rooms` < `presence | messages` <
`marketplace` < `moderation`; those without a folder have not been built.
"""

from collections.abc import Iterable
from typing import Final, TypeVar

from chatroom.core.jobs import Job
from chatroom.core.operation import Operation
from chatroom.core.principal import Permission
from chatroom.core.schema import Event
from chatroom.db import metadata
from chatroom.features.auth import api as auth
from chatroom.features.auth.jobs import jobs as auth_jobs
from chatroom.features.log import api as log
from chatroom.features.log.types import EntryKind
from chatroom.features.messages import api as messages
from chatroom.features.messages.jobs import jobs as messages_jobs
from chatroom.features.presence import api as presence
from chatroom.features.rooms import api as rooms
from chatroom.features.users import api as users

_Named = TypeVar("_Named", Operation, Permission, EntryKind)
_SLICES: Final = (users, auth, rooms, presence, messages)


def named(declared: Iterable[_Named]) -> dict[str, _Named]:
    """By name. Raises ValueError for a name that stands for two things."""
    found: dict[str, _Named] = {}
    for thing in declared:
        if found.setdefault(thing.name, thing) is not thing:
            raise ValueError(f"two slices declare {thing.name}")
    return found


operations: Final = named(operation for each in _SLICES for operation in each.operations)
"""Everything a client can ask for, by name."""

permissions: Final = named(operation.may for operation in operations.values())
"""What operations need, by name."""

kinds: Final = named(kind for each in (rooms,) for kind in each.kinds)
"""Every kind of entry that is no message, by name."""

events: Final[list[type[Event]]] = [*log.events, *rooms.events, *presence.events, *messages.events]
"""Everything clients are told."""

listeners: Final = [*auth.listeners, *rooms.listeners, *presence.listeners]
"""(signal, function) in the order in which they are told."""

jobs: Final[list[Job]] = [*auth_jobs, *presence.jobs, *messages_jobs]
"""Work that runs by itself or after a deed."""

tables: Final = metadata
"""Every table: importing this package has declared those of all slices."""
