"""The parts to play and the stage: a node on a fresh database, a clock that tests turn, six people, two rooms.

`app` runs on SQLite; `every_app` once on each kind of database. A test changes settings by parametrising
`settings`.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from sqlalchemy import bindparam, update

from chatroom.app import App, build
from chatroom.core.context import Context
from chatroom.core.dispatch import answer, dispatch
from chatroom.core.limits import BUCKETS
from chatroom.core.principal import OUTSIDER, Principal
from chatroom.core.schema import encode
from chatroom.db.migrate import upgrade
from chatroom.features import operations, tables
from chatroom.features.auth import service as auth
from chatroom.features.auth.sessions.principal_cache import PrincipalCache
from chatroom.settings import Settings

PASSWORD = "correct horse"
JWT_SECRET = "a signing key that only these tests know"
_SET_ROLE = (
    update(tables.tables["users"])
    .where(tables.tables["users"].c.id == bindparam("user"))
    .values(role=bindparam("as_role"), kind=bindparam("as_kind"))
)


class Clock:
    """Epoch milliseconds that stand still until a test moves them."""

    def __init__(self) -> None:
        self.now = 1_790_000_000_000

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


class Person(NamedTuple):
    """Somebody with a session."""

    id: str
    name: str
    username: str
    email: str
    token: str


class Cast(NamedTuple):
    """Ana made both rooms, Bob is a member of both, Mallory of none; Gus is a guest."""

    ana: Person
    bob: Person
    mallory: Person
    gus: Person
    moderator: Person
    admin: Person
    tea: str
    """A private room."""
    code: str
    """The invite code of the private room."""
    square: str
    """A public room."""


def settings_for(url: str, folder: Path, **changes: Any) -> Settings:
    """Settings of a test node: cheap hashes, no limits to speak of, a short grace."""
    given = {
        "mode": "test",
        "data": folder,
        "database_url": url,
        "jwt_secret": JWT_SECRET,
        "encryption_key": "a sealing key that only these tests know",
        "bcrypt_rounds": 4,
        "message_rate_limit": 0,
        "rate_limits": ",".join(f"{bucket}=1000000/1s" for bucket in BUCKETS),
        "presence_grace_ms": 50,
        "drain_seconds": 0,
    }
    return Settings(_env_file=None, **{**given, **changes})  # type: ignore[call-arg]


@asynccontextmanager
async def node(settings: Settings, clock: Callable[[], int]) -> AsyncIterator[App]:
    """A running node on a migrated database."""
    app = await build(settings, clock)
    await app.start()
    try:
        yield app
    finally:
        await app.close()


async def principal(app: App, person: Person | None) -> Principal:
    """Who a person's token speaks for; an outsider for nobody."""
    return await auth.authenticate(Context(app.kernel, OUTSIDER), person.token) if person else OUTSIDER


async def do(app: App, who: Principal, name: str, /, **fields: Any) -> Any:
    """Call an operation directly through `dispatch`; the answer as plain objects. Raises `Problem`."""
    op = operations[name]
    raw = msgspec.json.encode(fields)
    result = await answer(dispatch(Context(app.kernel, who), op, lambda: op.decode_strict(raw)))
    return msgspec.json.decode(encode(result))


async def register(app: App, name: str, role: str = "user") -> Person:
    """A new person with an e-mail address and the common password; other roles are set in the database."""
    email = f"{name.lower()}@example.org"
    made = await do(app, OUTSIDER, "auth.account.register", name=name, email=email, password=PASSWORD)
    if role != "user":
        await give_role(app, made["id"], role)
    return Person(made["id"], made["name"], made["user"]["username"], email, made["token"])


async def give_role(app: App, user_id: str, role: str) -> None:
    """Make somebody a guest, moderator or admin, in the database."""
    kind = "guest" if role == "guest" else "member"
    async with app.db.begin() as tx:
        await tx.run(_SET_ROLE, {"user": user_id, "as_role": role, "as_kind": kind})
    app.kernel.ports[PrincipalCache].forget()


async def room(app: App, creator: Person, *members: Person, private: bool = False) -> dict[str, Any]:
    """A room with these members."""
    name = "Tea" if private else "Square"
    made: dict[str, Any] = await do(
        app, await principal(app, creator), "rooms.create", name=name, isPrivate=private
    )
    for member in members:
        who = await principal(app, member)
        await do(app, who, "rooms.join", roomId=made["id"], inviteCode=made["inviteCode"])
    return made


async def assemble(app: App) -> Cast:
    """The whole cast, in its rooms."""
    ana, bob, mallory = [await register(app, name) for name in ("Ana", "Bob", "Mallory")]
    gus, moderator, admin = [
        await register(app, name, role)
        for name, role in (("Gus", "guest"), ("Mo", "moderator"), ("Ada", "admin"))
    ]
    tea = await room(app, ana, bob, private=True)
    square = await room(app, ana, bob)
    return Cast(ana, bob, mallory, gus, moderator, admin, tea["id"], tea["inviteCode"], square["id"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings() -> dict[str, Any]:
    """What a node of this test is told beyond `settings_for`; parametrise it by its name."""
    return {}


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """A SQLite file in which the cast waits, to copy: migrating and assembling take ten times as long."""
    folder = tmp_path_factory.mktemp("stage")
    url = f"sqlite:///{folder}/chatroom.db"
    upgrade(url, tables)

    async def fill() -> Cast:
        async with node(settings_for(url, folder), Clock()) as app:
            return await assemble(app)

    return folder / "chatroom.db", asyncio.run(fill())


@pytest.fixture
async def app(
    stage: tuple[Path, Cast], tmp_path: Path, clock: Clock, settings: dict[str, Any]
) -> AsyncIterator[App]:
    """A running node on SQLite, with the cast in its rooms."""
    shutil.copy(stage[0], tmp_path / "node.db")
    async with node(settings_for(f"sqlite:///{tmp_path}/node.db", tmp_path, **settings), clock) as running:
        yield running


@pytest.fixture
async def every_app(
    database_url: str, tmp_path: Path, clock: Clock, settings: dict[str, Any]
) -> AsyncIterator[App]:
    """A running node without people, once on each kind of database."""
    upgrade(database_url, tables)
    async with node(settings_for(database_url, tmp_path, **settings), clock) as running:
        yield running


@pytest.fixture
def cast(stage: tuple[Path, Cast]) -> Cast:
    """The cast on `app`."""
    return stage[1]
