"""The loops that the transports are tested on: the product's, and where they differ asyncio's own as well."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

BOTH = {"test_backpressure.py", "test_drain.py", "test_hostile.py", "test_upgrade.py"}


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Name the loops of one test."""
    loops: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"uvloop": uvloop.new_event_loop}
    if item.path.name in BOTH:
        loops["asyncio"] = asyncio.new_event_loop
    return loops
