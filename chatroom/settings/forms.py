"""The forms that settings are written in, and what is wrong with a secret."""

import ipaddress
import os
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

from chatroom.exits import BadSetting

_LIFETIME: Final = re.compile(r"(\d{1,9})\s*(s|m|h|d|w)?", re.ASCII)
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_RATE: Final = re.compile(r"(\d{1,7})/(\d{1,7})\s*(s|m|h|d)?", re.ASCII)
_LENGTH: Final = 32  # characters; 32 random hex digits are 128 bits
_ALIKE: Final = 0.7  # of the characters
_AROUND: Final = re.compile(r"[\W_]+")
_VARIETY: Final = 8  # different characters: "aaaa..." is no secret
_EXAMPLES: Final = re.compile(
    r"change.?me|correct.?horse|pass.?wor[dt]|qwert[yz]|letmein|your[-_. ]|replace.?(me|this)"
    r"|(^|[-_ ])(default|dev|example|fallback)([-_ ]|$)|^super.?secret",
    re.IGNORECASE,
)
_COMPLAINTS: Final = {
    "bool_parsing": "must be 1 or 0",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "greater_than_equal": "must be at least {ge:g}",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of at most 18 digits",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
    "value_error": "{error}",
}
_NO_ORIGINS: Final = frozenset({"about", "blob", "data", "file", "ftp", "ftps", "javascript", "ws", "wss"})
_AUTHORITY: Final = re.compile(r"[a-z0-9_.-]+(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# RFC 1918, RFC 4193: addresses that no router of the internet forwards.
_PRIVATE: Final = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)


def fault(detail: Mapping[str, Any]) -> BadSetting:
    """Say in our words what pydantic found wrong with one variable."""
    # A default that does not fit the rest goes by the field's name, which is the variable's in capitals.
    name = str(detail["loc"][0]).upper()
    why = _COMPLAINTS.get(detail["type"], "has a value that cannot be used").format(**detail.get("ctx", {}))
    if detail["type"] == "literal_error":
        why = why.replace("'", "")
    if name == "CHATROOM_ENV" and not os.environ.get(name) and os.environ.get("NODE_ENV"):
        name = "NODE_ENV"
    return BadSetting(name, why)


def seconds(text: str) -> int:
    """Read a time as the npm package jsonwebtoken does (a bare number: seconds); 0 when it is none."""
    match = _LIFETIME.fullmatch(text.strip())
    return int(match[1]) * _UNITS[match[2] or "s"] if match else 0


def listed(text: str) -> list[str]:
    """The entries of a list with commas, without spaces and empty ones."""
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def rates(text: str) -> dict[str, tuple[int, int]]:
    """Read `bucket=hits/window, ...`, e.g. `api=600/1m`, as bucket -> (hits, seconds). Raises ValueError."""
    found = {}
    for entry in listed(text):
        name, _, rate = entry.partition("=")
        match = _RATE.fullmatch(rate.strip())
        if match is None or not int(match[1]) or not int(match[2]):
            raise ValueError("must be off, or like api=600/1m,auth.failed=10/15m")
        found[name.strip()] = (int(match[1]), int(match[2]) * _UNITS[match[3] or "s"])
    return found


def origin(text: str) -> str:
    """Return `scheme://host[:port]` of an address. Raises ValueError."""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.username or "*" in parts.netloc:
        raise ValueError("must be origins like https://chat.example.org")
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_private(host: str) -> bool:
    """Whether a host of an address can only be reached from this machine or its own network.

    That is loopback, RFC 1918, RFC 4193, and the names that multicast DNS gives out (RFC 6762: `.local`).
    """
    if host in LOOPBACK or host.rstrip(".").endswith(".local"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address.version == network.version and address in network for network in _PRIVATE)


def web_origin(text: str) -> str:
    """Return an origin as browsers say it: `https://chat.example.org`, or an application's `capacitor://localhost`.

    Raises ValueError, for `null` and `file:` too: any page can have that origin.
    """
    parts = urlsplit(text)
    if parts.scheme in ("http", "https") or not parts.scheme:
        return origin(text)
    if parts.scheme in _NO_ORIGINS or not _AUTHORITY.fullmatch(parts.netloc) or parts.path not in ("", "/"):
        raise ValueError("must be origins like https://chat.example.org or capacitor://localhost")
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_example(text: str) -> bool:
    """Whether a text is of the kind that documents print for people to replace."""
    return _EXAMPLES.search(text) is not None


def weakness(secret: str) -> str:
    """Say what is wrong with a given secret; empty when it may be random."""
    if len(secret) < _LENGTH:
        return f"must have at least {_LENGTH} characters; leave it out to have one generated"
    bare = core(secret)
    if len(set(bare)) < _VARIETY or is_example(secret) or _is_pattern(secret) or _repeats(bare):
        return "must be random; leave it out to have one generated"
    return ""


def core(secret: str) -> str:
    """Return the letters and digits of a secret without their case: what two spellings of one have in common."""
    return _AROUND.sub("", secret.casefold())


def _repeats(bare: str) -> bool:
    """Whether most of a text comes again at one distance: a phrase given twice, or with a number behind each.

    Of random digits in base 16 one in sixteen does.
    """
    return any(
        sum(one == other for one, other in zip(bare, bare[period:], strict=False))
        > _ALIKE * (len(bare) - period)
        for period in range(1, len(bare) // 2 + 1)
    )


def _is_pattern(secret: str) -> bool:
    """Whether a text repeats itself, or counts up or down: `abcabc...`, `0123456789...`."""
    if any(
        secret[period:] == secret[:-period]
        for period in range(1, len(secret) // 2 + 1)  # a part of it, again and again
    ):
        return True
    steps = [ord(after) - ord(before) for before, after in pairwise(secret)]
    return max(steps.count(step) for step in (-1, 0, 1)) > len(steps) // 2
