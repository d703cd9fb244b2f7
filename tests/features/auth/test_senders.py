"""Messages on their way out: by SMTP, by Twilio's HTTP, into the outbox; and what a failure says."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from chatroom.adapters.mail import SmtpMail
from chatroom.adapters.outbox import Outbox, OutboxMail, OutboxSms
from chatroom.adapters.sms import TwilioSms
from chatroom.app import App
from chatroom.core.principal import OUTSIDER
from chatroom.features.auth.ports import Mailer, NotSent
from tests.cast import Cast, do
from tests.doors import until
from tests.servers import free_port

NUMBER = "+447911123456"
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


class Post:
    """What a mail server took."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuse = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return "451 not now"
        self.letters.append(envelope)
        return "250 taken"


def _knows(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    good = isinstance(given, LoginPassword) and (given.login, given.password) == (b"us er", b"p@ss")
    return AuthResult(success=good)


@pytest.fixture
async def post() -> AsyncIterator[tuple[Post, str]]:
    """A mail server that wants a name and a password, and its address."""
    taken, port = Post(), free_port()
    server = Controller(
        taken, "127.0.0.1", port, authenticator=_knows, auth_required=True, auth_require_tls=False
    )
    await asyncio.to_thread(server.start)
    yield taken, f"smtp://us%20er:p%40ss@127.0.0.1:{port}"
    await asyncio.to_thread(server.stop)


async def test_mail_goes_through_the_server_of_the_setting(
    app: App, cast: Cast, post: tuple[Post, str]
) -> None:
    taken, url = post
    app.kernel.ports[Mailer] = SmtpMail(url, "chatroom@example.org")
    await do(app, OUTSIDER, "auth.password.forget", email=cast.ana.email)
    await until(lambda: taken.letters)
    envelope = taken.letters[0]
    assert (envelope.mail_from, envelope.rcpt_tos) == ("chatroom@example.org", [cast.ana.email])
    assert b"Your code to set a new password is" in envelope.content


@pytest.mark.parametrize("broken", ["refusing", "not there", "other password"])
async def test_mail_that_was_not_taken_says_so_without_saying_whose(
    post: tuple[Post, str], broken: str
) -> None:
    taken, url = post
    taken.refuse = True
    if broken == "not there":
        url = f"smtp://127.0.0.1:{free_port()}"
    if broken == "other password":
        url = url.replace("p%40ss", "wrong")
    with pytest.raises(NotSent) as failed:
        await SmtpMail(url, "chatroom@example.org").send("ana@example.org", "Subject", "the code 123")
    assert "ana" not in str(failed.value)
    assert "123" not in str(failed.value)


async def test_a_letter_cannot_grow_headers_from_its_address(post: tuple[Post, str]) -> None:
    taken, url = post
    with pytest.raises(ValueError):
        await SmtpMail(url, "chatroom@example.org").send("a@example.org\r\nBcc: b@example.org", "S", "text")
    assert taken.letters == []


@pytest.fixture
async def twilio() -> AsyncIterator[tuple[list[bytes], list[int], str]]:
    """What a server in Twilio's place was sent, the statuses it will answer, and its address."""
    heard: list[bytes] = []
    statuses: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        heard.append(head + await reader.readexactly(size))
        status = statuses.pop() if statuses else 201
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield heard, statuses, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


async def test_a_text_message_is_one_request_to_twilio(twilio: tuple[list[bytes], list[int], str]) -> None:
    heard, _, url = twilio
    await TwilioSms("AC/1", "token", "+15550001111", url).send(NUMBER, "hello & goodbye")
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /2010-04-01/Accounts/AC%2F1/Messages.json HTTP/1.1")
    assert b"uthorization: Basic QUMvMTp0b2tlbg==" in head
    assert parse_qs(body.decode()) == {"To": [NUMBER], "From": ["+15550001111"], "Body": ["hello & goodbye"]}


@pytest.mark.parametrize("status", [400, 401, 429, 500, None])
async def test_a_text_message_that_was_not_taken_says_so_without_saying_whose(
    twilio: tuple[list[bytes], list[int], str], status: int | None
) -> None:
    _, statuses, url = twilio
    if status:
        statuses.append(status)
    else:
        url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NotSent) as failed:
        await TwilioSms("AC1", "token", "+15550001111", url).send(NUMBER, "the code 123")
    assert NUMBER not in str(failed.value)
    assert "123" not in str(failed.value)


async def test_the_outbox_is_its_owners_alone(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "new" / "outbox.jsonl", lambda: 0)
    assert list(box) == []
    await OutboxSms(box).send(NUMBER, "one\ntwo")
    await OutboxMail(box).send("ana@example.org", "Subject", "zwölf")
    assert [(one.way, one.to, one.text) for one in box] == [
        ("sms", NUMBER, "one\ntwo"),
        ("mail", "ana@example.org", "zwölf"),
    ]
    assert (tmp_path / "new" / "outbox.jsonl").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
