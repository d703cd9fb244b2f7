"""The composition root: settings in, a wired application out. What belongs to a slice is its part (`core.parts`)."""

import asyncio
from typing import Final

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from chatroom import features, startup, wiring
from chatroom.contract.documents import NAMES, Documents
from chatroom.contract.surface import Contract, collect
from chatroom.core import clock
from chatroom.core.context import Context, Kernel
from chatroom.core.dispatch import answer
from chatroom.core.errors import Problem
from chatroom.core.parts import FINISH_SECONDS, given
from chatroom.core.parts import build as build_parts
from chatroom.core.principal import SYSTEM
from chatroom.core.recheck import Rechecks
from chatroom.db import Database, Unavailable
from chatroom.exits import BadSetting
from chatroom.features.auth import service as auth
from chatroom.features.log.types import EntryKinds
from chatroom.features.messages import api as messages
from chatroom.features.presence import api as presence
from chatroom.features.rooms import service as rooms
from chatroom.gateway.chat.dialects import SPOKEN
from chatroom.gateway.chat.events import SocketEvents
from chatroom.gateway.chat.hub import Hub
from chatroom.gateway.engine.budget import LoopBudget
from chatroom.gateway.ways.server import SocketServer
from chatroom.http import app as http
from chatroom.http.client_scripts import is_client_script
from chatroom.http.dialects import SURFACES
from chatroom.http.fast_get import FastGet
from chatroom.settings import Settings
from chatroom.worker.runner import Runner

_KEY_SAMPLE: Final = 20
"""Stored rows of a kind that are opened at the start: of rows under two keys nearly surely one of each."""
_log = structlog.get_logger("chatroom")


class App:
    """One node. `start` before the first request, `close` after the last; `asgi` serves everything between."""

    def __init__(self, settings: Settings, db: Database, now: clock.Clock) -> None:
        self.settings = settings
        self.db = db
        budget = LoopBudget()
        self.hub = Hub(lambda: auth.forget_principals(self._system()), budget)
        self.kernel = Kernel(
            db=db, broker=self.hub, listeners=self.hub, limiter=wiring.limiter(settings), clock=now
        )
        kinds = given(EntryKinds, EntryKinds(features.kinds))
        self._parts = build_parts(self.kernel, [*wiring.parts(settings, now), kinds, *features.parts])
        for kind, handler in features.handlers:
            self.kernel.handlers.setdefault(kind, []).append(handler)
        self._events = SocketEvents(
            self.kernel,
            self.hub,
            features.operations,
            auth.authenticate_socket,
            budget=budget,
            anonymous=wiring.anonymous(settings),
            active=presence.ACTIVE,
            go_on=messages.GO_ON,
        )
        self.sockets = SocketServer(self._events, wiring.options(settings), budget=budget)
        self._site = http.build(
            self.kernel,
            features.operations,
            auth.authenticate,
            origins=settings.origins,
            proxies=settings.proxies,
            development=settings.mode == "development",
            draining=lambda: self.sockets.draining,
            documents=(NAMES, Documents(_contract).get),
        )
        self._runner = Runner(db, features.jobs, self._system, now)
        self._rechecks = Rechecks(self._system, features.rechecks)
        self._tasks: list[asyncio.Task[None]] = []

    def _system(self) -> Context:
        return Context(self.kernel, SYSTEM)

    @property
    def fast_get(self) -> FastGet:
        """What answers some requests past `asgi`."""
        return self._site.fast_get

    async def start(self) -> None:
        """Bind to the running loop, do what comes before connections, and begin the work in the background."""
        startup.tell(self.settings)
        for deed in features.at_start:
            await deed(self._system())
        await self.sockets.start()
        self._tasks = [
            asyncio.create_task(self._runner.run(), name="worker"),
            asyncio.create_task(self._rechecks.run(), name="rechecks"),
            *(
                asyncio.create_task(part.run(built, self._system()), name=part.port.__name__)
                for part, built in self._parts
                if part.run
            ),
        ]

    async def close(self) -> None:
        """Finish what is under way, in the order in which it depends on each other, and let go of everything.

        What hangs, a database that is silently gone for one, is cut 1.5 s after the drain; all ends 2 s later.
        """
        await self.sockets.drain(self.settings.drain_seconds)
        try:
            async with asyncio.timeout(FINISH_SECONDS):
                await self._finish()
        except TimeoutError:
            _log.warning(
                "shutdown.cut", seconds=FINISH_SECONDS, note="something hung; what was acknowledged is stored"
            )
        closing = [answer(part.close(built)) for part, built in self._parts if part.close]
        await asyncio.gather(*closing, self.db.close())

    async def _finish(self) -> None:
        await self._events.idle()
        for part, built in reversed(self._parts):
            if part.finish:
                await answer(part.finish(built))
        self._runner.stop()
        self._rechecks.stop()
        await asyncio.gather(*self._tasks)

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope: sockets by the socket server, everything else by HTTP, and the lifespan."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        path = scope["path"]
        a_file = scope["type"] == "http" and is_client_script(path)
        owner: ASGIApp = self.sockets if self.sockets.owns(path) and not a_file else self._site.asgi
        await owner(scope, receive, send)


def _contract() -> Contract:
    """What this server promises, for the documents that it serves."""
    return collect(features.operations.values(), features.events, SURFACES, features.kinds, SPOKEN)


async def _lifespan(receive: Receive, send: Send) -> None:
    """The owner of an App starts and closes it; the server only wants to hear a word."""
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def build(settings: Settings, now: clock.Clock = clock.system) -> App:
    """Open the database (its schema must be current) and wire a node.

    Raises `db.Unavailable`, and `BadSetting` for keys that do not open what is stored.
    """
    app = App(settings, await Database.open(settings.database), now)
    try:
        await _check_keys(app)
    except BaseException:
        await app.db.close()
        raise
    return app


async def _check_keys(app: App) -> None:
    """Refuse a key with which nobody would find their account: each sign-in would just be wrong.

    A few rows tell, for a key fits all that it has sealed. Raises `BadSetting`.
    """
    ctx, settings = Context(app.kernel, SYSTEM), app.settings
    try:
        if await auth.can_read_identifiers(ctx, _KEY_SAMPLE) and await rooms.can_read_invites(
            ctx, _KEY_SAMPLE
        ):
            return
    except Problem as problem:
        raise Unavailable(problem.message) from None
    name = "PHONE_ENC_KEY" if settings.phone_enc_key and not settings.encryption_key else "ENCRYPTION_KEY"
    raise BadSetting(
        name,
        "does not open the addresses, numbers and invites that are stored: give it back, or the earlier one in "
        "ENCRYPTION_KEY_OLD (without any, the file encryption_key in CHATROOM_DATA is missing or another one)",
    )
