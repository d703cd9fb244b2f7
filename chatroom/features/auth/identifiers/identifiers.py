"""Addresses and numbers: sealed for storage, found by a blind index, proven by a one-time code."""

from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.secrets import Vault
from chatroom.db import Reader
from chatroom.features.auth import rules
from chatroom.features.auth.ports import Mailer, SmsSender
from chatroom.features.auth.rules import Identifier
from chatroom.features.auth.store import identifiers as store
from chatroom.features.auth.types import IdentifierKind
from chatroom.features.users import service as users
from chatroom.features.users.types import Person, User


def place(kind: IdentifierKind, user_id: str) -> str:
    """Where an identifier is sealed for."""
    return f"identifiers:{kind}:{user_id}"


async def find_owner(ctx: Context, reader: Reader, wanted: Identifier) -> str | None:
    """The id of whoever has it, or None."""
    return await store.find_owner(reader, wanted.kind, ctx.port(Vault).indexes(wanted.kind, wanted.value))


async def add(tx: Tx, user_id: str, given: Identifier) -> None:
    """Give a person an identifier. Raises `Problem("user_exists")`, or `db.Conflict` when it was taken just now."""
    if await find_owner(tx.ctx, tx.db, given):
        raise Problem("user_exists")
    vault = tx.ctx.port(Vault)
    await store.add(
        tx.db,
        {
            "kind": given.kind,
            "lookup": vault.index(given.kind, given.value),
            "user_id": user_id,
            "sealed": vault.seal(place(given.kind, user_id), given.value),
            "created_at": tx.now,
        },
    )


async def of(ctx: Context, reader: Reader, user_id: str) -> dict[IdentifierKind, str]:
    """A person's identifiers in clear. Only for their own eyes."""
    vault = ctx.port(Vault)
    return {
        kind: vault.open(place(kind, user_id), sealed)
        for kind, sealed in await store.list_of(reader, user_id)
    }


async def own_view(ctx: Context, reader: Reader, person: Person) -> User:
    """A person as they see themselves: with their address, and the last digits of their number."""
    mine = await of(ctx, reader, person.id)
    phone = mine.get("phone")
    return users.view(person, email=mine.get("email"), phone=rules.masked(phone) if phone else None)


def check_sender(ctx: Context, kind: IdentifierKind) -> None:
    """Raise `Problem("sms_unavailable" | "mail_unavailable")` when nothing can be sent that way."""
    if kind == "phone":
        ctx.port(SmsSender).check()
    else:
        ctx.port(Mailer).check()


async def can_be_read(ctx: Context, count: int) -> bool:
    """Whether the keys of this server open `count` of the stored identifiers, or all where there are fewer."""
    async with ctx.read() as reader:
        rows = await store.sample(reader, count)
    return all(ctx.port(Vault).fits(place(row.kind, row.user_id), row.sealed) for row in rows)


async def reseal(ctx: Context, count: int) -> int:
    """Seal up to `count` identifiers anew with the newest key, with its index; return how many are left."""
    vault = ctx.port(Vault)
    async with ctx.begin() as tx:
        for row in await store.list_stale(tx.db, vault.mark, count):
            where = place(row.kind, row.user_id)
            value = vault.open(where, row.sealed)
            await store.reseal(tx.db, row, vault.index(row.kind, value), vault.seal(where, value))
        return await store.count_stale(tx.db, vault.mark)
