"""Send, and read pages."""

import asyncio
from typing import cast

import msgspec

from chatroom.core import page
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import Role
from chatroom.features.auth import anonymous
from chatroom.features.messages import rules
from chatroom.features.messages.reading import recovery
from chatroom.features.messages.reading.history import PageRequest, Pages
from chatroom.features.messages.sending.writer import MessageWriter
from chatroom.features.messages.types import (
    EntriesPage,
    HistoryPage,
    MessageReceived,
    ReadHistory,
    SayInLobby,
    SayInLounge,
    SendMessage,
)
from chatroom.features.rooms import service as rooms
from chatroom.features.rooms.types import LOBBY


def send(ctx: Context, cmd: SendMessage) -> asyncio.Future[MessageReceived]:
    """Say something in a room you are a member of; the answer comes after the commit. A guest joins by speaking.

    Raises `Problem("bad_input" | "room_not_found" | "not_a_member" | "message_conflict" | "rate_limited" | "busy" |
    "unavailable")`.
    """
    if ctx.who.role is Role.GUEST:
        return asyncio.ensure_future(speak(ctx, cmd))
    return ctx.port(MessageWriter).put(ctx.who, cmd)


async def say(ctx: Context, cmd: SayInLounge) -> MessageReceived:
    """Say any JSON value in a lounge; you join it by that (seed S0's `message`).

    Raises `Problem("bad_input" | "room_not_found" | "rate_limited" | "busy" | "unavailable")`.
    """
    async with ctx.read() as reader:
        room_id = await rooms.find_lounge(reader, cmd.lounge_id, ctx.who.id)
    if room_id is None:
        raise Problem("room_not_found")
    return await _say(ctx, room_id, cmd.message)


async def chat(ctx: Context, cmd: SayInLobby) -> MessageReceived:
    """Say something in the default lounge (seed S1's `chat message`). Raises like `say`."""
    return await _say(ctx, LOBBY, cmd.message)


async def _say(ctx: Context, room_id: str, value: msgspec.Raw) -> MessageReceived:
    return await speak(ctx, rules.from_value(room_id, bytes(value)))


async def speak(ctx: Context, cmd: SendMessage) -> MessageReceived:
    """Say something in a public room, and join it if need be. Raises like `send`."""
    rules.stored_content(cmd)
    rules.must_speak_plainly(ctx.who, cmd)
    if ctx.who.transient:
        async with ctx.read() as reader:
            await rooms.must_read(reader, cmd.room_id, ctx.who.id)
        await anonymous.settle(ctx)
    writer = ctx.port(MessageWriter)
    try:
        return await writer.put(ctx.who, cmd)
    except Problem as problem:
        if problem.code != "not_a_member":
            raise
    async with ctx.begin() as tx:
        await rooms.admit(tx, cmd.room_id, None)
    return await writer.put(ctx.who, cmd)


async def history(ctx: Context, cmd: ReadHistory) -> HistoryPage | EntriesPage:
    """Read a page of messages, or with `after` every entry since. Raises `Problem("room_not_found" | "bad_cursor")`."""
    if cmd.cursor is not None and cmd.after is not None:
        raise Problem("bad_input", "Give a cursor or after, not both.")
    pages = ctx.port(Pages)
    head = await pages.enter(ctx, cmd.room_id)
    if cmd.after is not None:
        async with ctx.read() as reader:
            missed, more = await recovery.read(
                reader, cmd.room_id, cmd.after, head, count=cmd.limit, size=recovery.PAGE
            )
        entries = [each.entry for each in missed]
        return EntriesPage(entries=entries, epoch=head.epoch, head_seq=head.seq, has_more=more)
    if cmd.cursor is not None:
        direction, seq = page.decode_seq(cmd.cursor, "bf")
        seq = min(seq, head.seq + 1)
        return await pages.read(ctx, PageRequest(cmd.room_id, direction == "b", seq, cmd.limit), head)
    asked = PageRequest(cmd.room_id, back=True, seq=head.seq + 1, limit=cmd.limit)
    newest = await pages.newest.text(cmd.room_id, cmd.limit, head, lambda: pages.read(ctx, asked, head))
    # JSON text already, which encodes to itself: what any encoder makes of the page.
    return cast("HistoryPage", newest)
