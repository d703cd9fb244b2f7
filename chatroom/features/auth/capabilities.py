"""What works on this server: clients ask before they offer it."""

from collections.abc import Callable

from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.schema import Wire
from chatroom.features.auth.ports import Mailer, SmsSender


class WaysIn(Wire, frozen=True, kw_only=True):
    """Which ways to become somebody work."""

    email: bool
    phone: bool
    guest: bool


class ByAddress(Wire, frozen=True, kw_only=True):
    """Whether this server can write to an e-mail address and to a phone."""

    email: bool
    phone: bool


class Capabilities(Wire, frozen=True, kw_only=True):
    """What works on this server, so that a client offers nothing else."""

    registration: WaysIn
    password_reset: ByAddress
    identifiers: ByAddress
    """Which kinds of address a member may add or change: each is confirmed by a code."""


def capabilities(ctx: Context) -> Capabilities:
    """Tell which ways to sign up, to reset a password and to change an address work here. Needs no token."""
    mail, sms = _works(ctx.port(Mailer).check), _works(ctx.port(SmsSender).check)
    reachable = ByAddress(email=mail, phone=sms)
    return Capabilities(
        # Signing up by e-mail sends nothing, so it works without a mail server.
        registration=WaysIn(email=True, phone=sms, guest=True),
        password_reset=reachable,
        identifiers=reachable,
    )


def _works(check: Callable[[], None]) -> bool:
    try:
        check()
    except Problem:
        return False
    return True
