"""Every refusal the server knows: its stable code, HTTP status and default sentence. The only error catalogue."""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple


class Entry(NamedTuple):
    """A row of the catalogue."""

    status: int
    message: str
    retryable: bool = False


CATALOGUE: Final[dict[str, Entry]] = {
    "bad_input": Entry(400, "The request is not valid."),
    "bad_cursor": Entry(400, "The cursor is not one that this server gave out."),
    "unknown_event": Entry(400, "There is no such event."),
    "unauthorized": Entry(401, "Sign in first."),
    "invalid_token": Entry(401, "The token is not valid or its session has ended."),
    "token_expired": Entry(401, "The token has expired. Sign in again."),
    "forbidden": Entry(403, "You may not do this."),
    "bad_origin": Entry(403, "Requests with a cookie must come from this site."),
    "csrf_missing": Entry(403, "CSRF token missing"),
    "csrf_invalid": Entry(403, "Invalid CSRF token"),
    "csrf_failed": Entry(403, "CSRF validation failed"),
    "password_change_required": Entry(403, "Set a password of your own first."),
    "not_found": Entry(404, "There is no such thing, or it is not yours to see."),
    "method_not_allowed": Entry(405, "This address does not answer that method."),
    "conflict": Entry(409, "This exists already."),
    "too_large": Entry(413, "The request is too large."),
    "address_too_long": Entry(414, "The address is too long."),
    "not_acceptable": Entry(406, "Accept-Encoding leaves no coding that this server has: gzip, identity."),
    "unsupported_media_type": Entry(415, "Send JSON with Content-Type: application/json."),
    "headers_too_large": Entry(431, "The headers of the request are too large."),
    "rate_limited": Entry(429, "Too many requests. Please slow down.", retryable=True),
    "internal": Entry(500, "Internal server error"),
    "busy": Entry(503, "The server is busy. Try again shortly.", retryable=True),
    "unavailable": Entry(503, "The service is unavailable for a moment. Try again.", retryable=True),
}
"""What belongs to no slice. Importing `chatroom.features` adds the `problems` that slices declare."""


class Problem(Exception):
    """A refusal with a code of the catalogue.

    `errors` maps a field to its complaints, `message` replaces the default sentence. `retry_after` is in seconds,
    rounded up to whole ones, so that body and `Retry-After` (RFC 9110, 10.2.3) agree and nobody comes too early.
    Dialects, acks and retry decisions render it; nothing else does.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        errors: Mapping[str, list[str]] | None = None,
        retry_after: float | None = None,
    ) -> None:
        entry = CATALOGUE[code]
        super().__init__(message or entry.message)
        self.code = code
        self.status = entry.status
        self.message = message or entry.message
        self.retryable = entry.retryable
        self.errors = errors
        self.retry_after = None if retry_after is None else max(1, math.ceil(retry_after))
