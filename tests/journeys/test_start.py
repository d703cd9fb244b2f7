"""What a server says when it starts, where it listens, and what it warns of: once, with the setting's name."""

import http.client
import json
import socket
from contextlib import closing
from email.message import Message

import pytest

from tests.journeys.conftest import Serve
from tests.journeys.server import ROOT, ChatServer
from tests.journeys.waiting import until

OTHER = "127.0.0.2"
"""An address of every machine that only a server on every address answers."""

HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


def _ask(server: ChatServer, path: str, method: str = "GET", **headers: str) -> Message:
    """Ask over plain http; underscores in names of headers stand for hyphens. Returns the answer's headers."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as asked:
        asked.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
        answer = asked.getresponse()
        answer.read()
        return answer.headers


def _said(server: ChatServer) -> str:
    return (server.folder / "out").read_text()


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


def test_without_settings_it_listens_to_this_machine_only_and_says_so(serve: Serve) -> None:
    server = serve(HOST="")
    assert _said(server) == (
        f"Chatroom is at http://localhost:{server.port}, for this machine only; "
        "PUBLIC_URL and HOST open it to others\n"
    )
    assert _answers("127.0.0.1", server.port)
    assert _answers("::1", server.port) or not socket.has_dualstack_ipv6()
    assert not _answers(OTHER, server.port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_every_address_is_said_where_it_listens_to_every_one(serve: Serve, host: str) -> None:
    server = serve(HOST=host)
    assert (
        _said(server)
        == f"Chatroom is at http://localhost:{server.port} and every other address of this machine\n"
    )
    assert _answers("127.0.0.1", server.port)
    assert _answers(OTHER, server.port)


def test_a_house_network_is_served_by_plain_http_with_a_loud_line_and_cookies_that_hold(serve: Serve) -> None:
    server = serve(HOST="", PUBLIC_URL="http://192.168.1.5:3000", CHATROOM_ENV="production", RATE_LIMITS="")
    assert _said(server) == "Chatroom is at http://192.168.1.5:3000\n"
    assert _answers(OTHER, server.port)
    assert server.log.count('"event": "http.plain"') == 1
    cookie = _ask(server, "/api/auth/csrf", "POST", Host="192.168.1.5:3000")["Set-Cookie"]
    assert "csrfToken" in cookie
    assert "secure" not in cookie.lower()


def test_plain_http_from_elsewhere_without_a_public_address_is_warned_of_once(serve: Serve) -> None:
    server = serve()
    for _ in range(2):
        cookie = _ask(server, "/api/auth/csrf", "POST", Host="192.168.1.5:3000")["Set-Cookie"]
        assert "secure" in cookie.lower()
    assert server.log.count("cookies.dropped") == 1
    assert "setting=PUBLIC_URL" in server.log


@pytest.mark.parametrize(
    ("header", "paths"),
    [
        ("x_forwarded_for", (HANDSHAKE, "/health")),
        ("forwarded", ("/health", "/api/rooms")),
        ("x_real_ip", (HANDSHAKE, HANDSHAKE)),
    ],
)
def test_a_proxy_that_nobody_named_is_warned_of_once(
    serve: Serve, paths: tuple[str, ...], header: str
) -> None:
    server = serve()
    for path in paths:
        _ask(server, path, **{header: "203.0.113.7"})
    assert server.log.count("proxy.unnamed") == 1
    assert "setting=TRUSTED_PROXIES" in server.log
    assert "203.0.113.7" not in server.log


def test_a_proxy_that_is_named_is_not_warned_of(serve: Serve) -> None:
    server = serve(TRUSTED_PROXIES="127.0.0.1")
    _ask(server, HANDSHAKE, x_forwarded_for="203.0.113.7")
    _ask(server, "/health", x_forwarded_for="203.0.113.7")
    assert "proxy.unnamed" not in server.log


def test_a_production_server_names_what_it_cannot_send_with(serve: Serve) -> None:
    server = serve(CHATROOM_ENV="production", RATE_LIMITS="")
    lines = {line["event"]: line for line in map(json.loads, server.log.splitlines())}
    assert lines["mail.off"]["setting"] == "SMTP_URL"
    assert lines["sms.off"]["setting"] == "TWILIO_ACCOUNT_SID"


def test_a_name_that_is_almost_a_setting_is_warned_of(serve: Serve) -> None:
    server = serve(PUBLIC_ULR="https://chat.example.org", PGPORT="5432", HOSTNAME="chat")
    assert server.log.count("setting.unknown") == 1
    assert "is PUBLIC_URL meant?" in server.log


async def test_the_files_of_a_page_are_no_lines_in_the_log(serve: Serve) -> None:
    server = serve()
    page = (
        ["/", "/index.html"] if (ROOT / "chatroom/static/index.html").is_file() else []
    )  # made by `make web`
    for path in (*page, "/health", "/readyz", "/api/v1/capabilities"):
        _ask(server, path)
    await until("the line of the operation", lambda: "request.answered" in server.log)
    assert server.log.count("request.answered") == 1
