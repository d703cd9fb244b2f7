"""The documents that a running server serves of itself: made at the first request, in a thread (some 20 ms)."""

import asyncio
import json
from collections.abc import Callable
from functools import cached_property
from typing import Final

from chatroom.contract import asyncapi, openapi
from chatroom.contract.schemas import Shapes
from chatroom.contract.surface import Contract

NAMES: Final = ("openapi.json", "asyncapi.json")


class Documents:
    """`collect` is called when somebody asks first."""

    def __init__(self, collect: Callable[[], Contract]) -> None:
        self._collect = collect
        self._lock = asyncio.Lock()

    async def get(self, name: str) -> bytes:
        """Return the JSON text of one of `NAMES`."""
        async with self._lock:
            made = await asyncio.to_thread(lambda: self._made)
        return made[name]

    @cached_property
    def _made(self) -> dict[str, bytes]:
        contract = self._collect()
        shapes = Shapes(contract)
        documents = {
            "openapi.json": openapi.document(contract, shapes),
            "asyncapi.json": asyncapi.document(contract, shapes),
        }
        return {name: json.dumps(text, ensure_ascii=False).encode() for name, text in documents.items()}
