"""What admins do with people.

Whether somebody is an admin still is read again each time: what a token was proven to be may be a second old, and two
admins who shut each other out at once must not both succeed.
"""

from chatroom.core import ids, page
from chatroom.core.context import Context, Tx
from chatroom.core.errors import Problem
from chatroom.core.principal import Principal
from chatroom.core.signals import tell
from chatroom.features.users import service, store
from chatroom.features.users.signals import Departing, ShutOut
from chatroom.features.users.types import (
    ChangePerson,
    ListUsers,
    OneUser,
    Person,
    PersonView,
    Removed,
    UserPage,
)


async def list_users(ctx: Context, cmd: ListUsers) -> UserPage:
    """Show everybody, the oldest first. Raises `Problem("bad_cursor" | "forbidden")`."""
    after = page.decode_id(cmd.cursor, "a")[1] if cmd.cursor else ids.NIL
    async with ctx.read() as reader:
        _must_be(ctx.who, await store.find(reader, ctx.who.id))
        found = await store.list_after(reader, after, cmd.limit + 1)
    here = found[: cmd.limit]
    more = page.encode("a", here[-1].id) if len(found) > cmd.limit else None
    return UserPage(users=[_view(person) for person in here], next_cursor=more)


async def show(ctx: Context, cmd: OneUser) -> PersonView:
    """Show a person; their address and number are their own business.

    Raises `Problem("not_found" | "forbidden")`.
    """
    async with ctx.read() as reader:
        _must_be(ctx.who, await store.find(reader, ctx.who.id))
        person = await store.find(reader, cmd.user_id)
    if person is None:
        raise Problem("not_found")
    return _view(person)


async def change(ctx: Context, cmd: ChangePerson) -> PersonView:
    """Rename a person, suspend them or let them in again.

    Nobody suspends themselves, so that there is always an admin left who is let in. Raises `Problem("not_found" |
    "username_taken" | "forbidden" | "bad_input")`.
    """
    async with service.renaming(ctx) as tx:
        person = await _other(tx, cmd.user_id)
        if cmd.status and person.status not in ("active", "suspended"):
            raise Problem("forbidden", "Only somebody who is active can be suspended, and the reverse.")
        if cmd.status == "suspended" and person.id == ctx.who.id:
            raise Problem("forbidden", "You cannot suspend yourself.")
        person = await service.change(tx, person.id, cmd)
        if cmd.status and cmd.status != person.status:
            await store.change(tx.db, person.id, {"status": cmd.status})
            person = person._replace(status=cmd.status)
            if cmd.status == "suspended":
                await tell(tx, ShutOut(user_id=person.id))
        return _view(person)


async def remove(ctx: Context, cmd: OneUser) -> Removed:
    """Shut a person out for good: every session ends, and they leave every room. What they said stays.

    Raises `Problem("not_found" | "forbidden")`: nobody removes themselves here.
    """
    if cmd.user_id == ctx.who.id:
        raise Problem("forbidden", "You cannot remove yourself.")
    async with ctx.begin() as tx:
        person = await _other(tx, cmd.user_id)
        await store.change(tx.db, person.id, {"status": "deleted", "expires_at": None})
        await tell(tx, Departing(user_id=person.id))
        await tell(tx, ShutOut(user_id=person.id))
    return Removed()


async def _other(tx: Tx, user_id: str) -> Person:
    """Whom an admin acts on; both stay as they are until the transaction ends."""
    people = await store.lock(tx.db, {tx.who.id, user_id})
    _must_be(tx.who, people.get(tx.who.id))
    if user_id not in people:
        raise Problem("not_found")
    return people[user_id]


def _must_be(who: Principal, person: Person | None) -> None:
    """Raise `Problem("forbidden")` unless somebody is let in, and has the role that they ask with."""
    if person is None or person.status != "active" or person.role != who.role:
        raise Problem("forbidden")


def _view(person: Person) -> PersonView:
    view = service.view(person)
    return PersonView(
        id=view.id,
        name=view.name,
        username=view.username,
        name_key=view.name_key,
        kind=view.kind,
        role=view.role,
        created_at=view.created_at,
        status=person.status,
    )
