"""What a socket server can be told. Times are seconds, sizes are bytes; a limit of 0 is off."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Limits and timings of a `SocketServer`; the defaults are those of the reference implementation."""

    path: str = "/socket.io/"
    ping_interval: float = 25.0
    ping_timeout: float = 20.0
    max_payload: int = 1_000_000  # a packet: a frame, an assembled message, a part of a POST body
    max_post: int = 1_000_000  # a POST body, which may hold many packets
    upgrade_timeout: float = 10.0
    connect_timeout: float = 45.0  # from the handshake to an accepted CONNECT
    binary: bool = True  # False: packets of types 5 and 6 and binary frames close the connection
    soft_limit: int = 64 * 1024  # outbound bytes above which ephemeral frames are dropped
    hard_limit: int = 1024 * 1024  # outbound bytes above which the connection is closed
    inbound_events: int = 64  # undelivered events above which reading pauses
    inbound_bytes: int = 256 * 1024
    max_attachments: int = 10
    attachment_timeout: float = 10.0
    max_fragments: int = 1024
    json_depth: int = 64
    json_digits: int = 100
    max_namespaces: int = 16  # per connection
    max_event_name: int = 256
    max_namespace_name: int = 128
    allowed_origins: frozenset[str] | None = None  # besides our own; {"*"}: any, without credentials
    trusted_proxies: frozenset[str] = frozenset()  # networks whose X-Forwarded-For and -Proto are believed
    event_rate: float = 0.0  # events per second and connection
    event_burst: int = 0
    byte_rate: float = 0.0  # inbound bytes per second and connection
    byte_burst: int = 0
    control_rate: float = 0.0  # pings and pongs that nobody asked for, per second and connection
    control_burst: int = 0
    handshake_rate: float = 0.0  # handshakes per second of the whole server
    handshake_burst: int = 0
    address_rate: float = 0.0  # handshakes per second of one address
    address_burst: int = 0
    max_sessions: int = 0  # live connections of the whole server
    max_sessions_per_address: int = 0
    max_held_per_address: int = (
        0  # bytes that wait, to be sent or to be handled, in all connections of an address
    )
    drain_seconds: float = 30.0
    compress_above: int = 1024  # polling answers larger than this are gzipped when the client accepts it


PRODUCT = Options(
    max_payload=65_536,
    binary=False,
    hard_limit=256 * 1024,
    connect_timeout=10.0,
    event_rate=30.0,
    event_burst=60,
    byte_rate=256 * 1024.0,
    byte_burst=512 * 1024,
    control_rate=5.0,
    control_burst=50,
    handshake_rate=5_000.0,
    handshake_burst=10_000,
    address_rate=50.0,
    address_burst=500,
    max_sessions_per_address=2_000,
    max_held_per_address=16 * 1024 * 1024,
    drain_seconds=15.0,
)
