"""The operations table's row: a function with its permission, limit, HTTP address and socket name."""

import inspect
import re
import sys
from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any, get_args, get_type_hints

from chatroom.core.limits import LIMITS
from chatroom.core.principal import POLICY
from chatroom.core.schema import Empty, decoder, strict

_PLACE = re.compile(r"\{(\w+)\}")


class Operation:
    """One thing a client can ask for.

    `call` is `(ctx, cmd) -> answer`: an `async def`, a function that returns a Future (queued work, e.g. a send), or a
    plain function for what needs no waiting. `may` names a row of the policy table; `http` is `"METHOD /path/{field}"`
    below a surface's prefix, `on` the surfaces that have it there: `root` (no prefix, seed S0), `api` (`/api`, bare)
    and `v1` (`/api/v1`, enveloped). `newer` is short for v1 alone: newer things are v1 only. A socket's
    argument that is no object stands for the field `bare`; where `verbatim`, an object does so too. `limit` says which
    limit the slice counts it by, `price` what one such event of a socket costs (`core.effort`).
    Raises KeyError at import when the action or the limit is not in its table, so the server does not start without.
    """

    def __init__(
        self,
        call: Callable[..., Any],
        *,
        may: str,
        http: str | None = None,
        socket: str | None = None,
        limit: str | None = None,
        status: int = 200,
        on: Collection[str] = ("api", "v1"),
        newer: bool = False,
        bare: str | None = None,
        verbatim: bool = False,
        price: Callable[[Any, Any], float] | None = None,
    ) -> None:
        POLICY[may]
        self.call = call
        self.price = price
        self.may = may
        if limit is not None and limit not in LIMITS:
            raise KeyError(limit)
        self.limit = limit
        self.method, self.path = http.split(" ", 1) if http else ("", "")
        self.socket = socket
        self.bare = bare
        self.verbatim = verbatim
        self.status = status
        self.on = frozenset({"v1"} if newer else on)
        self.slice = call.__module__.split(".")[2]
        self.name = f"{self.slice}.{call.__name__}"
        self.takes_input = len(inspect.signature(call).parameters) > 1
        self.queued = "Future" in str(inspect.signature(call).return_annotation)

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.call, vars(sys.modules[self.call.__module__]), include_extras=True)

    @cached_property
    def input(self) -> type[Any]:
        """The Wire type of its command; `Empty` when it takes none."""
        names = [name for name in inspect.signature(self.call).parameters if name != "ctx"]
        return self._hints[names[0]] if names else Empty

    @cached_property
    def output(self) -> Any:
        """The type of its answer (what a Future resolves to)."""
        answer = self._hints["return"]
        return get_args(answer)[0] if self.queued else answer

    @cached_property
    def path_fields(self) -> tuple[str, ...]:
        """The wire names in the path, e.g. `("roomId",)`."""
        return tuple(_PLACE.findall(self.path))

    @cached_property
    def decode(self) -> Callable[[bytes], Any]:
        """JSON text -> command, unknown fields ignored (the seeds' surfaces). Raises `Problem("bad_input")`."""
        return decoder(self.input)

    @cached_property
    def strict_input(self) -> type[Any]:
        """The input type that refuses unknown fields."""
        return strict(self.input)

    @cached_property
    def decode_strict(self) -> Callable[[bytes], Any]:
        """JSON text -> command, unknown fields refused (v1 and native sockets). Raises `Problem("bad_input")`."""
        return decoder(self.strict_input)
