"""HTTP long-polling as a plain ASGI application: GET takes what is pending, POST brings packets."""

import asyncio
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from chatroom.core.addresses import address_key
from chatroom.core.encodings import GZIP, choose
from chatroom.gateway.engine.budget import clock
from chatroom.gateway.engine.connection import Connection
from chatroom.gateway.engine.handshake import read_headers
from chatroom.gateway.engine.link import PollingLink
from chatroom.gateway.ways.scope import Receive, Scope, Send
from chatroom.gateway.ways.sessions import Sessions
from chatroom.wire.engine_packet import decode_binary, split_payload
from chatroom.wire.engine_request import Refusal, Request, parse_query
from chatroom.wire.errors import ProtocolError

_TEXT = "text/plain; charset=UTF-8"
_BODY_TIMEOUT = 60.0  # seconds for a POST body to arrive
_RETRY_AFTER = "2"
_PATIENCE = 15.0  # seconds for which a POST waits for the rates, below any client's own patience
_STRIDE = 16  # packets handed on in one turn
_COMPRESS_BELOW = 256 * 1024  # gzip of more than this would hold the loop for over 5 ms
_LONG = 0.0005  # seconds of the loop that one packet may take without a rest


class Answer(NamedTuple):
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str = _TEXT


class _TooLargeError(Exception):
    pass


class _GoneError(Exception):
    pass


async def serve_polling(server: Sessions, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one ASGI http scope."""
    headers = read_headers(scope["headers"])
    method: str = scope["method"]
    if not server.owns(scope["path"]):
        await _send(server, send, headers, Answer(404, b"Not found"))
    elif method == "OPTIONS":
        await _send(server, send, headers, Answer(204, b""))
    else:
        answer = await _answer(server, scope, headers, receive)
        # Without one its client has gone, or its session has ended meanwhile: then it hears that.
        await _send(server, send, headers, answer or refused(Refusal.SESSION_UNKNOWN))


def refused(refusal: Refusal) -> Answer:
    """Return the JSON answer of a refusal."""
    return Answer(refusal.status, refusal.body, "application/json")


async def _answer(server: Sessions, scope: Scope, headers: dict[str, str], receive: Receive) -> Answer | None:
    query = parse_query(scope["query_string"])
    client = scope.get("client")
    address, secure = server.admission.peer(
        client[0] if client else "", headers, secure=scope.get("scheme") in ("https", "wss")
    )
    method: str = scope["method"]
    farewell = server.take_farewell(query.get("sid", "")) if method == "GET" else None
    if farewell is not None:
        return Answer(200, farewell)
    refusal = server.check(
        Request(method, query, headers.get("origin", ""), websocket=False), headers, secure=secure
    )
    if refusal is not None:
        return refused(refusal)
    if "sid" not in query:
        opened = server.open(
            query, headers, address, PollingLink(headers.get("user-agent", "")), secure=secure
        )
        return refused(opened) if isinstance(opened, Refusal) else Answer(200, opened[1].packet)
    connection = server.connections[query["sid"]]
    link = connection.link
    if not isinstance(link, PollingLink) or method not in ("GET", "POST"):
        return refused(Refusal.BAD_REQUEST)
    if method == "GET":
        return await _poll(server, connection, link, receive)
    return await _post(server, connection, link, headers, receive)


async def _poll(
    server: Sessions, connection: Connection, link: PollingLink, receive: Receive
) -> Answer | None:
    if link.polled:
        link.close(0, "")
        connection.close("transport error", gone=True)
        return refused(Refusal.BAD_REQUEST)
    body: asyncio.Future[bytes] = server.loop.create_future()
    link.poll(body)
    connection.flush()
    if connection.upgrade is not None:
        connection.upgrade.end_poll()
    if not body.done():
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait((body, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            if not body.done():
                body.cancel()
                connection.link_lost(link, "transport close")
    return None if body.cancelled() else Answer(200, body.result())


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _post(
    server: Sessions,
    connection: Connection,
    link: PollingLink,
    headers: Mapping[str, str],
    receive: Receive,
) -> Answer | None:
    octets = headers.get("content-type", "").startswith("application/octet-stream")
    if link.posting or octets or headers.get("content-encoding", "identity") != "identity":
        connection.close("transport error", gone=True)
        return refused(Refusal.BAD_REQUEST)
    link.posting = True
    try:
        async with asyncio.timeout(_BODY_TIMEOUT):
            packets = split_payload(await _read(connection, receive, headers))
        await _packets(server, connection, link, packets)
    except ProtocolError as error:
        connection.fail(error)
        return refused(Refusal.BAD_REQUEST)
    except _TooLargeError:
        connection.close("parse error", gone=True)
        return refused(Refusal.TOO_LARGE)
    except (_GoneError, TimeoutError):
        connection.close("transport error", gone=True)
        return None
    finally:
        link.posting = False
        connection.unread = 0
        if connection.held:
            connection.account()
        if connection.upgrade is not None:
            connection.upgrade.posted()
    return Answer(200, b"ok", "text/html")


async def _read(connection: Connection, receive: Receive, headers: Mapping[str, str]) -> bytes:
    limit = connection.server.options.max_post
    announced = headers.get("content-length", "0")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise _TooLargeError
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _TooLargeError
        parts.append(part)
        connection.unread = size
        connection.account()
        if connection.closed or connection.doomed:
            raise _GoneError
        if not message.get("more_body", False):
            connection.server.stats.bytes_in += size
            return b"".join(parts)


async def _hand_on(server: Sessions, connection: Connection, packet: bytes, data: bytes | None) -> None:
    """Hand on a packet. What takes long is followed by a turn of the loop in which its address has no other.

    1 500 POSTs of one address, each with 20 questions of 2 ms, would else be one turn of 0.4 s.
    """
    async with server.posts.enter(address_key(connection.address)):
        if connection.closed:
            return
        began = clock()
        if data is None:
            connection.text(packet)
        else:
            connection.binary(data)
        if clock() - began > _LONG:
            await asyncio.sleep(0)


async def _packets(server: Sessions, connection: Connection, link: PollingLink, packets: list[bytes]) -> None:
    """Hand on the packets of a POST, at the pace of the rates: a client that was away has much to say at once.

    Its POST is answered when all are handed on; only what is beyond `_PATIENCE` is refused like a flood.
    """
    patience = server.loop.time() + _PATIENCE
    packets.reverse()
    while packets and not connection.closed:
        packet = packets.pop()
        connection.unread -= min(len(packet), connection.unread)
        data = decode_binary(packet)
        size = len(packet if data is None else data)
        if size > server.options.max_payload:
            raise _TooLargeError
        wait = connection.until_admitted(size)
        if wait and server.loop.time() + wait < patience:
            paused, link.paused = link.paused, True  # no pong can come meanwhile
            await asyncio.sleep(wait)
            link.paused = paused
        await _hand_on(server, connection, packet, data)
        if len(packets) % _STRIDE == 0:
            await asyncio.sleep(0)
        await link.resumed(server.loop)


async def _send(server: Sessions, send: Send, headers: Mapping[str, str], answer: Answer) -> None:
    body = answer.body
    origin = headers.get("origin")
    fields = {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **server.admission.cors(origin),
    }
    if answer.status == 204:  # noqa: PLR2004 - the preflight
        wanted = headers.get("access-control-request-headers", "")
        fields |= server.admission.preflight(origin, wanted)
    else:
        fields["content-type"] = answer.content_type
    if answer.status in (429, 503):
        fields["retry-after"] = _RETRY_AFTER
    above = server.options.compress_above
    if above and above < len(body) < _COMPRESS_BELOW and choose(headers.get("accept-encoding")) == GZIP:
        body = zlib.compress(body, 1, wbits=31)
        fields |= {"content-encoding": "gzip", "vary": "Accept-Encoding"}
    fields["content-length"] = str(len(body))
    server.stats.bytes_out += len(body)
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
