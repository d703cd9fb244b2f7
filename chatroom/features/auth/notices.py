"""Telling people by mail what was changed about the way in, so that they notice when it was not them."""

from typing import Any, Final, Literal

import msgspec

from chatroom.core.clock import iso
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.jobs import enqueue, job
from chatroom.core.secrets import Vault
from chatroom.features.auth.ports import Mailer

_PLACE: Final = "jobs:payload:auth.send_notice"
_TEXTS: Final = {
    "password": ("Your password was changed", "The password of your account was changed at {at}."),
    "identifier": ("Your account was changed", "The address or number of your account was changed at {at}."),
}
_HELP: Final = " If that was not you, set a new password: all who are signed in are then signed out."


class _Notice(msgspec.Struct):
    """What the job is told, sealed: rows of jobs are kept for a day."""

    address: str
    what: Literal["password", "identifier"]
    at: int


async def tell(tx: Tx, address: str | None, what: Literal["password", "identifier"]) -> None:
    """Send a notice after the commit, if there is an address and mail can be sent."""
    if address is None:
        return
    try:
        tx.ctx.port(Mailer).check()
    except Problem:
        return
    notice = msgspec.json.encode(_Notice(address, what, tx.now)).decode()
    await enqueue(tx, send_notice, tx.ctx.port(Vault).seal(_PLACE, notice))


@job("auth.send_notice")
async def send_notice(ctx: Context, sealed: Any) -> None:
    """Send one; a second run sends it twice, which is no harm."""
    notice = msgspec.json.decode(ctx.port(Vault).open(_PLACE, sealed), type=_Notice)
    subject, text = _TEXTS[notice.what]
    await ctx.port(Mailer).send(notice.address, subject, text.format(at=iso(notice.at)) + _HELP)
