"""The first admin comes from the command line."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import SYSTEM, Role
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from chatroom.features.auth import service as auth
from tests.cast import Cast, Clock, node, principal, register, settings_for
from tests.command import chatroom

SECRET = "a key of this test, given to both programs"


def _role(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return chatroom(folder, "role", *words, ENCRYPTION_KEY=SECRET)


def test_a_host_makes_an_admin_by_the_address_they_registered_with(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/chatroom.db"
    upgrade(url, tables)
    settings = settings_for(url, tmp_path, encryption_key=SECRET)

    async def with_ana() -> str:
        async with node(settings, Clock()) as app:
            return (await register(app, "Ana")).token

    async def role_of(token: str) -> Role:
        async with node(settings, Clock()) as app:
            return (await auth.authenticate(Context(app.kernel, SYSTEM), token)).role

    token = asyncio.run(with_ana())
    made = _role(tmp_path, "ANA@example.org", "admin")
    assert (made.returncode, made.stdout) == (0, "ana is an admin now.\n"), made.stderr
    assert asyncio.run(role_of(token)) is Role.ADMIN


@pytest.mark.parametrize(
    "words", [("nobody@example.org", "admin"), ("+15005550006", "admin"), ("x", "admin")]
)
def test_somebody_unknown_is_refused_in_words(tmp_path: Path, words: tuple[str, str]) -> None:
    upgrade(f"sqlite:///{tmp_path}/chatroom.db", tables)
    refused = _role(tmp_path, *words)
    assert refused.returncode == 64
    assert refused.stderr.startswith("chatroom: WHO: ")
    assert refused.stderr.count("\n") == 1


async def test_losing_rights_ends_the_sessions_that_had_them(app: App, cast: Cast) -> None:
    assert (await principal(app, cast.admin)).role is Role.ADMIN
    await auth.give_role(Context(app.kernel, SYSTEM), cast.admin.email, Role.USER)
    with pytest.raises(Problem) as refused:
        await principal(app, cast.admin)
    assert refused.value.code == "invalid_token"


async def test_a_guest_cannot_be_made_a_moderator(app: App, cast: Cast) -> None:
    with pytest.raises(Problem) as refused:
        await auth.give_role(Context(app.kernel, SYSTEM), cast.gus.email, Role.MODERATOR)
    assert refused.value.code == "not_found"
