"""Add people and look them up."""

import secrets
from collections.abc import Iterable

import msgspec

from chatroom.core import ids
from chatroom.core.clock import iso
from chatroom.core.context import Tx
from chatroom.core.principal import Role
from chatroom.core.text import clean_line
from chatroom.db import Reader
from chatroom.features.users import rules, store
from chatroom.features.users.types import DeclaredAge, Kind, Person, Status, User


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
    name = clean_line(name, field="name", length=rules.NAME_LENGTH)
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


async def find(reader: Reader, user_id: str) -> Person | None:
    """One person, or None."""
    return await store.find(reader, user_id)


async def by_ids(reader: Reader, user_ids: Iterable[str]) -> dict[str, Person]:
    """These people by id; unknown ids are absent."""
    return await store.list_by_ids(reader, user_ids)


async def seen(tx: Tx, user_ids: Iterable[str]) -> None:
    """Remember that these people were here at `tx.now`."""
    for user_id in sorted(user_ids):  # in one order everywhere, so that two nodes never wait for each other
        await store.change_last_seen(tx.db, user_id, tx.now)


def view(person: Person, *, email: str | None = None) -> User:
    """The wire form; pass `email` only when showing people to themselves."""
    return User(
        id=person.id,
        name=person.name,
        username=person.username,
        email=email or msgspec.UNSET,
        kind=person.kind,
        role=person.role,
        created_at=iso(person.created_at),
    )
