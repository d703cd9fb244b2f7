"""Addresses of clients: what limits count by, and which forwarding headers are believed."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Final

from chatroom.logging import warn_once

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_SECURE = ("https", "wss")
_FORWARDED: Final = ("x-forwarded-for", "forwarded", "x-real-ip")
_UNNAMED: Final = (
    "requests come with forwarding headers from an address that TRUSTED_PROXIES does not name: if that is a proxy of "
    "yours, name it, for everybody behind it counts as one person for the limits"
)
_HOST = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}", re.ASCII)


def address_key(address: str) -> str:
    """Return what limits count by: an IPv4 address, or the /64 of an IPv6 one, which one person may own."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped) if mapped else str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))


def plain(address: str) -> str:
    """Return an IPv4 address as such where a socket of both families tells it as IPv6: `::ffff:192.0.2.1`."""
    if not address.startswith("::ffff:"):
        return address
    mapped = ipaddress.IPv6Address(address).ipv4_mapped
    return str(mapped) if mapped else address


class Proxies:
    """The networks whose `X-Forwarded-*` headers are believed."""

    def __init__(self, networks: Iterable[str]) -> None:
        """Raises ValueError for what is no address and no network."""
        self._networks: list[Network] = [ipaddress.ip_network(n, strict=False) for n in networks]

    def trusts(self, host: str) -> bool:
        """Whether an address is one of them."""
        if not self._networks:
            return False
        try:
            address = ipaddress.ip_address(plain(host))
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    def notice(self, host: str, headers: Mapping[str, str]) -> None:
        """Warn once that a proxy may stand in front of this server unnamed; `host` is not trusted."""
        if any(name in headers for name in _FORWARDED):
            warn_once("proxy.unnamed", setting="TRUSTED_PROXIES", peer=_own(host), note=_UNNAMED)

    def peer(self, host: str, headers: Mapping[str, str], *, secure: bool) -> tuple[str, bool]:
        """Return address and secure-flag of the client behind `host`: the right-most hop that is no proxy."""
        host = plain(host)
        if not self.trusts(host):
            self.notice(host, headers)
            return host, secure
        secure = headers.get("x-forwarded-proto", "https" if secure else "http").strip().lower() in _SECURE
        for hop in reversed(headers.get("x-forwarded-for", "").split(",")):
            address = _bare(hop)
            if not address:
                break
            host = address
            if not self.trusts(host):
                break
        return host, secure

    def host(self, host: str, headers: Mapping[str, str]) -> str:
        """Return the host name that was asked for, when `host` is a proxy that tells; else `""`."""
        asked = headers.get("x-forwarded-host", "").rpartition(",")[2].strip()
        return asked if _HOST.fullmatch(asked) and self.trusts(host) else ""


def _own(host: str) -> str:
    """The address, where it belongs to a network of ours: a stranger's is personal and stays out of the log."""
    try:
        return host if ipaddress.ip_address(host).is_private else "a public address"
    except ValueError:
        return "an unknown address"


def _bare(hop: str) -> str:
    """The address in a hop, which some proxies write with a port; empty when there is none."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return plain(str(ipaddress.ip_address(text)))
    except ValueError:
        return ""
