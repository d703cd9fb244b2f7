"""Who is asking, and the one table of who may do what (docs/reference/operations.md)."""

from enum import StrEnum
from typing import Final

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

_ALL: Final = frozenset({Role.OUTSIDER, Role.GUEST, Role.USER, Role.MODERATOR, Role.ADMIN})
_PEOPLE: Final = _ALL - {Role.OUTSIDER}
_MEMBERS: Final = _PEOPLE - {Role.GUEST}
_ADMINS: Final = frozenset({Role.ADMIN})

POLICY: Final[dict[str, frozenset[Role]]] = {
    "auth.register": _ALL,
    "auth.sign_in": _ALL,
    "auth.sign_out": _ALL,
    "auth.csrf": _ALL,
    "auth.capabilities": _ALL,
    "auth.guest": _ALL,
    "auth.refresh": _ALL,
    "auth.recover": _ALL,
    "auth.replace_password": _ALL,
    "auth.change_password": _MEMBERS,
    "auth.identify": _MEMBERS,
    "auth.prove": _MEMBERS,
    "auth.list_sessions": _MEMBERS,
    "auth.end_session": _PEOPLE,
    "users.read_self": _PEOPLE,
    "users.change_self": _MEMBERS,
    "users.list": _ADMINS,
    "users.read": _ADMINS,
    "users.change": _ADMINS,
    "users.remove": _ADMINS,
    "rooms.create": _MEMBERS,
    "rooms.list": _PEOPLE,
    "rooms.read": _PEOPLE,
    "rooms.join": _MEMBERS,
    "rooms.enter": _PEOPLE,
    "rooms.leave": _PEOPLE,
    "rooms.invite": _MEMBERS,
    "messages.send": _PEOPLE,
    "messages.read": _PEOPLE,
    "messages.mark_read": _PEOPLE,
    "presence.read": _PEOPLE,
    "presence.type": _PEOPLE,
    "presence.heartbeat": _PEOPLE,
}
"""Action -> the global roles that may try it. Whose object it is, the slice decides by scoped look-up."""

UNFINISHED: Final = frozenset({"auth.change_password"})
"""What a person with a first password may ask besides all that an outsider may (refresh and sign-out among it)."""


def require(who: Principal, action: str) -> None:
    """Let `who` pass or raise: 401 for an outsider, 403 for the others (roles that the action does not name)."""
    allowed = POLICY[action]
    if who.role not in allowed:
        raise Problem("unauthorized" if who.role is Role.OUTSIDER else "forbidden")
    if who.must_change_password and action not in UNFINISHED and Role.OUTSIDER not in allowed:
        raise Problem("password_change_required")
