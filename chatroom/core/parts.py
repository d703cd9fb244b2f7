"""Parts: what a slice needs built once per node, by the port under which it is asked for, and how it ends."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import KW_ONLY, dataclass
from typing import Any, Final, Generic, TypeVar

from chatroom.core.context import Context, Kernel

FINISH_SECONDS: Final = 1.5
"""How long all parts of a node that closes may take to finish."""
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Part(Generic[P]):
    """Something of which a node has one: `ctx.port(port)` is what `build` made."""

    port: type[P]
    build: Callable[[Kernel], P]
    """Make it; what was built before it, by the slices below and by the settings, is among the kernel's ports."""
    _: KW_ONLY
    run: Callable[[P, Context], Coroutine[Any, Any, None]] | None = None
    """Its work in the background, until `finish`; the context is the system's."""
    finish: Callable[[P], Awaitable[None] | None] | None = None
    """End what is under way, or `run`. Nothing new comes in by then; the slices above have finished."""
    close: Callable[[P], Awaitable[None] | None] | None = None
    """Let go of what it holds, also when something did not finish in time."""


def given(port: type[P], thing: P) -> Part[P]:
    """Return the part for something that is there already."""
    return Part(port, lambda _: thing)


def build(kernel: Kernel, parts: Iterable[Part[Any]]) -> list[tuple[Part[Any], Any]]:
    """Build parts in their order into the kernel's ports. Raises ValueError for two parts with one port."""
    built = []
    for part in parts:
        if part.port in kernel.ports:
            raise ValueError(f"two parts are {part.port.__name__}")
        kernel.ports[part.port] = part.build(kernel)
        built.append((part, kernel.ports[part.port]))
    return built
