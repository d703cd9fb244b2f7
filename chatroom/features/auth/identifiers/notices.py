"""Telling people by mail and SMS what was changed about the way in, so that they notice when it was not them."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from chatroom.core.clock import iso
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.jobs import enqueue, job
from chatroom.core.secrets import Vault
from chatroom.features.auth.identifiers import codes, identifiers
from chatroom.features.auth.ports import Mailer, SmsSender
from chatroom.features.auth.rules import Identifier
from chatroom.features.auth.types import IdentifierKind

_PLACE: Final = "jobs:payload:auth.send_notice"
_TEXTS: Final = {
    "password": ("Your password was changed", "The password of your account was changed at {at}."),
    "identifier": ("Your account was changed", "The address or number of your account was changed at {at}."),
}
_HELP: Final = " If that was not you, set a new password: all who are signed in are then signed out."


What = Literal["password", "identifier"]


class _Notice(msgspec.Struct):
    """What the job is told, sealed: rows of jobs are kept for a day."""

    address: str
    what: What
    at: int
    kind: IdentifierKind = "email"


async def tell(tx: Tx, to: Mapping[IdentifierKind, str], what: What) -> None:
    """Send a notice after the commit to each of a person's addresses and numbers, as they were before the change.

    Where nothing can be sent that way, nothing is.
    """
    for kind, address in to.items():
        try:
            identifiers.check_sender(tx.ctx, kind)
        except Problem:
            continue
        notice = msgspec.json.encode(_Notice(address, what, tx.now, kind)).decode()
        await enqueue(tx, send_notice, tx.ctx.port(Vault).seal(_PLACE, notice))


@job("auth.send_notice")
async def send_notice(ctx: Context, sealed: Any) -> None:
    """Send one; a second run sends it twice, which is no harm."""
    notice = msgspec.json.decode(ctx.port(Vault).open(_PLACE, sealed), type=_Notice)
    subject, text = _TEXTS[notice.what]
    text = text.format(at=iso(notice.at)) + _HELP
    if notice.kind == "email":
        await ctx.port(Mailer).send(notice.address, subject, text)
        return
    to = Identifier("phone", notice.address)
    if await codes.count(
        ctx, to
    ):  # a message costs money: whoever changes their password all day is told thrice
        await codes.carry(ctx, to, ctx.port(SmsSender).send(notice.address, text))
