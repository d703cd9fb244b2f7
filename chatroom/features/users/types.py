"""People on the wire."""

from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from chatroom.core.ids import Id
from chatroom.core.lookalikes import key
from chatroom.core.page import Cursor, Limit
from chatroom.core.schema import Wire

Kind = Literal["member", "guest"]
Status = Literal["pending", "active", "suspended", "banned", "deleted"]
"""`pending` has never shown that the number is theirs; the last three may not sign in."""
DeclaredAge = Literal["_18PLUS", "_18PLUS_RED"]
"""What a person says (seed S1's names); it opens nothing by itself."""


_NAME_KEY = (
    "Equal for names that look alike: show `@username` beside a name where two people of a room have one."
)


class User(Wire, frozen=True, kw_only=True):
    """A person as others may see them; `email` and `phoneNumber` (its last four digits) are for oneself only."""

    id: str
    name: str
    username: str
    name_key: Annotated[str, msgspec.Meta(description=_NAME_KEY)]
    email: str | UnsetType = UNSET
    phone_number: str | UnsetType = UNSET
    kind: Kind
    role: str
    created_at: str


class PersonView(User, frozen=True, kw_only=True):
    """A person as admins see them."""

    status: Status


class UserPage(Wire, frozen=True, kw_only=True):
    """People, the oldest first; `nextCursor` is null on the last page."""

    users: list[PersonView]
    next_cursor: str | None


class Removed(Wire, frozen=True, kw_only=True):
    """They cannot sign in any more."""

    ok: bool = True


class ChangeUser(Wire, frozen=True, kw_only=True):
    """What to change; the rest stays. A username has 3 to 24 letters a-z, digits, `_` or `-`."""

    name: Annotated[str, msgspec.Meta(max_length=256)] | None = None
    username: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class ListUsers(Wire, frozen=True, kw_only=True):
    """A page of people."""

    cursor: Cursor | None = None
    limit: Limit = 50


class OneUser(Wire, frozen=True, kw_only=True):
    """One person."""

    user_id: Id


class ChangePerson(ChangeUser, frozen=True, kw_only=True):
    """What an admin may change of a person."""

    user_id: Id
    status: Literal["active", "suspended"] | None = None


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
    claimed_name: str | None = None
    """The name of a guest who has given a number, from when they show that it is theirs."""
    name_key: str | None = None
    """What the name looks like; None in a row from a bench."""

    @property
    def look(self) -> str:
        """Equal for people whose names look alike."""
        return self.name_key or key(self.name)
