"""Changing one's own addresses and numbers: with a proof of who asks, and with the code that arrived there."""

from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import Role
from chatroom.core.secrets import Vault
from chatroom.db import Conflict
from chatroom.features.auth import rules
from chatroom.features.auth.identifiers import codes, identifiers, notices
from chatroom.features.auth.passwords import step_up
from chatroom.features.auth.ports import AuthOptions
from chatroom.features.auth.rules import Identifier
from chatroom.features.auth.store import identifiers as store
from chatroom.features.auth.types import AddIdentifier, ConfirmIdentifier, Sent
from chatroom.features.users import service as users
from chatroom.features.users.types import User


async def begin(ctx: Context, cmd: AddIdentifier) -> Sent:
    """Send a code to an address or number that one wants to have.

    Whether somebody else has it is told to nobody but its owner, by the code. It takes a proof of who asks: with an
    address of their own a thief would have the account. Raises `Problem("bad_input" | "step_up_required" |
    "invalid_credentials" | "sms_unavailable" | "mail_unavailable" | "rate_limited" | "busy")`.
    """
    wanted = rules.identifier(cmd.email, cmd.phone_number, ctx.port(AuthOptions).country)
    if wanted is None:
        raise Problem("bad_input", "Name an email or a phoneNumber.")
    identifiers.check_sender(ctx, wanted.kind)
    await step_up.must_be_proven(ctx, cmd.current_password)
    await codes.spend(ctx, wanted)
    async with ctx.begin() as tx:
        await codes.ask(tx, "confirm", wanted, user_id=ctx.who.id)
    return Sent()


async def confirm(ctx: Context, cmd: ConfirmIdentifier) -> User:
    """Take the code that arrived there; the identifier replaces the one of its kind.

    Raises `Problem("invalid_code" | "user_exists")`.
    """
    code = await codes.check(ctx, ctx.who.id, "confirm", cmd.code)
    given = Identifier(code.kind, ctx.port(Vault).open(codes.place(ctx.who.id), code.sealed or ""))
    try:
        async with ctx.begin() as tx:
            await codes.use(tx, code)
            if await identifiers.find_owner(ctx, tx.db, given) != ctx.who.id:
                await notices.tell(tx, await identifiers.of(ctx, tx.db, ctx.who.id), "identifier")
                await store.remove_of(tx.db, ctx.who.id, given.kind)
                await identifiers.add(tx, ctx.who.id, given)
            person = await users.find(tx.db, ctx.who.id)
            if person is None or person.role == Role.GUEST:
                raise Problem("forbidden")
            return await identifiers.own_view(ctx, tx.db, person)
    except Conflict:
        raise Problem("user_exists") from None
