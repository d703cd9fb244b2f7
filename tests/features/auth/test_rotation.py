"""Rotating the keys of what is sealed: old things stay readable, then nothing is left under the old key."""

import asyncio
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import OUTSIDER, SYSTEM
from chatroom.core.secrets import Vault
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from chatroom.features.auth import service as auth
from chatroom.features.rooms import service as rooms
from tests.cast import PASSWORD, Clock, do, node, principal, register, room, settings_for
from tests.command import chatroom

OLD = "an older key that only these tests know"
_numbers = count()
NEW = "a newer key that only these tests know!"


async def _sealed(app: App) -> list[str]:
    async with app.db.read() as reader:
        found = [tuple(row) for row in await reader.all(select(tables.tables["identifiers"].c.sealed))]
        found += [tuple(row) for row in await reader.all(select(tables.tables["invites"].c.sealed))]
    return [text for (text,) in found]


async def _works(app: App, code: str, room_id: str) -> None:
    """Everything that needs a sealed text: sign-in, an address shown, an address refused, an invite."""
    for name in ("Ana", "Bob"):
        signed_in = await do(
            app, OUTSIDER, "auth.session.login", email=f"{name}@example.org", password=PASSWORD
        )
        assert signed_in["user"]["email"] == f"{name.lower()}@example.org"
        with pytest.raises(Problem, match="User already exists"):
            await do(app, OUTSIDER, "auth.account.register", email=f"{name}@example.org", password=PASSWORD)
    visitor = await register(app, f"Visitor{next(_numbers)}")
    joined = await do(app, await principal(app, visitor), "rooms.invite.join", inviteCode=code)
    assert joined["id"] == room_id


async def test_keys_rotate_under_running_people(database_url: str, tmp_path: Path) -> None:
    upgrade(database_url, tables)
    given: dict[str, Any] = {"url": database_url, "folder": tmp_path}
    async with node(settings_for(**given, encryption_key=OLD), Clock()) as app:
        ana, _ = await register(app, "Ana"), await register(app, "Bob")
        tea = await room(app, ana, private=True)
        await _works(app, tea["inviteCode"], tea["id"])
    ring = settings_for(**given, encryption_key=NEW, encryption_key_old=OLD)
    async with node(ring, Clock()) as app:
        await _works(app, tea["inviteCode"], tea["id"])
        mark = app.kernel.ports[Vault].mark
        ctx = Context(app.kernel, SYSTEM)
        before = await auth.reseal(ctx, 1)
        assert before > 0  # interrupted here: the rest is found again
        await _works(app, tea["inviteCode"], tea["id"])
        while await auth.reseal(ctx, 1) + await rooms.reseal(ctx, 1):
            pass
        assert all(text.startswith(mark) for text in await _sealed(app))
    async with node(settings_for(**given, encryption_key=NEW), Clock()) as app:
        await _works(app, tea["inviteCode"], tea["id"])


async def test_equal_numbers_have_equal_indexes_and_unequal_ciphertexts() -> None:
    vault = Vault(NEW, [OLD])
    assert vault.indexes("phone", "+1") == [Vault(NEW).index("phone", "+1"), Vault(OLD).index("phone", "+1")]
    assert vault.seal("p", "+1") != vault.seal("p", "+1")
    assert vault.open("p", Vault(OLD).seal("p", "+1")) == "+1"
    assert vault.open("p", "1." + Vault(OLD).seal("p", "+1").partition(".")[2]) == "+1"  # from before rings
    with pytest.raises(ValueError):
        Vault(NEW).open("p", Vault(OLD).seal("p", "+1"))


def test_the_command_seals_everything_anew_and_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/chatroom.db"
    upgrade(url, tables)

    async def fill() -> None:
        async with node(settings_for(url, tmp_path, encryption_key=OLD), Clock()) as app:
            await room(app, await register(app, "Ana"), private=True)

    asyncio.run(fill())
    missing = chatroom(tmp_path, "rotate-keys", ENCRYPTION_KEY=NEW)
    assert missing.returncode == 78
    assert "ENCRYPTION_KEY_OLD" in missing.stderr
    done = chatroom(tmp_path, "rotate-keys", ENCRYPTION_KEY=NEW, ENCRYPTION_KEY_OLD=OLD)
    assert done.returncode == 0, done.stderr
    assert "addresses and numbers: 0 left" in done.stdout
    assert "invites: 0 left" in done.stdout
    assert chatroom(tmp_path, "rotate-keys", ENCRYPTION_KEY=NEW).returncode == 0
    assert OLD not in done.stdout + done.stderr
