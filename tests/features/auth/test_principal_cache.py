"""A principal is believed for a second, never after a revocation that this node knows of."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from chatroom.app import App
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.principal import OUTSIDER, Principal
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from chatroom.features.auth import service as auth
from chatroom.features.auth.sessions import sessions
from chatroom.features.auth.sessions.principal_cache import AGE, PrincipalCache
from tests.cast import Cast, Clock, Person, do, node, principal, register, settings_for


class Counting:
    """`sessions.authenticate`, counted."""

    def __init__(self) -> None:
        self.looks = 0

    async def __call__(self, ctx: Context, token: str) -> Principal:
        self.looks += 1
        return await sessions.authenticate(ctx, token)


async def test_a_person_is_looked_up_once_a_second(app: App, cast: Cast) -> None:
    time = Clock()
    recent, prove = PrincipalCache(lambda: time.now / 1000), Counting()
    looks = []
    for passes in (0.0, AGE - 0.01, 0.02, 0.5):
        time.advance(passes)
        await recent.find(Context(app.kernel, OUTSIDER), cast.ana.token, prove)
        looks.append(prove.looks)
    assert looks == [1, 1, 2, 2]


async def test_a_token_is_not_believed_beyond_its_end(app: App, cast: Cast, clock: Clock) -> None:
    recent, prove = PrincipalCache(lambda: 0.0), Counting()
    who = await recent.find(Context(app.kernel, OUTSIDER), cast.ana.token, prove)
    clock.now = who.expires_at or 0
    await recent.find(Context(app.kernel, OUTSIDER), cast.ana.token, prove)
    assert prove.looks == 2
    clock.advance(31)  # past the leeway between the clocks of two nodes
    with pytest.raises(Problem) as refused:
        await recent.find(Context(app.kernel, OUTSIDER), cast.ana.token, prove)
    assert refused.value.code == "token_expired"


async def test_who_is_being_proven_while_a_session_ends_is_not_believed_later(app: App, cast: Cast) -> None:
    recent, prove = PrincipalCache(lambda: 0.0), Counting()

    async def prove_and_lose(ctx: Context, token: str) -> Principal:
        who = await prove(ctx, token)
        recent.forget()
        return who

    await recent.find(Context(app.kernel, OUTSIDER), cast.ana.token, prove_and_lose)
    await recent.find(Context(app.kernel, OUTSIDER), cast.ana.token, prove)
    assert prove.looks == 2


async def test_only_the_people_of_the_last_second_are_kept(app: App, cast: Cast) -> None:
    time = Clock()
    recent, prove = PrincipalCache(lambda: time.now / 1000), Counting()
    for person in (cast.ana, cast.bob, cast.mallory):
        await recent.find(Context(app.kernel, OUTSIDER), person.token, prove)
    time.advance(AGE)
    await recent.find(Context(app.kernel, OUTSIDER), cast.gus.token, prove)
    assert len(recent) == 1


class Nodes(NamedTuple):
    """Two nodes on one database, and Ana."""

    one: App
    other: App
    ana: Person


@pytest.fixture
async def nodes(database_url: str, tmp_path: Path) -> AsyncIterator[Nodes]:
    upgrade(database_url, tables)
    settings = settings_for(database_url, tmp_path)
    async with node(settings, Clock()) as one, node(settings, Clock()) as other:
        yield Nodes(one, other, await register(one, "Ana"))


async def _refusal(app: App, person: Person) -> str:
    """The code with which a token is refused; "" when it is good."""
    try:
        await auth.authenticate(Context(app.kernel, OUTSIDER), person.token)
    except Problem as problem:
        return problem.code
    return ""


async def test_signing_out_is_felt_here_at_once_and_elsewhere_within_a_second(nodes: Nodes) -> None:
    who = await principal(nodes.one, nodes.ana)
    assert await _refusal(nodes.other, nodes.ana) == ""
    await do(nodes.one, who, "auth.session.logout")
    assert await _refusal(nodes.one, nodes.ana) == "invalid_token"
    async with asyncio.timeout(AGE + 0.5):
        while await _refusal(nodes.other, nodes.ana) != "invalid_token":  # noqa: ASYNC110 - nobody tells the other node
            await asyncio.sleep(0.02)
