"""People on the wire."""

from typing import Literal, NamedTuple

import msgspec

from chatroom.core.schema import Wire

Kind = Literal["member", "guest"]


class User(Wire, frozen=True, kw_only=True):
    """A person as others may see them; `email` is there for oneself only."""

    id: str
    name: str
    username: str
    email: str | msgspec.UnsetType = msgspec.UNSET
    kind: Kind
    role: str
    created_at: str


class Person(NamedTuple):
    """A person's row, as slices above need it; times in epoch milliseconds."""

    id: str
    name: str
    username: str
    kind: Kind
    role: str
    created_at: int
    last_seen_at: int | None
