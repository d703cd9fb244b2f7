"""Who is asking, and what they may (docs/reference/permissions.md)."""

from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from chatroom.core.errors import Problem


class Role(StrEnum):
    """Global roles; `outsider` has no token, `system` is the server's own work."""

    OUTSIDER = "outsider"
    GUEST = "guest"
    USER = "user"
    MODERATOR = "moderator"
    ADMIN = "admin"
    SYSTEM = "system"


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The one who asks: a signed-in person through one session, an outsider, or the system."""

    id: str
    role: Role
    username: str = ""
    name: str = ""
    session_id: str = ""
    expires_at: int | None = None
    """When the token ends, in epoch milliseconds; None when it has no end of its own."""
    must_change_password: bool = False
    """Signed in with a first password: may only set one, refresh and sign out."""
    transient: bool = False
    """A guest who came without a token and has no row yet."""


OUTSIDER: Final = Principal(id="", role=Role.OUTSIDER)
SYSTEM: Final = Principal(id="", role=Role.SYSTEM)

EVERYBODY: Final = frozenset({Role.OUTSIDER, Role.GUEST, Role.USER, Role.MODERATOR, Role.ADMIN})
PEOPLE: Final = EVERYBODY - {Role.OUTSIDER}
MEMBERS: Final = PEOPLE - {Role.GUEST}
ADMINS: Final = frozenset({Role.ADMIN})


class Permission(NamedTuple):
    """What an operation needs: a name, and the global roles that have it.

    Each slice declares its own, beside its operations. Whose object it is, the slice decides by scoped look-up.
    """

    name: str
    roles: frozenset[Role]
    unfinished: bool = False
    """Whether somebody with a first password has it, besides all that an outsider has (refresh, sign-out)."""
    guessing: bool = False
    """Whether passwords and codes are tried by it: no more often for a page of ours than for a script."""


def require(who: Principal, permission: Permission) -> None:
    """Let `who` pass or raise: 401 for an outsider, 403 for the others (roles that do not have the permission)."""
    roles = permission.roles
    if who.role not in roles:
        raise Problem("unauthorized" if who.role is Role.OUTSIDER else "forbidden")
    if who.must_change_password and not permission.unfinished and Role.OUTSIDER not in roles:
        raise Problem("password_change_required")
