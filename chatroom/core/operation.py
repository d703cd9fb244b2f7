"""The operations table's row: a function with its permission, limit, HTTP address and socket name."""

import inspect
import re
import sys
from collections.abc import Awaitable, Callable, Collection
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Any, NamedTuple, get_args, get_type_hints

from chatroom.core.principal import Permission
from chatroom.core.schema import Empty, decoder, strict

_PLACE = re.compile(r"\{(\w+)\}")


class Within(NamedTuple):
    """What somebody must be in the room that a command names, whatever their global role.

    The slice that knows declares it, for its own operations and those of the slices above; the door asks it.
    """

    name: str
    """`room:` and what they must be, as the reference says it."""
    check: Callable[[Any, str], Awaitable[None]]
    """`(ctx, room_id)`; raises one of `refuses` for anybody else."""
    refuses: Collection[str]


@dataclass(eq=False)
class Operation:
    """One thing a client can ask for. `chatroom.features` refuses one that names what nobody declares."""

    name: str
    """The slice and what it is about, noun first: `rooms.invite.show`. Stable: clients of the contract know it."""
    call: Callable[..., Any]
    """`(ctx, cmd) -> answer`: an `async def`, a function that returns a Future (queued work, e.g. a send), or a plain
    function for what needs no waiting."""
    _: KW_ONLY
    may: Permission
    within: Within | None = None
    """Who in the room of `cmd.room_id`; decided before `call`. What can be lost meanwhile, `call` asks again in its
    transaction."""
    http: str = ""
    """`"METHOD /path/{field}"` below a surface's prefix."""
    on: Collection[str] = ("api", "v1")
    """Surfaces that have it there: `root` (no prefix, seed S0), `api` (`/api`, bare), `v1` (`/api/v1`, enveloped)."""
    newer: bool = False
    """On v1 alone."""
    socket: str | None = None
    """Its event."""
    bare: str | None = None
    """The field for which an argument of the event stands that is no object."""
    verbatim: bool = False
    """An argument that is an object stands for it, too."""
    limit: str | None = None
    """By which the slice counts it."""
    bucket: str | None = ""
    """The rate in which requests count: "" is that of their surface, None is none."""
    price: Callable[[Any, Any], float] | None = None
    """What one such event of a socket costs (`core.effort`)."""
    hot: bool = False
    """Everybody asks for it after a reconnect storm."""
    status: int = 200
    done: str = ""
    """What it has done, for `message` of an enveloped yes, where its address does not say it."""
    refuses: Collection[str] = ()
    """Codes of its own refusals, besides those that any operation may answer."""

    def __post_init__(self) -> None:
        if self.within is not None:
            self.refuses = sorted({*self.refuses, *self.within.refuses})
        self.on = frozenset({"v1"} if self.newer else self.on)
        self.method, self.path = self.http.split(" ", 1) if self.http else ("", "")
        self.slice = self.name.partition(".")[0]
        signature = inspect.signature(self.call)
        self.takes_input = len(signature.parameters) > 1
        self.queued = "Future" in str(signature.return_annotation)

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
