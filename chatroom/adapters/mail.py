"""`Mailer` by SMTP, and by nobody."""

from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

from chatroom.core.errors import Problem
from chatroom.features.auth.ports import NotSent

_TIMEOUT: Final = 10.0  # seconds
_PORTS: Final = {"smtp": 587, "smtps": 465}


class SmtpMail:
    """Sends through the server of an `smtp://` (STARTTLS where it is offered) or `smtps://` address."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    def check(self) -> None:
        """It may be tried."""

    async def send(self, address: str, subject: str, text: str) -> None:
        import aiosmtplib  # noqa: PLC0415 - what a server without mail need not load

        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self._sender, address, subject
        letter.set_content(text)
        url = self._url
        try:
            await aiosmtplib.send(
                letter,
                hostname=url.hostname,
                port=url.port or _PORTS[url.scheme],
                username=unquote(url.username) if url.username else None,
                password=unquote(url.password) if url.password else None,
                use_tls=url.scheme == "smtps",
                timeout=_TIMEOUT,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotSent(f"the mail server did not take it: {type(error).__name__}") from None


class NoMail:
    """Sends nothing and says so."""

    def check(self) -> None:
        raise Problem("mail_unavailable")

    async def send(self, address: str, subject: str, text: str) -> None:
        self.check()
