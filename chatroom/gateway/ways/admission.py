"""Who may open a connection: origin, address behind trusted proxies, rates and caps."""

from chatroom.core.addresses import Proxies, address_key
from chatroom.core.origins import Origins
from chatroom.gateway.engine.options import Options
from chatroom.gateway.engine.rate import Rate
from chatroom.wire.engine_request import Refusal

_SWEEP_ABOVE = 10_000  # addresses remembered before the idle ones are forgotten for the first time


class Admission:
    """The gate of one server: state per address, nothing per connection."""

    def __init__(self, options: Options) -> None:
        """Read the origins, proxies, rates and caps of `options`."""
        self._origins = Origins(options.allowed_origins or frozenset())
        self._proxies = Proxies(options.trusted_proxies)
        self._rate = Rate(options.handshake_rate, options.handshake_burst)
        self._address_rate = Rate(options.address_rate, options.address_burst)
        self._max = options.max_sessions
        self._max_per_address = options.max_sessions_per_address
        self._full_at = 0.0
        self._addresses: dict[str, tuple[int, float]] = {}  # live connections, bucket
        self._sweep_above = _SWEEP_ABOVE
        self._max_held = options.max_held_per_address
        self._held: dict[str, int] = {}  # bytes that wait

    def trusts(self, host: str) -> bool:
        """Whether an address is a trusted proxy's."""
        return self._proxies.trusts(host)

    def peer(self, host: str, headers: dict[str, str], *, secure: bool) -> tuple[str, bool]:
        """Return address and secure-flag of the client, and put the host that it asked for into `headers`.

        Forwarding headers count from trusted proxies only.
        """
        if asked := self._proxies.host(host, headers):
            headers["host"] = asked
        return self._proxies.peer(host, headers, secure=secure)

    def origin_allowed(self, origin: str | None, host: str, *, secure: bool) -> bool:
        """Whether a page of `origin` may talk to us; without an Origin header the client is no browser."""
        return self._origins.may_call(origin, host, secure=secure)

    def cors(self, origin: str | None) -> dict[str, str]:
        """Return the CORS headers of an answer to `origin`; none when only the own origin is served."""
        return self._origins.cors(origin)

    def preflight(self, origin: str | None, wanted: str) -> dict[str, str]:
        """Return the CORS headers of the answer to a preflight that wants to send the headers `wanted`."""
        return self._origins.preflight(origin, wanted)

    def enter(self, address: str, now: float, live: int) -> Refusal | None:
        """Count one handshake; `live` = connections that are open. Pair a None with `leave`."""
        key = address_key(address)
        count, full_at = self._addresses.get(key, (0, 0.0))
        if self._max and live >= self._max:
            return Refusal.UNAVAILABLE
        if self._max_per_address and count >= self._max_per_address:
            return Refusal.TOO_MANY
        mine = self._address_rate.take(full_at, now)
        if mine < 0:
            return Refusal.TOO_MANY
        everybody = self._rate.take(self._full_at, now)
        if everybody < 0:
            return Refusal.UNAVAILABLE
        self._full_at = everybody
        if len(self._addresses) > self._sweep_above:
            self._addresses = {k: v for k, v in self._addresses.items() if v[0] or v[1] > now}
            self._sweep_above = max(_SWEEP_ABOVE, 2 * len(self._addresses))  # else each would sweep, 1 ms
        self._addresses[key] = (count + 1, mine)
        return None

    def leave(self, address: str, now: float) -> None:
        """Count one connection less."""
        key = address_key(address)
        count, full_at = self._addresses.get(key, (1, 0.0))
        if count > 1 or full_at > now:
            self._addresses[key] = (max(count - 1, 0), full_at)
        else:
            self._addresses.pop(key, None)

    def hold(self, address: str, change: int) -> bool:
        """Count bytes more or less that wait for an address's connections; whether they are within its budget."""
        key = address_key(address)
        held = self._held.get(key, 0) + change
        if held > 0:
            self._held[key] = held
        else:
            self._held.pop(key, None)
        return not self._max_held or held <= self._max_held
