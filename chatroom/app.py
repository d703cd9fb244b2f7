"""The composition root: settings in, a wired application out. Only it and `wiring` construct adapters."""

import asyncio
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from chatroom import features, startup, wiring
from chatroom.adapters.bcrypt import BcryptHasher
from chatroom.adapters.memory import MemoryPresence, MemoryTyping
from chatroom.contract.documents import NAMES, Documents
from chatroom.contract.surface import Contract, collect
from chatroom.core import clock
from chatroom.core.context import Context, Kernel
from chatroom.core.csrf import CsrfTokens
from chatroom.core.effort import Effort
from chatroom.core.errors import Problem
from chatroom.core.limits import RateLimiter
from chatroom.core.origins import Origins
from chatroom.core.principal import SYSTEM
from chatroom.core.recheck import Rechecks
from chatroom.core.secrets import Vault
from chatroom.db import Database, Unavailable
from chatroom.exits import BadSetting
from chatroom.features.auth import service as auth
from chatroom.features.auth.passwords.password_check import CheckQueues
from chatroom.features.auth.ports import AuthOptions, Mailer, PasswordHasher, SmsSender
from chatroom.features.auth.sessions.last_used import LastUsed
from chatroom.features.auth.sessions.principal_cache import PrincipalCache
from chatroom.features.auth.sessions.tokens import TokenSigner
from chatroom.features.log.ports import Follower
from chatroom.features.log.service import Told
from chatroom.features.log.types import EntryKinds
from chatroom.features.messages import api as messages
from chatroom.features.messages.reading import recovery
from chatroom.features.messages.reading.history import Pages
from chatroom.features.messages.sending.writer import MessageWriter
from chatroom.features.presence import activity
from chatroom.features.presence.ports import PresenceBoard, TypingBoard
from chatroom.features.rooms import listening, lounges
from chatroom.features.rooms import service as rooms
from chatroom.features.rooms.ports import AdHocLounges, LastMessages, MostRooms, Site
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
_FINISH: Final = 1.5  # seconds for messages that are being stored, last-seen times and jobs after the drain


class App:
    """One node. `start` before the first request, `close` after the last; `asgi` serves everything between."""

    def __init__(self, settings: Settings, db: Database, now: clock.Clock) -> None:
        self.settings = settings
        self.db = db
        self._recent = PrincipalCache()
        self._uses = LastUsed()
        budget = LoopBudget()
        self.hub = Hub(self._recent.forget, budget)
        self._hasher = BcryptHasher(settings.bcrypt_rounds)
        self._rates = wiring.rates(settings, now)
        self._presence = MemoryPresence(settings.presence_grace_ms / 1000)
        self.kernel = Kernel(db=db, broker=self.hub, limiter=wiring.limiter(settings), clock=now)
        told = Told()
        self._writer = MessageWriter(self.kernel, told)
        self.kernel.ports = {**self._ports(), Told: told}
        for kind, listener in features.listeners:
            self.kernel.listeners.setdefault(kind, []).append(listener)
        self._events = SocketEvents(
            self.kernel,
            self.hub,
            features.operations,
            auth.authenticate_socket,
            budget=budget,
            anonymous=wiring.anonymous(settings),
            active=activity.active,
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
        self._rechecks = Rechecks(self._system, (auth.look_again, listening.look_again))
        self._tasks: list[asyncio.Task[None]] = []

    def _system(self) -> Context:
        return Context(self.kernel, SYSTEM)

    def _ports(self) -> dict[type[Any], Any]:
        settings, pages = self.settings, Pages(self.db, EntryKinds(features.kinds))
        return {
            Vault: Vault(*settings.field_secrets()),
            TokenSigner: TokenSigner(
                settings.token_secret(),
                settings.token_seconds,
                access=settings.access_token_secret,
                refresh=settings.refresh_token_secret,
            ),
            CsrfTokens: CsrfTokens(settings.token_secret()),
            PasswordHasher: self._hasher,
            AuthOptions: AuthOptions(
                settings.strict_enum, settings.compat_derived_password, settings.default_country
            ),
            CheckQueues: CheckQueues(),
            SmsSender: wiring.sms(settings, self.kernel.clock),
            Mailer: wiring.mail(settings, self.kernel.clock),
            LastUsed: self._uses,
            PresenceBoard: self._presence,
            PrincipalCache: self._recent,
            TypingBoard: MemoryTyping(),
            MessageWriter: self._writer,
            Pages: pages,
            Follower: pages,
            recovery.Steps: recovery.Steps(),
            Effort: wiring.effort(settings),
            LastMessages: pages.last,
            Site: Site(settings.public_url),
            RateLimiter: self._rates,
            Origins: Origins(settings.origins),
            MostRooms: MostRooms(0 if settings.unlimited else settings.max_rooms),
            AdHocLounges: AdHocLounges(settings.compat_adhoc_lounges),
        }

    @property
    def fast_get(self) -> FastGet:
        """What answers some requests past `asgi`."""
        return self._site.fast_get

    async def start(self) -> None:
        """Bind to the running loop, open the lobby at the first start, and begin the jobs."""
        startup.tell(self.settings)
        await lounges.open_lobby(self._system())
        await self.sockets.start()
        self._tasks = [
            asyncio.create_task(self._runner.run(), name="worker"),
            asyncio.create_task(self._rechecks.run(), name="rechecks"),
            asyncio.create_task(self._uses.run(self._system()), name="uses"),
        ]

    async def close(self) -> None:
        """Finish what is under way, in the order in which it depends on each other, and let go of everything.

        What hangs, a database that is silently gone for one, is cut 1.5 s after the drain; all ends 2 s later.
        """
        await self.sockets.drain(self.settings.drain_seconds)
        try:
            async with asyncio.timeout(_FINISH):
                await self._finish()
        except TimeoutError:
            _log.warning(
                "shutdown.cut", seconds=_FINISH, note="something hung; what was acknowledged is stored"
            )
        self._hasher.close()
        await asyncio.gather(self._rates.close(), self.db.close())

    async def _finish(self) -> None:
        await self._events.idle()
        await self._writer.idle()
        await self._presence.close(_FINISH)
        self._runner.stop()
        self._uses.stop()
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
