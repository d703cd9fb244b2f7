"""People on the wire."""

from typing import Literal, NamedTuple

import msgspec

from chatroom.core.schema import Wire

Kind = Literal["member", "guest"]
Status = Literal["pending", "active", "suspended", "banned", "deleted"]
"""`pending` has never shown that the number is theirs; the last three may not sign in."""
DeclaredAge = Literal["_18PLUS", "_18PLUS_RED"]
"""What a person says (seed S1's names); it opens nothing by itself."""


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
    status: Status = "active"
    expires_at: int | None = None
    """When a guest, or a person who has proven nothing, is removed."""
    declared_age: DeclaredAge | None = None
