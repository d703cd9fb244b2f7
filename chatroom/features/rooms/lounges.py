"""Lounges: public rooms found by name. Seed S0 opens one by entering it, under any name."""

from typing import Final

from chatroom.core import ids
from chatroom.core.addresses import address_key
from chatroom.core.clock import iso
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.limits import RateLimiter, spend
from chatroom.core.principal import SYSTEM
from chatroom.db import Conflict
from chatroom.features.rooms import listening, rules, service, store
from chatroom.features.rooms.ports import AdHocLounges
from chatroom.features.rooms.types import (
    AD_HOC_SILENCE,
    LOBBY,
    MAX_LISTED,
    CreateLounge,
    EnterLounge,
    Lounge,
    LoungeRow,
    OneRoom,
    RoomJoined,
)

_TRIES: Final = 5
_SUFFIX: Final = 4  # random bytes that tell namesakes apart


async def list_lounges(ctx: Context) -> list[Lounge]:
    """List the lounges, newest first, at most 1 000."""
    async with ctx.read() as reader:
        rows = await store.list_lounges(reader, MAX_LISTED)
    return [_view(row) for row in rows]


async def create_lounge(ctx: Context, cmd: CreateLounge) -> Lounge:
    """Open a lounge; you are its first member. A namesake gets a slug of its own.

    Raises `Problem("bad_input" | "too_many_rooms")`.
    """
    room_id, name = ids.new(), rules.clean_name(cmd.name)
    for _ in range(_TRIES):
        try:
            async with ctx.begin() as tx:
                slug = await _free_slug(tx, name)
                await service.open_room(tx, room_id, name, kind="lounge", slug=slug)
                await service.add_member(tx, room_id, ctx.who.id, admin=True)
                return _view(LoungeRow(room_id, name, slug, ctx.who.id, tx.now, 1))
        except Conflict:  # a namesake, this moment
            continue
    raise Problem("busy", retry_after=1)


async def _free_slug(tx: Tx, name: str) -> str:
    slug = rules.slug(name)
    taken = ids.is_ours(slug) or await store.find_by_slug(tx.db, slug) is not None
    return f"{slug}-{ids.token(_SUFFIX).lower()}" if taken else slug


def _view(row: LoungeRow) -> Lounge:
    return Lounge(
        id=row.id,
        name=row.name,
        slug=row.slug,
        created_by_id=row.created_by,
        created_at=iso(row.created_at),
        member_count=row.member_count,
    )


async def enter_lounge(ctx: Context, cmd: EnterLounge) -> RoomJoined:
    """Hear a lounge from now on (`join-lounge`); one that does not exist is opened.

    Raises `Problem("bad_input" | "room_not_found" | "rate_limited" | "too_many_rooms")`.
    """
    async with ctx.read() as reader:
        room_id = await service.find_lounge(reader, cmd.lounge, ctx.who.id)
    if room_id is None:
        room_id = await _open_ad_hoc(ctx, rules.clean_name(cmd.lounge))
    return await listening.enter(ctx, OneRoom(room_id=room_id))


async def _open_ad_hoc(ctx: Context, name: str) -> str:
    """Open a lounge that is in no list and ends by itself; nobody has created it."""
    room_id, slug = ids.new(), rules.slug(name)
    # Under the id of a private room one would be taken for it by those who may no longer, or not yet, enter that.
    if not ctx.port(AdHocLounges).allowed or ids.is_ours(slug):
        raise Problem("room_not_found")
    await spend(ctx.port(RateLimiter), "rooms.ad_hoc", address_key(ctx.origin.address))
    server = Context(ctx.kernel, SYSTEM)
    try:
        async with server.begin() as tx:
            await service.open_room(
                tx, room_id, name, kind="lounge", slug=slug, expires_at=tx.now + AD_HOC_SILENCE
            )
    except Conflict:  # somebody else entered it first
        async with ctx.read() as reader:
            return await store.find_by_slug(reader, slug) or room_id
    return room_id


async def open_lobby(ctx: Context) -> None:
    """Make sure that there is the default lounge, where seed S1 talks. `ctx` is the system's."""
    async with ctx.read() as reader:
        if await store.find(reader, LOBBY, LOBBY) is not None:
            return
    try:
        async with ctx.begin() as tx:
            await service.open_room(tx, LOBBY, "Lobby", kind="lounge", slug=await _free_slug(tx, "lobby"))
    except Conflict:  # another node, this moment
        return
