"""Bodies: at most 64 KiB of JSON, and flat forms where a seed's own routes take them."""

from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from chatroom.core.errors import Problem
from chatroom.core.origins import Page
from chatroom.core.schema import parse

BODY_LIMIT: Final = 65_536
_FORMS: Final = "/api/auth/"
_FIELDS: Final = 64  # of a form; no operation has as many
_NOT_HERE: Final = "currentPassword"  # in an address
_USUAL: Final = 128  # bytes of a query that is read once for all who ask the same: 9 us less


class Fields(dict[str, Any]):
    """The flat input of an operation. `lenient`: numbers and booleans came as text. `csrf` is no field of it."""

    lenient: bool = False
    csrf: Any = None


async def read(request: Request) -> Fields:
    """Path over query for requests without a body, path over body for the others. Raises `Problem`.

    A DELETE may have a body: a password has no place in an address, which proxies write down, and is not read there.
    An empty query parameter counts as absent: seed S2 writes its history as `?cursor=&limit=`.
    """
    if request.method in ("GET", "HEAD") or (request.method == "DELETE" and not _has_body(request)):
        query: bytes = request.scope["query_string"]
        fields = Fields(_query(query) if len(query) > _USUAL else _usual_query(query))
        fields.pop(_NOT_HERE, None)
        fields.lenient = True
    else:
        fields = _decode(request, await _body(request))
        fields.csrf = fields.pop("csrfToken", None)
    fields.update(request.path_params)
    return fields


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _query(query: bytes) -> dict[str, str]:
    """The value of each parameter, where it is not empty. Raises `Problem` for one that is there twice."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Problem("bad_input", "A parameter of the address is there twice.")
    return {name: value for name, value in fields.items() if value}


_usual_query: Final = lru_cache(maxsize=1024)(_query)


def _decode(request: Request, body: bytes) -> Fields:
    if not body:
        return Fields()
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "application/json":
        return Fields(parse(body))
    if media == "application/x-www-form-urlencoded" and request.url.path.startswith(_FORMS):
        if request.scope["page"] is Page.FOREIGN:  # any page can send a form anywhere
            raise Problem("bad_origin")
        return _form(body)
    raise Problem("unsupported_media_type")


def _form(body: bytes) -> Fields:
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise Problem("bad_input", "The body is not a valid form.") from None
    fields = Fields(pairs)
    if len(fields) != len(pairs):
        raise Problem("bad_input", "A field of the form is there twice.")
    fields.lenient = True
    return fields


async def _body(request: Request) -> bytes:
    """Read a body; one that is too long is refused while it arrives."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:9]) > BODY_LIMIT:
        raise Problem("too_large")
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > BODY_LIMIT:
                raise Problem("too_large")
            chunks.append(chunk)
    except ClientDisconnect:
        raise Problem("bad_input", "The request broke off.") from None
    return b"".join(chunks)
