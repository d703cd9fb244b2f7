"""Add people, change them and look them up."""

import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

import msgspec

from chatroom.core import ids, recheck
from chatroom.core.clock import iso
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.principal import Role
from chatroom.core.signals import tell
from chatroom.db import Conflict, Reader
from chatroom.features.users import rules, store
from chatroom.features.users.signals import Renamed
from chatroom.features.users.types import ChangeUser, DeclaredAge, Kind, Person, Status, User


async def add(
    tx: Tx,
    name: str,
    *,
    kind: Kind,
    id: str | None = None,
    status: Status = "active",
    expires_at: int | None = None,
    declared_age: DeclaredAge | None = None,
) -> Person:
    """Add a person under a clean display name and a fresh handle made from it. Raises `Problem("bad_input")`.

    `id` is one that an anonymous guest already goes by; `expires_at` (epoch milliseconds) the end of a guest or of a
    person who proves nothing until then.
    """
    name = rules.clean_name(name)
    handle = await _free_handle(tx, name)
    role = Role.GUEST if kind == "guest" else Role.USER
    person = Person(
        id or ids.new(), name, handle, kind, role.value, tx.now, None, status, expires_at, declared_age
    )
    await store.add(tx.db, person._asdict())
    return person


async def _free_handle(tx: Tx, name: str) -> str:
    start = handle = rules.handle_from(name)
    while await store.is_taken(tx.db, handle):
        handle = f"{start}-{secrets.randbelow(10_000):04d}"
    return handle


async def promote(tx: Tx, user_id: str, name: str) -> Person:
    """Make a guest a member under a name; they stay the same person. Raises `Problem("bad_input" | "forbidden")`."""
    name = rules.clean_name(name)
    person = await store.find(tx.db, user_id)
    if person is None or person.kind != "guest":
        raise Problem("forbidden")
    return await _become_member(tx, person, {"name": name, "username": await _free_handle(tx, name)})


async def settle(tx: Tx, person: Person) -> Person:
    """Note that somebody has proven an identifier: who was pending, or a guest, is a member from now on.

    Whoever was shut out stays it.
    """
    if person.status != "pending" and (person.kind != "guest" or person.status != "active"):
        return person
    name = person.claimed_name
    named = {} if name is None else {"name": name, "username": await _free_handle(tx, name)}
    return await _become_member(tx, person, named)


async def claim_name(tx: Tx, user_id: str, name: str) -> None:
    """Remember what a guest wants to be called as the member whom they become. Raises `Problem("bad_input")`."""
    await store.change(tx.db, user_id, {"claimed_name": rules.clean_name(name)})


def derived_name(text: str) -> str:
    """Return a name made of what was not given as one, such as the first part of an address."""
    return rules.derived_name(text)


async def _become_member(tx: Tx, person: Person, changes: dict[str, str]) -> Person:
    role = Role.USER.value if person.kind == "guest" else person.role
    row = {
        **changes,
        "kind": "member",
        "role": role,
        "status": "active",
        "expires_at": None,
        "claimed_name": None,
    }
    await store.change(tx.db, person.id, row)
    return await _changed(tx, person, await _again(tx, person.id))


async def _changed(tx: Tx, before: Person, now: Person) -> Person:
    """Let everybody know who a person is now, if that is another; open sockets speak under it at once.

    Those of other nodes do within a second, and have the rights of the person's role from then on.
    """
    if before != now:
        tx.after(lambda: describe(tx.ctx, now))
        await recheck.ask(tx, now.id)
    if (before.username, before.name) != (now.username, now.name):
        await tell(tx, Renamed(user_id=now.id, username=now.username, name=now.name))
    return now


@asynccontextmanager
async def renaming(ctx: Context) -> AsyncIterator[Tx]:
    """Open a transaction in which a handle may change. Raises `Problem("username_taken")`."""
    try:
        async with ctx.begin() as tx:
            yield tx
    except Conflict:
        raise Problem("username_taken", errors={"username": ["taken"]}) from None


async def change(tx: Tx, user_id: str, cmd: ChangeUser) -> Person:
    """Change a person's name and handle, whichever are given; open sockets speak under them at once.

    Raises `Problem("bad_input" | "not_found")`.
    """
    changes = {}
    is_admin = tx.who.role is Role.ADMIN
    if cmd.name is not None:
        changes["name"] = rules.clean_name(cmd.name, free=is_admin)
    if cmd.username is not None:
        changes["username"] = rules.clean_handle(cmd.username, free=is_admin)
    before = await _again(tx, user_id)
    if not changes:
        return before
    await store.change(tx.db, user_id, changes)
    return await _changed(tx, before, await _again(tx, user_id))


async def change_role(tx: Tx, user_id: str, role: Role) -> Person:
    """Give a member another global role. Raises `Problem("not_found")` for anybody who is no active member."""
    person = await _again(tx, user_id)
    if person.kind != "member" or person.status != "active":
        raise Problem("not_found")
    await store.change(tx.db, user_id, {"role": role.value})
    return await _changed(tx, person, await _again(tx, user_id))


def describe(ctx: Context, person: Person) -> None:
    """Let the sockets of this node know what a person is called and may do."""
    role, broker = Role(person.role), ctx.kernel.broker
    broker.describe(person.id, username=person.username, name=person.name, role=role)


async def _again(tx: Tx, user_id: str) -> Person:
    person = await store.find(tx.db, user_id)
    if person is None:
        raise Problem("not_found")
    return person


async def list_expired(reader: Reader, now: int, count: int) -> list[Person]:
    """Guests and unproven people whose time is up."""
    return await store.list_expired(reader, now, count)


async def remove(tx: Tx, user_id: str) -> None:
    """Delete a person, or leave the name of one who has been in a room: it stands under what they said.

    Raises `db.Conflict` when something besides messages still names a person who has been in none.
    """
    if not await store.remove(tx.db, user_id):
        await store.change(tx.db, user_id, {"status": "deleted", "expires_at": None})


async def joined(tx: Tx, user_id: str) -> None:
    """Remember that a person has joined a room, and may have said something since."""
    await store.joined(tx.db, user_id, tx.now)


async def find(reader: Reader, user_id: str) -> Person | None:
    """One person, or None."""
    return await store.find(reader, user_id)


async def by_ids(reader: Reader, user_ids: Iterable[str]) -> dict[str, Person]:
    """These people by id; unknown ids are absent."""
    return await store.list_by_ids(reader, user_ids)


async def seen(tx: Tx, people: Mapping[str, int]) -> None:
    """Remember when these people, by id, were here last (epoch milliseconds)."""
    for user_id in sorted(people):  # in one order everywhere, so that two nodes never wait for each other
        await store.change_last_seen(tx.db, user_id, people[user_id])


def view(person: Person, *, email: str | None = None, phone: str | None = None) -> User:
    """The wire form; pass `email` and the masked `phone` only when showing people to themselves."""
    return User(
        id=person.id,
        name=person.name,
        username=person.username,
        name_key=person.look,
        email=email or msgspec.UNSET,
        phone_number=phone or msgspec.UNSET,
        kind=person.kind,
        role=person.role,
        created_at=iso(person.created_at),
    )
