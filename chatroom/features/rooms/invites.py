"""Invites: 128 random bits, found by a blind index, sealed so that the creator can fetch the code again.

Only the creator of a room makes, sees and withdraws its invite (seed S4), admins of the server included: the rows of
these operations say so (`within`).
"""

from functools import lru_cache

from chatroom.core import ids
from chatroom.core.clock import iso
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.secrets import Vault
from chatroom.features.rooms import rules, store
from chatroom.features.rooms.ports import Site
from chatroom.features.rooms.store import codes
from chatroom.features.rooms.types import Done, Invite, InviteRow, IssueInvite, OneRoom


def _place(room_id: str) -> str:
    return f"invites:code:{room_id}"


_PURPOSE = "invite"


def lookups(ctx: Context, code: str) -> list[str]:
    """The indexes under which a code may be stored: one for each key that is in use."""
    return ctx.port(Vault).indexes(_PURPOSE, code)


async def write(tx: Tx, room_id: str, *, expires_at: int | None = None, max_uses: int | None = None) -> str:
    """Replace the room's invite inside a transaction and return the new code."""
    code = ids.token(16)
    await codes.change(
        tx.db,
        {
            "room_id": room_id,
            "lookup": tx.ctx.port(Vault).index(_PURPOSE, code),
            "sealed": tx.ctx.port(Vault).seal(_place(room_id), code),
            "created_at": tx.now,
            "expires_at": expires_at,
            "max_uses": max_uses,
            "uses": 0,
        },
    )
    return code


def open_code(ctx: Context, room_id: str, sealed: str) -> str:
    """The code of a room in clear. Only for its creator's eyes: the caller has checked."""
    return _open(ctx.port(Vault), _place(room_id), sealed)


@lru_cache(maxsize=4096)
def _open(vault: Vault, place: str, sealed: str) -> str:
    """Open a code once: 85 us of a list of fifty rooms, asked for again and again."""
    return vault.open(place, sealed)


async def must_be_creator(ctx: Context, room_id: str) -> None:
    """Let the creator of a room pass. Raises `Problem("room_not_found" | "not_the_creator")`."""
    async with ctx.read() as reader:
        rules.must_be_creator(await store.find(reader, room_id, ctx.who.id), ctx.who.id)


async def issue(ctx: Context, cmd: IssueInvite) -> Invite:
    """Make a new invite; the one before stops working. Raises `Problem("bad_input")`."""
    async with ctx.begin() as tx:
        await write(tx, cmd.room_id, expires_at=rules.invite_end(cmd, tx.now), max_uses=cmd.max_uses)
        row = await codes.find(tx.db, cmd.room_id)
    return _view(ctx, row)


async def fetch(ctx: Context, cmd: OneRoom) -> Invite:
    """Show the invite. Raises `Problem("not_found")`."""
    async with ctx.read() as reader:
        return _view(ctx, await codes.find(reader, cmd.room_id))


async def revoke(ctx: Context, cmd: OneRoom) -> Done:
    """Withdraw the invite.

    Twice is fine.
    """
    async with ctx.begin() as tx:
        await codes.remove(tx.db, cmd.room_id)
    return Done()


async def can_be_read(ctx: Context, count: int) -> bool:
    """Whether the keys of this server open `count` of the stored invites, or all where there are fewer."""
    async with ctx.read() as reader:
        found = await codes.sample(reader, count)
    return all(ctx.port(Vault).fits(_place(room_id), sealed) for room_id, sealed in found.items())


async def reseal(ctx: Context, count: int) -> int:
    """Seal up to `count` invites anew with the newest key, with its index; return how many are left."""
    vault = ctx.port(Vault)
    async with ctx.begin() as tx:
        for room_id, sealed in (await codes.list_stale(tx.db, vault.mark, count)).items():
            code = vault.open(_place(room_id), sealed)
            fresh = vault.seal(_place(room_id), code)
            await codes.reseal(tx.db, room_id, sealed, vault.index(_PURPOSE, code), fresh)
        return await codes.count_stale(tx.db, vault.mark)


def _view(ctx: Context, row: InviteRow | None) -> Invite:
    if row is None:
        raise Problem("not_found", "This room has no invite at the moment.")
    code = ctx.port(Vault).open(_place(row.room_id), row.sealed)
    return Invite(
        invite_code=code,
        url=f"{ctx.port(Site).url}/invite/{code}",
        expires_at=None if row.expires_at is None else iso(row.expires_at),
        max_uses=row.max_uses,
        uses=row.uses,
    )
