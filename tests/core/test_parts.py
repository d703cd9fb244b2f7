"""What slices need built: made from the bottom up, ended from the top down."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from chatroom import app as composition
from chatroom import features
from chatroom.core.context import Context, Kernel
from chatroom.core.parts import Part, build, given
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from tests.cast import Clock, node, settings_for


class Lower:
    """A part, and what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.end = asyncio.Event()

    async def run(self, ctx: Context) -> None:
        self.told.append(f"runs as {ctx.who.role}")
        await self.end.wait()
        self.told.append("has ended")

    def finish(self) -> None:
        self.told.append("lower finishes")
        self.end.set()


class Upper:
    """A part that is built of the lower one."""

    def __init__(self, kernel: Kernel) -> None:
        self.lower: Lower = kernel.ports[Lower]

    async def finish(self) -> None:
        self.lower.told.append("upper finishes")

    async def hang(self) -> None:
        self.lower.told.append("upper hangs")
        await asyncio.sleep(60)

    async def close(self) -> None:
        self.lower.told.append("upper is closed")


LOWER = Part(Lower, lambda _: Lower(), run=Lower.run, finish=Lower.finish)


async def told(folder: Path, monkeypatch: pytest.MonkeyPatch, upper: Part[Upper]) -> list[str]:
    """What the parts are told in the life of a node."""
    monkeypatch.setattr(features, "parts", [*features.parts, LOWER, upper])
    url = f"sqlite:///{folder}/node.db"
    upgrade(url, tables)
    async with node(settings_for(url, folder), Clock()) as app:
        lower: Lower = app.kernel.ports[Lower]
        await asyncio.sleep(0)  # the tasks have begun
    return lower.told


async def test_parts_run_until_those_above_have_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await told(tmp_path, monkeypatch, Part(Upper, Upper, finish=Upper.finish, close=Upper.close)) == [
        "runs as system",
        "upper finishes",
        "lower finishes",
        "has ended",
        "upper is closed",
    ]


async def test_a_part_that_hangs_is_cut_and_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "FINISH_SECONDS", 0.05)
    assert await told(tmp_path, monkeypatch, Part(Upper, Upper, finish=Upper.hang, close=Upper.close)) == [
        "runs as system",
        "upper hangs",
        "upper is closed",
    ]


def test_two_parts_cannot_have_one_port() -> None:
    nothing: Any = None
    kernel = Kernel(nothing, nothing, nothing, nothing, lambda: 0)
    with pytest.raises(ValueError, match="Lower"):
        build(kernel, [given(Lower, Lower()), LOWER])
