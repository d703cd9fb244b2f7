"""Who was proven a moment ago, so that a busy person is not read from the database at each request (ADR 0017)."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final

from chatroom.core.context import Context
from chatroom.core.principal import Principal

AGE: Final = 1.0
"""Seconds; revocation by another node is promised within these."""
_MOST: Final = 10_000

Prove = Callable[[Context, str], Awaitable[Principal]]


class PrincipalCache:
    """Proven principals by the digest of their token. One per node, used from its event loop only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._proven: OrderedDict[bytes, tuple[Principal, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._proven)

    async def find(self, ctx: Context, token: str, prove: Prove) -> Principal:
        """Return who a token speaks for, as `prove` said less than `AGE` ago or says now. Raises what it raises."""
        key = sha256(token.encode()).digest()
        now = self._clock()
        who, since = self._proven.get(key, (None, now))
        if who is not None and now - since < AGE and (who.expires_at is None or ctx.now < who.expires_at):
            return who
        proven = self._proven
        who = await prove(ctx, token)
        # Kept with the time before the look, and only if nothing was revoked since: `forget` changes the dictionary.
        self._make_room(now)
        proven[key] = (who, now)
        proven.move_to_end(key)
        return who

    def forget(self) -> None:
        """Trust nobody unseen: a session has ended or a person changed. What is being proven just now is not kept."""
        self._proven = OrderedDict()

    def _make_room(self, now: float) -> None:
        proven = self._proven
        while proven and (len(proven) >= _MOST or now - next(iter(proven.values()))[1] >= AGE):
            proven.popitem(last=False)
