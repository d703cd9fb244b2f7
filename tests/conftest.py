"""What every test stands on: no network beyond this machine."""

import ipaddress
import sys
from typing import Any

import pytest

LOCAL_NAMES = frozenset({"localhost", "", None})


def _is_local(host: Any) -> bool:
    if host in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _no_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse look-ups and connections that leave the machine; unix sockets have a plain path as address."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not _is_local(host):
        message = f"a test tried to reach {host!r}; tests stay on this machine"
        raise PermissionError(message)


sys.addaudithook(_no_network)

pytest_plugins = ("tests.servers", "tests.cast", "tests.doors", "tests.refusals")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browsers last: Playwright keeps an event loop running in this thread, where no other test can start."""
    items.sort(key=lambda item: "browser" in item.path.parts)
